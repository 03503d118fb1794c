"""Changes: by how much a layer's weights change, and the size that full colour stands for."""

from typing import TypeAlias

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from vizopt.core.arrays import Matrix
from vizopt.draw.updates import Updates
from vizopt.recording.store import Recording

Floats: TypeAlias = NDArray[np.float64]

PALEST = 4.0  # largest changes that the scale of an update may have
ENVELOPE = 40  # the envelope looks this part of the clip ahead and back: 1/40


def matrix(run: Recording, layer: str, row: int) -> Matrix:
    """A layer's weights in a row [rows, columns]."""
    return run.layout.matrix(layer, run.row("params", row))


def change(run: Recording, layer: str, start: int, stop: int) -> Matrix:
    """By how much the layer changes between two rows [rows, columns]."""
    return matrix(run, layer, stop) - matrix(run, layer, start)


def full(run: Recording, layer: str, told: Updates) -> Floats:
    """The change that has the full colour in each frame [F].

    The envelope is taken from windows that overlap by half; between them it is interpolated.
    """
    ends = zip(told.starts.tolist(), told.stops.tolist(), strict=True)
    largest = [abs(change(run, layer, *pair)).max() for pair in ends]
    level = _envelope(np.array(largest, float))
    return np.asarray(np.exp(np.interp(told.at, np.arange(len(level)), level)))


def _envelope(largest: Floats) -> Floats:
    """Logarithm of a smooth envelope of the changes [S].

    A moving maximum, then a moving mean of its logarithm over the same width: it lies on or above
    the changes and bends slowly. Where changes grow so fast that it would leave them white it is
    PALEST times the change.
    """
    tiny = largest[largest > 0].min(initial=1.0)
    reach = max(len(largest) // ENVELOPE, 1)
    own = level = np.log(np.maximum(largest, tiny))
    for smooth in (np.max, np.mean):
        padded = np.pad(level, reach, mode="edge")
        level = smooth(sliding_window_view(padded, 2 * reach + 1), axis=-1)
    return np.asarray(np.minimum(level, own + np.log(PALEST)))
