"""Cosine: down half a wave."""

from typing import ClassVar

from vizopt.core.numbers import count, setting
from vizopt.core.specs import Count, NonNegative, Positive, spec
from vizopt.train.schedules.base import cosine


@spec
class Cosine:
    """lr(epoch) = minimum + (initial − minimum) · (1 + cos(π · epoch / epochs)) / 2, then minimum.

    Args:
        initial: learning rate of epoch 0, > 0.
        epochs: number of epochs until the rate is at its minimum, where it stays.
        minimum: learning rate at the end, ≥ 0.

    Reference: Loshchilov and Hutter 2017; torch.optim.lr_scheduler.CosineAnnealingLR up to
    `epochs`, beyond which PyTorch's rises again.
    """

    FORMER: ClassVar[dict[str, str]] = {"least": "minimum"}

    initial: Positive
    epochs: Count
    minimum: NonNegative = 0.0

    def __call__(self, epoch: int) -> float:
        share = min(epoch, self.epochs) / self.epochs
        return cosine(self.initial, self.minimum, share)

    def describe(self) -> str:
        return f"{setting(self.initial)}, cosine to {setting(self.minimum)} in {count(self.epochs)}"
