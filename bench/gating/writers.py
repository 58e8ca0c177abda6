"""The report as text, as Markdown and as JSON."""

import dataclasses
import json
import math
from collections import Counter
from enum import Enum
from typing import Any

from gating.instructions import BLIND_SPOT
from gating.report import Counted, Interval, Measure, Outcome, Report, Timed, Timing, Verdict

_TIMING_HEAD = ["verdict", "ratio", "bounds", "pairs", "benchmark", "note"]
_COUNT_HEAD = ["verdict", "change", "base", "candidate", "case", "note"]


def printable(text: str) -> str:
    """On one line, with nothing in it that a terminal would obey."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def bounds(ratio: Interval) -> str:
    return f"{ratio.lower:.3f} to {ratio.upper:.3f}"


def conclusion(report: Report) -> str:
    outcome = report.outcome()
    name = outcome.name.replace("_", " ").lower()
    if outcome is Outcome.REGRESSION and Verdict.REGRESSION not in report.verdicts():
        name = "not shown to be no regression, as --require demands"
    return f"{name} (exit {outcome.value})"


def _timing_rows(timed: list[Timed]) -> list[list[str]]:
    return [
        [t.verdict.value, f"{t.ratio.estimate:.3f}", bounds(t.ratio),
         f"{t.screened}+{t.fresh}" if t.fresh else str(t.screened), t.name, t.note]
        for t in timed
    ]  # fmt: skip


def _count_rows(cases: list[Counted]) -> list[list[str]]:
    return [
        [c.verdict.value, f"{c.change:+.2%}", str(c.base), str(c.candidate), c.name, c.note]
        for c in cases
    ]


def _timing_intro(report: Report, timing: Timing) -> str:
    seed = "" if report.seed is None else f", seed {report.seed}"
    return (
        f"Time of {len(timing.benchmarks)} benchmarks, {timing.rounds} rounds{seed}, delta "
        f"{report.delta:.1%}; each bound of a ratio holds with 95 %."
    )


def _closing(measure: Measure, rows: list[list[str]]) -> list[str]:
    lines = []
    if measure.failure:
        lines.append(f"Failed: {measure.failure}")
    elif measure.not_judged:
        lines.append(f"Not judged: {measure.not_judged}")
    if measure.added:
        lines.append(f"Only the candidate has: {', '.join(measure.added)}")
    counts = Counter(row[0] for row in rows)
    lines.append("; ".join(f"{count} {verdict}" for verdict, count in counts.items()) or "none")
    return lines


def _sections(report: Report) -> list[tuple[str, list[str], list[list[str]], list[str]]]:
    """Introduction, head, rows and closing lines of each measure."""
    sections = []
    if report.timing is not None:
        rows = _timing_rows(report.timing.benchmarks)
        intro = _timing_intro(report, report.timing)
        sections.append((intro, _TIMING_HEAD, rows, _closing(report.timing, rows)))
    if report.instructions is not None:
        rows = _count_rows(report.instructions.cases)
        closing = _closing(report.instructions, rows)
        sections.append((f"Instructions. {BLIND_SPOT}", _COUNT_HEAD, rows, closing))
    return sections


def text(report: Report) -> str:
    lines = []
    for intro, head, rows, closing in _sections(report):
        lines.append(intro)
        table = [head] + [[printable(cell) for cell in row] for row in rows] if rows else []
        widths = [max(len(row[i]) for row in table) for i in range(len(head))] if table else []
        for row in table:
            cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
            lines.append("  " + "  ".join(cells).rstrip())
        lines += [printable(line) for line in closing] + [""]
    lines.append(f"gate: {conclusion(report)}")
    return "\n".join(lines) + "\n"


def as_cell(content: str) -> str:
    """As it is, whatever Markdown or HTML it looks like."""
    escaped = printable(content).replace("&", "&amp;").replace("<", "&lt;")
    return "".join(f"\\{c}" if c in "\\`*_[]|~#" else c for c in escaped)


def markdown(report: Report) -> str:
    lines = [f"### Performance gate: {conclusion(report)}", ""]
    if report.timing is not None:
        lines += [f"{as_cell(report.base)} → {as_cell(report.candidate)}", ""]
    for intro, head, rows, closing in _sections(report):
        lines += [intro, ""]
        if rows:
            lines += ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
            lines += ["| " + " | ".join(as_cell(cell) for cell in row) + " |" for row in rows]
            lines.append("")
        for line in closing:
            lines += [as_cell(line), ""]
    return "\n".join(lines)


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value


def to_json(report: Report) -> str:
    """All of the report, raw pairs included; a bound that does not exist is null."""
    document = dataclasses.asdict(report)
    document["outcome"] = report.outcome().name.lower()
    document["exit_code"] = report.outcome().value
    return json.dumps(_plain(document), indent=1, allow_nan=False) + "\n"
