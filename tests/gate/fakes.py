"""Stand-ins for benchmarks: programs that hand out results written before, and a gate to run."""

import json
import os
import subprocess
import tempfile
import unittest
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

GATE = Path(__file__).resolve().parents[2] / "bench" / "gate"

# Of a benchmark's name, in nanoseconds, in the given round, which count from 1.
Times = Callable[[int], Mapping[str, float]]

# What the pair of a round differs by in a benchmark that has not changed: symmetric around 0, and
# no two alike.
NOISE = [0.010, -0.009, 0.008, -0.007, 0.006, -0.005, 0.004, -0.003, 0.002, -0.001]


def noise(round_number: int) -> float:
    return NOISE[(round_number - 1) % len(NOISE)]


def steady(name: str = "gate/a/16", time_ns: float = 100) -> Times:
    return lambda _: {name: time_ns}


def noisy(ratio: float, name: str = "gate/a/16", time_ns: float = 100) -> Times:
    return lambda round_number: {name: time_ns * ratio * (1 + noise(round_number))}


def document(times: Mapping[str, float], context: Mapping[str, Any] | None = None) -> str:
    """As Google Benchmark 1.7 writes it."""
    runs = [
        {"name": name, "run_name": name, "run_type": "iteration", "repetitions": 1,
         "repetition_index": 0, "threads": 1, "iterations": 1000, "real_time": 3 * time_ns,
         "cpu_time": time_ns, "time_unit": "ns"}
        for name, time_ns in times.items()
    ]  # fmt: skip
    return json.dumps({"context": dict(context or {}), "benchmarks": runs})


@dataclass
class Ended:
    code: int
    stdout: str
    stderr: str


class GateTest(unittest.TestCase):
    """Has a folder of its own."""

    def setUp(self) -> None:
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)

    def gate(self, *arguments: str | Path, environment: Mapping[str, str] | None = None) -> Ended:
        ended = subprocess.run(
            [GATE, *arguments],
            capture_output=True,
            text=True,
            timeout=120,
            env={**os.environ, **(environment or {})},
            check=False,
        )
        self.assertNotIn("Traceback", ended.stderr)
        return Ended(ended.returncode, ended.stdout, ended.stderr)


class FakePrograms:
    """A base and a candidate that know by the name they are run by whose results to hand out."""

    def __init__(
        self,
        folder: Path,
        base: Times,
        candidate: Times,
        control: Times | None = None,
        extra: str = "",
        candidate_extra: str = "",
        candidate_context: Mapping[str, Any] | None = None,
        rounds: int = 60,
    ) -> None:
        """`extra`: shell commands of both before the results, of the candidate's alone besides."""
        self.folder = folder
        self.base = self._program("base", extra)
        self.candidate = self._program("candidate", extra + "\n" + candidate_extra)
        for side, times in (("b", base), ("c", candidate), ("a", control or base)):
            (folder / side).mkdir()
            context = candidate_context if side == "c" else None
            for number in range(1, rounds + 1):
                text = document(times(number), context)
                (folder / side / f"{number}.json").write_text(text)

    def _program(self, name: str, extra: str) -> Path:
        path = self.folder / name
        path.write_text(f"""#!/bin/sh
state='{self.folder}'
side=${{0##*/}}
echo "$side $*" >> "$state/log"
for argument; do
  case $argument in --benchmark_out=*) out=${{argument#*=}} ;; esac
done
{extra}
read run 2>/dev/null < "$state/$side.runs" || run=0
run=$((run + 1))
echo $run > "$state/$side.runs"
cp "$state/$side/$run.json" "$out"
""")
        path.chmod(0o755)
        return path

    def log(self) -> list[str]:
        return (self.folder / "log").read_text().splitlines()

    def runs(self, side: str) -> int:
        return int((self.folder / f"{side}.runs").read_text())
