"""Recorded: a log from a recording."""

import numpy as np

from vizopt.comparison.log import Log, Series, Weights
from vizopt.recording.logged import logged
from vizopt.recording.scalars import COUNTED
from vizopt.recording.store import Recording


def read(run: Recording, name: str) -> Log:
    """Every value of the run, and its weights before the steps of the kept epochs.

    Args:
        run: the recording.
        name: how it is called in messages.
    """
    trained, held_out = _samples(run)
    counts = {"accuracy": trained, "validation_accuracy": held_out}
    series = {
        column: _series(run, column, counts.get(column, 0))
        for column, array in run.columns.items()
        if array.path.startswith("history/") and column != COUNTED
    }
    weights = None
    if "params" in run.columns and len(run):
        weights = Weights(
            run["epoch"],
            {tensor.name: tensor.layer for tensor in run.layout.tensors},
            run.layout.shapes,
            lambda row: run.layout.views(run.row("params", row)),
            run.header.whole,
        )
    dtype = run.columns["params"].dtype.name if weights else ""
    batches, kind = _batches(run, trained), run.header.kind
    return Log(name, run.header.unit, series, dtype, batches, weights, kind=kind)


def _series(run: Recording, column: str, samples: int) -> Series:
    epochs, values = logged(run[column].astype(np.float64))
    if column == "loss" and run.diverged == run.epochs:  # the epoch that was not recorded
        epochs, values = np.append(epochs, run.epochs), np.append(values, np.nan)
    return Series(epochs, values, np.zeros(len(values)), samples=samples)


def _samples(run: Recording) -> tuple[int, int]:
    """How many samples are trained on, and how many held out."""
    if "held_out" not in run.names:
        return 0, 0
    held_out = int(np.count_nonzero(run["held_out"]))
    return len(run["held_out"]) - held_out, held_out


def _batches(run: Recording, samples: int) -> int:
    """Steps of an epoch; 0 where the recording does not tell."""
    batch = run.header.batch
    return -(-samples // batch) if batch else int(run.header.external is None)
