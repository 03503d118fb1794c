"""The plane: data points over a background coloured by the predicted class."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from vizopt.arrays import Pixels, Rows
from vizopt.numbers import count
from vizopt.paint import Stamp, coloured
from vizopt.panels.base import Draw, Slot
from vizopt.panels.features import Features
from vizopt.panels.markers import markers
from vizopt.recording import Recording
from vizopt.regions import Regions
from vizopt.specs import Flag, spec

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BACKGROUND = ("background", "background_share", "background_short")  # as there is room
CAPTION = 24  # height of the line of classes below the plane


@spec
class Plane:
    """The data points, coloured and shaped by class, over the predicted class of each place.

    The background is the class with the largest recorded score, interpolated bilinearly between
    the recorded grid's points. Where it changes so fast that it could flash each place is the
    mixture of the classes' colours by the share of the epochs of half a second that each won, and
    a line says which epochs. Points held out for validation are hollow. The axes of one's own data
    have the features' names and their values as they were before they were standardised.

    Args:
        confidence: paint a class the greyer the smaller its lead over the second is.
    """

    confidence: Flag = False

    @property
    def needs(self) -> frozenset[str]:
        return frozenset({"scores", "epoch", "points", "labels", "held_out", "extent"})

    def static(self, slot: Slot, run: Recording) -> None:
        x, y, side = _square(slot, run)
        slot.frame(x, y, side, side)
        features = Features.of(slot, run)
        features.draw(slot, x, y, side)
        middle = y + side + features.below(slot) + slot.unit * CAPTION - slot.font(13) * 0.4
        mark = 1.1 * diameter(slot.unit)
        base = middle + slot.font(13) * 0.36
        names, step, more = _listed(slot, _classes(slot, run), side, 1.9 * mark)
        for c, name in enumerate(names):
            markers(slot.axes, slot.theme, [x + c * step + 0.75 * mark], [middle], c, mark)
            slot.text(x + c * step + 1.75 * mark, base, name)
        if more:
            slot.text(x + side, base, more, align="right")
        if _says_plane(run):
            axes = slot.fitted(_axes(slot, run.header.plane), 12, side)
            slot.text(x, _last_line(slot, run), axes, 12)

    def dynamic(self, slot: Slot, run: Recording, rows: Rows) -> Draw:
        from vizopt.hold import Background

        left, top, side = _square(slot, run)
        grid, classes = run.columns["scores"].shape[-1], len(run.header.classes)
        flashing = slot.playback.mode == "flashing"
        colours = slot.theme.solids(classes) if flashing else slot.theme.tints(classes)
        background = Background(run, rows, slot.playback, side, colours)
        line = coloured(np.full((1, 1), 255, np.uint8), slot.theme.border)[0, 0]
        border = None if flashing else line
        regions = Regions(grid, side, side, colours, border, slot.hairline)
        paint = regions.shade if self.confidence else regions
        points = Stamp.of(side, side, _points(slot, run, side))
        glyphs = slot.glyphs(12)
        units = slot.say(f"{run.header.unit}s")
        named = slot.text_width(slot.fitted(_axes(slot, run.header.plane), 12, side), 12)
        free = side - (named + slot.unit * 12 if named else 0)

        def draw(window: Pixels, k: int) -> None:
            square = window[top : top + side, left : left + side]
            held = background(k)
            if held:
                regions.mix(held.shares, square)
                between = {"first": count(held.first), "last": count(held.last)}
                ways = [slot.say(key, units=units, **between) for key in BACKGROUND]
                words = next((words for words in ways if glyphs.width(words) <= free), ways[-1])
                glyphs.write(window, words, left + side, _last_line(slot, run), 1.0)
            else:
                paint(run.row("scores", int(rows[k])), square)
            points(square)

        return draw


def _listed(
    slot: Slot, names: tuple[str, ...], side: float, mark: float
) -> tuple[list[str], float, str]:
    """The names that the line of classes shows, the step between them, and how many more are not.

    Each has room for its marker and three figures at least.
    """
    least = mark + slot.text_width("000")
    if least * len(names) <= side:
        for parts in (max(len(names), 3), len(names)):  # two names have room for three, if they fit
            step = side / parts
            shown = _fitted(slot, names, step - mark)
            if shown == list(names):
                break
        return shown, step, ""
    room = side - slot.text_width(_more(slot, len(names)))
    some = max(int(room / least), 1)
    step = room / some
    return _fitted(slot, names[:some], step - mark), step, _more(slot, len(names) - some)


def _more(slot: Slot, classes: int) -> str:
    return slot.say("more_classes", count=count(classes))


def _classes(slot: Slot, run: Recording) -> tuple[str, ...]:
    """The classes' names; those that only count are said in the picture's language."""
    return tuple(slot.theme.words.retold(name, "class") for name in run.header.classes)


def _axes(slot: Slot, plane: str) -> str:
    """What plane it is, as a recording tells it, in the picture's language."""
    return slot.theme.words.retold(plane, "principal_components", "variance")


def _fitted(slot: Slot, names: tuple[str, ...], room: float) -> list[str]:
    """The classes' names, or what tells them apart: last words, beginnings, ends, numbers."""
    ways = [
        list(names),
        [name.split()[-1] if name.split() else name for name in names],
        [slot.fitted(name, 13, room) for name in names],
        ["…" + slot.fitted(name[::-1], 13, room).rstrip("…")[::-1] for name in names],
    ]
    for shown in ways:
        wide = max(map(slot.text_width, shown), default=0.0)
        # Drawn text is a little narrower than its letters' widths together.
        spare = slot.text_width("…") * (1.0 if any("…" in name for name in shown) else 0.2)
        if wide <= room + spare and len(set(shown)) == len(names):
            return shown
    return [slot.fitted(str(c), 13, room) for c in range(len(names))]


def _last_line(slot: Slot, run: Recording) -> int:
    """Baseline below the line of classes."""
    _, top, side = _square(slot, run)
    classes = top + side + Features.of(slot, run).below(slot) + slot.unit * CAPTION
    return round(classes + slot.font(12) * 1.3)


def _square(slot: Slot, run: Recording) -> tuple[int, int, int]:
    """Left, top and side of the plane in its window."""
    second = slot.playback.mode != "flashing" or _says_plane(run)
    features = Features.of(slot, run)
    left, above = features.left(slot), features.above(slot)
    below = features.below(slot) + slot.unit * CAPTION + (slot.font(12) * 1.7 if second else 0)
    return left, above, int(min(slot.width - left, slot.height - above - below))


def _says_plane(run: Recording) -> bool:
    """Whether a line says what plane it is, as the axes do where they have names."""
    return bool(run.header.plane) and not run.header.axes


def _points(slot: Slot, run: Recording, side: int) -> "Callable[[Axes], None]":
    """Draws the points on axes as large as the plane."""
    points, labels, held_out = run["points"], run["labels"], run["held_out"] > 0
    x0, x1, y0, y1 = run["extent"]
    x = (points[:, 0] - x0) / (x1 - x0) * side
    y = (y1 - points[:, 1]) / (y1 - y0) * side

    def draw(axes: "Axes") -> None:
        for c in np.unique(labels):
            for hollow in (False, True):
                shown = (labels == c) & (held_out == hollow)
                place = x[shown], y[shown]
                markers(axes, slot.theme, *place, int(c), diameter(slot.unit), hollow=hollow)

    return draw


def diameter(unit: float) -> float:
    """Of a point in pixels; it grows with the frame, and in small ones its shape can be seen."""
    return 8.4 * max(unit, 0.62)
