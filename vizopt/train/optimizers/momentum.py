"""Momentum: the update remembers where it was going."""

from typing import ClassVar, NamedTuple

import numpy as np

from vizopt.core.arrays import Vector
from vizopt.core.params import ParamLayout
from vizopt.core.specs import Share, spec
from vizopt.train.optimizers.base import LearningRate


class MomentumState(NamedTuple):
    velocity: Vector  # [P]


@spec
class Momentum:
    """Heavy-ball momentum, as the book has it.

    velocity ← momentum · velocity − lr(step) · grad
    delta    = velocity

    Args:
        lr: learning rate of each epoch: a number or a schedule.
        momentum: share of the velocity kept, 0 ≤ momentum < 1.

    `MomentumTorch` has the learning rate outside the velocity; with a constant rate both are the
    same.

    Reference: Polyak 1964; the sign and scale are those of Neural Networks from Scratch,
    chapter 10.
    """

    NAME: ClassVar[str] = "SGD with momentum"
    TOLD: ClassVar[str] = (
        "which keeps a share of the step before and adds to it the learning rate times the "
        "slope of {loss}, downhill"
    )

    lr: LearningRate
    momentum: Share = 0.9

    def init(self, params: Vector, layout: ParamLayout) -> MomentumState:
        return MomentumState(velocity=np.zeros_like(params))

    def update(
        self, step: int, params: Vector, grad: Vector, state: MomentumState
    ) -> tuple[Vector, MomentumState]:
        velocity = self.momentum * state.velocity - self.lr(step) * grad
        return velocity, MomentumState(velocity)

    def worked(self) -> tuple[str, ...]:
        return (
            f"velocity = {self.momentum} * velocity - lr * slope",
            "update = velocity",
        )


@spec
class MomentumTorch:
    """Heavy-ball momentum, as PyTorch has it.

    velocity ← momentum · velocity + grad
    delta    = −lr(step) · velocity

    A change of the learning rate acts on the whole velocity at once; in `Momentum` what is in
    the velocity keeps the rate it came with.

    Args:
        lr: learning rate of each epoch: a number or a schedule.
        momentum: share of the velocity kept, 0 ≤ momentum < 1.

    Reference: Polyak 1964; Sutskever et al. 2013; torch.optim.SGD(momentum=…).
    """

    NAME: ClassVar[str] = "SGD with momentum (PyTorch)"
    TOLD: ClassVar[str] = (
        "which keeps a share of its velocity, adds the slope of {loss} to it and moves {it} "
        "downhill by the learning rate times the velocity"
    )

    lr: LearningRate
    momentum: Share = 0.9

    def init(self, params: Vector, layout: ParamLayout) -> MomentumState:
        return MomentumState(velocity=np.zeros_like(params))

    def update(
        self, step: int, params: Vector, grad: Vector, state: MomentumState
    ) -> tuple[Vector, MomentumState]:
        velocity = self.momentum * state.velocity + grad
        return -self.lr(step) * velocity, MomentumState(velocity)

    def worked(self) -> tuple[str, ...]:
        return (
            f"velocity = {self.momentum} * velocity + slope",
            "update = -lr * velocity",
        )
