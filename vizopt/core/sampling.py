"""Sampling: evenly spaced cells of large layers, the same ones in every recorded row."""

from collections.abc import Mapping
from dataclasses import replace
from math import prod
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vizopt.core.params import ParamLayout
from vizopt.core.tensors import Shape, Tensor

MAX_WHOLE_CELLS = 100_000  # cells of a layer that is kept whole, at most
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


def sampled(layout: ParamLayout, large: int = MAX_WHOLE_CELLS, most: int = SIDE) -> Sample:
    """128 rows and columns at most of each layer of more than so many cells, biases included.

    The cells are the run's own numbers, not means of several, and the same in every row: so an
    update is the difference of two rows, as ever.

    Args:
        layout: of all parameters.
        large: cells of a layer that is kept whole, at most.
        most: rows and columns of one that is not.
    """
    sizes: dict[str, int] = {}
    for tensor in layout.tensors:
        sizes[tensor.layer] = sizes.get(tensor.layer, 0) + tensor.size
    kept, cells = [], []
    for tensor in layout.tensors:
        is_large = sizes[tensor.layer] > large
        sides = [
            evenly(*pair) for pair in zip(tensor.shape, _most(tensor, is_large, most), strict=True)
        ]
        kept.append(replace(tensor, shape=tuple(map(len, sides))))
        inside = np.ravel_multi_index(np.ix_(*sides), tensor.shape).ravel()
        cells.append(layout.slices[tensor.name].start + inside)
    pairs = zip(kept, layout.tensors, strict=True)
    whole = {tensor.name: tensor.shape for taken, tensor in pairs if taken != tensor}
    if not whole:
        return Sample(layout, None, {})
    return Sample(ParamLayout(tuple(kept)), np.concatenate(cells), whole)


def _most(tensor: Tensor, is_large: bool, side: int) -> tuple[int, ...]:
    """Places that are kept along each axis: of a kernel all, and so much fewer inputs."""
    if not is_large:
        return tensor.shape
    own = {*tensor.axes_out, tensor.axis_in}
    kernel = prod(length for axis, length in enumerate(tensor.shape) if axis not in own)
    if tensor.axis_in is None or kernel > side:
        return (side,) * len(tensor.shape)
    most = [side if axis in own else length for axis, length in enumerate(tensor.shape)]
    most[tensor.axis_in] = max(1, side // kernel)
    return tuple(most)


def tensor_before(tensor: Tensor, whole: Mapping[str, Shape]) -> Tensor:
    """The array of which a layout holds a sample; itself where it holds all of it."""
    return replace(tensor, shape=whole.get(tensor.name, tensor.shape))


def size_before(layout: ParamLayout, whole: Mapping[str, Shape]) -> int:
    """Number of parameters of which a layout holds a sample."""
    return sum(prod(whole.get(name, shape)) for name, shape in layout.shapes.items())
