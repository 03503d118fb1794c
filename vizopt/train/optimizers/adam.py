"""Adam: momentum and RMSProp together."""

from typing import ClassVar

import numpy as np

from vizopt.core.arrays import Vector
from vizopt.core.params import ParamLayout
from vizopt.core.specs import Positive, Share, spec
from vizopt.train.optimizers.base import LearningRate
from vizopt.train.optimizers.moments import AdamState, adam_state, moment_lines, moments


@spec
class Adam:
    """Momentum and RMSProp together, with bias correction.

    m     ← beta_1 · m + (1 − beta_1) · grad
    v     ← beta_2 · v + (1 − beta_2) · grad²
    delta = −lr(step) · m̂ / (√v̂ + epsilon)
    m̂ = m / (1 − beta_1^(step+1)),  v̂ = v / (1 − beta_2^(step+1))

    Args:
        lr: learning rate of each epoch: a number or a schedule.
        beta_1: share of the mean of the gradients kept, 0 ≤ beta_1 < 1.
        beta_2: share of the mean of their squares kept, 0 ≤ beta_2 < 1.
        epsilon: added to the corrected root, so that nothing is divided by 0; the book's. The
            paper's and PyTorch's is 1e-8.

    Reference: Kingma and Ba 2015, algorithm 1; Neural Networks from Scratch, chapter 10;
    torch.optim.Adam.
    """

    NAME: ClassVar[str] = "Adam"
    TOLD: ClassVar[str] = (
        "which moves {it} by a moving mean of its slopes, divided by their usual size"
    )

    lr: LearningRate
    beta_1: Share = 0.9
    beta_2: Share = 0.999
    epsilon: Positive = 1e-7

    def init(self, params: Vector, layout: ParamLayout) -> AdamState:
        return adam_state(params)

    def update(
        self, step: int, params: Vector, grad: Vector, state: AdamState
    ) -> tuple[Vector, AdamState]:
        state = moments(self.beta_1, self.beta_2, grad, state)
        first = state.first_moment / (1 - self.beta_1 ** (step + 1))
        second = state.second_moment / (1 - self.beta_2 ** (step + 1))
        return -self.lr(step) * first / (np.sqrt(second) + self.epsilon), state

    def worked(self) -> tuple[str, ...]:
        return (
            *moment_lines(self.beta_1, self.beta_2),
            f"m̂ = m / (1 - {self.beta_1} ** t)",
            f"v̂ = v / (1 - {self.beta_2} ** t)",
            f"update = -lr * m̂ / (sqrt(v̂) + {self.epsilon})",
        )
