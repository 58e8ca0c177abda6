"""What a user does in one sitting, from opening a scenario to Ctrl+Q."""
import os
import unittest

from driven_window import Window

SCENARIOS = os.environ["SWITCHYARD_SCENARIOS"]


class MouseAndKeys(unittest.TestCase):
    def test_one_sitting(self):
        window = Window(os.path.join(SCENARIOS, "lag-storm.toml"))
        self.addCleanup(window.close)
        window.wait_for_run()

        window.click("run")
        window.wait(lambda state: state["_runs"] == 2)
        state = window.wait_for_run()
        rows = [name for name in state if name.startswith("comparison/row ")]
        self.assertGreaterEqual(len(rows), 2)
        print(f"longest stall: {state['_stall_ms']:.1f} ms, of the last run "
              f"{state['_run_stall_ms']:.1f} ms")

        self.sort(window, rows)
        self.switch_views(window)
        self.brush(window)
        self.measure_a_stretch(window)
        self.export(window)
        self.cancel(window)

        window.keys("ctrl+q")
        self.assertEqual(window.process.wait(60), 0)

    def sort(self, window, rows):
        def names(state):
            return [state[row]["text"] for row in rows if row in state]
        heading = window.named("comparison/heading", "strategy")
        window.click(heading)
        one_way = window.wait(lambda state: names(state) in
                              (sorted(names(state)), sorted(names(state), reverse=True)))
        # In between, as two clicks on one place are a double click.
        window.click("comparison/row 1")
        window.wait(lambda state: state["_selected"] == names(one_way)[1])
        window.click(heading)
        window.wait(lambda state: names(state) == names(one_way)[::-1])

    def switch_views(self, window):
        window.keys("ctrl+2")
        window.wait(lambda state: "distribution" in state and "latency" not in state)
        window.click(window.named("tabs/tab", "Over time"))
        whole = window.wait(lambda state: state.get("timeline", {}).get("lines", 0) > 0)["timeline"]
        window.click("timeline", button=4)  # the wheel
        near = window.wait(lambda state: state["timeline"]["to"] - state["timeline"]["from"]
                           < 0.95 * (whole["to"] - whole["from"]))["timeline"]
        self.assertGreaterEqual(near["from"], whole["from"])
        window.click("timeline")
        window.wait(lambda state: state["_focus"] == "timeline")
        window.keys("0")
        window.wait(lambda state: (state["timeline"]["from"], state["timeline"]["to"])
                    == (whole["from"], whole["to"]))

    def brush(self, window):
        before = window.wait(lambda state: "rate-strip" in state)["_range_ns"]
        window.drag("rate-strip", 0.25, 0.75)
        after = window.wait(lambda state: state["_range_ns"] != before)["_range_ns"]
        self.assertGreater(after[0], before[0])
        self.assertLess(after[1], before[1])
        window.keys("ctrl+z")
        window.wait(lambda state: state["_range_ns"] == before)

    def measure_a_stretch(self, window):
        runs = window.wait(lambda state: not state["_running"])["_runs"]
        window.drag("measured-strip", 0.25, 0.5)
        state = window.wait(lambda state: state["_runs"] > runs and not state["_running"])
        self.assertRegex(state["measured-range"]["text"], r"^figures of \S+s to \S+s$")
        window.click("measure-all")
        window.wait(lambda state: state["measured-range"]["text"] == "figures of all requests"
                    and not state["_running"])

    def export(self, window):
        path = window.path("figures.csv")
        window.keys("ctrl+shift+e")
        window.click("fileNameEdit")
        window.keys("ctrl+a")
        window.type(path)
        window.wait(lambda state: state.get("fileNameEdit", {}).get("text") == path)
        window.keys("Return")
        window.wait(lambda state: os.path.exists(path))
        with open(path, encoding="utf-8") as file:
            self.assertTrue(file.readline().startswith("strategy,time of arrival [ns],"))

    def cancel(self, window):
        # Long enough to be still running when the key arrives.
        window.click(window.named("setup/tab", "Replay"))
        window.click("replications")
        window.keys("ctrl+a")
        window.type("100")
        window.keys("Return")
        window.click("run")
        window.wait(lambda state: state["_running"])
        window.keys("Escape")
        state = window.wait(lambda state: not state["_running"])
        self.assertFalse(state["cancel"]["enabled"])


if __name__ == "__main__":
    unittest.main()
