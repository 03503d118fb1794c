"""What stands beside the lines of a curve: names of layers, a rule of thumb, what is thin."""

from collections.abc import Iterator, Sequence
from math import inf
from typing import NamedTuple

import numpy as np

from vizopt.core.contrast import SHAPE, mixed, nearest
from vizopt.draw.panels.base import DrawContext
from vizopt.draw.panels.curves.names import layers_of, own_of, pair
from vizopt.draw.panels.curves.plot import DIGITS, Plot
from vizopt.recording.logged import logged
from vizopt.recording.quantities import layer_title, number_of, parts, quantity
from vizopt.recording.readout import writing_of
from vizopt.recording.store import Recording

PALEST = 0.6  # share of the paper in the first layer's colour, or what can still be seen
LINE = 1.15  # heights of a name from one to the next
WIDEST = 0.25  # of the panel, that names take


def colours_of(slot: DrawContext, run: Recording, column: str) -> list[str]:
    """Of the column's line and of that held out; or of the layers, from the palest to the last,
    before them its own where it has one."""
    own = slot.theme.accent(quantity(column).colour)
    layers, first = layers_of(run, column), own_of(run, column)
    if not layers:
        return [own, slot.theme.muted]
    shares = np.linspace(PALEST, 0, len(layers) + len(first))[: len(layers)]
    paper = slot.theme.paper
    pale = [nearest(mixed(own, paper, float(s)), [paper], SHAPE) or own for s in shares]
    return [own] * len(first) + pale


class End(NamedTuple):
    """Where a line ends, and what stands there."""

    text: str  # empty where there is no room
    x: float
    y: float
    colour: str
    line: bool = True  # and not what the lines are held against


def room_of(slot: DrawContext, run: Recording, column: str, width: float) -> float:
    """What names take of a curve's width, with the strokes to them; 0 where there are none."""
    wide = [slot.text_width(text, 11) for text in _texts(slot, run, column, width) if text]
    return max(wide) + slot.unit * 14 if wide else 0.0


def write_labels(slot: DrawContext, run: Recording, plot: Plot) -> None:
    """At the end of each layer's line its name, and a dashed line at what it is held against."""
    if plot.axis.mark is not None:
        y = float(plot.y(np.array(plot.axis.mark)))
        muted, dash = slot.theme.muted, (0, (4, 3))
        slot.axes.plot(
            [plot.left, plot.right], [y, y], color=muted, lw=slot.hairline, linestyle=dash
        )
    ends = [end for end in _ends(slot, run, plot) if end.text]
    step = slot.font(11) * LINE
    most = plot.height / step + 1
    if len(ends) > most:  # no room for all: the layers', of them the first and the last
        ends = [end for end in ends if end.line]
        ends = ends if len(ends) <= most else [ends[0], ends[-1]]
    places = spread([end.y for end in ends], step, plot.top, plot.top + plot.height)
    for end, at in zip(ends, places, strict=True):
        tip = plot.right + slot.unit * 10
        across = [end.x, max(end.x, plot.right), tip]
        slot.axes.plot(across, [end.y, end.y, at], color=end.colour, lw=slot.hairline)
        slot.text(tip + slot.unit * 4, at + slot.font(11) * 0.36, end.text, 11)


def _ends(slot: DrawContext, run: Recording, plot: Plot) -> Iterator[End]:
    """Of the layers' lines that have a value, and of that at what they are held against."""
    texts = _texts(slot, run, plot.column, plot.whole)
    layers = layers_of(run, plot.column)
    colours = colours_of(slot, run, plot.column)[-len(layers) :]
    for name, text, colour in zip(layers, texts, colours, strict=False):
        values = run[name]
        if len(known := np.flatnonzero(np.isfinite(values))):
            at = known[-1:]
            x, y = float(plot.x(at.astype(float))[0]), float(plot.y(values[at])[0])
            yield End(text, x, y, colour)
    if plot.axis.mark is not None:
        y = float(plot.y(np.array(plot.axis.mark)))
        yield End(texts[-1], plot.right, y, slot.theme.muted, line=False)


def _texts(slot: DrawContext, run: Recording, column: str, width: float) -> list[str]:
    """Of the layers and of what they are held against, where a curve is so wide."""
    most = width * WIDEST
    layers = [parts(name)[1] for name in layers_of(run, column)]
    names = [slot.told(layer_title(layer)) for layer in layers]
    if any(slot.text_width(name, 11) > most for name in names):
        names = [slot.fitted(number_of(layer), 11, most) for layer in layers]
    reference = quantity(column).reference
    told = [slot.say(reference[1])] if reference else []
    return [*names, *(text if slot.text_width(text, 11) <= most else "" for text in told)]


def spread(wanted: Sequence[float], step: float, first: float, last: float) -> list[float]:
    """Heights near the wanted ones, a step apart at least, between the first and the last."""
    order = sorted(range(len(wanted)), key=wanted.__getitem__)
    found, pushed, room = [0.0] * len(order), -inf, last - (len(order) - 1) * step
    for rank, i in enumerate(order):
        below = rank * step
        pushed = max(pushed, wanted[i] - below)
        placed = pushed + below
        found[i] = max(min(placed - below, room), first) + below
    return found


def note_second(slot: DrawContext, run: Recording, plots: list[Plot]) -> None:
    """What a second, thinner curve is, beside the first title that has one and room."""
    for plot in plots:
        names = pair(run, plot.column)
        if len(names) > 1:
            at = plot.start + slot.text_width(plot.title) + slot.unit * 10
            numbers = _numbers(slot, run, names)
            thin = slot.say("thin_test" if names[1].startswith("test_") else "thin_validation")
            if at + slot.text_width(thin, 11) + slot.unit * 10 < plot.edge - numbers:
                slot.text(at, plot.top - slot.unit * 12, thin, 11)
                return


def _numbers(slot: DrawContext, run: Recording, names: list[str]) -> float:
    """Width of the widest numbers of a curve and of its second."""
    texts = [{*map(writing_of(run, name), logged(run[name])[1].tolist())} for name in names]
    first = max((slot.text_width(text, DIGITS[0], "bold") for text in texts[0]), default=0.0)
    return first + max(map(slot.text_width, texts[1]), default=0.0) + slot.unit * 10
