"""Reads the JSON of Google Benchmark 1.7 and 1.8."""

import json
import math
import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gating.failures import HarnessFailure

_NANOSECONDS = {"ns": 1.0, "us": 1e3, "ms": 1e6, "s": 1e9}
# What two results must agree in, where both say it; the last three are custom contexts.
_SAME = ("host_name", "num_cpus", "caches", "library_build_type", "library_version")
_SAME_CUSTOM = ("compiler", "build_type", "cpu_model")
# A processor's frequency is read with some error where it is not set down by the system.
_FREQUENCY_TOLERANCE = 0.1


@dataclass(frozen=True)
class Results:
    """Of one process."""

    context: Mapping[str, Any]
    times_ns: Mapping[str, float]


def read(path: Path) -> Results:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise HarnessFailure(f"{path}: {error.strerror}") from error
    return parse(text, str(path))


def parse(text: str, source: str) -> Results:
    """Throws HarnessFailure for what is no such JSON and for benchmarks that report errors."""
    try:
        document = json.loads(text) if text.strip() else {}
        context = document.get("context", {})
        times: dict[str, list[float]] = {}
        for run in document.get("benchmarks", []):
            if run.get("run_type", "iteration") == "iteration" and not run.get("skipped"):
                name, time_ns = _time_of(run)
                times.setdefault(name, []).append(time_ns)
        if not isinstance(context, dict):
            raise ValueError("its context is no object")
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise HarnessFailure(f"{source}: no results of Google Benchmark: {error}") from error
    except HarnessFailure as failure:
        raise HarnessFailure(f"{source}: {failure}") from failure
    # Repetitions inside one process share its luck, so they are one sample.
    return Results(context, {name: statistics.median(some) for name, some in times.items()})


def _time_of(run: Mapping[str, Any]) -> tuple[str, float]:
    name = str(run.get("run_name", run["name"]))
    if run.get("error_occurred"):
        raise HarnessFailure(f"'{name}' reports an error: {run.get('error_message', '')}")
    # Who times by hand or asks for real time has said that the processor's time is not meant.
    suffixes = name.split("/")[1:]
    own = "manual_time" in suffixes or "real_time" in suffixes
    time = float(run["real_time" if own else "cpu_time"])
    time_ns = time * _NANOSECONDS[run.get("time_unit", "ns")]
    if not (math.isfinite(time_ns) and time_ns > 0):
        raise HarnessFailure(f"'{name}' took {time}, which is no time")
    return name, time_ns


def differences(base: Mapping[str, Any], candidate: Mapping[str, Any]) -> list[str]:
    """In what they were not measured under the same conditions; empty if they were."""
    found = [
        f"{key} {base[key]!r} and {candidate[key]!r}"
        for key in _SAME + _SAME_CUSTOM
        if key in base and key in candidate and base[key] != candidate[key]
    ]
    mhz = [context.get("mhz_per_cpu") for context in (base, candidate)]
    known = [value for value in mhz if isinstance(value, (int, float)) and value > 0]
    if len(known) == 2 and max(known) > min(known) * (1 + _FREQUENCY_TOLERANCE):
        found.append(f"mhz_per_cpu {known[0]} and {known[1]}")
    return found
