"""How a network's numbers are rounded.

A layer's matrix W [inputs + 1, outputs] carries the biases as its last row, and its input
A [inputs + 1, N] a last row of ones, one sample per column: class-major, so that every sum over
samples runs along memory.
"""

from typing import Protocol

import numpy as np

from vizopt.core import exponential
from vizopt.core.arrays import Batch, Matrix


class Precision(Protocol):
    """The three products of a dense layer, exponential and logarithm.

    Args:
        dtype: of parameters, sums and gradients.
        inputs: dtype in which a layer's inputs A are kept.
    """

    dtype: type[np.floating]
    inputs: type[np.floating]

    def forward(self, W: Matrix, A: Batch, out: Batch) -> None:
        """out [outputs, N] = Wᵀ A."""
        ...

    def grad(self, A: Batch, D: Batch, out: Matrix) -> None:
        """out [inputs + 1, outputs] = A Dᵀ, for D = ∂loss/∂output [outputs, N]."""
        ...

    def backward(self, W: Matrix, D: Batch, out: Batch) -> None:
        """out [inputs, N] = ∂loss/∂input = W D, without the biases' row."""
        ...

    def exp(self, x: Batch) -> None:
        """x ← eˣ."""
        ...

    def log(self, x: Batch) -> Batch:
        """log x of positive x."""
        ...


class PlainPrecision:
    """Everything in one precision, as NumPy has it; the biases take part in the products.

    Processors differ: BLAS adds up products in an order of its own, and in float32 `exp`, `log` and
    `tanh` are other ones where NumPy has no vectorised version. The last bits differ with them, and
    after some dozens of epochs a chaotic run does.
    """

    def __init__(self, dtype: type[np.floating]) -> None:
        self.dtype = self.inputs = dtype

    def forward(self, W: Matrix, A: Batch, out: Batch) -> None:
        np.dot(W.T, A, out=out)

    def grad(self, A: Batch, D: Batch, out: Matrix) -> None:
        np.dot(A, D.T, out=out)

    def backward(self, W: Matrix, D: Batch, out: Batch) -> None:
        np.dot(W[:-1], D, out=out)

    def exp(self, x: Batch) -> None:
        np.exp(x, out=x)

    def log(self, x: Batch) -> Batch:
        return np.asarray(np.log(x))


class BookPrecision:
    """The lesson's figures to the last bit, on every machine.

    Products are summed in float64 and rounded once to float32, so that no BLAS kernel shows;
    biases are added, and their gradients summed sample after sample, in float32. Inputs are kept
    in float64, as two products need them. Exponential and logarithm are those of one NumPy, written
    out where it has others. Not so `tanh`: "tanh" and "gelu" may differ in the last bit. Planes
    and norms, which no training depends on, are left to the machine.
    """

    dtype: type[np.floating] = np.float32
    inputs: type[np.floating] = np.float64

    def forward(self, W: Matrix, A: Batch, out: Batch) -> None:
        out[...] = W[:-1].T.astype(np.float64) @ A[:-1]
        out += W[-1][:, None]

    def grad(self, A: Batch, D: Batch, out: Matrix) -> None:
        out[:-1] = A[:-1] @ D.T.astype(np.float64)
        np.add.reduce(np.ascontiguousarray(D.T), axis=0, out=out[-1])

    def backward(self, W: Matrix, D: Batch, out: Batch) -> None:
        out[...] = W[:-1].astype(np.float64) @ D.astype(np.float64)

    def exp(self, x: Batch) -> None:
        exponential.exp(x)

    def log(self, x: Batch) -> Batch:
        return exponential.log(x)


PRECISIONS: dict[str, Precision] = {
    "book": BookPrecision(),
    "float32": PlainPrecision(np.float32),
    "float64": PlainPrecision(np.float64),
}
