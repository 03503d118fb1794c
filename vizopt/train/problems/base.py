"""What a problem is to everyone else: a flat vector of parameters, a loss and its gradient."""

from typing import Any, NamedTuple, Protocol

from numpy.random import RandomState
from numpy.typing import NDArray

from vizopt.core.arrays import Vector
from vizopt.core.params import ParamLayout
from vizopt.recording.header import Kind


class Evaluation(NamedTuple):
    loss: float
    grad: Vector  # [P]
    metrics: dict[str, float]  # further values of this step, by column name


class Problem(Protocol):
    """A network on data, a function of one variable: something to make small."""

    @property
    def layout(self) -> ParamLayout: ...

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of the values that every evaluation carries besides the loss."""
        ...

    @property
    def batches(self) -> int:
        """Steps of one epoch, 1 without mini-batches."""
        ...

    @property
    def words(self) -> str:
        """A few words for the picture: the data, the layers."""
        ...

    @property
    def dtype(self) -> str:
        """Precision of the parameters, "float32" or "float64"."""
        ...

    @property
    def facts(self) -> dict[str, Any]:
        """What the recording's header says of it besides: classes, axes, samples of one step."""
        ...

    @property
    def constants(self) -> dict[str, NDArray[Any]]:
        """What a picture shows besides the parameters and never changes: points, a curve."""
        ...

    def init(self, rng: RandomState) -> Vector:
        """The parameters [P] before the first step."""
        ...

    def evaluate(self, params: Vector, step: int) -> Evaluation:
        """Gradient [P] of the step's batch at params [P], fresh at every call.

        At the first step of an epoch loss and metrics are those of all data; at others they may
        be anything.
        """
        ...


class ProblemSpec(Protocol):
    """A frozen dataclass that a scene describes a problem with."""

    @property
    def layout(self) -> ParamLayout: ...

    @property
    def columns(self) -> frozenset[str]:
        """What a recording of it can hold besides what every step carries."""
        ...

    @property
    def kind(self) -> Kind:
        """What a picture and a text make of it."""
        ...

    @property
    def dtype(self) -> str:
        """Precision of the parameters, "float32" or "float64"."""
        ...

    @property
    def outputs(self) -> int:
        """Classes that it gives scores for, 0 where there are none."""
        ...

    @property
    def unit(self) -> str:
        """What a step of it is called: "epoch", "step"."""
        ...

    @property
    def subject(self) -> object:
        """What is learned, or gone down: what two trainings that are compared have in common."""
        ...

    @property
    def about(self) -> str:
        """The same in a word or two."""
        ...

    @property
    def reading(self) -> str:
        """What was taken for something else in what a user wrote, in a sentence; mostly nothing."""
        ...

    def describe(self) -> str:
        """What stands of it above the picture, parts set apart by ` · `."""
        ...

    def check(self) -> None:
        """Hold together what it is made of, data files included; ValueError where it does not."""
        ...

    def build(self, rng: RandomState) -> Problem:
        """The problem itself; data come from rng first, then the first parameters."""
        ...
