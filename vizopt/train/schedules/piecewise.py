"""Piecewise: straight lines between given points."""

from bisect import bisect_right
from typing import Annotated

from pydantic import Field

from vizopt.core.numbers import setting
from vizopt.core.specs import Positive, Whole, spec


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
