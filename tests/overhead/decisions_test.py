"""What switchyard-bench measured, as versions 1.7 and 1.8 of Google Benchmark write it."""

import json
import re
import unittest

from fakes import TIMES, document
from gating.failures import HarnessFailure
from overhead.decisions import parse, pattern

# Version 1.8 with --benchmark_repetitions=3, cut.
NEW = """{
  "context": {"num_cpus": 8, "load_avg": [], "library_version": "v1.8.3",
              "library_build_type": "release", "json_schema_version": 1},
  "benchmarks": [
    {"name": "decide/null/manual_time", "run_name": "decide/null/manual_time",
     "run_type": "iteration", "repetitions": 1, "repetition_index": 0, "threads": 1,
     "iterations": 10, "real_time": 9000.0, "cpu_time": 1.0, "time_unit": "ns",
     "ns_per_decision": 9.0},
    {"name": "decide/a/4/manual_time", "run_name": "decide/a/4/manual_time",
     "run_type": "iteration", "repetitions": 3, "repetition_index": 0, "threads": 1,
     "iterations": 10, "real_time": 1.0, "cpu_time": 1.0, "time_unit": "us",
     "ns_per_decision": 4.0},
    {"name": "decide/a/4/manual_time", "run_name": "decide/a/4/manual_time",
     "run_type": "iteration", "repetitions": 3, "repetition_index": 1, "threads": 1,
     "iterations": 10, "real_time": 1.0, "cpu_time": 1.0, "time_unit": "us",
     "ns_per_decision": -2.0},
    {"name": "decide/a/4/manual_time", "run_name": "decide/a/4/manual_time",
     "run_type": "iteration", "repetitions": 3, "repetition_index": 2, "threads": 1,
     "iterations": 10, "real_time": 1.0, "cpu_time": 1.0, "time_unit": "us",
     "ns_per_decision": 3.0},
    {"name": "decide/a/4/manual_time_mean", "run_name": "decide/a/4/manual_time",
     "run_type": "aggregate", "repetitions": 3, "threads": 1, "aggregate_name": "mean",
     "aggregate_unit": "time", "iterations": 3, "real_time": 1.0, "cpu_time": 1.0,
     "time_unit": "us", "ns_per_decision": 77.0},
    {"name": "feedback/a/4/manual_time", "run_name": "feedback/a/4/manual_time",
     "run_type": "iteration", "threads": 1, "skipped": true, "skip_message": "not here",
     "iterations": 0, "real_time": 0.0, "cpu_time": 0.0, "time_unit": "ns"},
    {"name": "gate/a/16", "run_name": "gate/a/16", "run_type": "iteration", "threads": 1,
     "iterations": 10, "real_time": 5.0, "cpu_time": 5.0, "time_unit": "ns"}
  ]
}"""


class Parse(unittest.TestCase):
    def test_version_1_7(self) -> None:
        costs = parse(document(TIMES), "old", [4, 16])
        self.assertEqual(costs.null_ns, 9)
        self.assertEqual(costs.decision_ns["slow", 16], 900)
        self.assertEqual(costs.feedback_ns, {("slow", 4): 50, ("slow", 16): 100})
        self.assertEqual(len(costs.decision_ns), 6)
        self.assertEqual(costs.context["compiler"], "GNU 12.2.0")

    def test_version_1_8_with_repetitions_aggregates_and_skipped_ones(self) -> None:
        costs = parse(NEW, "new", [4])
        # The median of 4, -2 and 3; what others cost and the mean's 77 do not count.
        self.assertEqual(costs.decision_ns, {("a", 4): 3})
        self.assertEqual(costs.feedback_ns, {})
        self.assertEqual(costs.null_ns, 9)

    def test_decision_and_feedback_make_a_request(self) -> None:
        costs = parse(document(TIMES), "old", [4, 16])
        self.assertEqual(costs.request_ns("slow", 4), 350)
        self.assertEqual(costs.request_ns("quick", 4), 10)

    def test_what_was_not_measured_is_named(self) -> None:
        for missing in ("decide/null", "decide/quick/16"):
            times = {name: ns for name, ns in TIMES.items() if name != missing}
            with self.assertRaisesRegex(HarnessFailure, f"x: {missing} was not measured"):
                parse(document(times), "x", [4, 16])
        with self.assertRaisesRegex(HarnessFailure, "decide/bound/5 was not measured"):
            parse(document(TIMES), "x", [4, 5])
        with self.assertRaisesRegex(HarnessFailure, "was not measured"):
            parse(document({"decide/null": 1}), "x", [4])

    def test_a_benchmark_that_failed(self) -> None:
        broken = json.loads(document(TIMES))
        broken["benchmarks"][1].update(error_occurred=True, error_message="no such table")
        with self.assertRaisesRegex(HarnessFailure, "'decide/quick' reports an error: no such ta"):
            parse(json.dumps(broken), "x", [4])

    def test_other_text_is_refused(self) -> None:
        nothing = document({**TIMES, "decide/slow/4": float("nan")})
        broken = ("", "{", "[]", "5", '{"benchmarks": []}', '{"context": {}, "benchmarks": 3}',
                  '{"context": {}, "benchmarks": [7]}', '{"context": 1, "benchmarks": []}',
                  '{"context": {}, "benchmarks": [{"name": "decide"}]}',
                  '{"context": {}, "benchmarks": [{"name": "decide/a/4"}]}', nothing)  # fmt: skip
        for text in broken:
            with self.assertRaises(HarnessFailure, msg=text):
                parse(text, "x", [4])


class Pattern(unittest.TestCase):
    def test_only_what_is_read_is_run(self) -> None:
        wanted = re.compile(pattern([4, 16]))
        for name in ("decide/null", "decide/d_choices+causal/4", "feedback/c3/16"):
            self.assertTrue(wanted.search(f"{name}/manual_time"), name)
        for name in ("decide/c3/64", "gate/c3/16", "engine/4", "decide/c3/14"):
            self.assertFalse(wanted.search(f"{name}/manual_time"), name)


if __name__ == "__main__":
    unittest.main()
