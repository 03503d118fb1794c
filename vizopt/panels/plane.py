"""The plane: data points over a background coloured by the predicted class."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from vizopt.arrays import Pixels, Rows
from vizopt.paint import Regions, Stamp, ink
from vizopt.panels.base import Draw, Slot
from vizopt.recording import Recording, RowReader
from vizopt.specs import spec
from vizopt.theme import MARKERS

CAPTION = 24  # height of the line of classes below the plane


@spec
class Plane:
    """The data points, coloured and shaped by class, over the predicted class of each place.

    The background is the class with the largest recorded score, interpolated bilinearly between
    the recorded grid's points.
    """

    @property
    def needs(self) -> frozenset[str]:
        return frozenset({"scores"})

    def static(self, slot: Slot, run: Recording) -> None:
        x, y, side = _square(slot)
        slot.frame(x, y, side, side)
        classes = run.columns["scores"].shape[1]
        step = side / max(classes, 3)
        for c in range(classes):
            middle = y + side + slot.unit * CAPTION - slot.font(13) * 0.4
            _markers(slot, slot.axes, [x + c * step + slot.unit * 7], [middle], c, scale=1.3)
            slot.text(x + c * step + slot.unit * 18, middle + slot.font(13) * 0.36, f"class {c}")

    def dynamic(self, slot: Slot, run: Recording, rows: Rows) -> Draw:
        left, top, side = _square(slot)
        scores = RowReader(run, "scores")
        grid = run.columns["scores"].shape[-1]
        regions = Regions(grid, side, side, slot.theme.tints())
        points = Stamp(_points(slot, run, side))

        def draw(window: Pixels, k: int) -> None:
            square = window[top : top + side, left : left + side]
            regions(scores(int(rows[k])), square)
            points(square)

        return draw


def _square(slot: Slot) -> tuple[int, int, int]:
    """Left, top and side of the plane in its window."""
    side = int(min(slot.width, slot.height - slot.unit * CAPTION))
    return 0, 0, side


def _points(slot: Slot, run: Recording, side: int) -> NDArray[Any]:
    points, labels = run["points"], run["labels"]
    x0, x1, y0, y1 = run["extent"]
    x = (points[:, 0] - x0) / (x1 - x0) * side
    y = (y1 - points[:, 1]) / (y1 - y0) * side

    def draw(axes: Axes) -> None:
        for c in np.unique(labels):
            _markers(slot, axes, x[labels == c], y[labels == c], int(c))

    return ink(side, side, draw)


def _markers(slot: Slot, axes: Axes, x: Any, y: Any, c: int, scale: float = 1.0) -> None:
    size = scale * (5.2 + 2 * (slot.unit - 1)) * max(slot.unit, 0.75)
    axes.plot(
        x,
        y,
        linestyle="",
        marker=MARKERS[c % len(MARKERS)],
        markersize=size * 1.15,
        markerfacecolor=slot.theme.classes[c % len(slot.theme.classes)],
        markeredgecolor=slot.theme.edge,
        markeredgewidth=0.7,
    )
