"""Adamax: Adam by the largest recent gradient."""

from typing import ClassVar, NamedTuple

import numpy as np

from vizopt.core.arrays import Vector
from vizopt.core.params import ParamLayout
from vizopt.core.specs import Positive, Share, spec
from vizopt.train.optimizers.base import LearningRate, rest


class AdamaxState(NamedTuple):
    first_moment: Vector  # [P] mean of grad
    largest: Vector  # [P] largest recent |grad|


@spec
class Adamax:
    """Adam with the largest recent gradient in place of the root mean square.

    m     ← beta_1 · m + (1 − beta_1) · grad
    u     ← max(beta_2 · u, |grad| + epsilon)
    delta = −lr(step) · m̂ / u,  m̂ as in Adam

    Args:
        lr: learning rate of each epoch: a number or a schedule.
        beta_1: share of the mean of the gradients kept, 0 ≤ beta_1 < 1.
        beta_2: share of the largest recent |grad| kept, 0 ≤ beta_2 < 1.
        epsilon: added to |grad|, as PyTorch does; the paper has none.

    Reference: Kingma and Ba 2015, algorithm 2; torch.optim.Adamax.
    """

    NAME: ClassVar[str] = "Adamax"
    TOLD: ClassVar[str] = (
        "which moves {it} by a moving mean of its slopes, divided by the largest recent one"
    )

    MEANINGS: ClassVar[dict[str, str]] = {
        "beta_2": "the share of the older largest slope that is kept",
    }

    lr: LearningRate
    beta_1: Share = 0.9
    beta_2: Share = 0.999
    epsilon: Positive = 1e-8

    def init(self, params: Vector, layout: ParamLayout) -> AdamaxState:
        return AdamaxState(np.zeros_like(params), np.zeros_like(params))

    def update(
        self, step: int, params: Vector, grad: Vector, state: AdamaxState
    ) -> tuple[Vector, AdamaxState]:
        first = self.beta_1 * state.first_moment + (1 - self.beta_1) * grad
        largest = np.maximum(self.beta_2 * state.largest, abs(grad) + self.epsilon)
        corrected = first / (1 - self.beta_1 ** (step + 1))
        return -self.lr(step) * corrected / largest, AdamaxState(first, largest)

    def worked(self) -> tuple[str, ...]:
        return (
            f"m = {self.beta_1} * m + {rest(self.beta_1)} * slope",
            f"u = max({self.beta_2} * u, abs(slope) + {self.epsilon})",
            f"m̂ = m / (1 - {self.beta_1} ** t)",
            "update = -lr * m̂ / u",
        )
