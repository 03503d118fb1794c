"""Measuring on a shared, noisy machine: several commands in turn, medians, CPU and wall time."""

import gc
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import NamedTuple


class Cost(NamedTuple):
    wall: float  # seconds
    cpu: float  # seconds, children included


class Row(NamedTuple):
    """One line of the results: what was measured beside what was to be reached."""

    what: str
    measured: str
    reach: str
    ok: bool


def once(run: Callable[[], object]) -> Cost:
    """The cost of one call."""
    gc.collect()
    before, start = os.times(), time.perf_counter()
    run()
    wall, after = time.perf_counter() - start, os.times()
    return Cost(wall, sum(after[:4]) - sum(before[:4]))


def interleaved(runs: dict[str, Callable[[], object]], times: int = 5) -> dict[str, Cost]:
    """The median cost of each, called in turn so that a slow minute hits all of them."""
    for run in runs.values():
        run()  # warm
    costs: dict[str, list[Cost]] = {name: [] for name in runs}
    for _ in range(times):
        for name, run in runs.items():
            costs[name].append(once(run))
    return {
        name: Cost(*(statistics.median(part) for part in zip(*each, strict=True)))
        for name, each in costs.items()
    }


def most(what: str, value: float, reach: float, unit: str = "×") -> Row:
    return Row(what, f"{value:.3g} {unit}", f"≤ {reach:g} {unit}", value <= reach)


def least(what: str, value: float, reach: float, unit: str = "×") -> Row:
    return Row(what, f"{value:.3g} {unit}", f"≥ {reach:g} {unit}", value >= reach)


def peak_megabytes(code: str) -> float:
    """Peak resident size of a fresh Python process that runs this code, without its children.

    From /proc, for `ru_maxrss` begins with the size of the process that started it.
    """
    tell = "print(next(l for l in open('/proc/self/status') if l.startswith('VmHWM')).split()[1])"
    command = [sys.executable, "-c", f"{code}\n{tell}"]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(ran.stdout.split()[-1]) / 1e3


def command_seconds(arguments: list[str], times: int = 7) -> float:
    """Median wall time of a command as a whole process."""
    return statistics.median(
        once(lambda: subprocess.run(arguments, capture_output=True, check=True)).wall
        for _ in range(times)
    )


def usage() -> float:
    """CPU seconds of this process so far."""
    mine = resource.getrusage(resource.RUSAGE_SELF)
    return mine.ru_utime + mine.ru_stime
