"""Strokes: the graph of a function as ink, of the same thickness where it is level and steep."""

from math import ceil
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizopt.draw.paint import Ink

Floats: TypeAlias = NDArray[np.floating]


def strokes(y: Floats, widths: tuple[float, ...]) -> list[Ink]:
    """One ink of each width, of the line through heights at the edges of the columns.

    A pixel is covered as far as its middle is from the nearest of the straight parts around its
    column.

    Args:
        y: heights in pixels from the top [columns + 1].
        widths: of the lines, in pixels.
    """
    y = y.astype(np.float32)
    reach, last = ceil(max(widths) / 2 + 0.5), len(y) - 2
    near = np.arange(-reach, reach + 1)
    around = (np.arange(last + 1)[:, None] + near).clip(0, last)  # straight parts of each column
    low, high = np.minimum(y[:-1], y[1:]), np.maximum(y[:-1], y[1:])
    first = np.floor(low[around].min(axis=1) - reach).astype(np.intp)
    many = np.ceil(high[around].max(axis=1) + reach).astype(np.intp) - first
    columns = np.repeat(np.arange(last + 1), many)
    rows = first[columns] + np.arange(len(columns)) - np.repeat(np.cumsum(many) - many, many)
    below = rows.astype(np.float32) + np.float32(0.5)
    slope = y[1:] - y[:-1]
    squared = 1 + slope**2
    distance = np.full(len(rows), np.inf, np.float32)
    for part in around.T:
        dx = (np.arange(last + 1) + 0.5 - part).astype(np.float32)[columns]
        dy, steep = below - y[part][columns], slope[part][columns]
        along = ((dx + dy * steep) / squared[part][columns]).clip(0, 1)
        np.minimum(distance, (dx - along) ** 2 + (dy - along * steep) ** 2, out=distance)
    np.sqrt(distance, out=distance)
    inks = []
    for width in widths:
        coverage = ((width / 2 + 0.5 - distance).clip(0, 1) * 255).round().astype(np.uint8)
        seen = np.flatnonzero(coverage)
        inks.append(Ink(rows[seen], columns[seen], coverage[seen]))
    return inks
