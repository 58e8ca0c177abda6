"""The page, as Markdown."""

from collections.abc import Sequence

from gating.writers import as_cell, printable
from overhead.answer import WRITE_SHARE, answer
from overhead.figures import Figures, Latency, Spread, spread
from overhead.units import digits, share, time


def page(figures: Figures) -> str:
    sections = [
        ["# What a routing decision costs"],
        [answer(figures)],
        _strategies(figures),
        *[_shares(figures, recording) for recording in figures.recordings],
        _requests(figures),
        _simulated(figures),
        _django(figures),
        _conditions(figures),
    ]
    return "\n\n".join(part for section in sections for part in section) + "\n"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """All columns but the first hold figures."""
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _spread(of: Spread | None) -> str:
    if of is None:
        return "–"
    return f"{_ns(of.median)} ({_ns(of.lowest)}–{_ns(of.highest)})"


def _ns(ns: float) -> str:
    return "<1" if ns < 1 else digits(ns, 2 if ns < 100 else 3)


def _strategy(figures: Figures, name: str) -> str:
    return f"`{name}`" + (" (bound)" if name in figures.bounds() else "")


def _strategies(figures: Figures) -> list[str]:
    null = spread([costs.null_ns for costs in figures.costs])
    head = ["strategy"]
    head += [f"decision, {n} nodes" for n in figures.nodes]
    head += [f"feedback, {n} nodes" for n in figures.nodes]
    rows = [
        [_strategy(figures, name)]
        + [_spread(figures.decision(name, n)) for n in figures.nodes]
        + [_spread(figures.feedback(name, n)) for n in figures.nodes]
        for name in figures.strategies()
    ]
    return [
        "## Strategies",
        "Nanoseconds of the processor in the router's own code for each decision (of ten, one is "
        "for a write) and, where a strategy asks for it, for what it learns of each request sent "
        f"and answered. Median of {len(figures.costs)} processes, in brackets the lowest and the "
        "highest. The benchmark's own share, taken with a router that does nothing and subtracted, "
        f"is {_spread(null)} ns a decision. A bound shows what others could cost or gain, rather "
        "than something to run.",
        _table(head, rows),
    ]


def _shares(figures: Figures, recording: Latency) -> list[str]:
    head = ["strategy"]
    head += [f"of the median, {n} nodes" for n in figures.nodes]
    head += [f"of p99, {n} nodes" for n in figures.nodes]
    rows = []
    for name in figures.strategies():
        costs_ns = [figures.request(name, n).median for n in figures.nodes]
        shares = [_marked(figures, ns, recording) for ns in costs_ns]
        shares += [share(ns, recording.p99_ns) for ns in costs_ns]
        rows.append([_strategy(figures, name)] + shares)
    return [
        f"## Shares of a request of {as_cell(recording.name)}",
        f"Decision and feedback together, of its median ({time(recording.median_ns)}) and 99th "
        f"percentile ({time(recording.p99_ns)}); **bold** from {100 * figures.threshold:g} % of "
        "the median on.",
        _table(head, rows),
    ]


def _marked(figures: Figures, cost_ns: float, recording: Latency) -> str:
    text = share(cost_ns, recording.median_ns)
    return f"**{text}**" if cost_ns >= figures.threshold * recording.median_ns else text


def _requests(figures: Figures) -> list[str]:
    rows = [
        [as_cell(r.name), str(r.requests), time(r.median_ns), time(r.p99_ns)]
        for r in figures.recordings
    ]
    parts = [
        "## Recorded requests",
        "Reads and writes, as long as the recorded server took: without the network and the "
        "client (Django's own work on a query is there), so of what somebody waits for a decision "
        "is a smaller share. BEGIN, COMMIT and the like are left out.",
        _table(["recording", "requests", "median", "p99"], rows),
    ]
    if figures.without_durations:
        names = ", ".join(as_cell(name) for name in figures.without_durations)
        parts.append(f"Left out, since they do not tell how long requests took: {names}.")
    return parts


