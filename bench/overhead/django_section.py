"""The page's part about Django."""

from gating.writers import as_cell, printable
from overhead.answer import WRITE_SHARE
from overhead.figures import Figures, Latency
from overhead.markdown import spread_text, table
from overhead.units import digits, share, time

_ACTIONS = ("read", "write")
_ROUTERS = {"none": "no router", "null": "one that does nothing"}


def django(figures: Figures) -> list[str]:
    if not figures.django.processes:
        return ["## Django", f"Left out: {printable(figures.django.missing)}."]
    first = next(iter(figures.django.processes.values()))
    request = figures.shortest()
    costs, compared = [], []
    for nodes in figures.django.processes:
        for router in ("none", "null", "MasterSlave", "MultipleMasterSlave"):
            ours = router in figures.strategies()
            row = [_ROUTERS.get(router, f"`{router}`"), str(nodes)]
            row += [spread_text(figures.asked(router, action, nodes)) for action in _ACTIONS]
            if router in _ROUTERS:
                row += ["–", "–"]
            else:
                row += [spread_text(figures.ruled(router, action, nodes)) for action in _ACTIONS]
            costs.append(row)
            if ours:
                compared.append(_beside(figures, router, nodes, request))
    return [
        "## Django",
        f"Django {as_cell(first[0].django)} on Python {as_cell(first[0].python)} asks through its "
        "`ConnectionRouter` the rules that RestAuth documents, written as plain Python "
        "(`bench/overhead/django_routers.py`); nanoseconds of the processor, median of "
        f"{len(first)} processes, in brackets the lowest and the highest. The last two columns are "
        "without what Django takes to ask a router that does nothing.",
        table(["router", "databases", "read", "write", "rule alone, read", "rule alone, write"],
               costs),
        "Beside the same strategies here, of ten decisions one for a write:",
        table(["router", "databases", "Django", "Django, rule alone", "here", "rule alone to here",
                f"Django, of the median ({as_cell(request.name)})", "of p99"], compared),
    ]  # fmt: skip


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
