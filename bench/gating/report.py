"""What the gate found; everything that is written comes from here."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Verdict(Enum):
    PASS = "pass"
    REGRESSION = "regression"
    INCONCLUSIVE = "inconclusive"
    NOT_JUDGED = "not judged"


class Outcome(Enum):
    """Of the whole comparison; the value is the exit code."""

    PASS = 0
    REGRESSION = 1
    NOT_JUDGED = 2
    HARNESS_FAILURE = 3


@dataclass
class Interval:
    """Of ratios, candidate to base; each bound holds with 95 % on its own."""

    estimate: float
    lower: float
    upper: float


@dataclass
class Pairs:
    """Times of one process each, in nanoseconds; those of the same place belong together."""

    base_ns: list[float] = field(default_factory=list)
    candidate_ns: list[float] = field(default_factory=list)
    control_ns: list[float] = field(default_factory=list)


@dataclass
class Timed:
    """A benchmark; `screened` pairs came first, `fresh` ones are those that confirm."""

    name: str
    verdict: Verdict
    pairs: Pairs
    screened: int
    fresh: int
    ratio: Interval
    note: str = ""


@dataclass
class Counted:
    """Instructions of one case of the driver, without those of its start."""

    name: str
    base: int
    candidate: int
    verdict: Verdict
    note: str = ""

    @property
    def change(self) -> float:
        return self.candidate / self.base - 1


@dataclass
class Measure:
    """A measure's verdicts, or why there are none."""

    added: list[str] = field(default_factory=list)  # only the candidate has them
    not_judged: str = ""
    failure: str = ""


@dataclass
class Timing(Measure):
    rounds: int = 0
    benchmarks: list[Timed] = field(default_factory=list)
    contexts: dict[str, Any] = field(default_factory=dict)


@dataclass
class Instructions(Measure):
    cases: list[Counted] = field(default_factory=list)


@dataclass
class Report:
    base: str = ""
    candidate: str = ""
    seed: int | None = None
    delta: float = 0
    alpha: float = 0
    required: bool = False  # that nothing but a pass will do
    timing: Timing | None = None
    instructions: Instructions | None = None

    def measures(self) -> list[Measure]:
        return [m for m in (self.timing, self.instructions) if m is not None]

    def verdicts(self) -> Iterable[Verdict]:
        for timed in self.timing.benchmarks if self.timing else []:
            yield timed.verdict
        for counted in self.instructions.cases if self.instructions else []:
            yield counted.verdict

    def outcome(self) -> Outcome:
        """What was not measured outweighs what was: the answer would be of a part only."""
        verdicts = set(self.verdicts())
        if any(measure.failure for measure in self.measures()) or not self.measures():
            return Outcome.HARNESS_FAILURE
        if Verdict.REGRESSION in verdicts:
            return Outcome.REGRESSION
        missing = any(m.not_judged for m in self.measures()) or Verdict.NOT_JUDGED in verdicts
        if self.required and (missing or Verdict.INCONCLUSIVE in verdicts):
            return Outcome.REGRESSION
        if missing:
            return Outcome.NOT_JUDGED
        return Outcome.PASS if verdicts else Outcome.HARNESS_FAILURE
