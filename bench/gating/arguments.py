"""The command line."""

import argparse
import random
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from gating import values
from gating.report import Outcome

_DESCRIPTION = """\
Says whether benchmarks of CANDIDATE are slower than those of BASE, both executables of Google
Benchmark. Rounds of one process each, and of a copy of BASE, in random order, are looked at after
10, 20 and 30: a benchmark passes when its ratio is surely below 1 + DELTA; one that looks
slower by more than half of DELTA is a regression if 30 fresh pairs confirm it; what is neither
after 30 rounds is inconclusive.
"""
_EPILOG = """\
exit codes:
  0  pass; benchmarks may be inconclusive
  1  regression (with --require: anything but a pass)
  2  not judged: there is no baseline, it was measured under other conditions, or the base differs
     from its own copy
  3  harness failure: a crash, nothing measured, a benchmark of the base missing, a wrong command
"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        # The usual 2 would say "not judged".
        self.exit(Outcome.HARNESS_FAILURE.value, f"gate: {message}; 'gate --help' tells more\n")


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = _Parser(
        prog="gate",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("programs", metavar="BASE CANDIDATE", nargs="*", type=Path, help="executables to time")
    add("--filter", metavar="REGEX", type=values.pattern,
        help="benchmarks to judge; of programs, ^gate/ by default, of files, all")
    add("--delta", type=values.share, default=0.05, help="the slowdown that matters (default 5%%)")
    add("--alpha", type=values.share, default=0.005,
        help="how often unchanged code may look slower, at each look, and be confirmed, in a whole "
        "suite (default 0.005)")
    add("--min-time", metavar="SECONDS", type=values.seconds, default=0.03,
        help="of each benchmark in each process (default 0.03)")
    add("--seed", type=int, help="of the order within rounds (default: a new one, printed)")
    add("--timeout", metavar="SECONDS", type=values.seconds, default=600, help="of a process (600)")
    add("--from-json", metavar=("BASE_DIR", "CANDIDATE_DIR"), nargs=2, type=Path,
        help="judge files 1.json … n.json, each pair made by one process of either side, in turn; "
        "60 are enough for every case")
    add("--control", metavar="DIR", type=Path,
        help="with --from-json: the same of a copy of the base")
    add("--instructions", metavar=("DRIVER_BASE", "DRIVER_CANDIDATE"), nargs=2, type=Path,
        help="also count instructions (valgrind) of switchyard-decisions or what is called like "
        "it; more than 0.5 %% more is a regression")
    add("--cases", metavar="REGEX", type=values.pattern, default="",
        help="of the driver's --list, those to count (all)")
    add("--nodes", type=values.count, default=16, help="to decide among, for the driver (16)")
    add("--decisions", type=values.count, default=10_000, help="of the driver (10000)")
    add("--require", action="store_true",
        help="anything but a pass fails: what is inconclusive or not judged exits with 1")
    add("--markdown", metavar="FILE", type=Path, help="write a summary")
    add("--json", metavar="FILE", type=Path, help="write everything, raw pairs included")
    add("--junit", metavar="FILE", type=Path, help="write a testcase for each benchmark")
    parsed = parser.parse_args(arguments)
    if len(parsed.programs) not in (0, 2):
        parser.error("name BASE and CANDIDATE")
    if parsed.programs and parsed.from_json:
        parser.error("either BASE and CANDIDATE or --from-json")
    if not (parsed.programs or parsed.from_json or parsed.instructions):
        parser.error("name BASE and CANDIDATE, or --from-json, or --instructions")
    if parsed.control and not parsed.from_json:
        parser.error("--control goes with --from-json; else the gate makes its own")
    for output in (parsed.markdown, parsed.json, parsed.junit):
        # Said now rather than after minutes of measuring.
        if output is not None and not output.resolve().parent.is_dir():
            parser.error(f"{output}: there is no such folder")
    if parsed.filter is None:
        parsed.filter = "" if parsed.from_json else "^gate/"
    if parsed.seed is None:
        parsed.seed = random.SystemRandom().randrange(2**32)
    return parsed
