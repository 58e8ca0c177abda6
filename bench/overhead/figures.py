"""What was measured; the page is made of these."""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Spread:
    """Of processes, each of which is one sample."""

    median: float
    lowest: float
    highest: float


def spread(samples: Sequence[float]) -> Spread:
    return Spread(statistics.median(samples), min(samples), max(samples))


@dataclass(frozen=True)
class Costs:
    """Nanoseconds of one process of switchyard-bench, by strategy and number of nodes, without
    those of a router that does nothing; `null_ns` is that one's own."""

    context: Mapping[str, Any]
    null_ns: float
    decision_ns: Mapping[tuple[str, int], float]
    feedback_ns: Mapping[tuple[str, int], float]

    def request_ns(self, strategy: str, nodes: int) -> float:
        """Of a decision and of the feedback on it, where the strategy takes any."""
        key = strategy, nodes
        return self.decision_ns[key] + self.feedback_ns.get(key, 0)


@dataclass(frozen=True)
class Latency:
    """Of a recording's statements that a router sends somewhere; nanoseconds."""

    name: str
    requests: int
    median_ns: float
    p99_ns: float


def latency(name: str, durations_ns: Sequence[float]) -> Latency:
    """REQUIRES some. The 99th percentile is the least that 99 % do not exceed."""
    ordered = sorted(durations_ns)
    p99 = ordered[math.ceil(99 * len(ordered) / 100) - 1]
    return Latency(name, len(ordered), statistics.median(ordered), p99)


@dataclass(frozen=True)
class Simulated:
    """A candidate of a scenario; `strategy` is empty if it is more than one by its name alone."""

    name: str
    strategy: str
    databases: int
    median_ns: float
    p99_ns: float


@dataclass(frozen=True)
class Asked:
    """One process of Django: nanoseconds by router (`none`, `null`, …) and `read` or `write`."""

    python: str
    django: str
    ns: Mapping[str, Mapping[str, float]]


@dataclass
class Django:
    """By number of databases; or why there is nothing."""

    missing: str = ""
    processes: dict[int, list[Asked]] = field(default_factory=dict)


@dataclass
class Figures:
    nodes: Sequence[int]
    threshold: float  # the share of the median request from which a cost is not negligible
    costs: Sequence[Costs]
    recordings: Sequence[Latency]
    without_durations: Sequence[str]
    scenario: str
    simulated: Sequence[Simulated]
    django: Django

    def strategies(self) -> list[str]:
        """In the order of the benchmarks."""
        return list(dict.fromkeys(name for name, _ in self.costs[0].decision_ns))

    def bounds(self) -> list[str]:
        """Strategies that show what others could cost or gain, rather than something to run."""
        return str(self.costs[0].context.get("bounds", "")).split()

    def decision(self, strategy: str, nodes: int) -> Spread:
        return spread([costs.decision_ns[strategy, nodes] for costs in self.costs])

    def feedback(self, strategy: str, nodes: int) -> Spread | None:
        key = strategy, nodes
        if key not in self.costs[0].feedback_ns:
            return None
        return spread([costs.feedback_ns[key] for costs in self.costs])

    def request(self, strategy: str, nodes: int) -> Spread:
        return spread([costs.request_ns(strategy, nodes) for costs in self.costs])

    def shortest(self) -> Latency:
        """Of the recordings, that with the shortest median: there a cost weighs most."""
        return min(self.recordings, key=lambda recording: recording.median_ns)

    def asked(self, router: str, action: str, databases: int) -> Spread:
        return spread([asked.ns[router][action] for asked in self.django.processes[databases]])

    def ruled(self, router: str, action: str, databases: int) -> Spread:
        """Without what Django takes to ask a router that does nothing."""
        return spread([asked.ns[router][action] - asked.ns["null"][action]
                       for asked in self.django.processes[databases]])  # fmt: skip
