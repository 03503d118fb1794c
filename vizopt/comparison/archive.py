"""Archive: a log from NumPy arrays, an NPZ file."""

import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vizopt.comparison.log import EPOCHS, STEPS, Log, Series, Weights, known_name
from vizopt.core.floats import MAX_EXACT_INT
from vizopt.core.numbers import counted
from vizopt.core.params import ParamLayout
from vizopt.recording.snapshot import Arrays
from vizopt.train.problems.arrays import arrays


def read(path: Path, layout: ParamLayout) -> Log:
    """Columns [n], and weights by the names of a layout: [n, *shape], or one epoch's [*shape].

    Their epochs are an array `epoch` [n], or a number; 0 to n − 1 without one. A name's points may
    be written as `_`: `dense1_weights`; `W1` and `b1` are those of the first layer.

    Raises:
        ValueError: no archive of numbers, or arrays of other shapes.
    """
    found = arrays(str(path))
    by, index = "row", None
    for name in (*EPOCHS, *STEPS):
        if name in found:
            by, index = "epoch" if name in EPOCHS else "step", np.atleast_1d(found.pop(name))
            break
    if index is not None:
        index = _whole(f"{path}: epoch", index)
    called, shapes = _called(layout), layout.shapes
    tensors: Arrays = {}
    series: dict[str, Series] = {}
    unread: dict[str, str] = {}
    for name, array in found.items():
        tensor = called.get(_plain(name))
        if tensor and array.dtype.kind in "f":
            tensors[tensor] = _rows(f"{path}: {name}", array, shapes[tensor], index)
        elif array.ndim == 1 and array.dtype.kind in "fiub":
            series[known_name(name)] = _column(f"{path}: {name}", array, index)
        else:
            unread[known_name(name)] = f"{array.dtype} {list(array.shape)} is no column"
    lengths = {len(array) for array in tensors.values()}
    if len(lengths) > 1:
        raise ValueError(f"{path}: its weights are of {sorted(lengths)} epochs: as many of each")
    weights = None
    if tensors:
        numbers = np.arange(lengths.pop()) if index is None else index
        weights = Weights(
            numbers,
            {tensor.name: tensor.layer for tensor in layout.tensors},
            {name: shapes[name] for name in tensors},
            lambda row: {name: array[row] for name, array in tensors.items()},
        )
    return Log(str(path), by, series, weights=weights, unread=unread)


def _whole(place: str, index: NDArray[Any]) -> NDArray[np.int64]:
    """Numbers of epochs, of which one less can be had of 0 too."""
    if index.ndim > 1 or index.dtype.kind not in "iu":
        raise ValueError(f"{place} holds no whole numbers")
    if max(int(index.max(initial=0)), -int(index.min(initial=0))) > MAX_EXACT_INT:
        raise ValueError(f"{place} is larger than {MAX_EXACT_INT}")
    return index.astype(np.int64)


def _plain(name: str) -> str:
    return re.sub(r"[^0-9a-z]+", "_", name.lower())


def _called(layout: ParamLayout) -> dict[str, str]:
    """The arrays by the names that a file may have for them."""
    letters: dict[str, str] = {"weight": "w", "bias": "b"}
    called = {}
    for tensor in layout.tensors:
        if tensor.role in letters:
            called[f"{letters[tensor.role]}{layout.layers.index(tensor.layer) + 1}"] = tensor.name
    return called | {_plain(name): name for name in layout.shapes}


def _rows(
    place: str, array: NDArray[np.floating], shape: tuple[int, ...], index: NDArray[np.int64] | None
) -> NDArray[np.floating]:
    """Weights [n, *shape], one for each epoch."""
    if array.shape == shape and index is not None and len(index) == 1:
        return array[None]
    if array.shape[1:] == shape and (index is None or len(index) == len(array)):
        return array
    if array.shape == shape:
        raise ValueError(f"{place}: of which epoch? put its number beside it, epoch=…")
    wanted = " × ".join(map(str, shape))
    way = "give each epoch's, or one"
    if array.shape[-2:] == shape[::-1] and len(shape) == 2:
        way = "transpose it"
    has = " × ".join(map(str, array.shape))
    raise ValueError(f"{place} is {has}, not {wanted} for each epoch: {way}")


def _column(place: str, array: NDArray[np.floating], index: NDArray[np.int64] | None) -> Series:
    epochs = np.arange(len(array)) if index is None else index
    if len(epochs) != len(array):
        raise ValueError(
            f"{place} has {counted(len(array), 'value')} for {counted(len(epochs), 'epoch')}"
        )
    kept, first = np.unique(epochs, return_index=True)
    return Series(kept, array[first].astype(float), np.zeros(len(kept)))
