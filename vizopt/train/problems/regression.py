"""A dense network that predicts a number."""

from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray
from pydantic import Field

from vizopt.core.arrays import Batch, Matrix, Vector
from vizopt.core.kinds import OneOf
from vizopt.core.projection import plane_of
from vizopt.core.specs import Count, spec
from vizopt.recording.header import Kind
from vizopt.recording.targets import constants, shown
from vizopt.train.problems.checks import check_regression
from vizopt.train.problems.data import DATASETS, Measured, Measurements
from vizopt.train.problems.dense import Dense, DenseSpec, Judged
from vizopt.train.problems.streams import Streams


@spec
class RegressionSpec(DenseSpec):
    """Dense layers with an activation between them and one linear output, which is a number.

    loss = mean (ŷ − y)² + l1 · Σ|w| + l2 · Σw², the mean over the samples, without a factor ½
    ∂loss/∂ŷ = 2 (ŷ − y) / N
    R² = 1 − Σ (ŷ − y)² / Σ (y − ȳ)²,  mean absolute error = mean |ŷ − y| in the data's own units

    The numbers of a file are scaled to mean 0 and deviation 1 as features are, and so is the loss.

    Args:
        data: the samples, each with the number that the network learns to predict: a data set.
        sizes: number of features, of units in each hidden layer, and 1 output: `[1, 64, 64, 1]`.

    Reference: mean squared error as in Neural Networks from Scratch, chapter 17, and in
    `torch.nn.MSELoss`; R² as scikit-learn's r2_score.
    """

    data: Annotated[Measurements, OneOf(DATASETS, having="measured")]
    sizes: Annotated[tuple[Count, ...], Field(min_length=2)] = (1, 64, 64, 1)

    def check(self) -> None:
        """Read the data and hold them against the layers.

        Raises:
            ValueError: something does not fit.
        """
        check_regression(self, self.data.measured(RandomState(0)))

    @property
    def head(self) -> str:
        return "linear"

    @property
    def outputs(self) -> int:
        return 0

    @property
    def columns(self) -> frozenset[str]:
        held_out = {f"validation_{name}" for name in ("loss", "r2", "mae") if self.validation}
        line = {"fitted", "points", "extent"} if self.sizes[0] == 1 else set()
        every = {"r2", "mae", "predictions", "targets", "target_units", "held_out"}
        return frozenset({*every, *line, *held_out})

    @property
    def kind(self) -> Kind:
        return "regression"

    def build(self, rng: RandomState) -> "Regression":
        """Draw the data; rng then goes on to draw the weights in `Regression.init`."""
        streams, data = Streams.beside(rng), self.data.measured(rng)
        check_regression(self, data)
        return Regression(self, data, streams)


class NumberTargets(NamedTuple):
    """What the outputs of N samples should be.

    Args:
        values: the numbers [N].
        spread: Σ (y − ȳ)².
    """

    values: Vector
    spread: float


class Regression(Dense):
    """The problem: loss and gradient of a network on its training samples."""

    NAMES: ClassVar[tuple[str, ...]] = ("r2", "mae")

    def __init__(self, spec: RegressionSpec, data: Measured, streams: Streams) -> None:
        self._all = data
        super().__init__(spec, data.x, data.y, streams)
        self.plane = plane_of(data.x, data.features, data.units, ())
        self.words = f"{data.words}  ·  {spec.describe()}"

    @property
    def facts(self) -> dict[str, Any]:
        """Names of the number and of a single feature, samples of one step."""
        axes = self._all.features if len(self._all.features) == 1 else ()
        return {"target": self._all.target, "axes": axes, "batch": self.spec.batch or 0}

    @property
    def constants(self) -> dict[str, NDArray[Any]]:
        """The numbers, which are held out, and where they lie along a single feature."""
        line = {}
        if len(self._all.features) == 1:
            line = {
                "points": self.plane.project(self._all.x),
                "extent": self.plane.extent(self._all.x),
                "units": self._all.units,
            }
        return line | constants(self._all.y, self._held_out, self._all.own)

    @property
    def shown(self) -> Batch:
        """The samples [D, n] whose predictions a picture shows."""
        some = shown(len(self._all.y))
        return np.ascontiguousarray(self._all.x[some].T, self.dtype)

    def predictions(self, rows: Matrix, points: Batch) -> Matrix:
        """The numbers [R, M] that parameter vectors [R, P] predict at samples [D, M]."""
        return self.outputs(rows, points)[:, 0]

    def _prepared(self, y: NDArray[Any]) -> NumberTargets:
        return NumberTargets(y.astype(self.dtype), float(((y - y.mean()) ** 2).sum()))

    def _judged(self, outputs: Batch, targets: NumberTargets) -> Judged:
        count = len(targets.values)
        outputs[0] -= targets.values
        behind = outputs[0]
        squared = float(np.add.reduce(behind**2))
        mae = float(np.add.reduce(abs(behind))) / count * self._all.own[1]
        r2 = 1 - squared / targets.spread if targets.spread else np.nan
        outputs *= 2 / count
        return Judged(squared / count, {"r2": r2, "mae": mae})
