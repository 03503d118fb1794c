"""Progress: a bar with the time left, a notebook's own, lines for a log, or nothing."""

import os
import sys
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from time import perf_counter
from typing import Protocol, TypeVar

from vizopt.core.numbers import count, counted
from vizopt.core.streams import said

T = TypeVar("T")
PAUSE = 0.5  # seconds between two updates of a line
KERNEL = "JPY_PARENT_PID"  # in the environment of what a notebook's cell starts


class Bar(Protocol):
    """Passes items on and shows how far it has come."""

    def __call__(
        self, items: Iterable[T], total: int, label: str, unit: str, start: int = 0
    ) -> Iterable[T]: ...


def quiet(items: Iterable[T], total: int, label: str, unit: str, start: int = 0) -> Iterable[T]:
    """No bar."""
    return items


def shown(items: Iterable[T], total: int, label: str, unit: str, start: int = 0) -> Iterator[T]:
    """A bar on stderr with the time left, from `start` on."""
    from tqdm import tqdm

    yield from tqdm(items, label, total, unit=unit, dynamic_ncols=True, initial=start)


def logged(items: Iterable[T], total: int, label: str, unit: str, start: int = 0) -> Iterator[T]:
    """A line on stderr when a stage begins, and one when it ends: for pipes and logs."""
    before = f", {count(start)} of them before" if start else ""
    said(f"{label}: {counted(total, unit)}{before}")
    begin, passed = perf_counter(), 0
    try:
        for item in items:
            passed += 1
            yield item
    finally:  # also where the training ends before its time
        said(f"{label}: {_come(passed, start, total, unit)} in {perf_counter() - begin:.1f} s")


def notebook_bar(
    items: Iterable[T], total: int, label: str, unit: str, start: int = 0
) -> Iterator[T]:
    """A notebook's bar with the time left, which goes when the stage has ended."""
    from tqdm.notebook import tqdm

    yield from tqdm(items, label, total, unit=unit, initial=start, leave=False)


def notebook_line(
    items: Iterable[T], total: int, label: str, unit: str, start: int = 0
) -> Iterator[T]:
    """A line of a notebook's cell, written anew as it goes: for a notebook without widgets."""
    from IPython.display import display

    def line(told: str) -> dict[str, str]:
        return {"text/plain": f"{label}: {told}"}

    begin = last = perf_counter()
    passed = 0
    shown_ = display(line(counted(total, unit)), raw=True, display_id=True)
    try:
        for item in items:
            passed += 1
            yield item
            if perf_counter() - last > PAUSE:
                last = perf_counter()
                shown_.update(line(f"{count(start + passed)} of {counted(total, unit)}"), raw=True)
    finally:
        took = f"{perf_counter() - begin:.1f} s"
        shown_.update(line(f"{_come(passed, start, total, unit)} in {took}"), raw=True)


def _come(passed: int, start: int, total: int, unit: str) -> str:
    """How far it has come: all that was to do, or a part of the whole."""
    if start + passed == total:
        return counted(passed, unit)
    return f"{count(start + passed)} of {counted(total, unit)}"


def usual() -> Bar:
    """What Python's users see unless they name a bar: a notebook's own in a notebook, else none."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if not hasattr(shell, "kernel"):
        return quiet
    return notebook_bar if find_spec("ipywidgets") else notebook_line


def seen() -> Bar:
    """A bar where somebody watches: on a terminal that can draw over its last line."""
    if KERNEL in os.environ:  # a cell's `!vizopt make sgd`, which keeps all that was drawn over
        return logged
    try:
        wide = os.get_terminal_size(sys.stderr.fileno()).columns > 0
    except (OSError, ValueError):  # no terminal, or closed
        wide = False
    return shown if wide and os.environ.get("TERM") != "dumb" else logged
