"""Cosine with restarts: down half a wave again and again."""

from math import log2
from typing import ClassVar

from vizopt.core.numbers import count, setting
from vizopt.core.specs import Count, NonNegative, Positive, spec
from vizopt.train.schedules.base import cosine


@spec
class CosineRestarts:
    """A cosine that starts again: each cycle `t_mult` times as long as the one before.

    lr(epoch) = minimum + (initial − minimum) · (1 + cos(π · since / cycle)) / 2

    Args:
        initial: learning rate at the start of each cycle, > 0.
        epochs: length of the first cycle in epochs.
        t_mult: factor from one cycle to the next, a whole number ≥ 1.
        minimum: learning rate that each cycle ends at, ≥ 0.

    Reference: Loshchilov and Hutter 2017 (SGDR);
    torch.optim.lr_scheduler.CosineAnnealingWarmRestarts.
    """

    FORMER: ClassVar[dict[str, str]] = {"grow": "t_mult", "least": "minimum"}

    initial: Positive
    epochs: Count
    t_mult: Count = 1
    minimum: NonNegative = 0.0

    def __call__(self, epoch: int) -> float:
        start, cycle = 0, self.epochs
        if self.t_mult == 1:
            start = epoch // cycle * cycle
        else:  # cycles before: epochs · (t_mult^n − 1) / (t_mult − 1)
            n = int(log2(epoch / self.epochs * (self.t_mult - 1) + 1) / log2(self.t_mult) + 1e-9)
            start = self.epochs * (self.t_mult**n - 1) // (self.t_mult - 1)
            cycle = self.epochs * self.t_mult**n
        return cosine(self.initial, self.minimum, (epoch - start) / cycle)

    def describe(self) -> str:
        return f"{setting(self.initial)}, cosine with restarts from {count(self.epochs)}"
