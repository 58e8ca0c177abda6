"""Counts the instructions of a driver that makes a fixed number of decisions.

Counts hardly vary, so one run of each build is enough, and a small change is seen. What costs more
time at the same count is not: a slower instruction, a missed cache, a mispredicted branch.
"""

import re
import shutil
from pathlib import Path

from gating.failures import HarnessFailure, NotJudged
from gating.processes import Ended, Processes, runnable
from gating.report import Counted, Instructions, Verdict

BLIND_SPOT = (
    "Instructions are counted, not timed: the same number of slower ones (a division for an "
    "addition, more missed caches or branches) does not show here."
)
_TOLERANCE = 0.005
_TOTAL = re.compile(r"^totals: (\d+)$", re.MULTILINE)


class Counter:
    """Of decisions alone: those of a run without any are subtracted."""

    def __init__(
        self, nodes: int, decisions: int, pattern: str, folder: Path, processes: Processes
    ) -> None:
        self._nodes = nodes
        self._decisions = decisions
        self._pattern = re.compile(pattern)
        self._folder = folder
        self._processes = processes

    def compare(self, base: Path, candidate: Path) -> Instructions:
        found = Instructions()
        try:
            if not base.exists():
                raise NotJudged(f"there is no baseline: {base} does not exist")
            valgrind = shutil.which("valgrind")
            if valgrind is None:
                raise HarnessFailure("valgrind is not installed; it counts the instructions")
            # Paths of the same length, as the length of a path moves the stack.
            drivers = {"B": base, "C": candidate}
            for side, path in drivers.items():
                (self._folder / side).symlink_to(runnable(path))
            names = {side: self._names(side) for side in drivers}
            found.added = [name for name in names["C"] if name not in names["B"]]
            self._refuse_gaps(names["B"], names["C"], found.added)
            found.cases = self._count(valgrind, names["B"])
        except NotJudged as reason:
            found.not_judged = str(reason)
        except HarnessFailure as failure:
            found.failure = str(failure)
        return found

    def _names(self, side: str) -> list[str]:
        ended = self._processes.run([str(self._folder / side), "--list"])
        if ended.code != 0:
            raise HarnessFailure(ended.complaint())
        return [name for name in ended.stdout.splitlines() if self._pattern.search(name)]

    @staticmethod
    def _refuse_gaps(base: list[str], candidate: list[str], added: list[str]) -> None:
        if not base:
            raise HarnessFailure("nothing to count: the base's driver has no case of that name")
        if gone := [name for name in base if name not in candidate]:
            hint = f"; renamed? only the candidate's has {', '.join(added)}" if added else ""
            raise HarnessFailure(f"the candidate's driver lacks {', '.join(gone)}{hint}")

    def _count(self, valgrind: str, names: list[str]) -> list[Counted]:
        runs = [
            (side, name, count)
            for name in names
            for side in "BC"
            for count in (0, self._decisions)
        ]
        outputs = [self._folder / f"callgrind.{i}" for i in range(len(runs))]
        ended = self._processes.run_all(
            [
                [valgrind, "--tool=callgrind", f"--callgrind-out-file={output}",
                 str(self._folder / side), name, str(self._nodes), str(count)]
                for (side, name, count), output in zip(runs, outputs, strict=True)
            ]
        )  # fmt: skip
        totals = {
            run: _total(end, output)
            for run, end, output in zip(runs, ended, outputs, strict=True)
        }
        said = {run: end.stdout for run, end in zip(runs, ended, strict=True)}
        cases = []
        for name in names:
            base, candidate = (
                totals[side, name, self._decisions] - totals[side, name, 0] for side in "BC"
            )
            if base <= 0:
                raise HarnessFailure(f"'{name}' takes no instructions: {base}")
            same = said["B", name, self._decisions] == said["C", name, self._decisions]
            cases.append(_judge(name, base, candidate, same))
        return cases


def _total(ended: Ended, output: Path) -> int:
    if ended.code != 0:
        raise HarnessFailure(ended.complaint())
    found = _TOTAL.search(output.read_text(errors="replace")) if output.is_file() else None
    if found is None:
        raise HarnessFailure(f"{' '.join(ended.command)}: callgrind wrote no total")
    return int(found[1])


def _judge(name: str, base: int, candidate: int, same_output: bool) -> Counted:
    notes = [] if same_output else ["the two drivers print different results"]
    case = Counted(name, base, candidate, Verdict.PASS)
    if case.change > _TOLERANCE:
        case.verdict = Verdict.REGRESSION
    elif case.change < -_TOLERANCE:
        notes.insert(0, "fewer than before")
    case.note = "; ".join(notes)
    return case
