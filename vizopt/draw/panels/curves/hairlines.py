"""Hairlines: from the ends of lines to their badges, those of many frames found at once."""

from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizopt.draw.panels.curves.plot import Floats

Hairline: TypeAlias = tuple[NDArray[np.intp], NDArray[np.intp]]  # rows, columns of its pixels


def hairlines(ends: Floats, height: int, width: int) -> list[Hairline]:
    """Straight lines from x0, y0 to x1, y1 [n, 4], a pixel in each column or row; what falls
    outside a window of that size lies at its edge.

    They are short, and there are many: NumPy takes longer to be called than to find them.
    """
    x0, y0, x1, y1 = ends.T
    many = np.maximum(abs(x1 - x0), abs(y1 - y0)).astype(np.intp) + 1
    stops = np.cumsum(many)
    steps = np.arange(stops[-1]) - np.repeat(stops - many, many)

    def pixels(start: Floats, stop: Floats, length: int) -> NDArray[np.intp]:
        places = steps * np.repeat((stop - start) / np.maximum(many - 1, 1), many)
        places += np.repeat(start, many)
        places[stops - 1] = stop
        return np.asarray(places.astype(np.intp).clip(0, length - 1))

    down, across = pixels(y0, y1, height), pixels(x0, x1, width)
    return [(down[a:b], across[a:b]) for a, b in pairwise([0, *stops.tolist()])]
