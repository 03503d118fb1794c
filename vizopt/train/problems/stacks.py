"""Stacks: several networks of the same layers, forward at the same points."""

from collections.abc import Sequence

import numpy as np

from vizopt.core.arrays import Batch, Matrix
from vizopt.train.problems.activations import Activation
from vizopt.train.problems.precision import Precision

BLOCK = 1024  # points of a forward pass over the plane
AT_ONCE = 4e6  # bytes of the layers' outputs of all networks that go together: in the cache
AT_ONCE_FEW = 20e6  # the same where few calls matter more; docs/decisions/034


class Stack:
    """Forward passes of R networks in few long calls: threads that make many short ones stand in
    each other's way. Every product is that of a single network, so its bits do not
    depend on those beside it.

    Args:
        sizes: features, width of each hidden layer, outputs.
        precision: plain, the precision.
        activation: of the hidden layers.
    """

    def __init__(self, sizes: Sequence[int], precision: Precision, activation: Activation) -> None:
        self._sizes = sizes
        self._precision = precision
        self._activation = activation

    def most(self, points: int, few: bool) -> int:
        """How many networks go together at so many points, in few calls or quick ones."""
        numbers = sum(self._sizes[1:-1]) * min(points, BLOCK) + self._sizes[-1] * points
        most = AT_ONCE_FEW if few else AT_ONCE
        return max(1, int(most // (numbers * np.dtype(self._precision.dtype).itemsize)))

    def outputs(self, matrices: Sequence[Matrix], points: Batch) -> Batch:
        """The last layer's sums [R, outputs, M] at points [D, M], by each layer's matrices
        [R, inputs + 1, outputs].
        """
        networks, count = len(matrices[0]), points.shape[1]
        sums = np.empty((networks, self._sizes[-1], count), self._precision.dtype)
        size = -(-count // -(-count // BLOCK))  # of equal blocks, none above BLOCK
        inputs = self._inputs(networks, size)
        for start in range(0, count, size):
            block = points[:, start : start + size]
            layers = [layer[..., : block.shape[1]] for layer in inputs]
            layers[0][:, :-1] = block
            outs = [layer[:, :-1] for layer in layers[1:]] + [sums[..., start : start + size]]
            for i, matrix in enumerate(matrices):
                np.matmul(matrix.swapaxes(1, 2), layers[i], out=outs[i])
                if i < len(matrices) - 1:
                    self._activation.value(outs[i], outs[i], self._precision)
        return sums

    def _inputs(self, networks: int, points: int) -> list[Batch]:
        """Room for those of each layer [R, inputs + 1, N], the last row ones."""
        stacks = [1, *[networks] * (len(self._sizes) - 2)]  # the points are the same for all
        sizes = zip(stacks, self._sizes, strict=False)
        return [np.ones((n, size + 1, points), self._precision.dtype) for n, size in sizes]
