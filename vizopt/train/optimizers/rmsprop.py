"""RMSProp: each parameter's own rate, from its recent gradients."""

from typing import ClassVar, NamedTuple

import numpy as np

from vizopt.core.arrays import Vector
from vizopt.core.params import ParamLayout
from vizopt.core.specs import Positive, Share, spec
from vizopt.train.optimizers.base import LearningRate, rest


class RMSPropState(NamedTuple):
    second_moment: Vector  # [P] mean of grad²


@spec
class RMSProp:
    """A rate that follows a moving mean of the squared gradients.

    v     ← rho · v + (1 − rho) · grad²
    delta = −lr(step) · grad / (√v + epsilon)

    Args:
        lr: learning rate of each epoch: a number or a schedule.
        rho: share of the mean kept, 0 ≤ rho < 1; PyTorch calls it alpha and takes 0.99.
        epsilon: added to the root, so that nothing is divided by 0; the book's. PyTorch's is 1e-8.

    Reference: Hinton's lecture 6e, 2012; Neural Networks from Scratch, chapter 10;
    torch.optim.RMSprop.
    """

    NAME: ClassVar[str] = "RMSProp"
    TOLD: ClassVar[str] = (
        "which gives {it} a rate of its own that is small where its recent slopes were large"
    )

    lr: LearningRate
    rho: Share = 0.9
    epsilon: Positive = 1e-7

    def init(self, params: Vector, layout: ParamLayout) -> RMSPropState:
        return RMSPropState(second_moment=np.zeros_like(params))

    def update(
        self, step: int, params: Vector, grad: Vector, state: RMSPropState
    ) -> tuple[Vector, RMSPropState]:
        second = self.rho * state.second_moment + (1 - self.rho) * grad**2
        return -self.lr(step) * grad / (np.sqrt(second) + self.epsilon), RMSPropState(second)

    def worked(self) -> tuple[str, ...]:
        return (
            f"v = {self.rho} * v + {rest(self.rho)} * slope ** 2",
            f"update = -lr * slope / (sqrt(v) + {self.epsilon})",
        )
