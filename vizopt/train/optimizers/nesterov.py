"""Nesterov: momentum that looks ahead."""

from typing import ClassVar, NamedTuple

import numpy as np

from vizopt.core.arrays import Vector
from vizopt.core.params import ParamLayout
from vizopt.core.specs import Share, spec
from vizopt.train.optimizers.base import LearningRate


class NesterovState(NamedTuple):
    velocity: Vector  # [P]


@spec
class Nesterov:
    """Nesterov's accelerated gradient, as PyTorch has it.

    velocity ← momentum · velocity + grad
    delta    = −lr(step) · (grad + momentum · velocity)

    The parameters are those of the look-ahead point, where Sutskever takes the gradient. With a
    constant learning rate `NesterovKeras` is the same.

    Args:
        lr: learning rate of each epoch: a number or a schedule.
        momentum: share of the velocity kept, 0 ≤ momentum < 1.

    Reference: Nesterov 1983; Sutskever et al. 2013; torch.optim.SGD(nesterov=True).
    """

    NAME: ClassVar[str] = "Nesterov's gradient"
    TOLD: ClassVar[str] = "momentum that looks ahead to where it is about to carry {it}"

    lr: LearningRate
    momentum: Share = 0.9

    def init(self, params: Vector, layout: ParamLayout) -> NesterovState:
        return NesterovState(velocity=np.zeros_like(params))

    def update(
        self, step: int, params: Vector, grad: Vector, state: NesterovState
    ) -> tuple[Vector, NesterovState]:
        velocity = self.momentum * state.velocity + grad
        return -self.lr(step) * (grad + self.momentum * velocity), NesterovState(velocity)

    def worked(self) -> tuple[str, ...]:
        return (
            f"velocity = {self.momentum} * velocity + slope",
            f"update = -lr * (slope + {self.momentum} * velocity)",
        )


@spec
class NesterovKeras:
    """Nesterov's accelerated gradient with the learning rate inside the velocity.

    velocity ← momentum · velocity − lr(step) · grad
    delta    = momentum · velocity − lr(step) · grad

    It differs from `Nesterov` only while the learning rate changes: what is in the velocity
    keeps the rate it came with.

    Args:
        lr: learning rate of each epoch: a number or a schedule.
        momentum: share of the velocity kept, 0 ≤ momentum < 1.

    Reference: Bengio et al. 2012, equation 7; keras.optimizers.SGD(nesterov=True).
    """

    NAME: ClassVar[str] = "Nesterov's gradient (Keras)"
    TOLD: ClassVar[str] = "momentum that looks ahead to where it is about to carry {it}"

    lr: LearningRate
    momentum: Share = 0.9

    def init(self, params: Vector, layout: ParamLayout) -> NesterovState:
        return NesterovState(velocity=np.zeros_like(params))

    def update(
        self, step: int, params: Vector, grad: Vector, state: NesterovState
    ) -> tuple[Vector, NesterovState]:
        push = self.lr(step) * grad
        velocity = self.momentum * state.velocity - push
        return self.momentum * velocity - push, NesterovState(velocity)

    def worked(self) -> tuple[str, ...]:
        return (
            f"velocity = {self.momentum} * velocity - lr * slope",
            f"update = {self.momentum} * velocity - lr * slope",
        )
