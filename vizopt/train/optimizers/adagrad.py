"""AdaGrad: each parameter's own rate, from all its gradients."""

from typing import ClassVar, NamedTuple

import numpy as np

from vizopt.core.arrays import Vector
from vizopt.core.params import ParamLayout
from vizopt.core.specs import Positive, spec
from vizopt.train.optimizers.base import LearningRate


class AdaGradState(NamedTuple):
    sum_of_squares: Vector  # [P] of all gradients


@spec
class AdaGrad:
    """A rate that falls with the sum of all squared gradients.

    sum   ← sum + grad²
    delta = −lr(step) · grad / (√sum + epsilon)

    Args:
        lr: learning rate of each epoch: a number or a schedule.
        epsilon: added to the root, so that nothing is divided by 0; the book's. PyTorch's is 1e-10.

    Reference: Duchi et al. 2011; Neural Networks from Scratch, chapter 10; torch.optim.Adagrad.
    """

    NAME: ClassVar[str] = "AdaGrad"
    TOLD: ClassVar[str] = (
        "which gives {it} a rate of its own that falls with the sum of all its squared slopes"
    )

    lr: LearningRate
    epsilon: Positive = 1e-7

    def init(self, params: Vector, layout: ParamLayout) -> AdaGradState:
        return AdaGradState(sum_of_squares=np.zeros_like(params))

    def update(
        self, step: int, params: Vector, grad: Vector, state: AdaGradState
    ) -> tuple[Vector, AdaGradState]:
        squares = state.sum_of_squares + grad**2
        return -self.lr(step) * grad / (np.sqrt(squares) + self.epsilon), AdaGradState(squares)

    def worked(self) -> tuple[str, ...]:
        return (
            "sum = sum + slope ** 2",
            f"update = -lr * slope / (sqrt(sum) + {self.epsilon})",
        )
