"""Schedules: step → learning rate."""

from typing import Protocol

from vizopt.specs import NonNegative, Positive, spec


class Schedule(Protocol):
    """The learning rate of each step; step 0 is the first update."""

    def __call__(self, step: int) -> float: ...

    def describe(self) -> str:
        """A few words for the picture: `1, decay 0.001`."""
        ...


@spec
class Constant:
    """The same rate at every step: lr(step) = rate.

    Args:
        rate: learning rate, > 0.
    """

    rate: Positive

    def __call__(self, step: int) -> float:
        return self.rate

    def describe(self) -> str:
        return f"{self.rate:g}"


@spec
class InverseDecay:
    """The book's decay: lr(step) = initial / (1 + decay · step).

    Args:
        initial: learning rate of step 0, > 0.
        decay: how fast it falls, ≥ 0; after 1/decay steps the rate has halved.

    Reference: Neural Networks from Scratch, chapter 10; Keras' InverseTimeDecay.
    """

    initial: Positive
    decay: NonNegative

    def __call__(self, step: int) -> float:
        return self.initial * (1.0 / (1.0 + self.decay * step))

    def describe(self) -> str:
        return f"{self.initial:g}, decay {self.decay:g}"


SCHEDULES: dict[str, type] = {
    "constant": Constant,
    "inverse-decay": InverseDecay,
}
