"""Grids: which weights and which update each frame of a picture shows, the same ones for half a
second where the grids would flash.

Elsewhere a frame shows its own weights, and the window of the update slides with it. What is held
is what the middle of its half second shows, in all grids of the picture at once, so that the key's
epochs are those of each.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vizopt.core.arrays import Rows
from vizopt.draw.coarse import Coarse, Colours, Placed, Watch, middle, turned
from vizopt.draw.playback import Playback
from vizopt.draw.spans import Spans
from vizopt.draw.theme import Theme
from vizopt.draw.updates import Updates, updates
from vizopt.draw.views import View


class Shown(NamedTuple):
    """What the grids of a run show.

    Args:
        rows: the row whose weights each frame shows [F].
        updates: the update of each.
        held: whether it is that of the middle of its half second [F].
    """

    rows: Rows
    updates: Updates
    held: NDArray[np.bool_]


class Grids:
    """The grids of a picture's layers, of its weights and its updates."""

    def __init__(self) -> None:
        self._placed: list[Placed] = []
        self._frames: Rows | None = None

    def add(self, placed: Placed) -> None:
        """One of them is drawn there."""
        self._placed.append(placed)

    def of(self, view: View, playback: Playback, theme: Theme) -> Shown:
        """What they show of a run, when all of them are placed."""
        own = np.arange(len(view.rows))
        if self._frames is None:
            clip = playback.mode == "clip"
            grids = [Coarse(one, playback, theme) for one in self._placed if clip]
            self._frames = _judged(grids, playback, theme) if grids else own
        frames = self._frames
        told = updates(view.rows, playback, view.course)
        others = frames != own
        return Shown(view.rows[frames], told.of(frames), others | np.isin(own, frames[others]))


def _judged(grids: list[Coarse], playback: Playback, theme: Theme) -> Rows:
    """The frame whose grids each frame shows [F]: its own, or the middle of its span."""

    def seen(k: int) -> list[Colours]:
        return [grid.colours(k) for grid in grids]

    count, part = len(grids[0]), turned(grids, theme)
    watch = Watch([grid.where for grid in grids])
    spans = Spans(seen, count, part.__getitem__, playback, [watch])
    held = [spans(k) for k in range(count)]
    return np.array([k if span is None else middle(span) for k, span in enumerate(held)])
