"""Sampling: evenly spaced cells of large layers, the same ones in every recorded row."""

from collections.abc import Mapping
from math import prod
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizopt.core.params import Layout

Shape: TypeAlias = tuple[int, ...]

LARGE = 100_000  # cells of a layer that is kept whole, at most
SIDE = 128  # rows and columns that are kept of a larger one, at most


class Sample(NamedTuple):
    """What is kept of the flat vector of parameters.

    Args:
        layout: of what is kept.
        cells: where each of its numbers lies in the whole vector; none where all of it is kept.
        whole: shapes of the arrays that are sampled, before that, by name.
    """

    layout: Layout
    cells: NDArray[np.intp] | None
    whole: dict[str, Shape]


def evenly(whole: int, most: int = SIDE) -> NDArray[np.intp]:
    """Places of so many at most, from the first to the last, evenly spaced."""
    return np.linspace(0, whole - 1, min(whole, most)).round().astype(np.intp)


def sampled(layout: Layout) -> Sample:
    """At most 128 rows and columns of each layer of more than 100 000 cells, its biases included.

    The cells are the run's own numbers, not means of several, and the same in every row: so an
    update is the difference of two rows, as ever.
    """
    shapes = dict(layout.shapes)
    sizes: dict[str, int] = {}
    for name, shape in shapes.items():
        layer = name.partition(".")[0]
        sizes[layer] = sizes.get(layer, 0) + prod(shape)
    large = {name for name in shapes if sizes[name.partition(".")[0]] > LARGE}
    if not large:
        return Sample(layout, None, {})
    kept, cells = {}, []
    for name, shape in shapes.items():
        sides = [evenly(side, SIDE if name in large else side) for side in shape]
        kept[name] = tuple(len(side) for side in sides)
        inside = np.ravel_multi_index(np.ix_(*sides), shape).ravel()
        cells.append(layout.slices[name].start + inside)
    whole = {name: shapes[name] for name in kept if kept[name] != shapes[name]}
    return Sample(Layout.of(kept), np.concatenate(cells), whole)


def size_before(layout: Layout, whole: Mapping[str, Shape]) -> int:
    """Number of parameters of which a layout holds a sample."""
    return sum(prod(whole.get(name, shape)) for name, shape in dict(layout.shapes).items())
