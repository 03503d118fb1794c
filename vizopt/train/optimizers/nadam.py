"""NAdam: Adam that looks ahead."""

from typing import ClassVar, NamedTuple

import numpy as np

from vizopt.core.arrays import Vector
from vizopt.core.params import ParamLayout
from vizopt.core.specs import NonNegative, Positive, Share, spec
from vizopt.train.optimizers.base import LearningRate
from vizopt.train.optimizers.moments import AdamState, adam_state, moment_lines, moments


class NAdamState(NamedTuple):
    first_moment: Vector  # [P] mean of grad
    second_moment: Vector  # [P] mean of grad²
    product: float  # of all momentum shares so far


@spec
class NAdam:
    """Adam with Nesterov's look ahead.

    mu(t)    = beta_1 · (1 − 0.96^(t · momentum_decay) / 2),  t = step + 1
    product  ← product · mu(t)
    delta    = −lr(step) / (√v̂ + epsilon) · ((1 − mu(t)) / (1 − product) · grad
               + mu(t+1) / (1 − product · mu(t+1)) · m), the rest as in Adam

    Args:
        lr: learning rate of each epoch: a number or a schedule.
        beta_1: share of the mean of the gradients kept, 0 ≤ beta_1 < 1.
        beta_2: share of the mean of their squares kept, 0 ≤ beta_2 < 1.
        epsilon: added to the corrected root, so that nothing is divided by 0.
        momentum_decay: how fast mu grows from beta_1 / 2 to beta_1; 0: not at all.

    Reference: Dozat 2016; torch.optim.NAdam.
    """

    NAME: ClassVar[str] = "NAdam"
    TOLD: ClassVar[str] = (
        "which moves {it} by a moving mean of its slopes that looks one step ahead, divided "
        "by their usual size"
    )

    lr: LearningRate
    beta_1: Share = 0.9
    beta_2: Share = 0.999
    epsilon: Positive = 1e-8
    momentum_decay: NonNegative = 4e-3

    def init(self, params: Vector, layout: ParamLayout) -> NAdamState:
        return NAdamState(*adam_state(params), product=1.0)

    def update(
        self, step: int, params: Vector, grad: Vector, state: NAdamState
    ) -> tuple[Vector, NAdamState]:
        before = AdamState(state.first_moment, state.second_moment)
        mean = moments(self.beta_1, self.beta_2, grad, before)
        mu, following = self._share(step + 1), self._share(step + 2)
        product = state.product * mu
        root = np.sqrt(mean.second_moment / (1 - self.beta_2 ** (step + 1))) + self.epsilon
        now = (1 - mu) / (1 - product) * grad
        ahead = following / (1 - product * following) * mean.first_moment
        return -self.lr(step) * (now + ahead) / root, NAdamState(*mean, product)

    def worked(self) -> tuple[str, ...]:
        share = f"{self.beta_1} - {self.beta_1 / 2} * 0.96 ** ({self.momentum_decay} *"
        return (
            "start P = 1",
            *moment_lines(self.beta_1, self.beta_2),
            f"v̂ = v / (1 - {self.beta_2} ** t)",
            f"μ = {share} t)",
            f"ν = {share} (t + 1))",
            "P = P * μ",
            "m̂ = (1 - μ) / (1 - P) * slope + ν / (1 - P * ν) * m",
            f"update = -lr * m̂ / (sqrt(v̂) + {self.epsilon})",
        )

    def _share(self, t: int) -> float:
        return float(self.beta_1 * (1 - 0.5 * 0.96 ** (t * self.momentum_decay)))
