"""Adadelta: a rate in the units of the parameters."""

from typing import ClassVar, NamedTuple

import numpy as np

from vizopt.core.arrays import Vector
from vizopt.core.params import ParamLayout
from vizopt.core.specs import Positive, Share, spec
from vizopt.train.optimizers.base import LearningRate, rest


class AdadeltaState(NamedTuple):
    second_moment: Vector  # [P] mean of grad²
    moved: Vector  # [P] mean of the squared steps


@spec
class Adadelta:
    """A rate in the units of the parameters: recent steps over recent gradients.

    v     ← rho · v + (1 − rho) · grad²
    move  = √(moved + epsilon) / √(v + epsilon) · grad
    moved ← rho · moved + (1 − rho) · move²
    delta = −lr(step) · move

    Args:
        lr: learning rate of each epoch: a number or a schedule; the paper has none, which is 1.
        rho: share of the means kept, 0 ≤ rho < 1.
        epsilon: added inside both roots, so that nothing is divided by 0.

    Reference: Zeiler 2012, algorithm 1; torch.optim.Adadelta.
    """

    NAME: ClassVar[str] = "Adadelta"
    TOLD: ClassVar[str] = (
        "which gives {it} a rate of its own: the size of its recent steps over that of its "
        "recent slopes"
    )

    lr: LearningRate
    rho: Share = 0.9
    epsilon: Positive = 1e-6

    def init(self, params: Vector, layout: ParamLayout) -> AdadeltaState:
        return AdadeltaState(second_moment=np.zeros_like(params), moved=np.zeros_like(params))

    def update(
        self, step: int, params: Vector, grad: Vector, state: AdadeltaState
    ) -> tuple[Vector, AdadeltaState]:
        second = self.rho * state.second_moment + (1 - self.rho) * grad**2
        move = np.sqrt(state.moved + self.epsilon) / np.sqrt(second + self.epsilon) * grad
        moved = self.rho * state.moved + (1 - self.rho) * move**2
        return -self.lr(step) * move, AdadeltaState(second, moved)

    def worked(self) -> tuple[str, ...]:
        return (
            f"v = {self.rho} * v + {rest(self.rho)} * slope ** 2",
            f"move = sqrt(moved + {self.epsilon}) / sqrt(v + {self.epsilon}) * slope",
            f"moved = {self.rho} * moved + {rest(self.rho)} * move ** 2",
            "update = -lr * move",
        )
