"""Signals that ask for the end, as an exception, so that everything is cleared away."""

import signal
from types import FrameType

from gating.failures import Interrupted

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def heed() -> None:
    for each in _SIGNALS:
        signal.signal(each, _interrupt)


def _interrupt(number: int, _frame: FrameType | None) -> None:
    # The way out must not be interrupted in its turn.
    for each in _SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    raise Interrupted(number)
