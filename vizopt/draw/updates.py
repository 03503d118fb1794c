"""Updates: between which recorded rows the update of each frame lies."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vizopt.core.arrays import Rows
from vizopt.draw.playback import SECONDS, Playback
from vizopt.draw.timeline import COURSE, windows


class Updates(NamedTuple):
    """The windows of the updates of a clip.

    Args:
        start, stop: rows between which each frame's update lies [F].
        starts, stops: those of windows that overlap by half, through the whole clip [S].
        at: each frame's place among the latter [F].
    """

    start: Rows
    stop: Rows
    starts: Rows
    stops: Rows
    at: NDArray[np.float64]

    def of(self, frames: Rows) -> "Updates":
        """Those that some frames show [F] in place of their own."""
        return Updates(
            self.start[frames], self.stop[frames], self.starts, self.stops, self.at[frames]
        )


def updates(rows: Rows, playback: Playback, course: Rows | None = None) -> Updates:
    """Half a second of the clip's course each, whatever its frame rate is, so that a GIF and an MP4
    begin alike; where flashes are allowed, from each frame to the next.

    Args:
        rows: the row that each frame shows [F].
        playback: how the frames follow each other.
        course: the row that is shown at every 240th of a second; that of each frame when left out.
    """
    wide = round(COURSE * SECONDS)
    if playback.mode == "flashing" or course is None:
        course, wide = rows, playback.window
    start, stop = windows(course, wide)
    places, step = _places(rows, course), max(wide // 2, 1)
    return Updates(start[places], stop[places], start[::step], stop[::step], places / step)


def _places(rows: Rows, course: Rows) -> NDArray[np.intp]:
    """Where the course is when each frame is shown [F], at its own row."""
    evenly = np.linspace(0, len(course) - 1, len(rows)).astype(np.intp)
    first, after = (np.searchsorted(course, rows, side) for side in ("left", "right"))
    return np.asarray(np.clip(evenly, first, after - 1).clip(min=0), np.intp)
