"""What a schedule is: epoch → learning rate.

Without mini-batches a step is an epoch. With them, a rate holds for all batches of its epoch.
Where PyTorch has the same schedule, epoch is the number of its `scheduler.step()` calls so far.
"""

from math import cos, pi
from typing import Annotated, Protocol, TypeAlias

from pydantic import Field

Factor: TypeAlias = Annotated[float, Field(strict=True, gt=0, le=1)]

SCHEDULES: dict[str, type] = {}  # filled where all of them are imported


class Schedule(Protocol):
    """The learning rate of each epoch; epoch 0 is the first update."""

    def __call__(self, epoch: int) -> float: ...

    def describe(self) -> str:
        """A few words for the picture: `1, decay 0.001`."""
        ...


def cosine(start: float, stop: float, share: float) -> float:
    """Half a wave from start to stop, of which this share has passed."""
    return stop + (start - stop) * (1 + cos(pi * share)) / 2
