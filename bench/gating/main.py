"""The gate as a command."""

import argparse
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from gating import arguments, files, interrupts, writers
from gating.failures import HarnessFailure, Interrupted, NotJudged
from gating.instructions import Counter
from gating.junit import junit
from gating.processes import Processes
from gating.progress import ProgressLine
from gating.report import Outcome, Report, Timing
from gating.rule import Limits
from gating.sources import Folders, Programs, Source
from gating.timing import Judge


def _source(options: argparse.Namespace, folder: Path, processes: Processes) -> Source:
    if options.from_json:
        base, candidate = options.from_json
        return Folders(base, candidate, options.control, options.filter)
    base, candidate = options.programs
    return Programs(
        base, candidate, options.filter, options.min_time, options.seed, folder, processes
    )


def _judge_timing(
    options: argparse.Namespace, folder: Path, processes: Processes, line: ProgressLine
) -> Timing:
    limits = Limits(options.delta, options.alpha)
    try:
        source = _source(options, folder, processes)
    except NotJudged as reason:
        return Timing(not_judged=str(reason))
    except HarnessFailure as failure:
        return Timing(failure=str(failure))

    def show(rounds: int, open_names: int, names: int) -> None:
        line.show(f"{rounds} rounds done, {open_names} of {names} benchmarks open")

    return Judge(source, limits, show).run()


def _measure(
    options: argparse.Namespace, folder: Path, processes: Processes, line: ProgressLine
) -> Report:
    report = Report(
        seed=options.seed if options.programs else None,
        delta=options.delta,
        alpha=options.alpha,
        required=options.require,
    )
    if compared := options.programs or options.from_json:
        report.base, report.candidate = map(str, compared)
        report.timing = _judge_timing(options, folder, processes, line)
    if options.instructions:
        line.show("counting instructions")
        counter = Counter(options.nodes, options.decisions, options.cases, folder, processes)
        report.instructions = counter.compare(*options.instructions)
    return report


def _write(options: argparse.Namespace, report: Report) -> None:
    outputs: list[tuple[Path | None, Callable[[Report], str]]] = [
        (options.json, writers.to_json),
        (options.junit, junit),
        (options.markdown, writers.markdown),
    ]
    for path, render in outputs:
        if path is not None:
            files.write(path, render(report))


def _run(options: argparse.Namespace) -> int:
    processes = Processes(options.timeout, os.cpu_count() or 1)
    line = ProgressLine("gate")
    try:
        with tempfile.TemporaryDirectory(prefix="gate-") as folder:
            try:
                report = _measure(options, Path(folder), processes, line)
            finally:
                # Before their folder goes.
                processes.stop()
                line.clear()
        _write(options, report)
        print(writers.text(report), end="", flush=True)
        return report.outcome().value
    except HarnessFailure as failure:
        print(f"gate: {failure}", file=sys.stderr)
        return Outcome.HARNESS_FAILURE.value


def main(command_line: Sequence[str]) -> int:
    try:
        interrupts.heed()
        return _run(arguments.parse(command_line))
    except Interrupted as interrupted:
        print("gate: interrupted", file=sys.stderr)
        return 128 + interrupted.signal_number
    except Exception:
        # Python's own exit code for this would say "regression".
        traceback.print_exc()
        return Outcome.HARNESS_FAILURE.value
