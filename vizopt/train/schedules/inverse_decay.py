"""Inverse decay: the book's."""

from vizopt.core.numbers import setting
from vizopt.core.specs import NonNegative, Positive, spec


@spec
class InverseDecay:
    """The book's decay: lr(epoch) = initial / (1 + decay · epoch).

    Args:
        initial: learning rate of epoch 0, > 0.
        decay: how fast it falls, per epoch, ≥ 0; after 1/decay epochs the rate has halved.

    Reference: Neural Networks from Scratch, chapter 10; Keras' InverseTimeDecay.
    """

    initial: Positive
    decay: NonNegative

    def __call__(self, epoch: int) -> float:
        return self.initial * (1.0 / (1.0 + self.decay * epoch))

    def describe(self) -> str:
        return f"{setting(self.initial)}, decay {setting(self.decay)}"
