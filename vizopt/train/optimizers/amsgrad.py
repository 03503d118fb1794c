"""AMSGrad: Adam that never forgets a large gradient."""

from typing import ClassVar, NamedTuple

import numpy as np

from vizopt.core.arrays import Vector
from vizopt.core.params import ParamLayout
from vizopt.core.specs import Positive, Share, spec
from vizopt.train.optimizers.base import LearningRate
from vizopt.train.optimizers.moments import AdamState, adam_state, moment_lines, moments


class AMSGradState(NamedTuple):
    first_moment: Vector  # [P] mean of grad
    second_moment: Vector  # [P] mean of grad²
    largest: Vector  # [P] the second moment's largest value so far


@spec
class AMSGrad:
    """Adam that never forgets a large gradient.

    largest ← max(largest, v)
    delta   = −lr(step) · m̂ / (√(largest / (1 − beta_2^(step+1))) + epsilon), the rest as in Adam

    Args:
        lr: learning rate of each epoch: a number or a schedule.
        beta_1: share of the mean of the gradients kept, 0 ≤ beta_1 < 1.
        beta_2: share of the mean of their squares kept, 0 ≤ beta_2 < 1.
        epsilon: added to the corrected root, so that nothing is divided by 0.

    Reference: Reddi et al. 2018, algorithm 2, with the bias correction of
    torch.optim.Adam(amsgrad=True), which the paper leaves out.
    """

    NAME: ClassVar[str] = "AMSGrad"
    TOLD: ClassVar[str] = (
        "which moves {it} by a moving mean of its slopes, divided by the largest that their "
        "usual size has ever been"
    )

    lr: LearningRate
    beta_1: Share = 0.9
    beta_2: Share = 0.999
    epsilon: Positive = 1e-8

    def init(self, params: Vector, layout: ParamLayout) -> AMSGradState:
        return AMSGradState(*adam_state(params), largest=np.zeros_like(params))

    def update(
        self, step: int, params: Vector, grad: Vector, state: AMSGradState
    ) -> tuple[Vector, AMSGradState]:
        before = AdamState(state.first_moment, state.second_moment)
        mean = moments(self.beta_1, self.beta_2, grad, before)
        largest = np.maximum(state.largest, mean.second_moment)
        first = mean.first_moment / (1 - self.beta_1 ** (step + 1))
        root = np.sqrt(largest / (1 - self.beta_2 ** (step + 1))) + self.epsilon
        return -self.lr(step) * first / root, AMSGradState(*mean, largest)

    def worked(self) -> tuple[str, ...]:
        return (
            *moment_lines(self.beta_1, self.beta_2),
            "largest = max(largest, v)",
            f"m̂ = m / (1 - {self.beta_1} ** t)",
            f"v̂ = largest / (1 - {self.beta_2} ** t)",
            f"update = -lr * m̂ / (sqrt(v̂) + {self.epsilon})",
        )
