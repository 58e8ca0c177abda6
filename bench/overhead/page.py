"""The page, as Markdown."""

from gating.writers import as_cell
from overhead.answer import answer
from overhead.django_section import django
from overhead.figures import Figures, Latency, spread
from overhead.markdown import spread_text, table
from overhead.units import share, time


def page(figures: Figures) -> str:
    sections = [
        ["# What a routing decision costs"],
        [answer(figures)],
        _strategies(figures),
        *[_shares(figures, recording) for recording in figures.recordings],
        _requests(figures),
        _simulated(figures),
        django(figures),
        _conditions(figures),
    ]
    return "\n\n".join(part for section in sections for part in section) + "\n"


def _strategy(figures: Figures, name: str) -> str:
    return f"`{name}`" + (" (bound)" if name in figures.bounds() else "")


def _strategies(figures: Figures) -> list[str]:
    null = spread([costs.null_ns for costs in figures.costs])
    head = ["strategy"]
    head += [f"decision, {n} nodes" for n in figures.nodes]
    head += [f"feedback, {n} nodes" for n in figures.nodes]
    rows = [
        [_strategy(figures, name)]
        + [spread_text(figures.decision(name, n)) for n in figures.nodes]
        + [spread_text(figures.feedback(name, n)) for n in figures.nodes]
        for name in figures.strategies()
    ]
    return [
        "## Strategies",
        "Nanoseconds of the processor in the router's own code for each decision (of ten, one is "
        "for a write) and, where a strategy asks for it, for what it learns of each request sent "
        f"and answered. Median of {len(figures.costs)} processes, in brackets the lowest and the "
        "highest. The benchmark's own share, taken with a router that does nothing and subtracted, "
        f"is {spread_text(null)} ns a decision. A bound shows what others could cost or gain, "
        "rather than something to run.",
        table(head, rows),
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
        table(head, rows),
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
        table(["recording", "requests", "median", "p99"], rows),
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
        table(["candidate", "median", "p99", "cost", "of the median", "of p99"], rows),
    ]


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
