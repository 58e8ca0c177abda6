"""Times and shares as people read them."""


def digits(value: float, count: int) -> str:
    """Rounded to so many significant digits, never as a power of ten."""
    rounded = float(f"{value:.{count}g}")
    whole = len(str(int(abs(rounded))))
    if abs(rounded) >= 1:
        return f"{rounded:.{max(0, count - whole)}f}"
    exponent = int(f"{rounded:e}".split("e")[1]) if rounded else 0
    return f"{rounded:.{count - 1 - exponent}f}"


def time(ns: float) -> str:
    """Less than 1 ns cannot be told from the noise of what was subtracted."""
    if ns < 1:
        return "<1 ns"
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if ns >= 0.9995 * size:
            return f"{digits(ns / size, 3)} {unit}"
    return f"{digits(ns, 2 if ns < 100 else 3)} ns"


def share(part_ns: float, whole_ns: float) -> str:
    percent = 100 * max(part_ns, 1) / whole_ns
    if percent < 0.001:
        return "<0.001 %"
    return f"{'<' if part_ns < 1 else ''}{digits(percent, 2)} %"
