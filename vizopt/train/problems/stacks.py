"""Stacks: several networks of the same layers, forward at the same points."""

from collections.abc import Sequence

import numpy as np

from vizopt.core.arrays import Batch, Matrix
from vizopt.train.problems.activations import Activation
from vizopt.train.problems.precision import Precision

BLOCK = 512  # points of a forward pass over the plane; one layer's outputs stay in the cache
AT_ONCE = 2e6  # bytes of the layers' outputs of all networks that go together


class Stack:
    """Forward passes of R networks in few long calls: a thread that makes many short ones stands in
    the way of the training's own. Every product is that of a single network, so its bits do not
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
        self._inputs: list[Batch] = []  # of each layer [R, inputs + 1, N], the last row ones

    def most(self, points: int) -> int:
        """How many networks go together at so many points."""
        numbers = sum(self._sizes[1:-1]) * min(points, BLOCK) + self._sizes[-1] * points
        return max(1, int(AT_ONCE // (numbers * np.dtype(self._precision.dtype).itemsize)))

    def outputs(self, matrices: Sequence[Matrix], points: Batch) -> Batch:
        """The last layer's sums [R, outputs, M] at points [D, M], by each layer's matrices
        [R, inputs + 1, outputs].
        """
        networks, count = len(matrices[0]), points.shape[1]
        sums = np.empty((networks, self._sizes[-1], count), self._precision.dtype)
        size = -(-count // -(-count // BLOCK))  # of equal blocks, none above BLOCK
        for start in range(0, count, size):
            block = points[:, start : start + size]
            self._make_room(networks, block.shape[1])
            self._inputs[0][:, :-1] = block
            outs = [layer[:, :-1] for layer in self._inputs[1:]] + [sums[..., start : start + size]]
            for i, matrix in enumerate(matrices):
                np.matmul(matrix.swapaxes(1, 2), self._inputs[i], out=outs[i])
                if i < len(matrices) - 1:
                    self._activation.value(outs[i], outs[i], self._precision)
        return sums

    def _make_room(self, networks: int, points: int) -> None:
        stacks = [1, *[networks] * (len(self._sizes) - 2)]  # the points are the same for all
        shapes = [(n, size + 1, points) for n, size in zip(stacks, self._sizes, strict=False)]
        if [layer.shape for layer in self._inputs] != shapes:
            self._inputs = [np.ones(shape, self._precision.dtype) for shape in shapes]
