"""Printed: a frame as a figure whose text is text, for paper."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from vizopt.core.arrays import Frame
from vizopt.draw.fonts import families, shown
from vizopt.draw.paint import DPI, pixel_axes
from vizopt.draw.tracing import Drawing, Image, Item, Traced, Written

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ALIGNED = {0.0: "left", 0.5: "center", 1.0: "right"}


@contextmanager
def laid(figure: "Figure", still: Frame, frame: Traced) -> "Iterator[Figure]":
    """A figure with what moves laid over what stands still in it, until the block ends.

    Args:
        figure: holds what stands still.
        still: the pixels of that.
        frame: the frame that was drawn into a copy of them.
    """
    before = list(figure.axes)
    try:
        for item in [*_painted(still, np.asarray(frame)), *frame.items]:
            _lay(figure, item)
        yield figure
    finally:
        for axes in figure.axes:
            if axes not in before:
                axes.remove()


def _painted(still: Frame, frame: Frame) -> Iterable[Item]:
    """The pixels that were painted, the others clear: one image around all of them."""
    changed = (frame.view(np.uint32) != still.view(np.uint32))[..., 0]
    rows, columns = (np.flatnonzero(changed.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return ()
    top, left, height, width = rows[0], columns[0], np.ptp(rows) + 1, np.ptp(columns) + 1
    window = slice(top, top + height), slice(left, left + width)
    pixels = frame[window].copy()
    pixels[~changed[window]] = 0
    return (Image(int(left), int(top), int(width), int(height), pixels),)


def _lay(figure: "Figure", item: Item) -> None:
    width, height = (round(side * DPI) for side in figure.get_size_inches())
    match item:
        case Written():
            _write(pixel_axes(figure, 0, 0, width, height), item)
        case Drawing():
            axes = pixel_axes(figure, item.left, item.top, item.shown, item.height)
            item.draw(axes)
            axes.set(xlim=(0, item.shown), ylim=(item.height, 0))
            if item.holes:
                _cut(axes, item)
        case Image():
            axes = pixel_axes(figure, item.left, item.top, item.width, item.height)
            axes.imshow(
                item.pixels,
                extent=(0, item.width, item.height, 0),
                aspect="auto",
                interpolation="none",
            )


def _cut(axes: "Axes", item: Drawing) -> None:
    """Leave the holes of a drawing clear: they go around the other way than all of it."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    parts = [_around(0, 0, item.shown, item.height)]
    for rows, columns in item.holes:
        parts.append(_around(columns.start, rows.start, columns.stop, rows.stop)[::-1])
    outside = Path.make_compound_path(*(Path(part, closed=True) for part in parts))
    patch = PathPatch(outside, transform=axes.transData)
    for artist in (*axes.lines, *axes.collections):
        artist.set_clip_path(patch)


def _around(left: float, top: float, right: float, bottom: float) -> list[tuple[float, float]]:
    return [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]


def _write(axes: "Axes", item: Written) -> None:
    style = dict(item.style)
    family = style.pop("family")
    axes.text(
        item.x,
        item.y,
        shown(item.text, family),
        family=list(families(item.text, family)),
        ha=ALIGNED[float(item.align)],
        va="baseline",
        parse_math=False,
        **style,
    )
