"""Constant: the same rate at every epoch."""

from vizopt.core.numbers import setting
from vizopt.core.specs import Positive, spec


@spec
class Constant:
    """The same rate at every epoch: lr(epoch) = rate.

    Args:
        rate: learning rate, > 0.
    """

    rate: Positive

    def __call__(self, epoch: int) -> float:
        return self.rate

    def describe(self) -> str:
        return setting(self.rate)
