"""Class scores: in a byte, how far behind the winner each class is; as shares of 1."""

import numpy as np
from numpy.typing import NDArray

from vizopt.core import exponential
from vizopt.core.arrays import Batch

MIN_LOGIT = -80.0  # whose exponential is 0 beside 1 and a number all the same
DECADES = 6.0  # between the farthest class and the nearest loser that can be told from the winner


def to_margin_bytes(outputs: Batch) -> NDArray[np.uint8]:
    """Network outputs [..., C, M] as bytes: 255 for the winner, 0 for the farthest behind it.

    code = −254 / 6 · log10(behind / farthest), clipped to 0 … 254

    A step is 5.6 % of the distance at every scale: at the start all outputs are nearly equal, and
    yet one wins; late in a run they are far apart, and borders are still where they were.
    """
    # Limits are rows: NumPy compares with a row several times as fast as with a single number.
    tiny, zero, most = (np.full(outputs.shape[-1], v, outputs.dtype) for v in (1e-30, 0, 254))
    behind = outputs.max(axis=-2, keepdims=True) - outputs
    wins = behind == 0
    farthest = behind.max(axis=(-2, -1), keepdims=True)
    with np.errstate(over="ignore", invalid="ignore"):
        behind /= np.where(farthest == 0, 1, farthest)
        code = np.maximum(behind, tiny, out=behind)
        code = exponential.log(code.astype(np.float32, copy=False))  # the same on every processor
        code *= -254.0 / DECADES / np.log(10)
    np.rint(code, out=code)
    np.fmin(np.fmax(code, zero, out=code), most, out=code)  # a number that is none becomes 0
    return np.asarray(np.maximum(code.astype(np.uint8), wins * np.uint8(255)))


# Distance behind the winner that each byte stands for, in parts of the farthest.
DISTANCES = np.append(10.0 ** (-DECADES / 254.0 * np.arange(255)), 0.0).astype(np.float32)


def shares(outputs: Batch) -> NDArray[np.float32]:
    """Softmax of network outputs [..., C, M]: the probability of each class, in float32."""
    behind = (outputs - outputs.max(axis=-2, keepdims=True)).astype(np.float32)
    behind = np.fmax(behind, np.float32(MIN_LOGIT)) * (behind == behind)  # of an infinite one ∞ − ∞
    exponential.exp(behind)  # the same on every processor
    return np.asarray(behind / behind.sum(axis=-2, keepdims=True))
