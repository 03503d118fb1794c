"""RAdam: Adam that waits with the adaptive rate."""

from typing import ClassVar

import numpy as np

from vizopt.core.arrays import Vector
from vizopt.core.params import ParamLayout
from vizopt.core.specs import Positive, Share, spec
from vizopt.train.optimizers.base import LearningRate
from vizopt.train.optimizers.moments import AdamState, adam_state, moment_lines, moments


@spec
class RAdam:
    """Adam that waits with the adaptive rate until its variance is known.

    rho∞ = 2 / (1 − beta_2) − 1,  rho = rho∞ − 2 t · beta_2^t / (1 − beta_2^t),  t = step + 1
    delta = −lr(step) · m̂                                          while rho ≤ 5
    delta = −lr(step) · m̂ · r · √(1 − beta_2^t) / (√v + epsilon)   from then on
    r² = (rho − 4)(rho − 2) rho∞ / ((rho∞ − 4)(rho∞ − 2) rho)

    Args:
        lr: learning rate of each epoch: a number or a schedule.
        beta_1: share of the mean of the gradients kept, 0 ≤ beta_1 < 1.
        beta_2: share of the mean of their squares kept, 0 ≤ beta_2 < 1.
        epsilon: added to the root before its correction, as PyTorch does.

    Reference: Liu et al. 2020, algorithm 2; torch.optim.RAdam.
    """

    NAME: ClassVar[str] = "RAdam"
    TOLD: ClassVar[str] = (
        "which moves {it} by a moving mean of its slopes, and divides by their usual size "
        "only when it has seen enough of them"
    )

    lr: LearningRate
    beta_1: Share = 0.9
    beta_2: Share = 0.999
    epsilon: Positive = 1e-8

    def init(self, params: Vector, layout: ParamLayout) -> AdamState:
        return adam_state(params)

    def update(
        self, step: int, params: Vector, grad: Vector, state: AdamState
    ) -> tuple[Vector, AdamState]:
        state = moments(self.beta_1, self.beta_2, grad, state)
        t = step + 1
        first = state.first_moment / (1 - self.beta_1**t)
        kept = self.beta_2**t
        last = 2 / (1 - self.beta_2) - 1
        rho = last - 2 * t * kept / (1 - kept)
        if rho <= 5:
            return -self.lr(step) * first, state
        r = np.sqrt((rho - 4) * (rho - 2) * last / ((last - 4) * (last - 2) * rho))
        adapted = float(r * np.sqrt(1 - kept)) / (np.sqrt(state.second_moment) + self.epsilon)
        return -self.lr(step) * first * adapted, state

    def worked(self) -> tuple[str, ...]:
        known = 2 / (1 - self.beta_2) - 1
        limit = f"{known:.12g} / {known - 4:.12g} / {known - 2:.12g}"
        return (
            *moment_lines(self.beta_1, self.beta_2),
            f"m̂ = m / (1 - {self.beta_1} ** t)",
            f"ρ = {known:.12g} - 2 * t * {self.beta_2} ** t / (1 - {self.beta_2} ** t)",
            "update = -lr * m̂ if ρ <= 5",
            f"q = (ρ - 4) * (ρ - 2) / ρ * {limit} if ρ > 5",
            f"r = sqrt(q * (1 - {self.beta_2} ** t)) / (sqrt(v) + {self.epsilon}) if ρ > 5",
            "update = -lr * m̂ * r if ρ > 5",
        )
