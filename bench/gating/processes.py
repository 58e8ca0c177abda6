"""Runs child processes, none of which outlives the gate."""

import os
import signal
import subprocess
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from gating.failures import HarnessFailure


@dataclass(frozen=True)
class Ended:
    command: Sequence[str]
    code: int
    stdout: str
    stderr: str

    def complaint(self) -> str:
        """How it ended, with the last that it said."""
        how = f"exit code {self.code}"
        if self.code < 0:
            how = f"signal {-self.code} ({signal.strsignal(-self.code)})"
        said = (self.stderr.strip() or self.stdout.strip()).splitlines()
        return f"{' '.join(self.command)}: ended with {how}" + (f": {said[-1]}" if said else "")


def _environment() -> dict[str, str]:
    """The user's, without what would set flags of Google Benchmark behind our back."""
    return {name: value for name, value in os.environ.items() if not name.startswith("BENCHMARK_")}


class Processes:
    """Starts them in threads: signals reach the main thread only, so none arrives between a start
    and the moment when the child is known here."""

    def __init__(self, timeout_s: float, at_once: int = 1) -> None:
        self._timeout_s = timeout_s
        self._pool = ThreadPoolExecutor(max_workers=at_once)
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[str]] = set()
        self._stopped = False

    def run(self, command: Sequence[str]) -> Ended:
        return self._pool.submit(self._run, command).result()

    def run_all(self, commands: Sequence[Sequence[str]]) -> list[Ended]:
        """As many at a time as was said; in the order given."""
        return [future.result() for future in [self._pool.submit(self._run, c) for c in commands]]

    def stop(self) -> None:
        """Ends all that run, with their own children, and starts no more."""
        with self._lock:
            self._stopped = True
            for process in self._running:
                _kill(process)
        self._pool.shutdown(cancel_futures=True)

    def _run(self, command: Sequence[str]) -> Ended:
        process = self._start(command)
        try:
            stdout, stderr = process.communicate(timeout=self._timeout_s)
        except subprocess.TimeoutExpired as expired:
            raise HarnessFailure(
                f"{' '.join(command)}: not done after {self._timeout_s:g} s (--timeout)"
            ) from expired
        finally:
            with self._lock:
                self._running.discard(process)
                # Children of its own may be left where it ended before them.
                _kill(process)
            process.wait()
            for pipe in (process.stdout, process.stderr):
                if pipe is not None:
                    pipe.close()
        return Ended(command, process.returncode, stdout, stderr)

    def _start(self, command: Sequence[str]) -> "subprocess.Popen[str]":
        with self._lock:
            if self._stopped:
                raise HarnessFailure("stopped")
            try:
                # A session of its own: the terminal's Ctrl-C is ours alone, and one signal ends all
                # that it has started.
                process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                    errors="replace",
                    env=_environment(),
                    start_new_session=True,
                )
            except OSError as error:
                raise HarnessFailure(f"{command[0]}: {error.strerror}") from error
            self._running.add(process)
            return process


def _kill(process: "subprocess.Popen[str]") -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def runnable(path: Path) -> Path:
    """Its whole path. Throws HarnessFailure if it can't be executed."""
    if not path.is_file() or not os.access(path, os.X_OK):
        raise HarnessFailure(f"{path} is no executable file")
    return path.resolve()
