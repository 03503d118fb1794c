"""Align: the epochs of a log as another log counts them."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from vizopt.comparison.gaps import allowed, gap, precision
from vizopt.comparison.log import Log, Series

LONGER = 2  # times as many epochs equal
MORE = 3  # and so many more, for a shift by one to be meant


def aligned(here: Log, there: Log) -> tuple[Log, Log]:
    """Both in the epochs of here, with a note of what was done."""
    here, there = _epoch_by_epoch(here, there), _epoch_by_epoch(there, here)
    return here, _shifted(here, there)


def _epoch_by_epoch(log: Log, other: Log) -> Log:
    """The rows before an epoch's first batch, of a log that has one for each batch."""
    batches, end = other.batches, _end(other)
    if batches < 2 or not (log.by == "step" or (log.by == "row" and _end(log) > end)):
        return log
    base = min((int(s.epochs[0]) for s in log.series.values() if len(s.epochs)), default=0)

    def first(series: Series) -> Series:
        steps = series.epochs - base
        return _where(series, steps % batches == 0, lambda epochs: (epochs - base) // batches)

    note = f"{log.name}: its rows are steps, {batches} an epoch: the first of each is compared"
    return _with(log._replace(by=other.by), first, note)


def _shifted(here: Log, there: Log) -> Log:
    """There one epoch earlier or later, where it then agrees for much longer."""
    name = next(
        (n for n in ("loss", "accuracy", "x") if n in here.series and n in there.series), ""
    )
    if not name:
        return there
    tolerance = allowed(name, precision(here, there))

    def agree(by: int) -> int:
        moved = there.series[name]._replace(epochs=there.series[name].epochs + by)
        found = gap(name, here.series[name], moved, tolerance)
        return len(found.epochs) if found.first is None else found.first

    best = max((-1, 1), key=agree)
    if agree(best) < LONGER * agree(0) + MORE:
        return there
    start = int(there.series[name].epochs[0])
    unit = here.by if there.by == "row" else there.by
    note = f"{there.name}: counts one off: its {unit} {start} is taken as {unit} {start + best}"
    moved = there.weights and there.weights._replace(epochs=there.weights.epochs + best)
    there = there._replace(weights=moved)
    return _with(there, lambda s: s._replace(epochs=s.epochs + best), note)


def _with(log: Log, change: Callable[[Series], Series], note: str) -> Log:
    changed = {name: change(series) for name, series in log.series.items()}
    return log._replace(series=changed, notes=(*log.notes, note))


def _where(
    series: Series,
    kept: NDArray[np.bool_],
    renamed: Callable[[NDArray[np.integer]], NDArray[np.integer]],
) -> Series:
    return series._replace(
        epochs=renamed(series.epochs[kept]), values=series.values[kept], half=series.half[kept]
    )


def _end(log: Log) -> int:
    """The last epoch that has a value."""
    return max((int(s.epochs[-1]) for s in log.series.values() if len(s.epochs)), default=-1)
