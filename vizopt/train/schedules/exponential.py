"""Exponential: the same factor at every epoch."""

from typing import ClassVar

from vizopt.core.numbers import setting
from vizopt.core.specs import Positive, spec
from vizopt.train.schedules.base import Factor


@spec
class Exponential:
    """lr(epoch) = initial · gamma^epoch.

    Args:
        initial: learning rate of epoch 0, > 0.
        gamma: factor from one epoch to the next, 0 < gamma ≤ 1.

    Reference: torch.optim.lr_scheduler.ExponentialLR.
    """

    FORMER: ClassVar[dict[str, str]] = {"factor": "gamma"}

    initial: Positive
    gamma: Factor

    def __call__(self, epoch: int) -> float:
        return float(self.initial * self.gamma**epoch)

    def describe(self) -> str:
        return f"{setting(self.initial)}, exponential × {setting(self.gamma)}"
