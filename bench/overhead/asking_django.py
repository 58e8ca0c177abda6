"""Has Django's cost measured by the Python that has Django."""

import json
import os
from pathlib import Path

from gating.failures import HarnessFailure
from gating.processes import Processes
from overhead.django_cost import NO_DJANGO
from overhead.figures import Asked

_BENCH = Path(__file__).resolve().parents[1]
_INSTALL = "on Debian, `apt-get install python3-django` brings it"


class NoDjango(Exception):
    """It is not here: why, and how to get it."""


def ask(python: Path, databases: int, calls: int, rounds: int, processes: Processes) -> Asked:
    """Of one process. Throws NoDjango, or HarnessFailure where Django is here and it failed."""
    if not os.access(python, os.X_OK):
        raise NoDjango(f"there is no {python}; {_INSTALL}")
    command = ["env", f"PYTHONPATH={_path()}", "PYTHONDONTWRITEBYTECODE=1", str(python),
               "-m", "overhead.django_cost", str(databases), str(calls), str(rounds)]  # fmt: skip
    ended = processes.run(command)
    if ended.code == NO_DJANGO:
        raise NoDjango(f"{python} has no Django ({ended.stdout.strip()}); {_INSTALL}")
    if ended.code != 0:
        raise HarnessFailure(ended.complaint())
    return parse(ended.stdout)


def parse(text: str) -> Asked:
    try:
        told = json.loads(text)
        ns = {
            router: {action: float(ns) for action, ns in actions.items()}
            for router, actions in told["ns"].items()
        }
        return Asked(str(told["python"]), str(told["django"]), ns)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise HarnessFailure(f"Django's cost was not told: {error!r}") from error


def _path() -> str:
    """Ours first, then the user's, where a Django of his own may be."""
    return os.pathsep.join(filter(None, [str(_BENCH), os.environ.get("PYTHONPATH")]))
