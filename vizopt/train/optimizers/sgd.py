"""SGD: straight down the gradient."""

from typing import ClassVar, NamedTuple

from vizopt.core.arrays import Vector
from vizopt.core.params import ParamLayout
from vizopt.core.specs import spec
from vizopt.train.optimizers.base import LearningRate


class SGDState(NamedTuple):
    """Nothing to remember."""


@spec
class SGD:
    """Stochastic gradient descent.

    delta = −lr(step) · grad

    Args:
        lr: learning rate of each epoch: a number or a schedule.

    Reference: Robbins and Monro 1951; Neural Networks from Scratch, chapter 10.
    """

    NAME: ClassVar[str] = "SGD"
    TOLD: ClassVar[str] = (
        "stochastic gradient descent, which moves {it} downhill by the learning rate times "
        "the slope of {loss}"
    )

    lr: LearningRate

    def init(self, params: Vector, layout: ParamLayout) -> SGDState:
        return SGDState()

    def update(
        self, step: int, params: Vector, grad: Vector, state: SGDState
    ) -> tuple[Vector, SGDState]:
        return -self.lr(step) * grad, state

    def worked(self) -> tuple[str, ...]:
        return ("update = -lr * slope",)
