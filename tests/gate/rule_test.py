"""When a benchmark fails, passes or goes on, for log ratios made by hand."""

import math
import unittest
from collections.abc import Sequence

from fakes import NOISE
from gating.rule import Limits, Stage, Track, confirmed, holm


def track_of(log_ratios: Sequence[float], two_sided: bool = False) -> Track:
    track = Track(Limits(), two_sided)
    for value in log_ratios:
        assert track.wants_more()
        track.add(value)
    return track


def around(log_ratio: float, pairs: int, scale: float = 1) -> list[float]:
    return [log_ratio + scale * NOISE[i % len(NOISE)] for i in range(pairs)]


class Screen(unittest.TestCase):
    def test_nothing_is_decided_before_ten_pairs(self) -> None:
        self.assertIs(track_of(around(0.5, 9)).stage, Stage.OPEN)
        self.assertIs(track_of(around(0, 9)).stage, Stage.OPEN)

    def test_ten_slower_pairs_are_to_be_confirmed(self) -> None:
        # p = 1/1024 < 0.005 and the median is above 2.5 %.
        self.assertIs(track_of(around(0.10, 10)).stage, Stage.CONFIRMING)

    def test_two_contrary_pairs_of_ten_leave_it_open(self) -> None:
        # The contrary ones rank first and third. Of the 1024 sums of contrary ranks, 7 are at most
        # 4 (0, 1, 2, 3 twice, 4 twice), which is above 0.005.
        pairs = [-0.011, 0.02, -0.03] + [0.04 + 0.01 * k for k in range(7)]
        self.assertAlmostEqual(Track(Limits()).p(pairs), 7 / 1024)
        self.assertIs(track_of(pairs).stage, Stage.OPEN)

    def test_one_contrary_pair_of_ten_does_not(self) -> None:
        # It ranks third: 5 of the 1024 sums are at most 3, which is below 0.005.
        pairs = [0.01, 0.02, -0.03] + [0.04 + 0.01 * k for k in range(7)]
        self.assertAlmostEqual(Track(Limits()).p(pairs), 5 / 1024)
        self.assertIs(track_of(pairs).stage, Stage.CONFIRMING)

    def test_significant_but_small_passes(self) -> None:
        # Each pair is slower by 1 % to 2.1 %: certain, and less than half of what matters.
        self.assertIs(track_of(around(0.0155, 10, 0.5)).stage, Stage.WITHIN)

    def test_unchanged_and_faster_pass_at_the_first_look(self) -> None:
        self.assertIs(track_of(around(0, 10)).stage, Stage.WITHIN)
        self.assertIs(track_of(around(-0.2, 10)).stage, Stage.WITHIN)

    def test_noise_is_open_after_thirty_pairs_and_asks_for_no_more(self) -> None:
        track = track_of(around(0, 30, 30))
        self.assertIs(track.stage, Stage.OPEN)
        self.assertFalse(track.wants_more())

    def test_what_is_clear_only_later_is_seen_at_the_second_look(self) -> None:
        # Five of the first ten are as much faster as the others are slower.
        mixed = [s * (0.2 + 0.001 * k) for k, s in enumerate([1, -1] * 5)]
        track = track_of(mixed + around(0.3, 9))
        self.assertIs(track.stage, Stage.OPEN)
        track.add(0.3)
        self.assertIs(track.stage, Stage.CONFIRMING)

    def test_a_control_counts_both_ways(self) -> None:
        self.assertIs(track_of(around(-0.1, 10), two_sided=True).stage, Stage.CONFIRMING)
        self.assertIs(track_of(around(0.1, 10), two_sided=True).stage, Stage.CONFIRMING)


class Confirmation(unittest.TestCase):
    def test_fresh_pairs_decide_and_those_of_the_screen_do_not_count(self) -> None:
        slow = track_of(around(0.1, 10) + around(0.1, 30))
        lucky = track_of(around(0.1, 10) + around(0, 30))
        self.assertFalse(slow.wants_more())
        self.assertEqual(
            confirmed({"slow": slow, "lucky": lucky}, 2), {"slow": True, "lucky": False}
        )

    def test_fresh_pairs_must_be_notable_too(self) -> None:
        # Certainly slower, by 2 %.
        small = track_of(around(0.1, 10) + around(0.02, 30))
        self.assertEqual(confirmed({"small": small}, 1), {"small": False})

    def test_what_need_not_be_confirmed_is_not(self) -> None:
        self.assertEqual(confirmed({"same": track_of(around(0, 10))}, 1), {})

    def test_ten_fresh_pairs_confirm_one_benchmark_and_none_of_six(self) -> None:
        # 1/1024 < 0.005, 6/1024 > 0.005: then no ten pairs could, and there is no answer.
        track = track_of(around(0.1, 20))
        self.assertEqual(confirmed({"a": track}, 1), {"a": True})
        self.assertEqual(confirmed({"a": track}, 6), {})

    def test_holm_multiplies_by_the_tests_that_are_left(self) -> None:
        # Of 4 tests, the one that is not named as good as 1: 0.01 * 4, 0.02 * 3, 0.03 * 2 (raised
        # to what stands before).
        adjusted = holm({"b": 0.02, "a": 0.01, "c": 0.03}, 4)
        for name, expected in {"a": 0.04, "b": 0.06, "c": 0.06}.items():
            self.assertAlmostEqual(adjusted[name], expected)
        self.assertEqual(holm({"a": 0.5}, 4), {"a": 1})

    def test_half_of_delta_is_the_threshold(self) -> None:
        limits = Limits(delta=0.2)
        track = Track(limits)
        for value in around(math.log(1.09), 10):
            track.add(value)
        self.assertIs(track.stage, Stage.WITHIN)
        track = Track(limits)
        for value in around(math.log(1.11), 10):
            track.add(value)
        self.assertIs(track.stage, Stage.CONFIRMING)


if __name__ == "__main__":
    unittest.main()
