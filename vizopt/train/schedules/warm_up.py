"""Warm-up: a rise in front of any other schedule."""

from typing import Annotated

from vizopt.core.kinds import OneOf
from vizopt.core.numbers import count
from vizopt.core.specs import Count, spec
from vizopt.train.schedules.base import SCHEDULES, Factor, Schedule


@spec
class WarmUp:
    """A straight line from a share of the first rate up to it, in front of any other schedule.

    lr(epoch) = after(0) · (start + (1 − start) · epoch / epochs) before `epochs`,
    then after(epoch − epochs)

    Args:
        after: the schedule that follows, its epochs counted from there: a number or a schedule.
        epochs: length of the warm-up in epochs.
        start: share of the rate that it begins with, 0 < start ≤ 1.

    Reference: Goyal et al. 2017; torch's LinearLR followed through SequentialLR.
    """

    after: Annotated[Schedule, OneOf(SCHEDULES, bare="constant", but="warm-up")]
    epochs: Count
    start: Factor = 0.1

    def __call__(self, epoch: int) -> float:
        if epoch >= self.epochs:
            return self.after(epoch - self.epochs)
        return self.after(0) * (self.start + (1 - self.start) * epoch / self.epochs)

    def describe(self) -> str:
        return f"warm-up in {count(self.epochs)}, then {self.after.describe()}"
