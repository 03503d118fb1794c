"""Step: stairs of equal length."""

from typing import ClassVar

from vizopt.core.numbers import count, setting
from vizopt.core.specs import Count, Positive, spec
from vizopt.train.schedules.base import Factor


@spec
class StepDecay:
    """Stairs: lr(epoch) = initial · gamma^⌊epoch / every⌋.

    Args:
        initial: learning rate of epoch 0, > 0.
        every: epochs of one stair.
        gamma: factor from one stair to the next, 0 < gamma ≤ 1.

    Reference: torch.optim.lr_scheduler.StepLR.
    """

    FORMER: ClassVar[dict[str, str]] = {"factor": "gamma"}

    initial: Positive
    every: Count
    gamma: Factor = 0.1

    def __call__(self, epoch: int) -> float:
        return float(self.initial * self.gamma ** (epoch // self.every))

    def describe(self) -> str:
        return f"{setting(self.initial)}, × {setting(self.gamma)} every {count(self.every)}"
