"""Activations: what a hidden layer does to its sums, and the slope of that."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from vizopt.core.arrays import Batch
from vizopt.train.problems.precision import Precision

LEAK = 0.01
GELU = np.sqrt(2 / np.pi), 0.044715  # of the form with tanh


class Activation(NamedTuple):
    """An elementwise function of a layer's sums.

    Args:
        words: for the picture.
        value: value(z, out, precision) writes out = f(z); both [outputs, N].
        slope: slope(z, a) is f′(z), where a = f(z); a factor, so that true counts as 1.
        from_value: whether the slope needs only a, so that a may overwrite z.
    """

    words: str
    value: Callable[[Batch, Batch, Precision], object]
    slope: Callable[[Batch, Batch], Any]
    from_value: bool = True


@lru_cache(maxsize=16)
def _zeros(shape: tuple[int, ...], dtype: np.dtype[np.floating]) -> Batch:
    """Zeros to compare with: NumPy takes a quarter of the time that one zero for all takes."""
    return np.zeros(shape, dtype)


def _relu(z: Batch, out: Batch, precision: Precision) -> None:
    np.maximum(z, _zeros(z.shape, z.dtype), out=out)


def _leaky(z: Batch, out: Batch, precision: Precision) -> None:
    np.maximum(z, z.dtype.type(LEAK) * z, out=out)


def sigmoid(z: Batch, out: Batch, precision: Precision) -> None:
    """out = 1 / (1 + e⁻ᶻ)."""
    np.negative(z, out=out)
    with np.errstate(over="ignore"):
        precision.exp(out)
    np.add(1, out, out=out)
    np.divide(1, out, out=out)


def _tanh(z: Batch, out: Batch, precision: Precision) -> None:
    np.tanh(z, out=out)


def _gelu(z: Batch, out: Batch, precision: Precision) -> None:
    np.multiply(0.5 * z, 1 + np.tanh(GELU[0] * (z + GELU[1] * z**3)).astype(z.dtype), out=out)


def _gelu_slope(z: Batch, a: Batch) -> Batch:
    bend = np.tanh(GELU[0] * (z + GELU[1] * z**3))
    inner = GELU[0] * (1 + 3 * GELU[1] * z**2)
    return np.asarray(0.5 * (1 + bend) + 0.5 * z * (1 - bend**2) * inner, z.dtype)


ACTIVATIONS: dict[str, Activation] = {
    "relu": Activation("ReLU", _relu, lambda z, a: a > 0),
    "leaky-relu": Activation(
        "leaky ReLU", _leaky, lambda z, a: np.where(a > 0, 1, LEAK).astype(a.dtype)
    ),
    "tanh": Activation("tanh", _tanh, lambda z, a: 1 - a * a),
    "sigmoid": Activation("sigmoid", sigmoid, lambda z, a: a * (1 - a)),
    "gelu": Activation("GELU", _gelu, _gelu_slope, from_value=False),
}
