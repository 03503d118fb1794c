"""What moves in a curve's box: its lines up to the current epoch, dots there, and the digits."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vizopt.core.arrays import Pixels, Rows
from vizopt.draw.glyphs import Glyphs
from vizopt.draw.paint import Mark, Stamp, coloured, disc
from vizopt.draw.panels.base import Draw, DrawContext
from vizopt.draw.panels.curves.labels import colours_of
from vizopt.draw.panels.curves.lines import Points, draw_line, heights
from vizopt.draw.panels.curves.names import drawn_of, layers_of, own_of, pair
from vizopt.draw.panels.curves.plot import DIGITS, Plot
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

    def draw_lines(axes: "Axes") -> None:
        for points, colour, thick in reversed(list(zip(curves, colours, widths, strict=False))):
            draw_line(axes, slot, plot, points, colour, thick)

    line = Stamp.of(slot.width, slot.height, draw_lines)
    dots = [
        Mark(coloured(disc(slot.unit * radius), colour))
        for radius, colour in zip(radii, colours, strict=True)
    ]
    x = plot.x(epochs.astype(float)).astype(int)
    places = [_places(plot, points, epochs) for points in curves]

    def draw(window: Pixels, k: int) -> None:
        line(window, int(x[k]) + 1)
        for (begun, across, y), dot in reversed(list(zip(places, dots, strict=False))):
            if begun[k]:
                dot(window, int(across[k]), int(y[k]))

    return draw


def _places(plot: Plot, points: Points, epochs: Rows) -> tuple[NDArray[Any], ...]:
    """Where a line's dot is in each frame [F]: whether there is one yet, its x and y. Between two
    values it goes straight from one to the other; behind the last one it stays."""
    at, _ = points
    if not len(at):
        return np.zeros(len(epochs), np.bool_), epochs, epochs
    x = plot.x(epochs.clip(max=at[-1]).astype(float))
    return epochs >= at[0], x.astype(int), heights(plot, points, epochs).astype(int)


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
