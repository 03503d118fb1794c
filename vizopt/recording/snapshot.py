"""Snapshot: everything that a recording has of one epoch."""

from textwrap import shorten
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vizopt.core.plain import plain, whole

Arrays = dict[str, NDArray[np.floating]]  # by name: dense1.weights, dense1.biases, …


class Snapshot(NamedTuple):
    """One epoch of a recording.

    Its loss and other values are those of `params`, which are the parameters before the step of
    this epoch; `update` is what that step adds to them.

    Args:
        epoch: its number; of a run that counts steps, the step's.
        values: loss, accuracy, lr and what else has a value for every epoch, by name.
        params: the parameters by name: `dense1.weights` [inputs, outputs], `dense1.biases`
            [outputs], before the step.
        update: what the step adds, shaped alike; with mini-batches, all steps of the epoch.
            Empty where the recording has none.
    """

    epoch: int
    values: dict[str, float]
    params: Arrays
    update: Arrays


def step_of(unit: str, number: int) -> str:
    """The step that an epoch ends with, in words: `the step of epoch 100`, `step 100`.

    Args:
        unit: what is counted, "epoch" or "step".
        number: of it.
    """
    return f"step {number}" if unit == "step" else f"the step of {unit} {number}"


def kept_row(epochs: NDArray[np.integer], epoch: Any, recorded: int, unit: str) -> int:
    """The row of an epoch whose parameters are kept.

    Args:
        epochs: those that are kept [N], ascending.
        epoch: the one that is wanted.
        recorded: how many the run has, E.
        unit: what they are called, "epoch" or "step".

    Raises:
        ValueError: no number, not recorded, or not kept: the nearest that are.
    """
    number, has = whole(epoch), f"the run has 0 to {recorded - 1}" if recorded else "there are none"
    if number is None or not 0 <= number < recorded:
        raise ValueError(f"no {unit} {shorten(repr(plain(epoch)), 40)}: {has}")
    row = int(np.searchsorted(epochs, number))
    if row < len(epochs) and epochs[row] == number:
        return row
    near = [str(n) for n in epochs[max(row - 1, 0) : row + 1].tolist()]
    kept = f"the nearest that are: {' and '.join(near)}" if near else "none are"
    raise ValueError(f"the weights of {unit} {number} are not kept: {kept}")
