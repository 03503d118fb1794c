"""Timelines: which recorded row each frame shows."""

from typing import Annotated, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from vizopt.core.arrays import Rows
from vizopt.core.specs import NonNegative, Positive, spec

COURSE = 240.0  # rows a second that tell how a clip goes on, whatever its frame rate is
Length: TypeAlias = Annotated[Positive, Field(le=3600)]  # seconds


class Timeline(Protocol):
    """A pace through the recording, from its first row to its last."""

    @property
    def seconds(self) -> float: ...

    def rows(self, epochs: NDArray[np.integer], fps: float) -> Rows:
        """The row of each frame [F], never falling; epochs [N] are those of the kept rows."""
        ...


@spec
class Uniform:
    """The same number of epochs in every frame.

    Args:
        seconds: length of the clip in seconds, holds included.
        hold_first: seconds that the first row stands still.
        hold_last: seconds that the last row stands still.
    """

    seconds: Length = 20.0
    hold_first: NonNegative = 0.5
    hold_last: NonNegative = 1.5

    def rows(self, epochs: NDArray[np.integer], fps: float) -> Rows:
        before, moving, after = _shares(self, fps)
        return _with_holds(before, _at(epochs, _between(moving)), after, len(epochs))


@spec
class Logarithmic:
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

    def rows(self, epochs: NDArray[np.integer], fps: float) -> Rows:
        before, moving, after = _shares(self, fps)
        growth = np.log1p(max(epochs[-1] - epochs[0], 1) / self.knee)
        passed = np.expm1(_between(moving) * growth) / np.expm1(growth)
        return _with_holds(before, _at(epochs, passed), after, len(epochs))


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


def _between(frames: int) -> NDArray[np.floating]:
    """Times strictly between 0 and 1, which the holds show."""
    return np.linspace(0.0, 1.0, frames + 2)[1:-1]


def _at(epochs: NDArray[np.integer], passed: NDArray[np.floating]) -> Rows:
    """The last kept row at or before each share of the run that has passed."""
    wanted = epochs[0] + passed * (epochs[-1] - epochs[0])
    return np.asarray(np.searchsorted(epochs, wanted, side="right") - 1, np.intp)


def _with_holds(before: int, moving: Rows, after: int, rows: int) -> Rows:
    first, last = np.zeros(before, np.intp), np.full(after, rows - 1, np.intp)
    return np.concatenate([first, moving, last])


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
