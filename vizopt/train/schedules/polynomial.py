"""Polynomial: to zero by a power of what is left."""

from vizopt.core.numbers import count, setting
from vizopt.core.specs import Count, Positive, spec


@spec
class Polynomial:
    """lr(epoch) = initial · (1 − min(epoch, epochs) / epochs)^power.

    Args:
        initial: learning rate of epoch 0, > 0.
        epochs: number of epochs until the rate is zero.
        power: exponent of the share of the epochs that is left; 1 is a straight line.

    Reference: torch.optim.lr_scheduler.PolynomialLR.
    """

    initial: Positive
    epochs: Count
    power: Positive = 1.0

    def __call__(self, epoch: int) -> float:
        return float(self.initial * (1 - min(epoch, self.epochs) / self.epochs) ** self.power)

    def describe(self) -> str:
        return f"{setting(self.initial)}, polynomial to 0 in {count(self.epochs)}"
