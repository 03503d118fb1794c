"""AdaGrad and Adadelta: each parameter's own rate, from all its gradients."""

from typing import ClassVar, NamedTuple

import numpy as np

from vizopt.core.arrays import Vector
from vizopt.core.params import ParamLayout
from vizopt.core.specs import Positive, Share, spec
from vizopt.train.optimizers.base import LearningRate, rest


class AdaGradState(NamedTuple):
    cache: Vector  # [P]


@spec
class AdaGrad:
    """A rate that falls with the sum of all squared gradients.

    cache ← cache + grad²
    delta = −lr(step) · grad / (√cache + epsilon)

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
        return AdaGradState(cache=np.zeros_like(params))

    def update(
        self, step: int, params: Vector, grad: Vector, state: AdaGradState
    ) -> tuple[Vector, AdaGradState]:
        cache = state.cache + grad**2
        return -self.lr(step) * grad / (np.sqrt(cache) + self.epsilon), AdaGradState(cache)

    def worked(self) -> tuple[str, ...]:
        return (
            "cache = cache + slope ** 2",
            f"update = -lr * slope / (sqrt(cache) + {self.epsilon})",
        )


class AdadeltaState(NamedTuple):
    cache: Vector  # [P] mean of grad²
    moved: Vector  # [P] mean of the squared steps


@spec
class Adadelta:
    """A rate in the units of the parameters: recent steps over recent gradients.

    cache ← rho · cache + (1 − rho) · grad²
    move  = √(moved + epsilon) / √(cache + epsilon) · grad
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
        return AdadeltaState(cache=np.zeros_like(params), moved=np.zeros_like(params))

    def update(
        self, step: int, params: Vector, grad: Vector, state: AdadeltaState
    ) -> tuple[Vector, AdadeltaState]:
        cache = self.rho * state.cache + (1 - self.rho) * grad**2
        move = np.sqrt(state.moved + self.epsilon) / np.sqrt(cache + self.epsilon) * grad
        moved = self.rho * state.moved + (1 - self.rho) * move**2
        return -self.lr(step) * move, AdadeltaState(cache, moved)

    def worked(self) -> tuple[str, ...]:
        return (
            f"cache = {self.rho} * cache + {rest(self.rho)} * slope ** 2",
            f"move = sqrt(moved + {self.epsilon}) / sqrt(cache + {self.epsilon}) * slope",
            f"moved = {self.rho} * moved + {rest(self.rho)} * move ** 2",
            "update = -lr * move",
        )
