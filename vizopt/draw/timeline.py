"""Timelines: which step each frame shows, and which recorded row that is."""

from typing import Annotated, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from vizopt.core.arrays import Rows
from vizopt.core.specs import NonNegative, Positive, spec

COURSE = 240.0  # rows a second that tell how a clip goes on, whatever its frame rate is
Steps: TypeAlias = NDArray[np.floating]  # [F]
Length: TypeAlias = Annotated[Positive, Field(le=3600)]  # seconds


class Timeline(Protocol):
    """A pace through the recording, from its first row to its last."""

    @property
    def seconds(self) -> float: ...

    def steps(self, first: int, last: int, fps: float) -> Steps:
        """The step that each frame shows [F], never falling, from the first to the last."""
        ...

    def rows(self, epochs: NDArray[np.integer], fps: float) -> Rows:
        """The row of each frame [F], never falling; epochs [N] are those of the kept rows."""
        ...


class _Paced:
    """What every timeline does alike with its steps."""

    def steps(self, first: int, last: int, fps: float) -> Steps:
        raise NotImplementedError

    def rows(self, epochs: NDArray[np.integer], fps: float) -> Rows:
        return rows_at(epochs, self.steps(int(epochs[0]), int(epochs[-1]), fps))


@spec
class Uniform(_Paced):
    """The same number of epochs in every frame.

    Args:
        seconds: length of the clip in seconds, holds included.
        hold_first: seconds that the first row stands still.
        hold_last: seconds that the last row stands still.
    """

    seconds: Length = 20.0
    hold_first: NonNegative = 0.5
    hold_last: NonNegative = 1.5

    def steps(self, first: int, last: int, fps: float) -> Steps:
        before, moving, after = _shares(self, fps)
        return _with_holds(before, _between(moving), after, first, last)


@spec
class Logarithmic(_Paced):
    """Slow at first, where a few epochs decide much, then faster and faster.

    epoch(t) = knee · ((1 + last / knee)^t − 1),  t from 0 to 1

    Args:
        seconds: length of the clip in seconds, holds included.
        hold_first: seconds that the first row stands still.
        hold_last: seconds that the last row stands still.
        knee: number of epochs, about, that pass at a nearly even pace before it grows.
    """

    seconds: Length = 20.0
    hold_first: NonNegative = 0.5
    hold_last: NonNegative = 1.5
    knee: Positive = 100.0

    def steps(self, first: int, last: int, fps: float) -> Steps:
        before, moving, after = _shares(self, fps)
        growth = np.log1p(max(last - first, 1) / self.knee)
        passed = np.expm1(_between(moving) * growth) / np.expm1(growth)
        return _with_holds(before, passed, after, first, last)


TIMELINES: dict[str, type] = {
    "uniform": Uniform,
    "logarithmic": Logarithmic,
}


def _shares(timeline: Uniform | Logarithmic, fps: float) -> tuple[int, int, int]:
    """Frames of the first hold, the run and the last hold; holds take half the clip at most."""
    total = max(round(timeline.seconds * fps), 1)
    holds = timeline.hold_first + timeline.hold_last
    shrink = min(1.0, 0.5 * timeline.seconds / holds) if holds else 1.0
    before = round(timeline.hold_first * shrink * fps)
    after = max(round(timeline.hold_last * shrink * fps), 1)
    return before, max(total - before - after, 0), after


def _between(frames: int) -> Steps:
    """Times strictly between 0 and 1, which the holds show."""
    return np.linspace(0.0, 1.0, frames + 2)[1:-1]


def _with_holds(before: int, passed: Steps, after: int, first: int, last: int) -> Steps:
    """The steps of the shares of the run that have passed, between those that stand still."""
    moving = first + passed * (last - first)
    return np.concatenate([np.full(before, float(first)), moving, np.full(after, float(last))])


def rows_at(epochs: NDArray[np.integer], steps: Steps) -> Rows:
    """The last kept row at or before each step [F]; the first one before that."""
    return np.asarray(np.searchsorted(epochs, steps, side="right") - 1, np.intp).clip(min=0)


def windows(rows: Rows, frames: int) -> tuple[Rows, Rows]:
    """The recorded rows [F], [F] between which each frame's update lies.

    They are those that the frame shows half a window before and after it. The window slides from
    the last frame of the first row to the first frame of the last one; within a row that lasts
    longer than the window it reaches to the next row. A clip of one row shows no change.

    Args:
        rows: the row that each frame shows [F], never falling.
        frames: width of the window, 1 or more.
    """
    shown = np.unique(rows)
    leaves, arrives = np.searchsorted(rows, shown[0], "right") - 1, np.searchsorted(rows, shown[-1])
    first = np.arange(len(rows)) - frames // 2
    first = first.clip(leaves, max(arrives - frames, leaves))
    start, stop = rows[first], rows[np.minimum(first + frames, arrives)]
    following = np.searchsorted(shown, start, "right").clip(max=len(shown) - 1)
    return start, np.maximum(stop, shown[following])
