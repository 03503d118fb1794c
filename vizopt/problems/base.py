"""What a problem is to everyone else: a flat vector of parameters, a loss and its gradient."""

from typing import NamedTuple, Protocol

from numpy.random import RandomState

from vizopt.arrays import Vector
from vizopt.layout import Layout


class Evaluation(NamedTuple):
    loss: float
    grad: Vector  # [P]
    metrics: dict[str, float]  # further values of this step, by column name


class Problem(Protocol):
    """A network on data, a function of one variable: something to make small."""

    @property
    def layout(self) -> Layout: ...

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of the values that every evaluation carries besides the loss."""
        ...

    def init(self, rng: RandomState) -> Vector:
        """The parameters [P] before the first step."""
        ...

    def evaluate(self, params: Vector, step: int) -> Evaluation:
        """Loss, gradient [P] and metrics at params [P]; a fresh gradient at every call."""
        ...


class ProblemSpec(Protocol):
    """A frozen dataclass that a scene describes a problem with."""

    @property
    def layout(self) -> Layout: ...

    @property
    def columns(self) -> frozenset[str]:
        """What a recording of it can hold besides what every step carries."""
        ...

    def describe(self) -> str:
        """A few words for the picture."""
        ...

    def build(self, rng: RandomState) -> Problem:
        """The problem itself; data come from rng first, then the first parameters."""
        ...
