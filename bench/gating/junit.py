"""The report as JUnit's XML, which every CI shows: a testcase for each benchmark and case."""

import xml.etree.ElementTree as ET
from collections.abc import Iterable

from gating.report import Measure, Report, Verdict
from gating.writers import bounds


def _legal(text: str) -> str:
    """Characters that XML 1.0 knows; of others, their code."""
    return "".join(c if _is_legal(ord(c)) else f"\\x{ord(c):02x}" for c in text)


def _is_legal(code: int) -> bool:
    return (
        code in (0x9, 0xA, 0xD)
        or 0x20 <= code <= 0xD7FF
        or 0xE000 <= code <= 0xFFFD
        or 0x10000 <= code <= 0x10FFFF
    )


def _add_case(
    suite: ET.Element, name: str, verdict: Verdict, message: str, required: bool
) -> None:
    case = ET.SubElement(suite, "testcase", classname=suite.attrib["name"], name=_legal(name))
    if verdict is Verdict.PASS:
        ET.SubElement(case, "system-out").text = _legal(message)
        return
    fails = verdict is Verdict.REGRESSION or required
    whole = _legal(f"{verdict.value}: {message}")
    ET.SubElement(case, "failure" if fails else "skipped", message=whole)


def _add_suite(
    root: ET.Element,
    name: str,
    measure: Measure,
    cases: Iterable[tuple[str, Verdict, str]],
    required: bool,
) -> None:
    suite = ET.SubElement(root, "testsuite", name=name)
    for case_name, verdict, message in cases:
        _add_case(suite, case_name, verdict, message, required)
    if measure.not_judged:
        _add_case(suite, "verdict", Verdict.NOT_JUDGED, measure.not_judged, required)
    if measure.failure:
        case = ET.SubElement(suite, "testcase", classname=name, name="harness")
        ET.SubElement(case, "error", message=_legal(measure.failure))
    for attribute, tag in (
        ("tests", "testcase"),
        ("failures", "failure"),
        ("errors", "error"),
        ("skipped", "skipped"),
    ):
        suite.set(attribute, str(len(list(suite.iter(tag)))))


def junit(report: Report) -> str:
    root = ET.Element("testsuites", name="gate")
    if report.timing is not None:
        timed = (
            (t.name, t.verdict, f"ratio {t.ratio.estimate:.3f}, {bounds(t.ratio)}; {t.note}")
            for t in report.timing.benchmarks
        )
        _add_suite(root, "gate.time", report.timing, timed, report.required)
    if report.instructions is not None:
        counted = (
            (c.name, c.verdict, f"{c.change:+.2%}, {c.base} to {c.candidate}; {c.note}")
            for c in report.instructions.cases
        )
        _add_suite(root, "gate.instructions", report.instructions, counted, report.required)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"
