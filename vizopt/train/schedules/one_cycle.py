"""One cycle: up to a peak and far down again."""

from typing import Annotated, ClassVar

from pydantic import Field

from vizopt.core.floats import MAX_FLOAT
from vizopt.core.numbers import count, setting
from vizopt.core.specs import Count, Positive, spec
from vizopt.train.schedules.base import cosine


@spec
class OneCycle:
    """Up to a peak and far down again, both along a cosine.

    From peak / div_factor to peak in the first `warmup_share` of the epochs, then to
    peak / div_factor / final_div_factor at the last one.

    Args:
        peak: largest learning rate, > 0.
        epochs: length of the cycle in epochs; the last rate stays.
        warmup_share: share of the epochs in which the rate rises.
        div_factor: divisor of the peak that gives the first rate.
        final_div_factor: divisor of the first rate that gives the last one.

    Reference: Smith and Topin 2018; torch.optim.lr_scheduler.OneCycleLR.
    """

    FORMER: ClassVar[dict[str, str]] = {
        "rise": "warmup_share",
        "divide": "div_factor",
        "divide_end": "final_div_factor",
    }

    peak: Positive
    epochs: Annotated[Count, Field(ge=3)]
    warmup_share: Annotated[float, Field(strict=True, gt=0, lt=1)] = 0.3
    div_factor: Positive = 25.0
    final_div_factor: Positive = 1e4

    def __post_init__(self) -> None:
        if not 2 <= self.warmup_share * self.epochs <= self.epochs - 1:
            share = f"warmup_share {self.warmup_share:g} of {self.epochs} epochs"
            raise ValueError(f"{share}: needs two epochs up and one down")
        last = self.first / self.final_div_factor
        for name, rate in (("div_factor", self.first), ("final_div_factor", last)):
            if not rate <= MAX_FLOAT:
                raise ValueError(
                    f"{name} {getattr(self, name):g}: is too small for peak {self.peak:g}"
                )

    @property
    def first(self) -> float:
        """Learning rate of epoch 0."""
        return self.peak / self.div_factor

    def __call__(self, epoch: int) -> float:
        top, last = self.warmup_share * self.epochs - 1, self.epochs - 1
        if epoch <= top:
            return cosine(self.first, self.peak, epoch / top)
        share = (min(epoch, last) - top) / (last - top)
        return cosine(self.peak, self.first / self.final_div_factor, share)

    def describe(self) -> str:
        return f"one cycle to {setting(self.peak)} in {count(self.epochs)}"
