"""The magnifier: the surroundings of the current point, or how far away it is."""

from math import floor

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from vizopt.core.arrays import Pixels
from vizopt.core.specs import spec
from vizopt.draw.paint import Mark, coloured, disc
from vizopt.draw.panels.base import Draw, DrawContext, OneRun
from vizopt.draw.panels.distance import Distance
from vizopt.draw.panels.pathcolours import PathColours
from vizopt.draw.views import Views
from vizopt.recording.minima import f_range
from vizopt.recording.store import Recording

BACK = 4  # steps whose reach decides how far to go in
ROOM = 3.0  # the window is this many times as wide as that reach, at least
MIN_MAGNIFICATION, MAX_MAGNIFICATION = 8, 256  # powers of two; the recorded curve is no finer
MAX_DISTANCE_PX = 1e6  # pixels: further out there is nothing to tell apart
OUTSIDE = 0.1  # of the steps outside the interval: then their distance is what there is to see


@spec
class Magnifier(OneRun):
    """The curve around the current point and the last steps on it, as large as it can be.

    The magnification is the largest power of two from 8 on that keeps the last steps in sight;
    while the point goes farther the whole curve is shown. Of a run that spends a tenth of its
    steps outside the interval, or ends there, it is |x| against the step, on a logarithmic axis.
    """

    @property
    def needs(self) -> frozenset[str]:
        return frozenset({"epoch", "x", "loss", "curve"})

    def static(self, slot: DrawContext, views: Views) -> None:
        run = self.view(views).run
        if _goes_away(run):
            Distance().static(slot, run)
            return
        top = _top(slot)
        slot.frame(0, top, slot.width - 1, slot.height - top - 1)
        room = slot.width - slot.text_width(f"× {MAX_MAGNIFICATION}", 12, "bold") - slot.unit * 8
        slot.text(0, top - slot.unit * 7, slot.fitted(slot.say("around_point"), 12, room), 12)

    def dynamic(self, slot: DrawContext, views: Views) -> Draw:
        run, rows = self.view(views)[1:3]
        if _goes_away(run):
            return Distance().dynamic(slot, run, rows)
        x, f = run["x"], run["loss"]
        curve = run["curve"]
        shown = run["epoch"][rows]
        zoom = _zooms(x, float(np.ptp(curve[:, 0])))
        middle = float(curve[[0, -1], 0].mean())
        colours = PathColours(slot, run)
        dot, point = disc(slot.unit * 4), disc(slot.unit * 7.5)
        edge = Mark(coloured(disc(slot.unit * 9), slot.theme.ink))
        shade = coloured(np.full((1, 1), 255, np.uint8), slot.theme.muted)[0, 0, :3]
        glyphs = slot.glyphs(12, colour=slot.theme.ink, weight="bold")
        top = _top(slot)
        note = top - round(slot.unit * 7)

        def draw(window: Pixels, k: int) -> None:
            step = int(shown[k])
            glyphs.write(window, f"× {zoom[step]}", slot.width, note, 1)
            box = window[top + 1 : -2, 1:-2]
            centre = x[step] if zoom[step] > 1 else middle
            view = _View(box.shape, centre, f[step], np.ptp(curve[:, 0]) / zoom[step], curve)
            view.paint_curve(box, curve, shade, max(2.5 * slot.unit, 1.5))
            for past in range(max(step - BACK, 0), step):
                at = view.place(x[past], f[past])
                Mark(coloured(dot, colours[past]))(box, *at)
            for mark in (edge, Mark(coloured(point, colours[step]))):
                mark(box, *view.place(x[step], f[step]))

        return draw


def _top(slot: DrawContext) -> int:
    return round(slot.font(12) * 1.5 + slot.unit * 7)


def _zooms(x: NDArray[np.float64], width: float) -> NDArray[np.int32]:
    """The magnification of each step, 1 where the point moves too far."""
    padded = np.concatenate([np.full(BACK, x[0]), x])
    reach = np.ptp(sliding_window_view(padded, BACK + 1), axis=1)
    reach[: BACK + 1] = np.inf  # too early to know
    with np.errstate(divide="ignore", invalid="ignore"):
        largest = np.clip(width / (ROOM * reach), 1, MAX_MAGNIFICATION)
    zoom: NDArray[np.int32] = np.exp2(np.floor(np.log2(largest))).astype(np.int32)
    zoom[zoom < MIN_MAGNIFICATION] = 1
    return zoom


def _goes_away(run: Recording) -> bool:
    """Whether a run is outside the drawn interval for a tenth of its steps, or at its end."""
    left, right = run["curve"][[0, -1], 0]
    outside = ~((run["x"] >= left) & (run["x"] <= right))
    return bool(outside.mean() > OUTSIDE or outside[-1])


class _View:
    """A part of the curve, enlarged equally in x and, to its own range, in f."""

    def __init__(
        self,
        shape: tuple[int, ...],
        x: float,
        f: float,
        width: float,
        curve: NDArray[np.float64],
    ) -> None:
        self._height, self._width = shape[:2]
        self._left, self._span = x - width / 2, width
        self._x = self._left + (np.arange(self._width) + 0.5) / self._width * width
        with np.errstate(invalid="ignore", over="ignore"):
            self._f = np.interp(self._x, curve[:, 0], curve[:, 1], left=np.nan, right=np.nan)
        breaks = curve[~np.isfinite(curve[:, 1]) & (abs(curve[:, 0] - x) < width / 2)]
        columns = ((breaks[:, 0] - self._left) / width * self._width).astype(np.intp)
        self._f[columns] = breaks[:, 1]
        seen = np.stack([np.append(self._x, x), np.append(self._f, f)], axis=1)
        low, high = f_range(seen, [f])
        room = 0.25 * high - 0.25 * low or max(1.0, abs(f) / 2)  # 1 is nothing beside 1e17
        self._low, self._high = min(low, f) - room, max(high, f) + room

    def place(self, x: float, f: float) -> tuple[int, int]:
        """Pixel of a point."""
        column = (x - self._left) / self._span * self._width
        row = (self._high - f) / (self._high - self._low) * self._height
        return floor(column), floor(row)

    def paint_curve(
        self, box: Pixels, curve: NDArray[np.float64], colour: NDArray[np.uint8], thick: float
    ) -> None:
        """The curve as a line of even thickness, blended over what is there."""
        rows = (self._high - self._f) / (self._high - self._low) * self._height
        rows[~np.isfinite(rows)] = np.nan  # a pole or a gap
        rows = rows.clip(-MAX_DISTANCE_PX, MAX_DISTANCE_PX)
        steep = np.hypot(1, np.gradient(rows)).astype(np.float32)
        middles = np.arange(self._height, dtype=np.float32)[:, None] + np.float32(0.5)
        cover = np.float32(thick / 2 + 0.5) - abs(middles - rows.astype(np.float32)) / steep
        at = np.nonzero(cover > 0)  # not where it has no value
        share = np.minimum(cover[at], 1)[:, None]
        box[at[0], at[1], :3] = box[at[0], at[1], :3] * (1 - share) + colour * share + 0.5
