"""Multi-step: stairs at chosen epochs."""

from bisect import bisect_right
from typing import Annotated, ClassVar

from pydantic import Field

from vizopt.core.numbers import count, setting
from vizopt.core.specs import Positive, Whole, spec
from vizopt.train.schedules.base import Factor


@spec
class MultiStep:
    """Stairs at chosen epochs: lr(epoch) = initial · gamma^(milestones passed).

    Args:
        initial: learning rate of epoch 0, > 0.
        milestones: epochs from which on the next factor holds.
        gamma: factor at each milestone, 0 < gamma ≤ 1.

    Reference: torch.optim.lr_scheduler.MultiStepLR.
    """

    FORMER: ClassVar[dict[str, str]] = {"factor": "gamma"}

    initial: Positive
    milestones: Annotated[tuple[Whole, ...], Field(min_length=1)]
    gamma: Factor = 0.1

    def __call__(self, epoch: int) -> float:
        return float(self.initial * self.gamma ** bisect_right(sorted(self.milestones), epoch))

    def describe(self) -> str:
        milestones = ", ".join(map(count, self.milestones))
        return f"{setting(self.initial)}, × {setting(self.gamma)} at {milestones}"
