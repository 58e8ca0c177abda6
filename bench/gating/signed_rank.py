"""Wilcoxon's signed-rank test, exact, and the Hodges-Lehmann estimate with its interval.

Written out because Debian 12 cannot install python3-scipy beside libboost1.81-dev, which the
library needs. Exact with ties too: then the null distribution is that of the mean ranks at hand.
Source: Hollander, Wolfe, Chicken, Nonparametric Statistical Methods, 2014, sections 3.1 to 3.3.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction


def _doubled_ranks(magnitudes: Sequence[float]) -> list[int]:
    """Twice each one's rank, so that the mean rank of a tie is a whole number."""
    order = sorted(range(len(magnitudes)), key=lambda i: magnitudes[i])
    ranks = [0] * len(magnitudes)
    begin = 0
    while begin < len(order):
        end = begin
        while end < len(order) and magnitudes[order[end]] == magnitudes[order[begin]]:
            end += 1
        for i in order[begin:end]:
            ranks[i] = begin + 1 + end
        begin = end
    return ranks


def _ways(ranks: Sequence[int]) -> list[int]:
    """How many subsets of the ranks have each sum."""
    ways = [1] + [0] * sum(ranks)
    for rank in ranks:
        for total in range(len(ways) - 1, rank - 1, -1):
            ways[total] += ways[total - rank]
    return ways


def p_greater(differences: Sequence[float]) -> float:
    """The probability of a sum of positive ranks at least as large if signs were tosses of a coin.

    Zeros say nothing and are left out, as Wilcoxon did; nothing left gives 1.
    """
    informative = [d for d in differences if d != 0]
    ranks = _doubled_ranks([abs(d) for d in informative])
    positive = sum(rank for rank, d in zip(ranks, informative, strict=True) if d > 0)
    return float(Fraction(sum(_ways(ranks)[positive:]), 2 ** len(ranks)))


def p_two_sided(differences: Sequence[float]) -> float:
    smaller = min(p_greater(differences), p_greater([-d for d in differences]))
    return min(1.0, 2 * smaller)


@dataclass(frozen=True)
class Shift:
    """Where the middle of the differences lies; each bound holds with 95 % on its own."""

    estimate: float
    lower: float
    upper: float


def shift(differences: Sequence[float], error: float = 0.05) -> Shift:
    """The Hodges-Lehmann estimate: the median of the means of all pairs, each with itself too.

    The bounds are those means at which the one-sided test would just not reject; infinite where the
    sample is too small for any.
    """
    n = len(differences)
    means = sorted(
        (differences[i] + differences[j]) / 2 for i in range(n) for j in range(i, n)
    )
    middle = (means[(len(means) - 1) // 2] + means[len(means) // 2]) / 2
    inside = _ranks_outside(n, error)
    if inside == 0:
        return Shift(middle, -math.inf, math.inf)
    return Shift(middle, means[inside - 1], means[-inside])


def _ranks_outside(n: int, error: float) -> int:
    """The largest k such that a sum of positive ranks below k has at most this probability."""
    below = Fraction(0)
    for total, ways in enumerate(_ways(range(1, n + 1))):
        below += Fraction(ways, 2**n)
        if below > error:
            return total
    raise AssertionError("all probabilities add up to 1")
