"""The page as a command."""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from gating import files, interrupts
from gating.failures import HarnessFailure, Interrupted
from gating.processes import Processes
from gating.progress import ProgressLine
from overhead import arguments
from overhead.measuring import measure
from overhead.page import page


def main(command_line: Sequence[str]) -> int:
    try:
        interrupts.heed()
        return _run(command_line)
    except HarnessFailure as failure:
        print(f"overhead-report: {failure}", file=sys.stderr)
        return 1
    except Interrupted as interrupted:
        print("overhead-report: interrupted", file=sys.stderr)
        return 128 + interrupted.signal_number


def _run(command_line: Sequence[str]) -> int:
    options = arguments.parse(command_line)
    processes = Processes(options.timeout)
    line = ProgressLine("overhead-report")
    with tempfile.TemporaryDirectory(prefix="overhead-") as folder:
        try:
            figures = measure(options, Path(folder), processes, line.show)
        finally:
            # Before their folder goes.
            processes.stop()
            line.clear()
    text = page(figures)
    if options.out is None:
        print(text, end="", flush=True)
    else:
        files.write(options.out, text)
    return 0
