"""How long requests took: recorded ones, simulated ones, and how that is written."""

import json
import unittest

from fakes import COMPARED, RECORDING
from gating.failures import HarnessFailure
from overhead.figures import latency
from overhead.recordings import candidates, durations_ns
from overhead.units import share, time


class Recorded(unittest.TestCase):
    def test_only_what_a_router_decides_about_counts(self) -> None:
        lines = RECORDING.splitlines(keepends=True)
        self.assertEqual(durations_ns(lines), [30_000, 10_000, 90_000, 50_000])

    def test_columns_go_by_name_and_may_be_missing(self) -> None:
        self.assertEqual(durations_ns(["dur,op,t\n", "5,w,1\n"]), [5])
        self.assertEqual(durations_ns(["# x\n", "t,session,op\n", "1,a,r\n"]), [])

    def test_median_and_99th_percentile(self) -> None:
        # Of 1 to 200 the median lies between 100 and 101; 198 are 99 %.
        found = latency("x", list(range(200, 0, -1)))
        self.assertEqual((found.requests, found.median_ns, found.p99_ns), (200, 100.5, 198))
        # Of 1 to 101, 99 are less than 99 %.
        self.assertEqual(latency("x", range(1, 102)).p99_ns, 100)
        self.assertEqual(latency("x", [7]).p99_ns, 7)


class Simulated(unittest.TestCase):
    def test_a_candidate_is_a_strategy_only_without_parameters_and_guards(self) -> None:
        quick, tuned = candidates(json.dumps(COMPARED))
        self.assertEqual((quick.strategy, quick.databases), ("quick", 5))
        self.assertEqual((quick.median_ns, quick.p99_ns), (100_000, 2_000_000))
        # Not the name of any benchmark.
        self.assertEqual(tuned.strategy, "quick(x=1)")
        guarded = {**COMPARED["candidates"][0], "guards": ["causal"]}
        self.assertEqual(candidates(json.dumps({"candidates": [guarded]}))[0].strategy, "")

    def test_other_text_is_refused(self) -> None:
        for text in ("", "[]", "{}", '{"candidates": [{}]}', '{"candidates": 3}'):
            with self.assertRaises(HarnessFailure, msg=text):
                candidates(text)


class Units(unittest.TestCase):
    def test_times(self) -> None:
        written = {0.99: "<1 ns", -3: "<1 ns", 1: "1.0 ns", 9.96: "10 ns", 57.4: "57 ns",
                   123.4: "123 ns", 999.4: "999 ns", 999.6: "1.00 µs", 42_000: "42.0 µs",
                   227_000: "227 µs", 3_190_000: "3.19 ms", 2e9: "2.00 s"}  # fmt: skip
        for ns, text in written.items():
            self.assertEqual(time(ns), text)

    def test_shares(self) -> None:
        written = {10: "0.024 %", 420: "1.0 %", 4158: "9.9 %", 4199: "10 %", 42_000: "100 %"}
        for ns, text in written.items():
            self.assertEqual(share(ns, 42_000), text)
        self.assertEqual(share(10, 109e6), "<0.001 %")
        # What is less than 1 ns is not told apart.
        self.assertEqual(share(0.2, 42_000), "<0.0024 %")
        self.assertEqual(share(-1, 42_000), "<0.0024 %")


if __name__ == "__main__":
    unittest.main()
