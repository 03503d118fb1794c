"""What moves in a curve's box: its lines up to the current epoch, dots there, and the digits."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from vizopt.core.arrays import Pixels, Rows
from vizopt.draw.glyphs import Glyphs
from vizopt.draw.paint import Mark, Stamp, coloured, disc
from vizopt.draw.panels.base import Draw, DrawContext
from vizopt.draw.panels.curves.labels import colours_of
from vizopt.draw.panels.curves.lines import (
    COLUMN,
    Points,
    by_column,
    draw_line,
    heights,
    is_band,
    places,
    thickness,
)
from vizopt.draw.panels.curves.names import drawn_of, layers_of, own_of, pair
from vizopt.draw.panels.curves.plot import DIGITS, Floats, Plot
from vizopt.draw.panels.curves.sofar import End, Line
from vizopt.recording.logged import is_logged, logged, standing
from vizopt.recording.readout import writing_of
from vizopt.recording.store import Recording

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def curve(slot: DrawContext, run: Recording, plot: Plot, rows: Rows) -> Draw:
    """Draws the curves up to the current epoch, dots there, and the values in digits."""
    lines, digits = _lines(slot, run, plot, rows), _digits(slot, run, plot, rows)

    def draw(window: Pixels, k: int) -> None:
        lines(window, k)
        digits(window, k)

    return draw


def _lines(slot: DrawContext, run: Recording, plot: Plot, rows: Rows) -> Draw:
    """The column's line and that of the samples held out, or one of each layer."""
    own, layers = own_of(run, plot.column), layers_of(run, plot.column)
    curves = [logged(run[name]) for name in drawn_of(run, plot.column)]
    epochs = run["epoch"][rows]
    colours = colours_of(slot, run, plot.column)
    widths = [1.0] * len(own) + [0.8] * len(layers) or [1.0, 0.6]
    radii = [4.5] * len(own) + [3.5] * len(layers) or [4.5, 3.5]
    every = [each for each in zip(curves, colours, widths, radii, strict=False) if len(each[0][0])]

    def draw_lines(axes: "Axes") -> None:
        for points, colour, thick, _ in reversed(every):
            draw_line(axes, slot, plot, points, colour, thick)

    stamp = Stamp.of(slot.width, slot.height, draw_lines)
    lines = [
        _line(slot, plot, points, colour, thickness(slot, thick))
        for points, colour, thick, _ in every
    ]
    until = _until(slot, plot.x(epochs.astype(float)), lines)
    stamped = until.astype(int).tolist()
    tips = [
        _Tip(slot, plot, epochs, until, line, points, radius)
        for line, (points, *_, radius) in zip(lines, every, strict=True)
    ]

    def draw(window: Pixels, k: int) -> None:
        stamp(window, stamped[k])
        for tip in reversed(tips):
            tip(window, k)

    return draw


def _line(slot: DrawContext, plot: Plot, points: Points, colour: str, width: float) -> Line:
    """What the tip follows: the curve; where that goes through means, these at the ends of their
    columns, where all of their values have come."""
    line = Line.of(slot, plot, points, colour, width)
    if not is_band(slot, plot, points, width):
        return line
    x, y = places(plot, points)
    _, means, *_ = by_column(x, y, COLUMN * slot.unit)
    ends = np.flatnonzero(np.diff(np.floor(x / (COLUMN * slot.unit)), append=np.inf))
    return line._replace(x=np.append(x[0], x[ends]), y=np.append(y[0], means))


def _until(slot: DrawContext, x: Floats, lines: Sequence[Line]) -> Floats:
    """Up to which column all ink of the lines is of what was before x [F]; at their end, all of
    it."""
    end = max((line.x[-1] for line in lines), default=0.0)
    wide = max((line.width for line in lines), default=0.0)
    near = np.floor(x - 2 * COLUMN * slot.unit - wide / 2)
    return np.where(x < end, near.clip(min=0), slot.width)


class _Tip:
    """What of a line is drawn anew in each frame: on from where the stamp ends, and its dot."""

    def __init__(
        self,
        slot: DrawContext,
        plot: Plot,
        epochs: Rows,
        until: Floats,
        line: Line,
        points: Points,
        radius: float,
    ) -> None:
        at, _ = points
        x = plot.x(epochs.clip(max=at[-1]).astype(float))
        y = heights(plot, points, epochs)
        self._begun = (epochs >= at[0]).tolist()
        self._x, self._y = x.astype(int).tolist(), y.astype(int).tolist()
        self._end = End(line, x, y, until)
        self._dot = Mark(coloured(disc(slot.unit * radius), line.colour))

    def __call__(self, window: Pixels, k: int) -> None:
        """There is none before its first value; behind the last one the dot stays."""
        if self._begun[k]:
            self._end(window, k)
            self._dot(window, self._x[k], self._y[k])


def _digits(slot: DrawContext, run: Recording, plot: Plot, rows: Rows) -> Draw:
    """The value, and before it that of the samples held out, or that it is the whole network's."""
    names = pair(run, plot.column)
    epochs = run["epoch"][rows]
    texts = [_texts(run, name, epochs) for name in names]
    if plot.layered:
        texts.append([slot.say("network")] * len(rows))
    small = slot.glyphs(13)
    beside = max(map(small.width, texts[1])) + slot.unit * 12 if plot.layered else 0.0
    large = _strip(slot, plot, {*texts[0]}, beside)
    baseline = round(plot.top - slot.unit * 12)
    right = round(plot.edge + slot.unit * 4)
    room = max(map(large.width, texts[0])) + round(slot.unit * 10)
    name = plot.name(slot) if plot.layered else plot.title
    free = right - room - plot.start - slot.text_width(name) - slot.unit * 10
    second = len(texts) > 1 and max(map(small.width, texts[1])) <= free
    if plot.layered and not second:  # a number beside lines of which none is its own
        return lambda window, k: None

    def draw(window: Pixels, k: int) -> None:
        large.write(window, texts[0][k], right, baseline, 1)
        if second:
            small.write(window, texts[1][k], right - room, baseline, 1)

    return draw


def _texts(run: Recording, name: str, epochs: Rows) -> list[str]:
    """The value that was logged last at each of some epochs [F]; nothing before the first one."""
    way, values = writing_of(run, name), standing(run[name])[epochs]
    told = zip(values.tolist(), is_logged(values).tolist(), strict=True)
    return [way(value) if begun else "" for value, begun in told]


def _strip(slot: DrawContext, plot: Plot, texts: set[str], beside: float) -> Glyphs:
    """A strip for a curve's numbers, as large as they can stand beside its title and what else
    takes so much room there."""
    free = plot.edge - plot.start - slot.text_width(plot.name(slot)) - slot.unit * 4 - beside
    for size in DIGITS:
        if max(slot.text_width(text, size, "bold") for text in texts) <= free:
            break
    return slot.glyphs(size, colour=slot.theme.ink, weight="bold")
