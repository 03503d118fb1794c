"""The plane: data points over a background coloured by the predicted class."""

from collections.abc import Callable
from functools import lru_cache, partial
from typing import TYPE_CHECKING

import numpy as np

from vizopt.core.arrays import Pixels, Rows, Scores
from vizopt.core.numbers import count
from vizopt.core.specs import Flag, spec
from vizopt.draw.paint import Stamp, coloured
from vizopt.draw.panels.base import Draw, DrawContext, OneRun
from vizopt.draw.panels.features import Features
from vizopt.draw.panels.legend import ClassLegend, fitting
from vizopt.draw.panels.markers import markers
from vizopt.draw.panels.sample import PLANE_POINTS, sample, shown_of
from vizopt.draw.regions import Regions
from vizopt.draw.theme import Theme
from vizopt.draw.tracing import Traced
from vizopt.draw.views import Views
from vizopt.recording.store import Recording

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from vizopt.draw.hold import Background, Held

BACKGROUND = ("background", "background_share", "background_short")  # as there is room
ROOMY_SIDE = 380  # units of a plane's side, below which points of several are smaller
MIN_POINT_SCALE = 0.6  # how much
KEY = 1.1  # diameters of a point, of a marker in the line of classes


@spec
class DecisionRegions(OneRun):
    """The data points, coloured and shaped by class, over the predicted class of each place.

    The background is the class with the largest recorded score, interpolated bilinearly between
    the recorded grid's points. Where it changes so fast that it could flash each place is the
    mixture of the classes' colours by the share of the epochs of half a second that each won, and
    a line says which epochs. Points held out for validation are hollow; of more than 1,000 points
    so many are shown. The axes of one's own data have the features' names and their values as they
    were before they were standardised.

    Args:
        confidence: paint a class the greyer the smaller its lead over the second is.
        named: whether the classes are named below; they are when left out.
    """

    confidence: Flag = False
    named: Flag | None = None

    @property
    def needs(self) -> frozenset[str]:
        return frozenset({"scores", "epoch", "points", "labels", "held_out", "extent"})

    def static(self, slot: DrawContext, views: Views) -> None:
        run = self.view(views).run
        x, y, side, legend = square(slot, run, views, self.named is not False)
        slot.frame(x, y, side, side)
        features = Features.of(slot, run)
        features.draw(slot, x, y, side, side)
        legend.draw(slot, x, y + side + features.below(slot), side, KEY * diameter(slot.unit))
        if note := _note(slot, run, side):
            slot.text(x, _last_line(slot, run, y + side, legend), note, 12)

    def dynamic(self, slot: DrawContext, views: Views) -> Draw:
        run, rows = self.view(views)[1:3]
        from vizopt.draw.hold import Background

        left, top, side, legend = square(slot, run, views, self.named is not False)
        inside = len(views) > 1 and not _note(slot, run, side)
        last_line = _last_line(slot, run, top + side, legend)
        if inside:
            last_line = top + side - round(slot.unit * 6)
        right = left + side - inside * round(slot.unit * 4)
        grid, classes = run.columns["scores"].shape[-1], len(run.header.classes)
        flashing = slot.playback.mode == "flashing"
        colours = slot.theme.solids(classes) if flashing else slot.theme.tints(classes)
        background = Background(run, rows, slot.playback, side, colours, len(views))
        line = coloured(np.full((1, 1), 255, np.uint8), slot.theme.border)[0, 0]
        border = None if flashing else line
        regions = Regions(grid, side, side, colours, border, slot.hairline)
        paint = regions.shade if self.confidence else regions
        size = diameter(slot.unit) * (
            len(views) == 1 or min(max(side / slot.unit / ROOMY_SIDE, MIN_POINT_SCALE), 1)
        )
        points = _points(slot, run, side, size)
        glyphs = slot.glyphs(12)
        units = slot.say(f"{run.header.unit}s")
        named = slot.text_width(_note(slot, run, side), 12)
        free = side - (named + slot.unit * 12 if named else 0)
        scores = partial(run.row, "scores")
        show = _painter(rows, background, regions, scores, paint, points)

        def draw(window: Pixels, k: int) -> None:
            held = show(window[top : top + side, left : left + side], k)
            if held:
                between = {"first": count(held.first), "last": count(held.last)}
                ways = [slot.say(key, units=units, **between) for key in BACKGROUND]
                words = next((words for words in ways if glyphs.width(words) <= free), ways[-1])
                glyphs.write(window, words, right, last_line, 1.0)

        return draw


