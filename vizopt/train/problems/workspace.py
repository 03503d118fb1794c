"""Passes: a batch of samples through the layers and back, in arrays allocated once."""

from collections.abc import Sequence

import numpy as np
from numpy.random import RandomState

from vizopt.core.arrays import Batch, Matrix
from vizopt.train.problems.activations import Activation
from vizopt.train.problems.precision import Precision


class Workspace:
    """Forward and backward for N samples, one in each column.

    Args:
        sizes: features, width of each hidden layer, outputs.
        samples: how many come at once, N, until `use` says otherwise.
        precision: how products are rounded.
        activation: of the hidden layers.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        samples: int,
        precision: Precision,
        activation: Activation,
    ) -> None:
        self._sizes = sizes
        self._precision = precision
        self._activation = activation
        self._apart = precision.inputs != precision.dtype
        self._masks: list[Batch] = []
        self._allocate(samples)

    def use(self, samples: int) -> Batch:
        """Make room for so many samples; the place for their features [D, samples]."""
        if samples != self._samples:
            self._allocate(samples)
        return self._inputs[0][:-1]

    def _allocate(self, samples: int) -> None:
        """All contiguous, as products write to no other arrays and heads take theirs flat."""
        dtype, sizes = self._precision.dtype, self._sizes
        self._samples = samples
        # A layer's input, with a last row of ones for the biases; its sums; what flows back.
        self._inputs = [np.ones((size + 1, samples), self._precision.inputs) for size in sizes[:-1]]
        self._values = [  # of hidden layers: the next layer's input, in the sums' precision
            np.empty((len(layer) - 1, samples), dtype) if self._apart else layer[:-1]
            for layer in self._inputs[1:]
        ]
        sums = [v if self._activation.from_value else np.empty_like(v) for v in self._values]
        self._sums = [*sums, np.empty((sizes[-1], samples), dtype)]
        self._backs = [np.empty((size, samples), dtype) for size in sizes[1:-1]]

    def forward(
        self, matrices: Sequence[Matrix], dropout: tuple[float, RandomState] | None
    ) -> Batch:
        """The last layer's sums [outputs, N]; hidden units are dropped as (rate, rng) says."""
        self._masks = []
        last = len(matrices) - 1
        for i, matrix in enumerate(matrices):
            self._precision.forward(matrix, self._inputs[i], self._sums[i])
            if i < last:
                hidden = self._values[i]
                self._activation.value(self._sums[i], hidden, self._precision)
                if dropout:
                    rate, rng = dropout
                    kept = (rng.random_sample(hidden.shape) >= rate) / (1 - rate)
                    self._masks.append(kept.astype(hidden.dtype))
                    hidden *= self._masks[-1]
                if self._apart:
                    self._inputs[i + 1][:-1] = hidden
        return self._sums[-1]

    def backward(self, matrices: Sequence[Matrix], outs: Sequence[Matrix]) -> None:
        """Write each layer's gradient [inputs + 1, outputs]; the last sums hold ∂loss/∂sums."""
        flow = self._sums[-1]
        for i in reversed(range(len(matrices))):
            self._precision.grad(self._inputs[i], flow, outs[i])
            if i:
                back = self._backs[i - 1]
                self._precision.backward(matrices[i], flow, back)
                value = self._values[i - 1]
                if self._masks:
                    back *= self._masks[i - 1]
                    value = value / np.where(self._masks[i - 1] > 0, self._masks[i - 1], 1)
                back *= self._activation.slope(self._sums[i - 1], value)
                flow = back
