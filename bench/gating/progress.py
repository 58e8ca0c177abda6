"""One line on a terminal, rewritten; nothing elsewhere."""

import sys


class ProgressLine:
    def __init__(self, program: str) -> None:
        self._program = program
        self._shown = sys.stderr.isatty()

    def show(self, text: str) -> None:
        if self._shown:
            print(f"\r\033[K{self._program}: {text}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        if self._shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
