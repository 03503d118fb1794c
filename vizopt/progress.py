"""Progress: a bar with the time left, lines for a log, or nothing."""

import os
import sys
from collections.abc import Iterable, Iterator
from time import perf_counter
from typing import Protocol, TypeVar

from vizopt.numbers import count, counted
from vizopt.streams import said

T = TypeVar("T")


class Bar(Protocol):
    """Passes items on and shows how far it has come."""

    def __call__(
        self, items: Iterable[T], total: int, label: str, unit: str, start: int = 0
    ) -> Iterable[T]: ...


def quiet(items: Iterable[T], total: int, label: str, unit: str, start: int = 0) -> Iterable[T]:
    """No bar."""
    return items


def shown(items: Iterable[T], total: int, label: str, unit: str, start: int = 0) -> Iterator[T]:
    """A bar on stderr with the time left, from `start` on; the notebook's own in a notebook."""
    from tqdm.auto import tqdm

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
        whole = start + passed == total
        told = counted(passed, unit)
        if not whole:
            told = f"{count(start + passed)} of {counted(total, unit)}"
        said(f"{label}: {told} in {perf_counter() - begin:.1f} s")


def seen() -> Bar:
    """A bar where somebody watches: on a terminal that can draw over its last line."""
    try:
        wide = os.get_terminal_size(sys.stderr.fileno()).columns > 0
    except (OSError, ValueError):  # no terminal, or closed
        wide = False
    return shown if wide and os.environ.get("TERM") != "dumb" else logged
