"""Dense: what a network of dense layers is trained on and how, whatever its outputs mean."""

from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray
from pydantic import Field

from vizopt.core.arrays import Batch, Matrix, Vector
from vizopt.core.numbers import count, setting
from vizopt.core.params import ParamLayout
from vizopt.core.specs import Count, NonNegative, Share, spec
from vizopt.train.problems.activations import ACTIVATIONS
from vizopt.train.problems.base import Evaluation
from vizopt.train.problems.precision import PRECISIONS
from vizopt.train.problems.stacks import Stack
from vizopt.train.problems.streams import Streams
from vizopt.train.problems.workspace import Workspace


class Judged(NamedTuple):
    """What outputs are worth: their loss, and further values by column name."""

    loss: float
    metrics: dict[str, float]


@spec
class DenseSpec:
    """Dense layers with an activation between them.

    Args:
        sizes: number of features, of units in each hidden layer, of outputs: `[2, 64, 3]`.
        activation: of the hidden layers: "relu", "leaky-relu", "tanh", "sigmoid" or "gelu" (in its
            form with tanh).
        init: first weights: "book" 0.01 · randn, "he" √(2 / inputs) · randn, "glorot" uniform
            within ±√(6 / (inputs + outputs)); biases are zero.
        precision: precision of all numbers: "float32", "float64", or "book" for the lesson's
            figures to the last bit on every machine ("tanh" and "gelu" but for the last). The first
            two differ in the last bits between processors and versions of NumPy; after a while a
            chaotic run shows it.
        batch: samples of one step, shuffled anew in every epoch; all of them when left out.
        validation: share of the samples that is kept out of training.
        l1: penalty on the sum of |w| over all weights.
        l2: penalty on the sum of w² over all weights.
        dropout: share of each hidden layer's units that a step leaves out; the others are scaled
            up. Loss and metrics are those of the whole network.
    """

    FORMER: ClassVar[dict[str, str]] = {"arithmetic": "precision"}

    data: Any
    sizes: Annotated[tuple[Count, ...], Field(min_length=2)] = (2, 64, 3)
    activation: Literal["relu", "leaky-relu", "tanh", "sigmoid", "gelu"] = "relu"
    init: Literal["book", "he", "glorot"] = "book"
    precision: Literal["book", "float32", "float64"] = "float32"
    batch: Count | None = None
    validation: Annotated[float, Field(strict=True, ge=0, lt=1)] = 0.0
    l1: NonNegative = 0.0
    l2: NonNegative = 0.0
    dropout: Share = 0.0

    @property
    def head(self) -> str:
        """What the outputs are led through: "softmax", "sigmoid", "linear"."""
        raise NotImplementedError

    @property
    def layout(self) -> ParamLayout:
        """`dense1.weights`, `dense1.biases`, `dense2.weights`, …"""
        shapes: dict[str, tuple[int, ...]] = {}
        for i, (rows, columns) in enumerate(pairwise(self.sizes), start=1):
            shapes |= {f"dense{i}.weights": (rows, columns), f"dense{i}.biases": (columns,)}
        return ParamLayout.of(shapes)

    @property
    def dtype(self) -> str:
        return np.dtype(PRECISIONS[self.precision].dtype).name

    @property
    def unit(self) -> str:
        return "epoch"

    @property
    def subject(self) -> object:
        return self.data

    @property
    def about(self) -> str:
        return type(self.data).__name__.lower()

    @property
    def reading(self) -> str:
        return ""

    def describe(self) -> str:
        """`2 → 64 ReLU → 3 softmax`, and what else is not the plainest."""
        words = ACTIVATIONS[self.activation].words
        hidden = [f"{size} {words}" for size in self.sizes[1:-1]]
        extras = [
            f"{name} {setting(value)}"
            for name, value in (
                ("L1", self.l1),
                ("L2", self.l2),
                ("dropout", self.dropout),
                ("validation", self.validation),
            )
            if value
        ]
        if self.batch:
            extras.insert(0, f"batch {count(self.batch)}")
        layers = [str(self.sizes[0]), *hidden, f"{self.sizes[-1]} {self.head}"]
        return ", ".join([" → ".join(layers), *extras])


