"""Suites drawn from rounds that were measured once."""

import random
import unittest

from fakes import NOISE
from gating.redraw import Redrawn, judge_often
from gating.results import Results
from gating.rule import Limits
from gating.sources import Round


def rounds_of(third: float, count: int = 90) -> list[Round]:
    """Two processes alike but for noise, and one that takes `third` times as long."""
    chance = random.Random(7)

    def process(factor: float) -> Results:
        return Results({}, {"a": 100 * factor * (1 + chance.choice(NOISE))})

    return [Round(process(1), process(1), process(third)) for _ in range(count)]


def times(measured: Round) -> list[float]:
    assert measured.control is not None
    return [side.times_ns["a"] for side in (measured.base, measured.candidate, measured.control)]


class Redraw(unittest.TestCase):
    def test_rounds_stay_in_order_and_keep_their_three_processes(self) -> None:
        recorded = rounds_of(1.3, 12)
        drawn = Redrawn(recorded, True, random.Random(1))
        at = [
            next(i for i, one in enumerate(recorded) if sorted(times(one)) == sorted(times(found)))
            for found in (drawn.next(None) for _ in range(24))
        ]
        self.assertEqual([(i - at[0]) % 12 for i in at], [k % 12 for k in range(24)])

    def test_named_once_the_slow_process_stays_the_same_and_named_each_time_it_does_not(self) -> None:
        recorded = rounds_of(1.3)
        for each, expected in ((False, 1), (True, 3)):
            drawn = Redrawn(recorded, each, random.Random(2))
            slow = {times(found).index(max(times(found))) for found in (
                drawn.next(None) for _ in range(60)
            )}  # fmt: skip
            self.assertEqual(len(slow), expected)

    def test_like_processes_pass(self) -> None:
        ended = judge_often([rounds_of(1)], True, 40, Limits(), 3)
        self.assertEqual(ended, {"passed": 40})

    def test_a_copy_that_is_always_slower_is_no_pass_for_most_names(self) -> None:
        # As the candidate it is red, as the copy or the base the control fires.
        ended = judge_often([rounds_of(1.3)], False, 60, Limits(), 4)
        self.assertGreater(ended["red"], 5)
        self.assertGreater(ended["not judged"], 20)
        self.assertEqual(ended["passed"], 0)


if __name__ == "__main__":
    unittest.main()
