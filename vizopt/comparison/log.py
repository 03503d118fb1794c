"""Log: the numbers of one training by name and epoch, wherever they come from."""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vizopt.recording.quantities import MEASURED, QUANTITIES, STATES, parts
from vizopt.recording.snapshot import Arrays

# What others call a column, once its letters are small and all else is a line below.
ALIASES = {name: found.aliases for name, found in QUANTITIES.items() if found.aliases} | {
    "validation_loss": "val_loss valid_loss",
    "validation_accuracy": "val_acc val_accuracy valid_acc valid_accuracy val_categorical_accuracy",
}
EPOCHS = ("epoch", "epochs")
STEPS = ("step", "steps", "iteration", "iterations", "iter")
NAMES = {alias: name for name, aliases in ALIASES.items() for alias in aliases.split()}


def known_name(name: str) -> str:
    """A column's name as recordings have it: `Acc` is accuracy, `Learning rate` is lr."""
    if parts(name)[0] in (*MEASURED, *STATES):  # of a layer, whose name is as it is
        return name
    plain = re.sub(r"[^0-9a-z]+", "_", name.lower()).strip("_")
    return NAMES.get(plain, plain)


class Series(NamedTuple):
    """One column, where it has a value.

    Args:
        epochs: in order [n].
        values: [n].
        half: half a unit of the last printed digit [n]; 0 where all digits are there.
        rounded: to what, "3 decimals"; empty where all digits are there.
        samples: how many an accuracy is a share of; 0 where that is not known.
    """

    epochs: NDArray[np.integer]
    values: NDArray[np.floating]
    half: NDArray[np.floating]
    rounded: str = ""
    samples: int = 0


class Weights(NamedTuple):
    """Parameters by epoch.

    Args:
        epochs: whose parameters there are, before their steps, in order [n].
        layers: of the arrays by name.
        shapes: of the arrays by name.
        at: the arrays of a row, 0 ≤ row < n.
        whole: shapes of arrays in the training of which evenly spaced cells are here, by name.
    """

    epochs: NDArray[np.integer]
    layers: Mapping[str, str]
    shapes: Mapping[str, tuple[int, ...]]
    at: Callable[[int], Arrays]
    whole: Mapping[str, tuple[int, ...]] = {}


class Log(NamedTuple):
    """The numbers of one training.

    Args:
        name: of the file.
        by: what its rows are told apart by: "epoch", "step" or "row".
        series: by the names of recordings.
        dtype: of the parameters, "float32" or "float64"; empty where that is not known.
        batches: steps of an epoch; 0 where that is not known.
        weights: none in a table.
        titles: what the file calls its columns, where not as recordings do.
        unread: columns that are no numbers, and why.
        notes: what was taken for what.
        kind: of the problem, as headers have it; empty where that is not known.
    """

    name: str
    by: str
    series: dict[str, Series]
    dtype: str = ""
    batches: int = 0
    weights: Weights | None = None
    titles: Mapping[str, str] = {}
    unread: Mapping[str, str] = {}
    notes: tuple[str, ...] = ()
    kind: str = ""
