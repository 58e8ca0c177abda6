"""How long recorded requests took, and those of a simulated scenario, as the command tells."""

import csv
import json
from collections.abc import Iterable
from itertools import dropwhile
from pathlib import Path

from gating.failures import HarnessFailure
from gating.processes import Processes
from overhead.figures import Latency, Simulated, latency

# Reads, locking reads, writes and DDL: what a router decides about.
_ROUTED = frozenset("rlwd")


def recorded(path: Path, command: Path, folder: Path, processes: Processes) -> Latency | None:
    """None if the recording doesn't tell how long its requests took."""
    if not path.is_file():
        raise HarnessFailure(f"{path}: there is no such recording")
    native = folder / "recording.csv"
    ended = processes.run([str(command), "convert", str(path), str(native)])
    if ended.code != 0:
        raise HarnessFailure(ended.complaint())
    with native.open(encoding="utf-8", errors="replace", newline="") as lines:
        durations = durations_ns(lines)
    return latency(path.name, durations) if durations else None


def durations_ns(lines: Iterable[str]) -> list[int]:
    """Of a recording as native CSV."""
    csv.field_size_limit(2**31 - 1)  # a statement may be of any length
    rows = csv.DictReader(dropwhile(lambda line: line.startswith("#"), lines))
    return [int(row["dur"]) for row in rows if row["op"] in _ROUTED and row.get("dur")]


def simulated(
    scenario: Path, command: Path, folder: Path, processes: Processes
) -> list[Simulated]:
    if not scenario.is_file():
        raise HarnessFailure(f"{scenario}: there is no such scenario")
    report = folder / "report.json"
    ended = processes.run(
        [str(command), "compare", str(scenario), "--quiet", "--json", str(report)]
    )
    if ended.code != 0:
        raise HarnessFailure(ended.complaint())
    try:
        return candidates(report.read_text(encoding="utf-8", errors="replace"))
    except OSError as error:
        raise HarnessFailure(f"{report.name}: {error.strerror}") from error


def candidates(text: str) -> list[Simulated]:
    try:
        return [
            Simulated(
                c["name"],
                c["routers"][0] if len(c["routers"]) == 1 and not c.get("guards") else "",
                len(c["nodes"]),
                float(c["latency_ns"]["p50"]),
                float(c["latency_ns"]["p99"]),
            )
            for c in json.loads(text)["candidates"]
        ]
    except (ValueError, TypeError, KeyError) as error:
        raise HarnessFailure(f"no report of 'switchyard compare': {error!r}") from error