def _simulated(figures: Figures) -> list[str]:
    rows = []
    for c in figures.simulated:
        row = [as_cell(c.name), time(c.median_ns), time(c.p99_ns)]
        if c.strategy in figures.strategies():
            nodes = min(figures.nodes, key=lambda n: abs(n - c.databases))
            cost_ns = figures.request(c.strategy, nodes).median
            row += [time(cost_ns), share(cost_ns, c.median_ns), share(cost_ns, c.p99_ns)]
        else:
            row += ["–"] * 3
        rows.append(row)
    counts = sorted({c.databases for c in figures.simulated})
    nearest = sorted({min(figures.nodes, key=lambda n: abs(n - count)) for count in counts})
    return [
        f"## Simulated requests of {as_cell(figures.scenario)}",
        "What clients wait, queues included, beside what the same strategy takes among "
        f"{', '.join(map(str, nearest))} nodes (the scenario has {', '.join(map(str, counts))}).",
        _table(["candidate", "median", "p99", "cost", "of the median", "of p99"], rows),
    ]


def _django(figures: Figures) -> list[str]:
    if not figures.django.processes:
        return ["## Django", f"Left out: {printable(figures.django.missing)}."]
    first = next(iter(figures.django.processes.values()))
    request = figures.shortest()
    costs, compared = [], []
    for nodes in figures.django.processes:
        for router in ("none", "null", "MasterSlave", "MultipleMasterSlave"):
            ours = router in figures.strategies()
            row = [_ROUTERS.get(router, f"`{router}`"), str(nodes)]
            row += [_spread(figures.asked(router, action, nodes)) for action in _ACTIONS]
            if router in _ROUTERS:
                row += ["–", "–"]
            else:
                row += [_spread(figures.ruled(router, action, nodes)) for action in _ACTIONS]
            costs.append(row)
            if ours:
                compared.append(_beside(figures, router, nodes, request))
    return [
        "## Django",
        f"Django {as_cell(first[0].django)} on Python {as_cell(first[0].python)} asks the rules that "
        "RestAuth documents, written as plain Python (`bench/overhead/django_routers.py`), through "
        "its `ConnectionRouter`; nanoseconds of the processor, median of "
        f"{len(first)} processes, in brackets the lowest and the highest. The last two columns are "
        "without what Django takes to ask a router that does nothing.",
        _table(["router", "databases", "read", "write", "rule alone, read", "rule alone, write"],
               costs),
        "Beside the same strategies here, of ten decisions one for a write:",
        _table(["router", "databases", "Django", "Django, rule alone", "here", "rule alone to here",
                f"Django, of the median ({as_cell(request.name)})", "of p99"], compared),
    ]  # fmt: skip


_ACTIONS = ("read", "write")
_ROUTERS = {"none": "no router", "null": "one that does nothing"}


def _beside(figures: Figures, router: str, nodes: int, request: Latency) -> list[str]:
    def mixed(action_ns: dict[str, float]) -> float:
        return (1 - WRITE_SHARE) * action_ns["read"] + WRITE_SHARE * action_ns["write"]

    whole_ns = mixed({a: figures.asked(router, a, nodes).median for a in _ACTIONS})
    rule_ns = mixed({a: figures.ruled(router, a, nodes).median for a in _ACTIONS})
    here_ns = figures.decision(router, nodes).median
    # A ratio to what noise may have made of nothing would say nothing.
    ratio = f"{digits(rule_ns / here_ns, 2)}×" if here_ns >= 1 else "–"
    return [f"`{router}`", str(nodes), time(whole_ns), time(rule_ns), time(here_ns), ratio,
            share(whole_ns, request.median_ns), share(whole_ns, request.p99_ns)]  # fmt: skip


def _conditions(figures: Figures) -> list[str]:
    contexts = [costs.context for costs in figures.costs]
    first = contexts[0]
    loads = [c["load_avg"][0] for c in contexts if c.get("load_avg")]
    said = [f"{first.get('num_cpus', '?')} cores of {first.get('mhz_per_cpu', '?')} MHz"]
    if loads:
        said.append(f"load {min(loads):.1f} to {max(loads):.1f} meanwhile")
    said.append(f"compiler {first.get('compiler', '?')}")
    said.append(f"build type {first.get('build_type', '?')}")
    return [
        "## Conditions",
        f"{as_cell(', '.join(said))}. These are times of this machine in these minutes: "
        "they do not compare with those of another one, and differences smaller than the brackets "
        "are none.",
    ]
