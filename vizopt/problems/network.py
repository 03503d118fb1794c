"""A dense network on a data set, with its gradient."""

from itertools import pairwise
from typing import Annotated, Any, Literal

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray

from vizopt.arrays import Batch, Labels, Matrix, Vector
from vizopt.layout import Layout
from vizopt.problems.arithmetic import ARITHMETICS
from vizopt.problems.base import Evaluation
from vizopt.problems.datasets import DATASETS, Data, Dataset
from vizopt.specs import Count, OneOf, spec

CLIP = 1e-7  # the book's: predictions are clipped to [CLIP, 1 − CLIP] before the logarithm
MARGIN = 0.06  # the plane reaches this share of the data's half-width beyond the data
BLOCK = 2048  # points of a forward pass over the plane; one layer's outputs stay in the cache


@spec
class NetworkSpec:
    """Dense layers with ReLU between them and softmax at the end, trained on the whole data set.

    loss = −mean log clip(softmax(z)[label], 1e-7, 1 − 1e-7),  z = the last layer's output

    Args:
        data: the samples.
        sizes: features, width of each hidden layer, classes: `[2, 64, 3]`.
        arithmetic: "float32", "float64", or "book" for the lesson's figures to the last bit.
    """

    data: Annotated[Dataset, OneOf(DATASETS)]
    sizes: tuple[Count, ...] = (2, 64, 3)
    arithmetic: Literal["book", "float32", "float64"] = "float32"

    def __post_init__(self) -> None:
        features, classes = self.data.shape
        if len(self.sizes) < 2:
            raise ValueError(
                f"sizes {list(self.sizes)} needs at least the features and the classes"
            )
        if self.sizes[0] != features:
            raise ValueError(
                f"sizes start with {self.sizes[0]} features, but the data have {features}"
            )
        if self.sizes[-1] != classes:
            raise ValueError(
                f"sizes end with {self.sizes[-1]} outputs, but the data have {classes} classes"
            )

    @property
    def layout(self) -> Layout:
        """`dense1.weights`, `dense1.biases`, `dense2.weights`, …"""
        shapes: dict[str, tuple[int, ...]] = {}
        for i, (rows, columns) in enumerate(pairwise(self.sizes), start=1):
            shapes |= {f"dense{i}.weights": (rows, columns), f"dense{i}.biases": (columns,)}
        return Layout.of(shapes)

    @property
    def columns(self) -> frozenset[str]:
        return frozenset({"accuracy", "scores"})

    @property
    def unit(self) -> str:
        return "epoch"

    def describe(self) -> str:
        """`spiral, 300 points, 3 classes · 2 → 64 ReLU → 3 softmax`."""
        hidden = "".join(f" → {size} ReLU" for size in self.sizes[1:-1])
        return f"{self.data.describe()}  ·  {self.sizes[0]}{hidden} → {self.sizes[-1]} softmax"

    def build(self, rng: RandomState) -> "Network":
        """Draw the data; rng then goes on to draw the weights in `Network.init`."""
        return Network(self, self.data.make(rng))


