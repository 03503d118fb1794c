"""Tips: where the lines of several runs end in each frame, and where their badges stand."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from vizopt.core.arrays import Spots
from vizopt.draw.panels.badge import reach
from vizopt.draw.panels.base import DrawContext
from vizopt.draw.panels.curves.labels import spread
from vizopt.draw.panels.curves.lines import heights, points_of
from vizopt.draw.panels.curves.plot import Plot
from vizopt.draw.views import Views

LABELS = (12, 11, 10, 9, 8, 7, 6)  # sizes of the text at a line's end: as there is room
BADGE_STEP_RADII = 2.2  # radii of a badge from one to the next
ASIDE = 22  # units from a line's end to its badge
STANDS = 60  # units behind the others, from where on a line that ended has its badge beside it


class Tip(NamedTuple):
    """Of the i-th run: the end of its line, and the middle of its badge."""

    i: int
    x: float
    y: float
    middle: float
    place: float


class Tips:
    """The ends of the lines in a plot; `tips[k]` are those of frame k.

    Attributes:
        x, y: where the line of each run ends in each frame [F].
        label: size of the text at the ends.
        radius: of a badge.
        room: for a name, in pixels.
    """

    def __init__(self, slot: DrawContext, views: Views, plot: Plot) -> None:
        values = [points_of(view, plot.column) for view in views.values()]
        shown = [view.shown for view in views.values()]
        self.x = [
            plot.x(each.clip(max=at[-1]).astype(float))
            for each, (at, _) in zip(shown, values, strict=True)
        ]
        self.y = [heights(plot, own, at) for own, at in zip(values, shown, strict=True)]
        fits = (
            size
            for size in LABELS
            if BADGE_STEP_RADII * reach(slot, size) * len(views) <= plot.height
        )
        self.label = next(fits, LABELS[-1])
        reached, most = reach(slot, self.label), plot.height / max(len(views) - 1, 1)
        self._step = min(BADGE_STEP_RADII * reached, most)
        # Large text has no smaller sizes: its badges have, so that no two meet.
        self.radius = reached if self._step < most else min(reached, most / 2 - 1)
        self.room = plot.edge - plot.right - slot.unit * ASIDE - 2.4 * self.radius
        self._slot, self._plot, self._names = slot, plot, list(views)

    def __getitem__(self, k: int) -> list[Tip]:
        """Badges of lines that end near each other stand above each other, in order."""
        unit, top = self._slot.unit, self._plot.top
        ends, found = [float(own[k]) for own in self.x], []
        for group in beside(ends, unit * STANDS):
            own = [float(self.y[i][k]) for i in group]
            middle = max(ends[i] for i in group) + unit * ASIDE
            places = spread(own, self._step, top, top + self._plot.height)
            for i, y, place in zip(group, own, places, strict=True):
                found.append(Tip(i, ends[i], y, middle, place))
        return found

    def spots(self) -> Spots:
        """Each run's line, and its badge with the name beside it."""
        many, half = len(self.x[0]), round(self.radius)
        wide = 2 * half + max(round(self.room), 0)
        lines = np.zeros((len(self.x), many, 2), np.intp)
        badges = np.zeros((len(self.x), many, 4), np.intp)
        for k in range(many):
            for i, x, y, middle, place in self[k]:
                lines[i, k] = round(x), round(y)
                badges[i, k] = round(middle) - half, round(place) - half, wide, 2 * half
        return {name: [lines[i], badges[i]] for i, name in enumerate(self._names)}


def beside(ends: Sequence[float], apart: float) -> list[list[int]]:
    """Which lines end at about the same place: less than that apart from the next one."""
    groups: list[list[int]] = []
    for i in sorted(range(len(ends)), key=lambda i: ends[i]):
        if groups and ends[i] - ends[groups[-1][-1]] < apart:
            groups[-1].append(i)
        else:
            groups.append([i])
    return [sorted(group) for group in groups]
