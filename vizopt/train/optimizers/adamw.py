"""AdamW: Adam with a weight decay of its own."""

from typing import ClassVar

import numpy as np

from vizopt.core.arrays import Vector
from vizopt.core.params import ParamLayout
from vizopt.core.specs import NonNegative, Positive, Share, spec
from vizopt.train.optimizers.base import LearningRate
from vizopt.train.optimizers.moments import AdamState, adam_state, moment_lines, moments


@spec
class AdamW:
    """Adam whose weight decay does not pass through the moments.

    delta = −lr(step) · (m̂ / (√v̂ + epsilon) + weight_decay · params), the rest as in Adam

    Args:
        lr: learning rate of each epoch: a number or a schedule.
        beta_1: share of the mean of the gradients kept, 0 ≤ beta_1 < 1.
        beta_2: share of the mean of their squares kept, 0 ≤ beta_2 < 1.
        epsilon: added to the corrected root, so that nothing is divided by 0.
        weight_decay: share of a parameter, times the learning rate, that each step takes off it; of
            weights and biases alike.

    Reference: Loshchilov and Hutter 2019, algorithm 2; torch.optim.AdamW, whose decay is scaled
    by the learning rate.
    """

    NAME: ClassVar[str] = "AdamW"
    TOLD: ClassVar[str] = (
        "which moves {it} by a moving mean of its slopes, divided by their usual size, and "
        "lets it shrink by the weight decay times the learning rate at every step"
    )

    FORMER: ClassVar[dict[str, str]] = {"decay": "weight_decay"}

    lr: LearningRate
    beta_1: Share = 0.9
    beta_2: Share = 0.999
    epsilon: Positive = 1e-8
    weight_decay: NonNegative = 0.01

    def init(self, params: Vector, layout: ParamLayout) -> AdamState:
        return adam_state(params)

    def update(
        self, step: int, params: Vector, grad: Vector, state: AdamState
    ) -> tuple[Vector, AdamState]:
        state = moments(self.beta_1, self.beta_2, grad, state)
        first = state.first_moment / (1 - self.beta_1 ** (step + 1))
        second = state.second_moment / (1 - self.beta_2 ** (step + 1))
        push = first / (np.sqrt(second) + self.epsilon) + self.weight_decay * params
        return -self.lr(step) * push, state

    def worked(self) -> tuple[str, ...]:
        lines = (
            *moment_lines(self.beta_1, self.beta_2),
            f"m̂ = m / (1 - {self.beta_1} ** t)",
            f"v̂ = v / (1 - {self.beta_2} ** t)",
        )
        push = f"m̂ / (sqrt(v̂) + {self.epsilon})"
        if not self.weight_decay:
            return (*lines, f"update = -lr * {push}")
        return (*lines, f"push = {push} + {self.weight_decay} * x", "update = -lr * push")
