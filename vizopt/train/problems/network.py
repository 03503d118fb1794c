"""A dense network that tells the classes of a data set apart."""

from typing import Annotated, Any, ClassVar

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray

from vizopt.core.arrays import Batch, Vector
from vizopt.core.kinds import OneOf
from vizopt.core.projection import plane_of
from vizopt.core.specs import spec
from vizopt.recording.header import Kind
from vizopt.train.problems.checks import check_fit
from vizopt.train.problems.data import DATASETS, Data, Dataset
from vizopt.train.problems.dense import Dense, DenseSpec, Judged
from vizopt.train.problems.heads import Targets, head
from vizopt.train.problems.streams import Streams


@spec
class NetworkSpec(DenseSpec):
    """Dense layers with an activation between them, trained on a data set.

    One output and two classes: sigmoid with binary cross-entropy. As many outputs as classes:
    softmax with categorical cross-entropy.
    loss = cross-entropy + l1 · Σ|w| + l2 · Σw², over all weights, not the biases

    Args:
        data: the samples that the network learns: a data set.
        plane: two features that the picture shows; the first two principal components when left
            out and there are more than two.
    """

    data: Annotated[Dataset, OneOf(DATASETS, having="make")]
    plane: tuple[str, ...] = ()

    def check(self) -> None:
        """Read the data and hold them against the layers.

        Raises:
            ValueError: something does not fit.
        """
        check_fit(self, self.data.make(RandomState(0)))

    @property
    def head(self) -> str:
        return head(self.sizes[-1]).words

    @property
    def outputs(self) -> int:
        return max(self.sizes[-1], 2)

    @property
    def columns(self) -> frozenset[str]:
        held_out = {"validation_loss", "validation_accuracy"} if self.validation else set()
        shown = {"points", "labels", "held_out", "extent"}
        predicted = "scores" if self.sizes[0] > 1 else "probabilities"
        return frozenset({"accuracy", predicted, *shown, *held_out})

    @property
    def kind(self) -> Kind:
        return "network"

    def build(self, rng: RandomState) -> "Network":
        """Draw the data; rng then goes on to draw the weights in `Network.init`."""
        streams, data = Streams.beside(rng), self.data.make(rng)
        check_fit(self, data)
        return Network(self, data, streams)


class Network(Dense):
    """The problem: loss and gradient of a network on its training samples."""

    NAMES: ClassVar[tuple[str, ...]] = ("accuracy",)

    def __init__(self, spec: NetworkSpec, data: Data, streams: Streams) -> None:
        self._head = head(spec.sizes[-1])
        super().__init__(spec, data.x, data.y, streams)
        self.plane = plane_of(data.x, data.features, data.units, spec.plane)
        self.words = f"{data.words}  ·  {spec.describe()}"
        self.classes = data.classes
        self._all = data

    @property
    def facts(self) -> dict[str, Any]:
        """Names of the classes and of the plane, samples of one step."""
        return {
            "classes": self.classes,
            "plane": self.plane.words,
            "axes": self.plane.names,
            "batch": self.spec.batch or 0,
        }

    @property
    def constants(self) -> dict[str, NDArray[Any]]:
        """The points on the plane, their classes, which are held out; and the plane's ends.

        Where its axes are features of one's own data, the units [K, 2] that they had.
        """
        units = {} if self.plane.units is None else {"units": self.plane.units}
        return units | {
            "points": self.plane.project(self._all.x),
            "labels": self._all.y,
            "held_out": self._held_out.astype(np.uint8),
            "extent": self.plane.extent(self._all.x),
        }

    def scores(self, params: Vector, points: Batch) -> Batch:
        """A score for each class [classes, M] at other samples [D, M]; the largest wins.

        Of several parameter vectors [R, P] those of each, [R, classes, M].
        """
        several = params.reshape(-1, params.shape[-1])
        scores = self._head.scores(self.outputs(several, points))
        return scores.reshape(*params.shape[:-1], *scores.shape[1:])

    def _prepared(self, y: NDArray[Any]) -> Targets:
        return Targets.of(y, self.dtype)

    def _judged(self, outputs: Batch, targets: Targets) -> Judged:
        loss, accuracy = self._head.loss_and_accuracy(outputs, targets, self._precision)
        return Judged(loss, {"accuracy": accuracy})