class Network:
    """The problem: loss and gradient of a network on all samples at once.

    One sample per column. Work arrays are allocated once; no value of theirs outlives a call.
    """

    metrics = ("accuracy",)

    def __init__(self, spec: NetworkSpec, data: Data) -> None:
        self.data = data
        self.layout = spec.layout
        self.arithmetic = ARITHMETICS[spec.arithmetic]
        dtype = self.arithmetic.dtype
        self.dtype = np.dtype(dtype).name
        samples = len(data.y)
        self._inputs = _layer_inputs(spec.sizes[:-1], samples, dtype)
        self._inputs[0][:-1] = data.x.T
        self._grads = [np.empty((size, samples), dtype) for size in spec.sizes[1:]]
        self._labels: Labels = data.y
        self._true = data.y * samples + np.arange(samples)  # place of the true class in [C, N]
        self._normaliser = np.empty(samples, dtype)

    @property
    def constants(self) -> dict[str, NDArray[Any]]:
        """The points and their classes, and the plane around them: x0, x1, y0, y1."""
        return {"points": self.data.x, "labels": self.data.y, "extent": self._extent()}

    def init(self, rng: RandomState) -> Vector:
        """Weights 0.01 · randn, rounded to float32 as the book's are; biases zero."""
        params = np.zeros(self.layout.size, self.arithmetic.dtype)
        for name, view in self.layout.views(params).items():
            if name.endswith(".weights"):
                view[...] = np.float32(0.01) * rng.randn(*view.shape).astype(np.float32)
        return params

    def evaluate(self, params: Vector, step: int) -> Evaluation:
        """Loss, gradient [P] and accuracy on all samples; every step sees the same ones."""
        matrices = self._matrices(params)
        scores = self._forward(matrices, self._inputs, self._grads[-1])
        accuracy = np.count_nonzero(scores.argmax(axis=0) == self._labels) / len(self._labels)
        loss = self._softmax_loss(scores)
        return Evaluation(loss, self._backward(matrices), {"accuracy": accuracy})

    def scores(self, params: Vector, points: Matrix) -> Batch:
        """The last layer's output [C, M] at other points [M, D]."""
        matrices = self._matrices(params)
        sizes = [len(matrix) - 1 for matrix in matrices]
        out = np.empty((matrices[-1].shape[1], len(points)), params.dtype)
        inputs = _layer_inputs(sizes, min(BLOCK, len(points)), params.dtype)
        for start in range(0, len(points), BLOCK):
            block = points[start : start + BLOCK]
            part = [layer[:, : len(block)] for layer in inputs]
            part[0][:-1] = block.T
            self._forward(matrices, part, out[:, start : start + BLOCK])
        return out

    def _extent(self) -> NDArray[np.float64]:
        """A square a little larger than the points."""
        low, high = self.data.x.min(axis=0).astype(float), self.data.x.max(axis=0).astype(float)
        half = (high - low).max() / 2 * (1 + MARGIN) or 1.0
        (x, y) = (low + high) / 2
        return np.array([x - half, x + half, y - half, y + half])

    def _matrices(self, params: Vector) -> list[Matrix]:
        return [self.layout.matrix(layer, params) for layer in self.layout.layers]

    def _forward(self, matrices: list[Matrix], inputs: list[Batch], out: Batch) -> Batch:
        for matrix, layer, following in zip(matrices, inputs, inputs[1:], strict=False):
            hidden = following[:-1]
            self.arithmetic.forward(matrix, layer, hidden)
            np.maximum(hidden, hidden.dtype.type(0), out=hidden)
        self.arithmetic.forward(matrices[-1], inputs[-1], out)
        return out

    def _softmax_loss(self, scores: Batch) -> float:
        """The loss; scores [C, N] become its gradient, (softmax − one-hot) / N."""
        scores -= scores.max(axis=0, out=self._normaliser)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=0, out=self._normaliser)
        flat = scores.reshape(-1)
        confidence = flat[self._true]
        loss = -np.log(confidence.clip(CLIP, 1 - CLIP)).mean()
        flat[self._true] = confidence - 1
        scores /= len(self._labels)
        return float(loss)

    def _backward(self, matrices: list[Matrix]) -> Vector:
        grad = np.empty(self.layout.size, self.arithmetic.dtype)
        outs = self._matrices(grad)
        for i in reversed(range(len(matrices))):
            self.arithmetic.grad(self._inputs[i], self._grads[i], outs[i])
            if i:
                below = self._grads[i - 1]
                self.arithmetic.backward(matrices[i], self._grads[i], below)
                below *= self._inputs[i][:-1] > 0
        return grad


def _layer_inputs(sizes: list[int] | tuple[int, ...], samples: int, dtype: object) -> list[Batch]:
    """The input [size + 1, N] of each layer, its last row ones for the biases."""
    return [np.ones((size + 1, samples), dtype) for size in sizes]  # type: ignore[call-overload]
