"""Where rounds come from: processes run now, or files of results made elsewhere."""

import random
import re
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from gating import results
from gating.failures import HarnessFailure, NotJudged
from gating.processes import Processes, runnable
from gating.results import Results

# What the kernel takes as one argument, with room for the flag's name.
_LONGEST_FILTER = 100_000


@dataclass(frozen=True)
class Round:
    base: Results
    candidate: Results
    control: Results | None  # of a copy of the base


class Source(Protocol):
    def next(self, names: Collection[str] | None) -> Round | None:
        """A round of at least these benchmarks (None: all that are wanted); None: no more."""


class Program:
    """An executable of Google Benchmark."""

    def __init__(self, path: Path, folder: Path, min_time_s: float, processes: Processes) -> None:
        self._path = path
        self._output = folder / f"{path.name}.json"
        self._min_time_s = min_time_s
        self._processes = processes
        self._suffix = "s"

    def measure(self, pattern: str) -> Results:
        return results.read(self.run(pattern))

    def run(self, pattern: str) -> Path:
        """One process; the file of its results, which the next one overwrites."""
        self._output.unlink(missing_ok=True)
        ended = self._processes.run(self._command(pattern))
        # Version 1.8 wants the unit and 1.7 refuses it.
        if ended.code != 0 and self._suffix and "benchmark_min_time" in ended.stderr:
            self._suffix = ""
            ended = self._processes.run(self._command(pattern))
        if ended.code != 0:
            raise HarnessFailure(ended.complaint())
        if not self._output.is_file():
            raise HarnessFailure(
                f"{self._path}: wrote no results: either it is no program of Google Benchmark or "
                f"it has no benchmark that matches '{pattern}'"
            )
        return self._output

    def _command(self, pattern: str) -> list[str]:
        return [
            str(self._path),
            f"--benchmark_filter={pattern}",
            f"--benchmark_min_time={self._min_time_s:g}{self._suffix}",
            f"--benchmark_out={self._output}",
            "--benchmark_out_format=json",
        ]


def only(names: Collection[str]) -> str:
    """A filter for these names: an extended regular expression."""
    escaped = [re.sub(r"([][\\.^$*+?(){}|])", r"\\\1", name) for name in sorted(names)]
    return f"^({'|'.join(escaped)})$"


class Programs:
    """One process each of base, candidate and a copy of the base, in random order.

    All are run by paths of the same length, as the length of a path moves the stack. The copy is
    one of bytes, so that not even its pages are shared with the base.
    """

    def __init__(
        self,
        base: Path,
        candidate: Path,
        pattern: str,
        min_time_s: float,
        seed: int,
        folder: Path,
        processes: Processes,
    ) -> None:
        if not base.exists():
            raise NotJudged(f"there is no baseline: {base} does not exist")
        self._pattern = pattern
        self._random = random.Random(seed)
        (folder / "b").symlink_to(runnable(base))
        (folder / "c").symlink_to(runnable(candidate))
        shutil.copy2(base, folder / "a")
        self._programs = {
            side: Program(folder / side, folder, min_time_s, processes) for side in "abc"
        }

    def next(self, names: Collection[str] | None) -> Round:
        pattern = self._pattern if names is None else only(names)
        if len(pattern) > _LONGEST_FILTER:
            pattern = self._pattern
        order = list(self._programs)
        self._random.shuffle(order)
        measured = {side: self._programs[side].measure(pattern) for side in order}
        return Round(measured["b"], measured["c"], measured["a"])


class Folders:
    """Pairs of files 1.json, 2.json, … made in interleaved order by somebody else."""

    def __init__(self, base: Path, candidate: Path, control: Path | None, pattern: str) -> None:
        if not base.is_dir():
            raise NotJudged(f"there is no baseline: {base} is no folder")
        self._folders = [base, candidate] + ([control] if control is not None else [])
        self._pattern = re.compile(pattern)
        counts = {folder: self._count(folder) for folder in self._folders}
        if counts[base] == 0:
            raise NotJudged(f"there is no baseline: {base} holds no 1.json")
        for folder, count in counts.items():
            if count != counts[base]:
                raise HarnessFailure(f"{base} holds {counts[base]} results, {folder} {count}")
        self._total = counts[base]
        self._at = 0

    def next(self, names: Collection[str] | None) -> Round | None:
        del names  # A file holds what it holds.
        if self._at == self._total:
            return None
        self._at += 1
        read = [self._read(folder / f"{self._at}.json") for folder in self._folders]
        return Round(read[0], read[1], read[2] if len(read) == 3 else None)

    def _read(self, path: Path) -> Results:
        whole = results.read(path)
        times = {name: t for name, t in whole.times_ns.items() if self._pattern.search(name)}
        return Results(whole.context, times)

    @staticmethod
    def _count(folder: Path) -> int:
        numbers = {int(p.stem) for p in folder.glob("*.json") if p.stem.isdecimal()}
        if numbers != set(range(1, len(numbers) + 1)):
            raise HarnessFailure(f"{folder}: results must be numbered from 1.json without gaps")
        return len(numbers)
