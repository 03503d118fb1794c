"""Measuring on a shared, noisy machine: several commands in turn, medians, CPU and wall time."""

import gc
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
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


def peak_megabytes_of_all(arguments: list[str]) -> float:
    """Peak resident size of a command and of every process that it starts, at any one time."""
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL)
    peak = 0
    while process.poll() is None:
        peak = max(peak, sum(map(_resident, _family(process.pid))))
        time.sleep(0.02)
    return peak / 1e6


def _family(pid: int) -> Iterator[int]:
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in children.read_text().split():
                yield from _family(int(child))


def _resident(pid: int) -> int:
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()
    return 0


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