def _painter(
    rows: Rows,
    background: "Background",
    regions: Regions,
    scores: Callable[[int], Scores],
    paint: Callable[[Scores, Pixels], None],
    points: Stamp,
) -> "Callable[[Pixels, int], Held | None]":
    """Paints the points of a frame and what lies below them, once where it stands, and tells what
    is held.

    Args:
        rows: the row that each frame shows [F].
        background: what is held.
        regions: mixes what is held.
        scores: of a row.
        paint: paints them.
        points: lie above.
    """
    stands = np.diff(rows, append=-1) == 0
    standing: dict[tuple[int, int] | int, Pixels] = {}  # what is shown again, as it was painted

    def draw(pixels: Pixels, k: int) -> "Held | None":
        held = background(k)
        shown = (held.first, held.last) if held else int(rows[k])
        traced = isinstance(pixels, Traced)  # its points are no pixels
        if shown in standing and not traced:
            pixels[...] = standing[shown]
            return held
        if held:
            regions.mix(held.shares, pixels)
        else:
            paint(scores(int(rows[k])), pixels)
        points(pixels)
        if not traced:
            standing.clear()
            if held or stands[k]:
                standing[shown] = np.array(pixels)
        return held

    return draw


def _note(slot: DrawContext, run: Recording, side: float) -> str:
    """What plane it is, as a recording tells it, and how many of the points are shown."""
    words = slot.theme.words.retold(run.header.plane, "principal_components", "variance")
    parts = [words if _says_plane(run) else "", shown_of(slot, run, PLANE_POINTS)]
    return slot.fitted("  ·  ".join(filter(None, parts)), 12, side)


def _last_line(slot: DrawContext, run: Recording, bottom: int, legend: ClassLegend) -> int:
    """Baseline below the classes."""
    classes = bottom + Features.of(slot, run).below(slot) + legend.height(slot)
    return round(classes + slot.font(12) * 1.3)


def square(
    slot: DrawContext, run: Recording, views: Views, named: bool
) -> tuple[int, int, int, ClassLegend]:
    """Left, top and side of the plane in its window, and the classes below it."""
    held = slot.playback.mode != "flashing" and len(views) == 1  # else it is said inside
    second = held or _says_plane(run) or shown_of(slot, run, PLANE_POINTS)
    features = Features.of(slot, run)
    left, above = features.left(slot), features.above(slot)
    below = features.below(slot) + (slot.font(12) * 1.7 if second else 0)

    def side_above(legend: float) -> float:
        return min(slot.width - left, slot.height - above - below - legend)

    legend, side = fitting(slot, run, side_above, KEY * diameter(slot.unit), named=named)
    return left, above, side, legend


def _says_plane(run: Recording) -> bool:
    """Whether a line says what plane it is, as the axes do where they have names."""
    return bool(run.header.plane) and not run.header.axes


def _points(slot: DrawContext, run: Recording, side: int, size: float) -> Stamp:
    """The points of a plane."""
    some = sample(run["labels"], PLANE_POINTS)
    points, labels, held_out = run["points"][some], run["labels"][some], run["held_out"][some] > 0
    x0, x1, y0, y1 = run["extent"]
    x = np.asarray((points[:, 0] - x0) / (x1 - x0) * side, np.float64)
    y = np.asarray((y1 - points[:, 1]) / (y1 - y0) * side, np.float64)
    kinds = labels.astype(np.int64) * 2 + held_out
    return _stamped(side, size, slot.theme, *(each.tobytes() for each in (x, y, kinds)))


@lru_cache(maxsize=2)  # large ones take 20 MB
def _stamped(side: int, size: float, theme: Theme, x: bytes, y: bytes, kinds: bytes) -> Stamp:
    """The planes of a race share one; a kind is a class, times two, and whether it is held out."""
    across, down = np.frombuffer(x), np.frombuffer(y)
    found = np.frombuffer(kinds, np.int64)

    def draw(axes: "Axes") -> None:
        for kind in np.unique(found):
            c, hollow = divmod(int(kind), 2)
            place = across[found == kind], down[found == kind]
            markers(axes, theme, *place, c, size, hollow=bool(hollow))

    return Stamp.of(side, side, draw)


def diameter(unit: float) -> float:
    """Of a point in pixels; it grows with the frame, and in small ones its shape can be seen."""
    return 8.4 * max(unit, 0.62)
