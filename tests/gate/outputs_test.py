"""Files that the gate writes, read back."""

import json
import os
import unittest
import xml.etree.ElementTree as ET
from pathlib import Path

from fakes import FakePrograms, GateTest, noisy, steady
from gating import files, writers
from gating.failures import HarnessFailure
from gating.junit import junit
from gating.report import (
    Counted,
    Instructions,
    Interval,
    Outcome,
    Pairs,
    Report,
    Timed,
    Timing,
    Verdict,
)

# What XML, Markdown and terminals could trip over: markup, a control character, an escape, half of
# a pair of surrogates, a non-character, line breaks and the end of a CDATA section.
AWFUL = "<a & \"b'|`*_\x00\x1b[31m\ud800\uffff\n\r]]> ü 🦆"


def report_of(*timed: tuple[str, Verdict], required: bool = False) -> Report:
    timing = Timing(rounds=10)
    for name, verdict in timed:
        timing.benchmarks.append(
            Timed(name, verdict, Pairs([1], [2], [3]), 10, 0, Interval(1.1, 1.05, 1.2), AWFUL)
        )
    return Report(base="b", candidate="c", seed=1, delta=0.05, required=required, timing=timing)


ONE_OF_EACH = [(verdict.value, verdict) for verdict in Verdict]


class Junit(unittest.TestCase):
    def test_a_testcase_for_each_benchmark(self) -> None:
        root = ET.fromstring(junit(report_of(*ONE_OF_EACH)))
        suite = root.find("testsuite")
        assert suite is not None
        self.assertEqual(
            {case.attrib["name"]: case[0].tag for case in suite},
            {
                "pass": "system-out",
                "regression": "failure",
                "inconclusive": "skipped",
                "not judged": "skipped",
            },
        )
        counts = {key: suite.attrib[key] for key in ("tests", "failures", "errors", "skipped")}
        self.assertEqual(counts, {"tests": "4", "failures": "1", "errors": "0", "skipped": "2"})

    def test_required_passes_fail_otherwise(self) -> None:
        root = ET.fromstring(junit(report_of(*ONE_OF_EACH, required=True)))
        self.assertEqual(len(list(root.iter("failure"))), 3)

    def test_a_harness_failure_is_an_error(self) -> None:
        report = Report(timing=Timing(failure=AWFUL))
        root = ET.fromstring(junit(report))
        self.assertEqual(len(list(root.iter("error"))), 1)

    def test_any_name_is_well_formed(self) -> None:
        root = ET.fromstring(junit(report_of((AWFUL, Verdict.REGRESSION))).encode("utf-8"))
        (case,) = root.iter("testcase")
        # An attribute keeps line breaks only as references.
        expected = "<a & \"b'|`*_\\x00\\x1b[31m\\xd800\\xffff\n\r]]> ü 🦆"
        self.assertEqual(case.attrib["name"], expected)


class Outcomes(unittest.TestCase):
    def test_each_has_one_code(self) -> None:
        passed, slower = ("a", Verdict.PASS), ("b", Verdict.REGRESSION)
        doubtful = ("c", Verdict.INCONCLUSIVE)
        self.assertIs(report_of(passed, doubtful).outcome(), Outcome.PASS)
        self.assertIs(report_of(passed, doubtful, slower).outcome(), Outcome.REGRESSION)
        self.assertIs(report_of(passed, doubtful, required=True).outcome(), Outcome.REGRESSION)
        self.assertIs(report_of(passed, required=True).outcome(), Outcome.PASS)

    def test_nothing_compared_is_never_a_pass(self) -> None:
        self.assertIs(Report().outcome(), Outcome.HARNESS_FAILURE)
        self.assertIs(report_of().outcome(), Outcome.HARNESS_FAILURE)

    def test_failure_before_regression_before_not_judged(self) -> None:
        slower = Counted("x", 100, 110, Verdict.REGRESSION)
        report = Report(timing=Timing(not_judged="control"), instructions=Instructions())
        assert report.timing is not None and report.instructions is not None
        self.assertIs(report.outcome(), Outcome.NOT_JUDGED)
        report.instructions.cases = [slower]
        self.assertIs(report.outcome(), Outcome.REGRESSION)
        report.timing.failure = "crash"
        self.assertIs(report.outcome(), Outcome.HARNESS_FAILURE)


