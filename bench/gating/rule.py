"""When a benchmark is slower, when it is not, and when more pairs are needed.

A process is one sample: repetitions inside one share its luck with addresses and caches, so pairs
of processes are compared, by the logarithms of their ratios. Those are symmetric around 0 if nothing
has changed, which is all that the signed-rank test needs.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from gating import signed_rank


@dataclass(frozen=True)
class Limits:
    delta: float = 0.05  # a slowdown that matters, as a share
    alpha: float = 0.005  # of each look; also of all confirmations of a suite together
    looks: tuple[int, ...] = (10, 20, 30)
    fresh: int = 30  # pairs that confirm

    @property
    def notable(self) -> float:
        """The logarithm of the ratio from which on a benchmark is slower at all."""
        return math.log1p(self.delta / 2)

    @property
    def tolerable(self) -> float:
        return math.log1p(self.delta)


class Stage(Enum):
    OPEN = "open"
    WITHIN = "within"
    CONFIRMING = "confirming"  # looked slower; the pairs that follow say whether it is


@dataclass
class Track:
    """The log ratios of one comparison and what they have shown so far."""

    limits: Limits
    two_sided: bool = False
    stage: Stage = Stage.OPEN
    screening: list[float] = field(default_factory=list)
    confirming: list[float] = field(default_factory=list)

    def wants_more(self) -> bool:
        if self.stage is Stage.OPEN:
            return len(self.screening) < self.limits.looks[-1]
        return self.stage is Stage.CONFIRMING and len(self.confirming) < self.limits.fresh

    def add(self, log_ratio: float) -> None:
        if self.stage is Stage.CONFIRMING:
            self.confirming.append(log_ratio)
            return
        self.screening.append(log_ratio)
        if len(self.screening) in self.limits.looks:
            self._look()

    def p(self, log_ratios: Sequence[float]) -> float:
        test = signed_rank.p_two_sided if self.two_sided else signed_rank.p_greater
        return test(log_ratios)

    def is_notable(self, log_ratios: Sequence[float]) -> bool:
        estimate = signed_rank.shift(log_ratios).estimate
        return (abs(estimate) if self.two_sided else estimate) > self.limits.notable

    def _look(self) -> None:
        if self.p(self.screening) < self.limits.alpha and self.is_notable(self.screening):
            self.stage = Stage.CONFIRMING
        # What is notable goes on even where it is surely tolerable: the two need not agree.
        elif signed_rank.shift(self.screening).upper < self.limits.tolerable:
            self.stage = Stage.WITHIN

    def decisive(self) -> list[float]:
        """The pairs that the verdict rests on."""
        return self.confirming if self.confirming else self.screening


def holm(p_values: Mapping[str, float], tests: int) -> dict[str, float]:
    """Adjusted so that one false alarm among all tests is as unlikely as each p says.

    `tests` counts those too that have no p here, which are as good as 1. Source: Holm, A simple
    sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6, 1979.
    """
    adjusted: dict[str, float] = {}
    largest = 0.0
    for rank, name in enumerate(sorted(p_values, key=lambda name: p_values[name])):
        largest = max(largest, min(1.0, p_values[name] * (tests - rank)))
        adjusted[name] = largest
    return adjusted


def can_confirm(track: Track, tests: int) -> bool:
    """Whether the fresh pairs are enough to be significant in a suite, were they all slower."""
    sides = 2 if track.two_sided else 1
    return (
        len(track.confirming) >= track.limits.looks[0]
        and sides * tests * 0.5 ** len(track.confirming) < track.limits.alpha
    )


def confirmed(tracks: Mapping[str, Track], tests: int) -> dict[str, bool]:
    """Of those tracks that fresh pairs can confirm, which they do."""
    able = {name: track for name, track in tracks.items() if can_confirm(track, tests)}
    adjusted = holm({name: track.p(track.confirming) for name, track in able.items()}, tests)
    return {
        name: adjusted[name] < track.limits.alpha and track.is_notable(track.confirming)
        for name, track in able.items()
    }
