"""Reads what switchyard-bench measured, as Google Benchmark 1.7 and 1.8 write it."""

import json
import math
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gating.failures import HarnessFailure
from overhead.figures import Costs

_COUNTERS = {"decide": "ns_per_decision", "feedback": "ns_per_request"}


def pattern(nodes: Sequence[int]) -> str:
    """A filter for what is read here."""
    counts = "|".join(map(str, nodes))
    return f"^(decide/null|(decide|feedback)/.*/({counts}))(/manual_time)?$"


def read(path: Path, nodes: Sequence[int]) -> Costs:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise HarnessFailure(f"{path}: {error.strerror}") from error
    return parse(text, path.name, nodes)


def parse(text: str, source: str, nodes: Sequence[int]) -> Costs:
    """Throws HarnessFailure for what is no such JSON and where something was not measured."""
    samples: dict[tuple[str, str, int], list[float]] = {}
    try:
        document = json.loads(text)
        context = document["context"]
        for run in document["benchmarks"]:
            if run.get("run_type", "iteration") == "iteration" and not run.get("skipped"):
                _add(run, samples)
        if not isinstance(context, dict):
            raise ValueError("its context is no object")
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise HarnessFailure(f"{source}: no results of switchyard-bench: {error!r}") from error
    # Repetitions inside one process share its luck, so they are one sample.
    medians = {key: statistics.median(some) for key, some in samples.items()}
    null_ns = medians.pop(("decide", "null", 0), None)
    if null_ns is None:
        raise HarnessFailure(f"{source}: decide/null was not measured")
    decision = {(name, n): ns for (suite, name, n), ns in medians.items() if suite == "decide"}
    feedback = {(name, n): ns for (suite, name, n), ns in medians.items() if suite == "feedback"}
    # Each strategy among each number of nodes, or tables would have holes.
    names = {name for name, _ in decision} or {"STRATEGY"}
    for wanted in ((name, count) for name in sorted(names) for count in nodes):
        if wanted not in decision:
            name, count = wanted
            raise HarnessFailure(f"{source}: decide/{name}/{count} was not measured")
    return Costs(context, null_ns, decision, feedback)


def _add(run: Mapping[str, Any], samples: dict[tuple[str, str, int], list[float]]) -> None:
    suite, name, *rest = str(run.get("run_name", run["name"])).split("/")
    if suite not in _COUNTERS:
        return
    if run.get("error_occurred"):
        raise ValueError(f"'{suite}/{name}' reports an error: {run.get('error_message', '')}")
    nodes = int(rest[0]) if rest and rest[0] != "manual_time" else 0
    cost_ns = float(run[_COUNTERS[suite]])
    if not math.isfinite(cost_ns):
        raise ValueError(f"'{suite}/{name}' took {cost_ns}, which is no time")
    samples.setdefault((suite, name, nodes), []).append(cost_ns)
