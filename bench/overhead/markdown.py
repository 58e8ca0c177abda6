"""Tables, and figures in their cells."""

from collections.abc import Sequence

from overhead.figures import Spread
from overhead.units import digits


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """All columns but the first hold figures."""
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def spread_text(of: Spread | None) -> str:
    if of is None:
        return "–"
    return f"{_ns(of.median)} ({_ns(of.lowest)}–{_ns(of.highest)})"


def _ns(ns: float) -> str:
    return "<1" if ns < 1 else digits(ns, 2 if ns < 100 else 3)
