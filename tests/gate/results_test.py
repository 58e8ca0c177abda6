"""Google Benchmark's JSON, as versions 1.7 and 1.8 write it."""

import json
import unittest
from typing import Any

from gating.failures import HarnessFailure
from gating.results import differences, parse

# Version 1.7.1, Debian 12, cut.
OLD = """{
  "context": {
    "date": "2024-03-01T10:00:00+00:00", "host_name": "vm", "executable": "./bench",
    "num_cpus": 2, "mhz_per_cpu": 2596, "cpu_scaling_enabled": false,
    "caches": [{"type": "Data", "level": 1, "size": 32768, "num_sharing": 1}],
    "load_avg": [6.77588, 6.44824, 4.3457], "library_build_type": "debug"
  },
  "benchmarks": [
    {
      "name": "decide/c3/4/manual_time", "family_index": 1, "per_family_instance_index": 0,
      "run_name": "decide/c3/4/manual_time", "run_type": "iteration", "repetitions": 1,
      "repetition_index": 0, "threads": 1, "iterations": 1333,
      "real_time": 9.6893082520630051e+04, "cpu_time": 5.0535724681170279e+04,
      "time_unit": "ns", "ns_per_decision": 9.6893082520630159e+01
    },
    {
      "name": "gate/c3/16", "run_name": "gate/c3/16", "run_type": "iteration", "repetitions": 1,
      "repetition_index": 0, "threads": 1, "iterations": 182,
      "real_time": 3.5e+05, "cpu_time": 2.5e+05, "time_unit": "ns"
    }
  ]
}"""

# Version 1.8.3 with --benchmark_repetitions=3, cut.
NEW = """{
  "context": {
    "date": "2024-03-01T10:00:00+00:00", "host_name": "ci", "executable": "./bench",
    "num_cpus": 8, "mhz_per_cpu": 3000, "cpu_scaling_enabled": true, "caches": [],
    "load_avg": [], "library_build_type": "release", "json_schema_version": 1
  },
  "benchmarks": [
    {"name": "sort/8", "family_index": 0, "run_name": "sort/8", "run_type": "iteration",
     "repetitions": 3, "repetition_index": 0, "threads": 1, "iterations": 10,
     "real_time": 9.0, "cpu_time": 4.0, "time_unit": "us"},
    {"name": "sort/8", "family_index": 0, "run_name": "sort/8", "run_type": "iteration",
     "repetitions": 3, "repetition_index": 1, "threads": 1, "iterations": 10,
     "real_time": 9.0, "cpu_time": 2.0, "time_unit": "us"},
    {"name": "sort/8", "family_index": 0, "run_name": "sort/8", "run_type": "iteration",
     "repetitions": 3, "repetition_index": 2, "threads": 1, "iterations": 10,
     "real_time": 9.0, "cpu_time": 3.0, "time_unit": "us"},
    {"name": "sort/8_mean", "family_index": 0, "run_name": "sort/8", "run_type": "aggregate",
     "repetitions": 3, "threads": 1, "aggregate_name": "mean", "aggregate_unit": "time",
     "iterations": 3, "real_time": 9.0, "cpu_time": 77.0, "time_unit": "us"},
    {"name": "sort/9", "family_index": 1, "run_name": "sort/9", "run_type": "iteration",
     "repetitions": 1, "repetition_index": 0, "threads": 1, "skipped": true,
     "skip_message": "not here", "iterations": 0, "real_time": 0.0, "cpu_time": 0.0,
     "time_unit": "us"}
  ]
}"""


def with_run(**changed: Any) -> str:
    run = {"name": "a", "run_name": "a", "run_type": "iteration", "real_time": 2.0, "cpu_time": 1.0,
           "time_unit": "ns", **changed}  # fmt: skip
    return json.dumps({"context": {}, "benchmarks": [run]})


class Parse(unittest.TestCase):
    def test_version_1_7_with_manual_time(self) -> None:
        times = parse(OLD, "old").times_ns
        # Who times by hand means that time; else it is the processor's.
        self.assertEqual(
            times, {"decide/c3/4/manual_time": 9.6893082520630051e04, "gate/c3/16": 250_000}
        )

    def test_version_1_8_with_repetitions_aggregates_and_skipped_ones(self) -> None:
        # The median of 4, 2 and 3 us; the mean's 77 and what was skipped do not count.
        self.assertEqual(parse(NEW, "new").times_ns, {"sort/8": 3000})

    def test_units_of_time(self) -> None:
        for unit, factor in {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}.items():
            self.assertEqual(parse(with_run(time_unit=unit), "x").times_ns, {"a": factor})

    def test_real_time_where_the_benchmark_asks_for_it(self) -> None:
        name = "a/process_time/real_time/threads:4"
        self.assertEqual(parse(with_run(name=name, run_name=name), "x").times_ns, {name: 2})
        # Not where it is merely called so.
        name = "real_time/8"
        self.assertEqual(parse(with_run(name=name, run_name=name), "x").times_ns, {name: 1})

    def test_a_benchmark_that_failed_fails_the_harness(self) -> None:
        failing = with_run(error_occurred=True, error_message="no such table")
        with self.assertRaisesRegex(HarnessFailure, "x: 'a' reports an error: no such table"):
            parse(failing, "x")

    def test_times_that_are_none(self) -> None:
        for time in (0, -1, float("nan"), float("inf")):
            with self.assertRaises(HarnessFailure):
                parse(with_run(cpu_time=time), "x")

    def test_an_empty_file_holds_no_times(self) -> None:
        self.assertEqual(parse("", "x").times_ns, {})

    def test_other_text_is_refused(self) -> None:
        broken = ("{", "[]", "5", '{"benchmarks": 3}', '{"benchmarks": [{}]}',
                  '{"benchmarks": [7]}', '{"context": 1, "benchmarks": []}',
                  with_run(time_unit="h"), with_run(cpu_time="soon"))  # fmt: skip
        for text in broken:
            with self.assertRaises(HarnessFailure, msg=text):
                parse(text, "x")


class Differences(unittest.TestCase):
    def setUp(self) -> None:
        self.context = json.loads(OLD)["context"]

    def test_date_load_and_path_may_differ(self) -> None:
        other = {**self.context, "date": "later", "load_avg": [1], "executable": "b"}
        self.assertEqual(differences(self.context, other), [])

    def test_machine_library_and_compiler_may_not(self) -> None:
        custom = {"compiler": "GNU 12.2.0", "build_type": "Release"}
        for key, value in {"num_cpus": 4, "library_build_type": "release", "host_name": "other",
                           "caches": [], "compiler": "Clang 14", "build_type": "Debug",
                           "mhz_per_cpu": 3000}.items():  # fmt: skip
            base = {**self.context, **custom}
            self.assertEqual(len(differences(base, {**base, key: value})), 1, key)

    def test_a_frequency_read_a_little_differently_is_the_same(self) -> None:
        self.assertEqual(differences(self.context, {**self.context, "mhz_per_cpu": 2500}), [])

    def test_what_one_side_does_not_say_is_no_difference(self) -> None:
        self.assertEqual(differences(self.context, {**self.context, "compiler": "GNU"}), [])


if __name__ == "__main__":
    unittest.main()
