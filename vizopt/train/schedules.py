"""Schedules: epoch → learning rate.

Without mini-batches a step is an epoch. With them, a rate holds for all batches of its epoch.
Where PyTorch has the same schedule, epoch is the number of its `scheduler.step()` calls so far.
"""

from bisect import bisect_right
from math import cos, log2, pi
from typing import Annotated, Protocol, TypeAlias

from pydantic import Field

from vizopt.core.numbers import count, setting
from vizopt.core.specs import LARGEST, Count, NonNegative, OneOf, Positive, Whole, spec

Factor: TypeAlias = Annotated[float, Field(strict=True, gt=0, le=1)]


class Schedule(Protocol):
    """The learning rate of each epoch; epoch 0 is the first update."""

    def __call__(self, epoch: int) -> float: ...

    def describe(self) -> str:
        """A few words for the picture: `1, decay 0.001`."""
        ...


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


@spec
class StepDecay:
    """Stairs: lr(epoch) = initial · factor^⌊epoch / every⌋.

    Args:
        initial: learning rate of epoch 0, > 0.
        every: epochs of one stair.
        factor: from one stair to the next, 0 < factor ≤ 1.

    Reference: torch.optim.lr_scheduler.StepLR.
    """

    initial: Positive
    every: Count
    factor: Factor = 0.1

    def __call__(self, epoch: int) -> float:
        return float(self.initial * self.factor ** (epoch // self.every))

    def describe(self) -> str:
        return f"{setting(self.initial)}, × {setting(self.factor)} every {count(self.every)}"


@spec
class MultiStep:
    """Stairs at chosen epochs: lr(epoch) = initial · factor^(milestones passed).

    Args:
        initial: learning rate of epoch 0, > 0.
        milestones: epochs from which on the next factor holds.
        factor: at each milestone, 0 < factor ≤ 1.

    Reference: torch.optim.lr_scheduler.MultiStepLR.
    """

    initial: Positive
    milestones: Annotated[tuple[Whole, ...], Field(min_length=1)]
    factor: Factor = 0.1

    def __call__(self, epoch: int) -> float:
        return float(self.initial * self.factor ** bisect_right(sorted(self.milestones), epoch))

    def describe(self) -> str:
        milestones = ", ".join(map(count, self.milestones))
        return f"{setting(self.initial)}, × {setting(self.factor)} at {milestones}"


@spec
class Exponential:
    """lr(epoch) = initial · factor^epoch.

    Args:
        initial: learning rate of epoch 0, > 0.
        factor: from one epoch to the next, 0 < factor ≤ 1.

    Reference: torch.optim.lr_scheduler.ExponentialLR.
    """

    initial: Positive
    factor: Factor

    def __call__(self, epoch: int) -> float:
        return float(self.initial * self.factor**epoch)

    def describe(self) -> str:
        return f"{setting(self.initial)}, exponential × {setting(self.factor)}"


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


@spec
class Cosine:
    """lr(epoch) = least + (initial − least) · (1 + cos(π · epoch / epochs)) / 2, then least.

    Args:
        initial: learning rate of epoch 0, > 0.
        epochs: number of epochs until the rate is at its least, where it stays.
        least: learning rate at the end, ≥ 0.

    Reference: Loshchilov and Hutter 2017; torch.optim.lr_scheduler.CosineAnnealingLR up to
    `epochs`, beyond which PyTorch's rises again.
    """

    initial: Positive
    epochs: Count
    least: NonNegative = 0.0

    def __call__(self, epoch: int) -> float:
        share = min(epoch, self.epochs) / self.epochs
        return _cosine(self.initial, self.least, share)

    def describe(self) -> str:
        return f"{setting(self.initial)}, cosine to {setting(self.least)} in {count(self.epochs)}"


@spec
class CosineRestarts:
    """A cosine that starts again: each cycle `grow` times as long as the one before.

    lr(epoch) = least + (initial − least) · (1 + cos(π · since / cycle)) / 2

    Args:
        initial: learning rate at the start of each cycle, > 0.
        epochs: length of the first cycle in epochs.
        grow: factor from one cycle to the next, a whole number ≥ 1.
        least: learning rate that each cycle ends at, ≥ 0.

    Reference: Loshchilov and Hutter 2017 (SGDR);
    torch.optim.lr_scheduler.CosineAnnealingWarmRestarts.
    """

    initial: Positive
    epochs: Count
    grow: Count = 1
    least: NonNegative = 0.0

    def __call__(self, epoch: int) -> float:
        start, cycle = 0, self.epochs
        if self.grow == 1:
            start = epoch // cycle * cycle
        else:  # cycles before: epochs · (grow^n − 1) / (grow − 1)
            n = int(log2(epoch / self.epochs * (self.grow - 1) + 1) / log2(self.grow) + 1e-9)
            start = self.epochs * (self.grow**n - 1) // (self.grow - 1)
            cycle = self.epochs * self.grow**n
        return _cosine(self.initial, self.least, (epoch - start) / cycle)

    def describe(self) -> str:
        return f"{setting(self.initial)}, cosine with restarts from {count(self.epochs)}"


@spec
class OneCycle:
    """Up to a peak and far down again, both along a cosine.

    From peak / divide to peak in the first `rise` of the epochs, then to
    peak / divide / divide_end at the last one.

    Args:
        peak: largest learning rate, > 0.
        epochs: length of the cycle in epochs; the last rate stays.
        rise: share of the epochs in which the rate rises.
        divide: divisor of the peak that gives the first rate.
        divide_end: divisor of the first rate that gives the last one.

    Reference: Smith and Topin 2018; torch.optim.lr_scheduler.OneCycleLR.
    """

    peak: Positive
    epochs: Annotated[Count, Field(ge=3)]
    rise: Annotated[float, Field(strict=True, gt=0, lt=1)] = 0.3
    divide: Positive = 25.0
    divide_end: Positive = 1e4

    def __post_init__(self) -> None:
        if not 2 <= self.rise * self.epochs <= self.epochs - 1:
            raise ValueError(
                f"rise {self.rise:g} of {self.epochs} epochs: needs two epochs up and one down"
            )
        for name, rate in (("divide", self.first), ("divide_end", self.first / self.divide_end)):
            if not rate <= LARGEST:
                raise ValueError(
                    f"{name} {getattr(self, name):g}: is too small for peak {self.peak:g}"
                )

    @property
    def first(self) -> float:
        """Learning rate of epoch 0."""
        return self.peak / self.divide

    def __call__(self, epoch: int) -> float:
        top, last = self.rise * self.epochs - 1, self.epochs - 1
        if epoch <= top:
            return _cosine(self.first, self.peak, epoch / top)
        share = (min(epoch, last) - top) / (last - top)
        return _cosine(self.peak, self.first / self.divide_end, share)

    def describe(self) -> str:
        return f"one cycle to {setting(self.peak)} in {count(self.epochs)}"


@spec
class Piecewise:
    """Straight lines between given (epoch, rate) points; level before the first, after the last.

    Args:
        points: [epoch, learning rate] pairs, the epochs rising.
    """

    points: Annotated[tuple[tuple[Whole, Positive], ...], Field(min_length=1)]

    def __post_init__(self) -> None:
        epochs = [epoch for epoch, _ in self.points]
        if epochs != sorted(set(epochs)):
            raise ValueError(f"epochs must rise, not {epochs}")

    def __call__(self, epoch: int) -> float:
        after = bisect_right([at for at, _ in self.points], epoch)
        if after == 0:
            return self.points[0][1]
        if after == len(self.points):
            return self.points[-1][1]
        (start, low), (stop, high) = self.points[after - 1 : after + 1]
        return low + (high - low) * (epoch - start) / (stop - start)

    def describe(self) -> str:
        return f"{setting(self.points[0][1])} to {setting(self.points[-1][1])}, piecewise"


SCHEDULES: dict[str, type] = {
    "constant": Constant,
    "inverse-decay": InverseDecay,
    "step": StepDecay,
    "multi-step": MultiStep,
    "exponential": Exponential,
    "polynomial": Polynomial,
    "cosine": Cosine,
    "cosine-restarts": CosineRestarts,
    "one-cycle": OneCycle,
    "piecewise": Piecewise,
}


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

    after: Annotated[Schedule, OneOf(dict(SCHEDULES), bare="constant")]  # not another warm-up
    epochs: Count
    start: Factor = 0.1

    def __call__(self, epoch: int) -> float:
        if epoch >= self.epochs:
            return self.after(epoch - self.epochs)
        return self.after(0) * (self.start + (1 - self.start) * epoch / self.epochs)

    def describe(self) -> str:
        return f"warm-up in {count(self.epochs)}, then {self.after.describe()}"


SCHEDULES["warm-up"] = WarmUp  # after its class, which may hold any of the others


@spec
class PerBatch:
    """Another schedule's epochs, each held for the batches of one pass.

    lr(step) = of(⌊step / batches⌋)

    Args:
        of: the schedule that counts epochs: a number or a schedule.
        batches: steps of one epoch.
    """

    of: Annotated[Schedule, OneOf(SCHEDULES, bare="constant")]
    batches: Count

    def __call__(self, step: int) -> float:
        return self.of(step // self.batches)

    def describe(self) -> str:
        return self.of.describe()


SCHEDULES["per-batch"] = PerBatch


def _cosine(start: float, stop: float, share: float) -> float:
    return stop + (start - stop) * (1 + cos(pi * share)) / 2
