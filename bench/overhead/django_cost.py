"""What Django takes to ask routers, in a process of its own: prints nanoseconds as JSON.

Usage: python3 -m overhead.django_cost DATABASES CALLS ROUNDS
No database is connected to. Exit code 3, with the reason on standard output: there is no Django.
"""

import gc
import json
import platform
import statistics
import sys
import time
from collections.abc import Callable
from itertools import repeat

NO_DJANGO = 3

Ask = Callable[[type], object]


class Model:
    """Stands for any model: none of the routers looks at it."""


def names_of_databases(count: int) -> list[str]:
    """Those that switchyard-bench decides among."""
    return ["default", "master-1"] + [f"replica-{i}" for i in range(2, count)]


def time_of(ask: Ask, calls: int) -> float:
    """The processor's, of one call, without that of the loop."""
    start = time.thread_time_ns()
    for _ in repeat(None, calls):
        ask(Model)
    asked = time.thread_time_ns()
    for _ in repeat(None, calls):
        pass
    return (2 * asked - start - time.thread_time_ns()) / calls


def measure(databases: int, calls: int, rounds: int) -> dict[str, object]:
    """All in turn in each round, so that what else the machine does falls on all; medians."""
    import django
    from django.conf import settings

    names = names_of_databases(databases)
    settings.configure(DATABASES={name: {"ENGINE": "django.db.backends.dummy"} for name in names})

    from django.db.utils import ConnectionRouter

    from overhead.django_routers import MasterSlave, MultipleMasterSlave, NullRouter

    asked: dict[tuple[str, str], Ask] = {}
    for name, routers in {"none": [], "null": [NullRouter()], "MasterSlave": [MasterSlave()],
                          "MultipleMasterSlave": [MultipleMasterSlave()]}.items():  # fmt: skip
        router = ConnectionRouter(routers)
        asked[name, "read"] = router.db_for_read
        asked[name, "write"] = router.db_for_write
    for ask in asked.values():
        time_of(ask, calls)
    gc.disable()
    times: dict[tuple[str, str], list[float]] = {key: [] for key in asked}
    for _ in range(rounds):
        for key, ask in asked.items():
            times[key].append(time_of(ask, calls))
    ns: dict[str, dict[str, float]] = {}
    for (name, action), some in times.items():
        ns.setdefault(name, {})[action] = statistics.median(some)
    return {"python": platform.python_version(), "django": django.get_version(), "ns": ns}


def main(arguments: list[str]) -> int:
    try:
        import django.db.utils
    except ImportError as error:
        print(error)
        return NO_DJANGO
    databases, calls, rounds = map(int, arguments)
    print(json.dumps(measure(databases, calls, rounds)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
