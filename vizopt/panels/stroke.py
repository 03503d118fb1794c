"""Strokes: the graph of a function as ink, of the same thickness where it is level and steep."""

from math import ceil
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizopt.paint import Ink

Floats: TypeAlias = NDArray[np.floating]


def strokes(y: Floats, widths: tuple[float, ...]) -> list[Ink]:
    """One ink of each width, of the line through heights at the edges of the columns.

    A pixel is covered as far as its middle is from the nearest of the straight parts around its
    column.

    Args:
        y: heights in pixels from the top [columns + 1].
        widths: of the lines, in pixels.
    """
    reach = ceil(max(widths) / 2 + 0.5)
    near = np.arange(-reach, reach + 1)
    parts = (np.arange(len(y) - 1)[:, None] + near).clip(0, len(y) - 2)  # [columns, 2 reach + 1]
    low, high = np.minimum(y[:-1], y[1:]), np.maximum(y[:-1], y[1:])
    first = np.floor(low[parts].min(axis=1) - reach).astype(np.intp)
    many = np.ceil(high[parts].max(axis=1) + reach).astype(np.intp) - first
    columns = np.repeat(np.arange(len(many)), many)
    rows = first[columns] + np.arange(len(columns)) - np.repeat(np.cumsum(many) - many, many)
    part = parts[columns]
    dx = columns[:, None] + 0.5 - part
    dy = rows[:, None] + 0.5 - y[part]
    slope = (y[1:] - y[:-1])[part]
    along = ((dx + dy * slope) / (1 + slope**2)).clip(0, 1)
    distance = np.hypot(dx - along, dy - along * slope).min(axis=1)
    inks = []
    for width in widths:
        coverage = ((width / 2 + 0.5 - distance).clip(0, 1) * 255).round().astype(np.uint8)
        seen = np.flatnonzero(coverage)
        inks.append(Ink(rows[seen], columns[seen], coverage[seen]))
    return inks
