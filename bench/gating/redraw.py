"""Suites of a program against itself, drawn again and again from rounds that were measured once.

Whole suites take too long to be run often enough to see an error rate of one in a hundred. Which of
a round's three processes is called base, candidate or copy makes no difference where all run the
same program, so each naming gives a suite as likely as the one that was measured.
"""

import itertools
import random
from collections import Counter
from collections.abc import Collection, Sequence

from gating.report import Verdict
from gating.rule import Limits
from gating.sources import Round, Source
from gating.timing import Judge

_NAMINGS = list(itertools.permutations(range(3)))


class Redrawn:
    """Rounds from a random one on, in their order: slow changes of the machine stay in.

    With `renames_each` the processes are named anew in each round, else once: then what one copy of
    a program has against another from round to round stays in as well.
    """

    def __init__(self, rounds: Sequence[Round], renames_each: bool, chance: random.Random) -> None:
        self._rounds = rounds
        self._chance = chance
        self._renames_each = renames_each
        self._at = chance.randrange(len(rounds))
        self._naming = chance.choice(_NAMINGS)

    def next(self, names: Collection[str] | None) -> Round:
        del names  # A round holds all.
        measured = self._rounds[self._at]
        self._at = (self._at + 1) % len(self._rounds)
        if self._renames_each:
            self._naming = self._chance.choice(_NAMINGS)
        if measured.control is None:
            raise ValueError("a round without a control")
        sides = (measured.base, measured.candidate, measured.control)
        base, candidate, control = (sides[side] for side in self._naming)
        return Round(base, candidate, control)


def judge_often(
    recordings: Sequence[Sequence[Round]],
    renames_each: bool,
    suites: int,
    limits: Limits,
    seed: int,
) -> Counter[str]:
    """How many suites ended how: "red", "not judged", or "passed"."""
    chance = random.Random(seed)
    ended: Counter[str] = Counter()
    for _ in range(suites):
        source: Source = Redrawn(chance.choice(recordings), renames_each, chance)
        timing = Judge(source, limits, lambda *_: None).run()
        if timing.not_judged or timing.failure:
            ended["not judged"] += 1
        elif any(timed.verdict is Verdict.REGRESSION for timed in timing.benchmarks):
            ended["red"] += 1
        else:
            ended["passed"] += 1
    return ended
