"""Runs rounds until every benchmark is decided, and says what became of each."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from gating import results, signed_rank
from gating.failures import HarnessFailure, NotJudged
from gating.report import Interval, Pairs, Timed, Timing, Verdict
from gating.rule import Limits, Stage, Track, confirmed
from gating.sources import Round, Source

# Told of the rounds done, and of how many benchmarks are open among how many.
Progress = Callable[[int, int, int], None]


@dataclass
class _Benchmark:
    pairs: Pairs
    candidate: Track
    control: Track
    screened: int = 0  # pairs that the candidate's screening took

    def wants_more(self) -> bool:
        # A control that has not fired rides along; it needs no pairs of its own.
        confirming = self.control.stage is Stage.CONFIRMING and self.control.wants_more()
        return self.candidate.wants_more() or confirming

    def add(self, base_ns: float, candidate_ns: float, control_ns: float | None) -> None:
        self.pairs.base_ns.append(base_ns)
        self.pairs.candidate_ns.append(candidate_ns)
        if self.candidate.wants_more():
            self.candidate.add(math.log(candidate_ns / base_ns))
        if control_ns is not None:
            self.pairs.control_ns.append(control_ns)
            if self.control.wants_more():
                self.control.add(math.log(control_ns / base_ns))


@dataclass
class Judge:
    """Keeps what it has measured in `timing`, also when a round fails."""

    source: Source
    limits: Limits
    progress: Progress
    timing: Timing = field(default_factory=Timing)
    _benchmarks: dict[str, _Benchmark] = field(default_factory=dict)

    def run(self) -> Timing:
        try:
            first = self.source.next(None)
            if first is None:
                raise HarnessFailure("nothing was measured")
            self._begin(first)
            self._take(first)
            while open_names := [n for n, b in self._benchmarks.items() if b.wants_more()]:
                self.progress(self.timing.rounds, len(open_names), len(self._benchmarks))
                following = self.source.next(open_names)
                if following is None:
                    break
                self._take(following)
            self._refuse_too_few()
            self._refuse_control()
            self._conclude()
        except NotJudged as reason:
            self.timing.not_judged = str(reason)
            self._withdraw()
        except HarnessFailure as failure:
            self.timing.failure = str(failure)
            self._withdraw()
        return self.timing

    def _begin(self, first: Round) -> None:
        base, candidate = first.base.times_ns, first.candidate.times_ns
        if not base:
            raise HarnessFailure("nothing was measured: the base has no benchmark of that name")
        self.timing.added = [name for name in candidate if name not in base]
        for name in base:
            self._benchmarks[name] = _Benchmark(
                Pairs(), Track(self.limits), Track(self.limits, two_sided=True)
            )

    def _take(self, measured: Round) -> None:
        self.timing.rounds += 1
        self.timing.contexts = {
            "base": dict(measured.base.context),
            "candidate": dict(measured.candidate.context),
        }
        sides = [("the candidate", measured.candidate)]
        if measured.control is not None:
            sides.append(("the copy of the base", measured.control))
        for side, its in [("the base", measured.base), *sides]:
            self._refuse_gaps(side, its.times_ns)
        for side, its in sides:
            if differing := results.differences(measured.base.context, its.context):
                raise NotJudged(f"the base and {side} differ in {', '.join(differing)}")
        for name, benchmark in self._benchmarks.items():
            if benchmark.wants_more():
                control = measured.control.times_ns[name] if measured.control else None
                benchmark.add(
                    measured.base.times_ns[name], measured.candidate.times_ns[name], control
                )

    def _refuse_gaps(self, side: str, times: Mapping[str, float]) -> None:
        gone = [n for n, b in self._benchmarks.items() if b.wants_more() and n not in times]
        if gone:
            hint = ""
            if self.timing.added:
                hint = f"; renamed? only the candidate has {', '.join(self.timing.added)}"
            raise HarnessFailure(f"{side} lacks {', '.join(gone)}{hint}")

    def _refuse_too_few(self) -> None:
        if self.timing.rounds < self.limits.looks[0]:
            raise NotJudged(
                f"{self.timing.rounds} pairs tell nothing; it takes {self.limits.looks[0]} at least"
            )

    def _refuse_control(self) -> None:
        fired = confirmed(
            {n: b.control for n, b in self._benchmarks.items()}, len(self._benchmarks)
        )
        names = [name for name, has_fired in fired.items() if has_fired]
        if names:
            ratio = _interval(self._benchmarks[names[0]].control.confirming).estimate
            raise NotJudged(
                f"the base differs from a copy of itself in {', '.join(names)} (ratio "
                f"{ratio:.3f}): times mean nothing here and now"
            )

    def _conclude(self) -> None:
        tracks = {name: b.candidate for name, b in self._benchmarks.items()}
        decisions = confirmed(tracks, len(tracks))
        self.timing.benchmarks = []
        for name, benchmark in self._benchmarks.items():
            track = benchmark.candidate
            if track.screening:
                verdict, note = _verdict(track, decisions.get(name))
                self.timing.benchmarks.append(
                    Timed(
                        name,
                        verdict,
                        benchmark.pairs,
                        len(track.screening),
                        len(track.confirming),
                        _interval(track.decisive()),
                        note,
                    )
                )

    def _withdraw(self) -> None:
        """Keeps what was measured, and no verdict on it."""
        self._conclude()
        for timed in self.timing.benchmarks:
            timed.verdict = Verdict.NOT_JUDGED
            timed.note = ""


def _interval(log_ratios: list[float]) -> Interval:
    shift = signed_rank.shift(log_ratios)
    return Interval(math.exp(shift.estimate), math.exp(shift.lower), math.exp(shift.upper))


def _verdict(track: Track, is_confirmed: bool | None) -> tuple[Verdict, str]:
    if track.stage is Stage.WITHIN:
        return Verdict.PASS, ""
    if track.stage is Stage.OPEN:
        return Verdict.INCONCLUSIVE, f"after {len(track.screening)} pairs"
    first = _interval(track.screening).estimate
    looked = f"ratio {first:.3f} in the first {len(track.screening)} pairs"
    if is_confirmed is None:
        return Verdict.INCONCLUSIVE, f"looks slower, too few fresh pairs to confirm; {looked}"
    if is_confirmed:
        return Verdict.REGRESSION, f"confirmed by {len(track.confirming)} fresh pairs; {looked}"
    return Verdict.PASS, f"not confirmed by {len(track.confirming)} fresh pairs; {looked}"
