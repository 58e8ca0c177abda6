"""The program as a screen reader knows it: Run is pressed by its name, the table read cell by cell."""
import csv
import io
import os
import subprocess
import time
import unittest

import pyatspi

from driven_window import PATIENCE_S, Window

SCENARIO = os.path.join(os.environ["SWITCHYARD_SCENARIOS"], "quickstart.toml")


def eventually(find):
    """The first that it finds, once there is one."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        try:
            if (found := find()):
                return found
        except Exception:  # whatever vanished while it was looked at
            pass
        time.sleep(0.1)
    raise AssertionError("nothing was found")


def program():
    desktop = pyatspi.Registry.getDesktop(0)
    return next((one for one in desktop if one and "switchyard" in one.name), None)


def without_mark(text):
    return text.removesuffix(" best").removesuffix(" worst")


def below(parent, role, name):
    return pyatspi.findDescendant(
        parent, lambda one: one.getRole() == role and one.name.replace("&", "") == name)


class Assistive(unittest.TestCase):
    def test_a_run_is_started_and_read(self):
        window = Window(SCENARIO)
        self.addCleanup(window.close)
        window.wait_for_run()
        tree = eventually(program)
        button = eventually(lambda: below(tree, pyatspi.ROLE_PUSH_BUTTON, "Run"))
        actions = button.queryAction()
        press = next(i for i in range(actions.nActions) if actions.getName(i) == "Press")
        before = window.state()["_runs"]
        self.assertTrue(actions.doAction(press))
        window.wait(lambda state: state["_runs"] > before and not state["_running"])

        found = eventually(lambda: below(tree, pyatspi.ROLE_TABLE, "Comparison of the strategies"))
        table = found.queryTable()
        shown = {table.getAccessibleAt(row, 0).name: without_mark(table.getAccessibleAt(row, 3).name)
                 for row in range(table.nRows)}
        self.assertEqual(table.getColumnDescription(3), "p99")
        self.assertEqual(shown, self.told_by_the_command())

    def told_by_the_command(self):
        """The p99 of each strategy, from the figures that the command writes."""
        text = subprocess.run([os.environ["SWITCHYARD"], "compare", "--quiet", SCENARIO,
                               "--csv", "-"], check=True, capture_output=True, text=True).stdout
        return {line["name"]: duration(int(line["latency_ns.p99"]))
                for line in csv.DictReader(io.StringIO(text))}


def duration(nanoseconds):
    """To three digits, in the unit that leaves one to three before the point."""
    unit = min(3, (len(f"{float(f'{nanoseconds:.3g}'):.0f}") - 1) // 3)
    return f"{float(f'{nanoseconds:.3g}') / 1000 ** unit:#.3g}".rstrip(".") + (
        "ns", "us", "ms", "s")[unit]


if __name__ == "__main__":
    unittest.main()
