"""Runs all that is measured: processes of either kind in turn, so that what else the machine does
falls on both."""

import argparse
from collections.abc import Callable
from pathlib import Path

from gating.failures import HarnessFailure
from gating.processes import Processes, runnable
from gating.sources import Program
from overhead import decisions
from overhead.asking_django import NoDjango, ask
from overhead.figures import Costs, Django, Figures, Latency
from overhead.recordings import recorded, simulated

_CALLS, _ROUNDS = 2000, 15

Show = Callable[[str], None]


def measure(
    options: argparse.Namespace, folder: Path, processes: Processes, show: Show
) -> Figures:
    bench = _built(options.build, "bench/switchyard-bench")
    command = _built(options.build, "sim/switchyard")
    show("reading recordings")
    latencies: list[Latency] = []
    silent: list[str] = []
    for path in options.recording:
        found = recorded(path, command, folder, processes)
        if found is None:
            silent.append(path.name)
        else:
            latencies.append(found)
    if not latencies:
        raise HarnessFailure("no recording tells how long its requests took: nothing to compare "
                             "with")  # fmt: skip
    show(f"replaying {options.scenario.name}")
    candidates = simulated(options.scenario, command, folder, processes)
    costs: list[Costs] = []
    django = Django()
    program = Program(bench, folder, options.min_time, processes)
    for number in range(1, options.processes + 1):
        show(f"process {number} of {options.processes}")
        results = program.run(decisions.pattern(options.nodes))
        costs.append(decisions.read(results, options.nodes))
        if not django.missing:
            show(f"process {number} of {options.processes}, Django")
            _ask_django(options, django, processes)
    return Figures(
        nodes=options.nodes,
        threshold=options.threshold,
        costs=costs,
        recordings=latencies,
        without_durations=silent,
        scenario=options.scenario.name,
        simulated=candidates,
        django=django,
    )


def _ask_django(options: argparse.Namespace, django: Django, processes: Processes) -> None:
    try:
        for nodes in options.nodes:
            asked = ask(options.python, nodes, _CALLS, _ROUNDS, processes)
            django.processes.setdefault(nodes, []).append(asked)
    except NoDjango as reason:
        django.missing = str(reason)


def _built(build: Path, name: str) -> Path:
    path = build / name
    if not path.exists():
        raise HarnessFailure(
            f"{path} is missing; build it with 'cmake --preset release && cmake --build "
            "build/release --target switchyard-bench switchyard-command', or name another folder "
            "with --build"
        )
    return runnable(path)
