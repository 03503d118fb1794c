"""Sampling: evenly spaced cells of large layers, the same ones in every recorded row."""

from collections.abc import Mapping
from dataclasses import replace
from math import prod
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vizopt.core.params import ParamLayout
from vizopt.core.tensors import Shape

LARGE = 100_000  # cells of a layer that is kept whole, at most
SIDE = 128  # rows and columns that are kept of a larger one, at most


class Sample(NamedTuple):
    """What is kept of the flat vector of parameters.

    Args:
        layout: of what is kept.
        cells: where each of its numbers lies in the whole vector; none where all of it is kept.
        whole: shapes of the arrays that are sampled, before that, by name.
    """

    layout: ParamLayout
    cells: NDArray[np.intp] | None
    whole: dict[str, Shape]


def evenly(whole: int, most: int = SIDE) -> NDArray[np.intp]:
    """Places of so many at most, from the first to the last, evenly spaced."""
    return np.linspace(0, whole - 1, min(whole, most)).round().astype(np.intp)


def sampled(layout: ParamLayout) -> Sample:
    """At most 128 along each axis of each layer of more than 100 000 cells, its biases included.

    The cells are the run's own numbers, not means of several, and the same in every row: so an
    update is the difference of two rows, as ever.
    """
    sizes: dict[str, int] = {}
    for tensor in layout.tensors:
        sizes[tensor.layer] = sizes.get(tensor.layer, 0) + tensor.size
    kept, cells = [], []
    for tensor in layout.tensors:
        most = SIDE if sizes[tensor.layer] > LARGE else max(tensor.shape, default=1)
        sides = [evenly(side, most) for side in tensor.shape]
        kept.append(replace(tensor, shape=tuple(map(len, sides))))
        inside = np.ravel_multi_index(np.ix_(*sides), tensor.shape).ravel()
        cells.append(layout.slices[tensor.name].start + inside)
    pairs = zip(kept, layout.tensors, strict=True)
    whole = {tensor.name: tensor.shape for taken, tensor in pairs if taken != tensor}
    if not whole:
        return Sample(layout, None, {})
    return Sample(ParamLayout(tuple(kept)), np.concatenate(cells), whole)


def size_before(layout: ParamLayout, whole: Mapping[str, Shape]) -> int:
    """Number of parameters of which a layout holds a sample."""
    return sum(prod(whole.get(name, shape)) for name, shape in layout.shapes.items())