class Dense:
    """Loss and gradient of dense layers on their training samples.

    Work arrays are allocated once; no value of theirs outlives a call.

    Args:
        spec: the layers, and how they are trained.
        x: all samples [N, D].
        y: what the outputs should be [N].
        streams: random numbers for batches and dropout.
    """

    NAMES: ClassVar[tuple[str, ...]]  # of what is measured besides the loss

    def __init__(self, spec: DenseSpec, x: Matrix, y: NDArray[Any], streams: Streams) -> None:
        self.spec = spec
        self.layout = spec.layout
        self.metrics = self.NAMES
        self.dtype = spec.dtype
        self._precision = PRECISIONS[spec.precision]
        self._activation = ACTIVATIONS[spec.activation]
        self._streams = streams
        held_out = round(len(y) * spec.validation)
        self._held_out = np.zeros(len(y), bool)
        self._held_out[streams.validation().permutation(len(y))[:held_out]] = True
        self._x = x[~self._held_out].astype(self.dtype).T
        self._y = y[~self._held_out]
        self._targets = self._prepared(self._y)
        self._whole = self._filled(self._x)
        samples = len(self._y)
        self.batches = -(-samples // spec.batch) if spec.batch else 1
        self._order: tuple[int, NDArray[np.intp]] | None = None  # an epoch's, drawn once
        self._part = self._pass(spec.batch or samples)
        # A picture needs no rounding of its own: only training is to the book's last bit.
        self._stack = Stack(spec.sizes, PRECISIONS[self.dtype], self._activation)
        if held_out:
            self.metrics += tuple(f"validation_{name}" for name in ("loss", *self.NAMES))
            self._validation = self._filled(x[self._held_out].astype(self.dtype).T)
            self._validation_targets = self._prepared(y[self._held_out])

    def _prepared(self, y: NDArray[Any]) -> Any:
        """What outputs of some samples are held against, made once."""
        raise NotImplementedError

    def _judged(self, outputs: Batch, targets: Any) -> Judged:
        """Loss and metrics of outputs [outputs, N], which become ∂loss/∂outputs."""
        raise NotImplementedError

    def init(self, rng: RandomState) -> Vector:
        """First weights, rounded to float32 as the book's are; biases zero."""
        params = np.zeros(self.layout.size, self.dtype)
        for view in self.layout.weights(params).values():
            view[...] = _first(self.spec.init, view.shape, rng)
        return params

    def evaluate(self, params: Vector, step: int) -> Evaluation:
        """Gradient [P] of the step's batch; at the start of an epoch loss and metrics of all."""
        matrices = self.layout.matrices(params)
        loss, metrics = np.nan, {}
        if step % self.batches == 0:
            judged = self._judged(self._whole.forward(matrices, None), self._targets)
            loss = judged.loss + self._penalty(params)
            metrics = judged.metrics | self._validated(matrices)
        grad = np.empty(self.layout.size, self.dtype)
        if self.batches == 1 and not self.spec.dropout:
            self._whole.backward(matrices, self.layout.matrices(grad))
        else:
            self._batch_grad(matrices, grad, step)
        self._add_penalty_grad(params, grad)
        return Evaluation(loss, grad, metrics)

    def outputs(self, params: Vector, points: Batch) -> Batch:
        """The last layer's sums [R, outputs, M] of parameter vectors [R, P] at samples [D, M]."""
        matrices = [self.layout.matrix(layer, params) for layer in self.layout.layers]
        return self._stack.outputs(matrices, points)

    def at_once(self, points: int, few: bool) -> int:
        """Of how many parameter vectors the outputs at so many points are computed together."""
        return self._stack.most(points, few)

    def _pass(self, samples: int) -> Workspace:
        return Workspace(self.spec.sizes, samples, self._precision, self._activation)

    def _filled(self, x: Batch) -> Workspace:
        work = self._pass(x.shape[1])
        work.use(x.shape[1])[...] = x
        return work

    def _batch(self, step: int) -> NDArray[np.intp]:
        """Which training samples a step sees; an epoch's order holds for all its batches."""
        if not self.spec.batch:
            return np.arange(len(self._y))
        epoch, batch = divmod(step, self.batches)
        if self._order is None or self._order[0] != epoch:
            self._order = (epoch, self._streams.shuffle(epoch).permutation(len(self._y)))
        return self._order[1][batch * self.spec.batch :][: self.spec.batch]

    def _batch_grad(self, matrices: list[Matrix], grad: Vector, step: int) -> None:
        chosen = self._batch(step)
        self._part.use(len(chosen))[...] = self._x[:, chosen]
        rate = self.spec.dropout
        dropout = (rate, self._streams.dropout(step)) if rate else None
        self._judged(self._part.forward(matrices, dropout), self._prepared(self._y[chosen]))
        self._part.backward(matrices, self.layout.matrices(grad))

    def _validated(self, matrices: list[Matrix]) -> dict[str, float]:
        if not self.spec.validation:
            return {}
        outputs = self._validation.forward(matrices, None)
        loss, metrics = self._judged(outputs, self._validation_targets)
        judged = {"loss": loss} | metrics
        return {f"validation_{name}": value for name, value in judged.items()}

    def _penalty(self, params: Vector) -> float:
        if not (self.spec.l1 or self.spec.l2):
            return 0.0
        weights = self.layout.weights(params).values()
        return float(
            sum(self.spec.l1 * abs(w).sum() + self.spec.l2 * (w**2).sum() for w in weights)
        )

    def _add_penalty_grad(self, params: Vector, grad: Vector) -> None:
        if self.spec.l1 or self.spec.l2:
            views = self.layout.weights(grad)
            for name, w in self.layout.weights(params).items():
                views[name] += self.spec.l1 * np.sign(w) + 2 * self.spec.l2 * w


def _first(kind: str, shape: tuple[int, ...], rng: RandomState) -> NDArray[np.floating]:
    """Weights of one layer [inputs, outputs]."""
    if kind == "glorot":
        reach = np.sqrt(6 / sum(shape))
        return rng.uniform(-reach, reach, shape)
    scale = 0.01 if kind == "book" else np.sqrt(2 / shape[0])
    return np.asarray(np.float32(scale) * rng.randn(*shape).astype(np.float32))
