"""Is it negligible? A paragraph, with figures."""

from collections.abc import Sequence

from overhead.figures import Figures, Latency, Spread
from overhead.units import share, time

# Of ten statements one writes, as in the benchmarks of decisions.
WRITE_SHARE = 0.1


def answer(figures: Figures) -> str:
    request = figures.shortest()
    costs = {
        (name, nodes): figures.request(name, nodes)
        for name in figures.strategies()
        if name not in figures.bounds()
        for nodes in figures.nodes
    }
    limit_ns = figures.threshold * request.median_ns
    over = {key: cost for key, cost in costs.items() if cost.lowest >= limit_ns}
    near = {key: cost for key, cost in costs.items() if cost.lowest < limit_ns <= cost.highest}
    limit = f"{100 * figures.threshold:g} % of the median request"
    sentences = [
        f"**{_verdict(len(over), len(near), len(costs))}** Negligible means here: less than "
        f"{limit} of `{request.name}` ({time(request.median_ns)} at the server, so "
        f"{time(limit_ns)}; its 99th percentile is {time(request.p99_ns)}), feedback on answers "
        "included.",
        _extreme("cheapest", min(costs, key=lambda key: costs[key].median), costs, request),
        _extreme("dearest", max(costs, key=lambda key: costs[key].median), costs, request),
    ]
    if over:
        sentences.append(f"Not negligible: {_listed(over, request)}.")
    if near:
        sentences.append(
            f"Too close to tell, as processes lie on either side: {_listed(near, request)}."
        )
    if len(over) + len(near) < len(costs):
        among = _among(figures.nodes)
        rest = "All others stay" if over or near else "All strategies stay"
        sentences.append(f"{rest} below that among {among} nodes.")
    return " ".join(sentences + _django(figures, request, limit_ns))


def _verdict(over: int, near: int, all_costs: int) -> str:
    if over == all_costs:
        return "Is it negligible? No."
    if over:
        return "Is it negligible? Mostly yes, but not for every strategy."
    return "Is it negligible? Yes, as far as can be told." if near else "Is it negligible? Yes."


def _extreme(
    word: str, key: tuple[str, int], costs: dict[tuple[str, int], Spread], request: Latency
) -> str:
    name, nodes = key
    cost_ns = costs[key].median
    return (
        f"The {word}, `{name}` among {nodes} nodes, takes {time(cost_ns)} a request: "
        f"{share(cost_ns, request.median_ns)} of the median and {share(cost_ns, request.p99_ns)} "
        "of the 99th percentile."
    )


def _listed(costs: dict[tuple[str, int], Spread], request: Latency) -> str:
    """Each strategy once: at which numbers of nodes, and what share."""
    places: dict[str, list[str]] = {}
    for (name, nodes), cost in costs.items():
        text = f"{nodes} nodes ({share(cost.median, request.median_ns)})"
        places.setdefault(name, []).append(text)
    return "; ".join(f"`{name}` among {' and '.join(at)}" for name, at in places.items())


def _among(nodes: Sequence[int]) -> str:
    if len(nodes) == 1:
        return str(nodes[0])
    return f"{', '.join(map(str, nodes[:-1]))} and {nodes[-1]}"


def _django(figures: Figures, request: Latency, limit_ns: float) -> list[str]:
    if not figures.django.processes:
        return []
    nodes = min(figures.django.processes)
    (router, action, most), dearest = max(
        (
            ((router, action, count), figures.asked(router, action, count).median)
            for count, processes in figures.django.processes.items()
            for router, actions in processes[0].ns.items()
            if router not in ("none", "null")
            for action in actions
        ),
        key=lambda found: found[1],
    )
    read = figures.asked("MasterSlave", "read", nodes)
    word = "not negligible"
    if read.highest < limit_ns:
        word = "negligible"
    elif read.lowest < limit_ns:
        word = "too close to tell"
    return [
        f"Django takes {time(read.median)} to ask the same `MasterSlave`, in Python, where to read "
        f"among {nodes} databases: {share(read.median, request.median_ns)} of the median and "
        f"{share(read.median, request.p99_ns)} of the 99th percentile, by this measure {word}. "
        f"The dearest, `{router}` about a {action} among {most} databases, takes {time(dearest)}: "
        f"{share(dearest, request.median_ns)} and {share(dearest, request.p99_ns)}."
    ]
