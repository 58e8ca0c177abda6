"""Stand-ins for the programs: scripts that hand out results written before."""

import json
import os
import subprocess
import tempfile
import unittest
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPORT = Path(__file__).resolve().parents[2] / "bench" / "overhead-report"

# Nanoseconds by benchmark; `slow` takes feedback, `bound` is none to run.
TIMES = {
    "decide/null": 9.0,
    "decide/quick/4": 10.0, "decide/quick/16": 20.0,
    "decide/slow/4": 300.0, "decide/slow/16": 900.0,
    "decide/bound/4": 0.5, "decide/bound/16": 5000.0,
    "feedback/slow/4": 50.0, "feedback/slow/16": 100.0,
}  # fmt: skip

# Two reads, a write and a locking read, of 10, 30, 50 and 90 us; the others do not count.
RECORDING = """# switchyard-trace v1 epoch_ns=0 source=made-up
t,session,op,dur,stmt
0,a,b,7000000,BEGIN
1,a,r,30000,"SELECT '
# no comment, but a statement'"
2,a,w,10000,UPDATE
3,a,l,90000,SELECT
4,a,c,8000000,COMMIT
5,a,r,50000,SELECT
6,a,r,,SELECT
7,a,x,9000000,VACUUM
"""

COMPARED: dict[str, list[dict[str, Any]]] = {
    "candidates": [
        {"name": "quick", "routers": ["quick"], "guards": [], "nodes": [{}] * 5,
         "latency_ns": {"p50": 100_000, "p99": 2_000_000}},
        {"name": "tuned", "routers": ["quick(x=1)"], "guards": [], "nodes": [{}] * 5,
         "latency_ns": {"p50": 200_000, "p99": 4_000_000}},
    ]
}  # fmt: skip


def document(times: Mapping[str, float], context: Mapping[str, Any] | None = None) -> str:
    """As Google Benchmark 1.7 writes it."""
    runs = []
    for name, ns in times.items():
        counter = "ns_per_request" if name.startswith("feedback/") else "ns_per_decision"
        runs.append({"name": f"{name}/manual_time", "run_name": f"{name}/manual_time",
                     "run_type": "iteration", "repetitions": 1, "repetition_index": 0,
                     "threads": 1, "iterations": 10, "real_time": 1000 * ns, "cpu_time": 1.0,
                     "time_unit": "ns", counter: ns})  # fmt: skip
    said = {"num_cpus": 2, "mhz_per_cpu": 2000, "load_avg": [1.5, 1, 1], "bounds": "bound",
            "compiler": "GNU 12.2.0", "build_type": "Release"}  # fmt: skip
    return json.dumps({"context": {**said, **(context or {})}, "benchmarks": runs})


@dataclass
class Ended:
    code: int
    stdout: str
    stderr: str


class ReportTest(unittest.TestCase):
    """Has a folder of its own, with programs as a build leaves them."""

    def setUp(self) -> None:
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        self.build = self.folder / "build"
        self.recording = self.folder / "one.csv"
        self.recording.write_text(RECORDING)
        self.results = self.folder / "results.json"
        self.results.write_text(document(TIMES))
        (self.folder / "compared.json").write_text(json.dumps(COMPARED))
        self.bench = self.program("build/bench/switchyard-bench", f"""
echo "$*" >> '{self.folder}/log'
for argument; do
  case $argument in --benchmark_out=*) cp '{self.results}' "${{argument#*=}}" ;; esac
done""")  # fmt: skip
        self.command = self.program("build/sim/switchyard", f"""case $1 in
convert) cp "$2" "$3" ;;
compare) cp '{self.folder}/compared.json' "$5" ;;
esac""")  # fmt: skip

    def program(self, name: str, script: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path

    def arguments(self) -> list[str | Path]:
        """Those of a page without Django."""
        return [REPORT, "--build", self.build, "--recording", self.recording, "--nodes", "4,16",
                "--processes", "2", "--python", self.folder / "none"]  # fmt: skip

    def report(self, *arguments: str | Path) -> Ended:
        ended = subprocess.run([*self.arguments(), *arguments], capture_output=True, text=True,
                               timeout=120, check=False, env=self.environment())  # fmt: skip
        self.assertNotIn("Traceback", ended.stderr)
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    def environment(self) -> dict[str, str]:
        """Temporary files in a folder that tests can look into."""
        temporary = self.folder / "temporary"
        temporary.mkdir(exist_ok=True)
        return {**os.environ, "TMPDIR": str(temporary)}
