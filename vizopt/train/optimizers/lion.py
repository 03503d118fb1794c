"""Lion: the sign of a momentum."""

from typing import ClassVar, NamedTuple

import numpy as np

from vizopt.core.arrays import Vector
from vizopt.core.params import ParamLayout
from vizopt.core.specs import NonNegative, Share, spec
from vizopt.train.optimizers.base import LearningRate, rest


class LionState(NamedTuple):
    momentum: Vector  # [P]


@spec
class Lion:
    """Evolved sign momentum: every parameter moves by the learning rate.

    delta    = −lr(step) · (sign(beta_1 · momentum + (1 − beta_1) · grad) + weight_decay · params)
    momentum ← beta_2 · momentum + (1 − beta_2) · grad

    Args:
        lr: learning rate of each epoch, which is the size of every step: a number or a schedule; a
            tenth to a third of Adam's.
        beta_1: share of the momentum in the update, 0 ≤ beta < 1.
        beta_2: share of the momentum kept, 0 ≤ beta < 1.
        weight_decay: share of a parameter, times the learning rate, that each step takes off it.

    Reference: Chen et al. 2023, "Symbolic Discovery of Optimization Algorithms", algorithm 2.
    """

    NAME: ClassVar[str] = "Lion"
    TOLD: ClassVar[str] = (
        "which moves {it} by the learning rate, whatever the size of its slope, against the "
        "sign of a moving mean of slopes"
    )

    MEANINGS: ClassVar[dict[str, str]] = {
        "beta_1": "the share of the older mean of slopes in what decides the sign",
        "beta_2": "the share of the older mean of slopes that is kept",
    }

    FORMER: ClassVar[dict[str, str]] = {"decay": "weight_decay"}

    lr: LearningRate
    beta_1: Share = 0.9
    beta_2: Share = 0.99
    weight_decay: NonNegative = 0.0

    def init(self, params: Vector, layout: ParamLayout) -> LionState:
        return LionState(momentum=np.zeros_like(params))

    def update(
        self, step: int, params: Vector, grad: Vector, state: LionState
    ) -> tuple[Vector, LionState]:
        sign = np.sign(self.beta_1 * state.momentum + (1 - self.beta_1) * grad)
        momentum = self.beta_2 * state.momentum + (1 - self.beta_2) * grad
        return -self.lr(step) * (sign + self.weight_decay * params), LionState(momentum)

    def worked(self) -> tuple[str, ...]:
        mean = f"mean = {self.beta_1} * m + {rest(self.beta_1)} * slope"
        kept = f"m = {self.beta_2} * m + {rest(self.beta_2)} * slope"
        if not self.weight_decay:
            return (mean, kept, "update = -lr * sign(mean)")
        return (mean, f"push = sign(mean) + {self.weight_decay} * x", kept, "update = -lr * push")
