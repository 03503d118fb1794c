"""Targets: the numbers that a regression predicts, as a recording has them."""

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray

MAX_SAMPLES = 600  # samples whose predictions are recorded


def shown(samples: int) -> NDArray[np.intp]:
    """Places of the samples whose predictions are recorded, rising: always the same ones."""
    if samples <= MAX_SAMPLES:
        return np.arange(samples)
    return np.sort(RandomState(0).permutation(samples)[:MAX_SAMPLES])


def constants(
    y: NDArray[np.float64], held_out: NDArray[np.bool_], own: tuple[float, float]
) -> dict[str, NDArray[np.generic]]:
    """The numbers [N], which are held out, and the mean and deviation that were taken away."""
    return {
        "targets": np.asarray(y, np.float64),
        "held_out": held_out.astype(np.uint8),
        "target_units": np.asarray(own),
    }
