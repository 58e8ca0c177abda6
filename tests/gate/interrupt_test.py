"""Ctrl-C in the middle: one line, the shell's exit code, no file, no process left."""

import os
import signal
import subprocess
import time
import unittest
from pathlib import Path

from fakes import GATE, FakePrograms, GateTest, noisy, steady


def alive(process: int) -> bool:
    """What has ended and was not yet waited for by its parent is not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


class Interrupt(GateTest):
    def interrupt_by(self, number: signal.Signals) -> None:
        # The candidate waits for a child of its own.
        started = self.folder / "started"
        fakes = FakePrograms(
            self.folder,
            steady(),
            noisy(1),
            candidate_extra=f"""sleep 1000 &
echo $$ $! > {started}.new
mv {started}.new {started}
wait""",
        )
        outputs: list[str | Path] = ["--json", self.folder / "report.json"]
        outputs += ["--junit", self.folder / "report.xml"]
        temporary = self.folder / "temporary"
        temporary.mkdir()
        gate = subprocess.Popen(
            [GATE, fakes.base, fakes.candidate, *outputs],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "TMPDIR": str(temporary)},
        )
        while not started.exists():
            self.assertIsNone(gate.poll())
            time.sleep(0.01)
        children = [int(word) for word in started.read_text().split()]
        self.assertTrue(all(alive(child) for child in children))
        gate.send_signal(number)
        stdout, stderr = gate.communicate(timeout=60)
        self.assertEqual(gate.returncode, 128 + number)
        self.assertEqual((stdout, stderr), ("", "gate: interrupted\n"))
        self.assertEqual(list(self.folder.glob("report*")), [])
        self.assertEqual(list(temporary.iterdir()), [])
        while any(alive(child) for child in children):
            time.sleep(0.01)

    def test_from_the_keyboard(self) -> None:
        self.interrupt_by(signal.SIGINT)

    def test_by_whoever_cancels_the_job(self) -> None:
        self.interrupt_by(signal.SIGTERM)


if __name__ == "__main__":
    unittest.main()