class Texts(unittest.TestCase):
    def test_a_terminal_is_told_no_escapes(self) -> None:
        shown = writers.text(report_of((AWFUL, Verdict.PASS)))
        self.assertNotIn("\x1b", shown)
        self.assertNotIn("\x00", shown)
        # Introduction, head, one row, counts, an empty line and the conclusion.
        self.assertEqual(len(shown.splitlines()), 6)

    def test_markdown_rows_have_as_many_cells_as_their_head(self) -> None:
        shown = writers.markdown(report_of((AWFUL, Verdict.PASS)))
        rows = [line for line in shown.splitlines() if line.startswith("|")]
        self.assertEqual(len(rows), 3)
        for row in rows:
            self.assertEqual(row.replace("\\\\", "").replace("\\|", "").count("|"), 7)
        self.assertNotIn("<a", shown)

    def test_json_keeps_what_has_no_number_as_null(self) -> None:
        report = report_of(("a", Verdict.PASS))
        assert report.timing is not None
        report.timing.benchmarks[0].ratio.upper = float("inf")
        document = json.loads(writers.to_json(report))
        self.assertIsNone(document["timing"]["benchmarks"][0]["ratio"]["upper"])


class Files(GateTest):
    def test_written_whole_with_what_was_there_kept_until_then(self) -> None:
        path = self.folder / "report"
        link = self.folder / "link"
        link.symlink_to(path)
        path.write_text("old")
        before = path.stat().st_ino
        files.write(link, "new")
        self.assertEqual(path.read_text(), "new")
        self.assertTrue(link.is_symlink())
        self.assertNotEqual(path.stat().st_ino, before)
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["link", "report"])

    def test_a_failure_leaves_nothing(self) -> None:
        with self.assertRaises(HarnessFailure):
            files.write(self.folder / "none" / "report", "x")
        (self.folder / "folder").mkdir()
        with self.assertRaises(HarnessFailure):
            files.write(self.folder / "folder", "x")
        self.assertEqual([p.name for p in self.folder.iterdir()], ["folder"])

    def test_a_pipe_is_written_to(self) -> None:
        path = self.folder / "pipe"
        os.mkfifo(path)
        reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        files.write(path, "x")
        self.assertEqual(os.read(reader, 10), b"x")
        os.close(reader)

    def test_the_command_writes_all_three(self) -> None:
        fakes = FakePrograms(self.folder, steady(), noisy(1.1))
        outputs: dict[str, Path] = {
            kind: self.folder / f"report.{kind}" for kind in ("json", "junit", "markdown")
        }
        options: list[str | Path] = []
        for kind, path in outputs.items():
            options += [f"--{kind}", path]
        ended = self.gate(fakes.base, fakes.candidate, "--seed", "5", *options)
        self.assertEqual(ended.code, 1)
        document = json.loads(outputs["json"].read_text())
        (benchmark,) = document["timing"]["benchmarks"]
        self.assertEqual(document["seed"], 5)
        self.assertEqual(document["exit_code"], 1)
        self.assertEqual(benchmark["verdict"], "regression")
        self.assertEqual([benchmark["screened"], benchmark["fresh"]], [10, 30])
        pairs = benchmark["pairs"]
        self.assertEqual({side: len(times) for side, times in pairs.items()},
                         {"base_ns": 40, "candidate_ns": 40, "control_ns": 40})  # fmt: skip
        self.assertEqual(pairs["base_ns"][0], 100)
        self.assertAlmostEqual(pairs["candidate_ns"][0], 110 * 1.01)
        root = ET.parse(outputs["junit"]).getroot()
        self.assertEqual([c.attrib["name"] for c in root.iter("testcase")], ["gate/a/16"])
        self.assertIn("| regression |", outputs["markdown"].read_text())


if __name__ == "__main__":
    unittest.main()
