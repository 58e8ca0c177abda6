"""The statistics against hand calculation and printed tables."""

import math
import unittest

from gating import signed_rank


class SignedRank(unittest.TestCase):
    def test_all_of_ten_positive_is_one_in_1024(self) -> None:
        self.assertEqual(signed_rank.p_greater([0.1 * k for k in range(1, 11)]), 1 / 1024)
        self.assertEqual(signed_rank.p_two_sided([0.1 * k for k in range(1, 11)]), 2 / 1024)

    def test_all_negative_is_certain(self) -> None:
        self.assertEqual(signed_rank.p_greater([-0.1 * k for k in range(1, 11)]), 1)
        self.assertEqual(signed_rank.p_two_sided([-0.1 * k for k in range(1, 11)]), 2 / 1024)

    def test_the_smallest_of_ten_negative(self) -> None:
        # Sums of positive ranks of at least 54 of 55: all, and all but the first.
        self.assertEqual(signed_rank.p_greater([-1, *range(2, 11)]), 2 / 1024)

    def test_an_even_sum_by_hand(self) -> None:
        # Ranks 1 and 2 positive, 3 negative: 3, 1+2, 1+3, 2+3 and 1+2+3 are at least 3, so 5 of 8.
        self.assertEqual(signed_rank.p_greater([1, 2, -3]), 5 / 8)

    def test_ties_share_their_mean_rank(self) -> None:
        # Ranks 1.5, 1.5 and 3, the second negative: sums of at least 4.5 are 1.5 + 3 twice and 6.
        self.assertEqual(signed_rank.p_greater([1, -1, 2]), 3 / 8)

    def test_zeros_are_left_out(self) -> None:
        self.assertEqual(signed_rank.p_greater([0, 0, 1, 2]), 1 / 4)
        self.assertEqual(signed_rank.p_greater([0, 0]), 1)

    def test_the_largest_p_of_a_published_example(self) -> None:
        # Hollander and Wolfe, example 3.1 (Hamilton's depression scale), 9 pairs: P = 0.020.
        before = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30]
        after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
        fallen = [b - a for b, a in zip(before, after, strict=True)]
        self.assertAlmostEqual(signed_rank.p_greater(fallen), 0.0195, places=4)

    def test_the_estimate_of_that_example_and_its_bounds(self) -> None:
        # Hollander and Wolfe, examples 3.3 and 3.4: the estimate is 0.46, and of 96 % on both sides
        # (3.9 % outside) the interval runs from 0.010 to 0.786.
        before = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30]
        after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
        shift = signed_rank.shift([b - a for b, a in zip(before, after, strict=True)], 0.02)
        self.assertAlmostEqual(shift.estimate, 0.46, places=3)
        self.assertAlmostEqual(shift.lower, 0.010, places=3)
        self.assertAlmostEqual(shift.upper, 0.786, places=3)

    def test_bounds_are_as_far_in_as_tables_say(self) -> None:
        # Critical values of the one-sided test at 5 %: 10 of 10 pairs, 60 of 20, 151 of 30. With
        # values 2, 4, 8 … all means of pairs differ, so the bound tells its place in their order.
        for pairs, critical in ((10, 10), (20, 60), (30, 151)):
            values = [2.0**k for k in range(1, pairs + 1)]
            means = sorted((a + b) / 2 for i, a in enumerate(values) for b in values[i:])
            shift = signed_rank.shift(values)
            self.assertEqual(shift.lower, means[critical])
            self.assertEqual(shift.upper, means[-1 - critical])

    def test_four_pairs_bound_nothing(self) -> None:
        # Even if all agree, that happens once in 16 times.
        self.assertEqual(signed_rank.shift([1, 2, 3, 4]).upper, math.inf)
        self.assertEqual(signed_rank.shift([1, 2, 3, 4, 5]).upper, 5)


if __name__ == "__main__":
    unittest.main()
