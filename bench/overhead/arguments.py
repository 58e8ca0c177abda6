"""The command line."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from gating import values

ROOT = Path(__file__).resolve().parents[2]

_DESCRIPTION = """\
Measures what a decision of each strategy costs and writes a page about it, as Markdown: beside the
requests of recordings, and beside Django asking the same routers in Python. Each process is
one sample; ten of them take about three minutes.
"""
_EPILOG = """\
exit codes: 0 the page was written, 1 it was not, 2 wrong command
"""


def _nodes(text: str) -> list[int]:
    return sorted({values.count(part) for part in text.split(",")})


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="overhead-report",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--build", metavar="FOLDER", type=Path, default=ROOT / "build" / "release",
        help="where the programs were built (build/release)")
    add("--out", metavar="FILE", type=Path, help="write the page there (standard output)")
    add("--nodes", metavar="N,…", type=_nodes, default=[4, 16, 64],
        help="to decide among, of those that switchyard-bench has (4,16,64)")
    add("--processes", metavar="N", type=values.count, help="samples of everything (10)")
    add("--min-time", metavar="SECONDS", type=values.seconds,
        help="of each benchmark in each process (0.01)")
    add("--quick", action="store_true",
        help="3 processes of 0.002 s each, if not said otherwise: to see the page, not figures")
    add("--threshold", type=values.share, default=0.01, metavar="SHARE",
        help="of the median request, from which a cost is not negligible (1%%)")
    add("--recording", metavar="FILE", type=Path, action="append",
        help="to compare with, in any format that 'switchyard inspect' tells by itself; repeat for "
        "more (those of data/recordings)")
    add("--scenario", metavar="FILE", type=Path, default=ROOT / "data/scenarios/quickstart.toml",
        help="whose candidates' simulated requests are shown (quickstart.toml)")
    add("--python", metavar="FILE", type=Path, default=Path("/usr/bin/python3"),
        help="the Python that has Django (/usr/bin/python3)")
    add("--timeout", metavar="SECONDS", type=values.seconds, default=600, help="of a process (600)")
    parsed = parser.parse_args(arguments)
    if parsed.out is not None and not parsed.out.resolve().parent.is_dir():
        # Said now rather than after minutes of measuring.
        parser.error(f"{parsed.out}: there is no such folder")
    if parsed.processes is None:
        parsed.processes = 3 if parsed.quick else 10
    if parsed.min_time is None:
        parsed.min_time = 0.002 if parsed.quick else 0.01
    if parsed.recording is None:
        folder = ROOT / "data" / "recordings"
        parsed.recording = sorted(path for path in folder.iterdir() if path.is_file())
    return parsed
