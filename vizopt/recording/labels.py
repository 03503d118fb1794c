"""Labels: the classes of somebody's samples, in any of the usual forms."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vizopt.core.errors import RecordingError
from vizopt.core.numbers import counted

MOST_CLASSES = 256  # a class is a byte
NESTED = list, tuple, dict, set
TOLD = 8  # columns of a row that a line shows
NAME_TARGET = 'if y is a number to predict name it: target="price"'
ABSENT = "NAType", "NaTType"  # pandas' own


class Labelled(NamedTuple):
    """Classes of samples: their names, the class of each sample, what they are in the data."""

    names: tuple[str, ...]
    codes: NDArray[np.intp]
    values: NDArray[Any]


def plain(given: Any) -> NDArray[Any]:
    """Labels or numbers as an array of numbers or text.

    Raises:
        RecordingError: some are missing, or several in the place of one.
    """
    is_list = isinstance(given, list | tuple)
    found: NDArray[Any] = np.asarray(given, object if is_list else None)
    if not found.ndim:
        return found
    missing = _missing(found) | np.ma.getmaskarray(given) if np.ma.isMA(given) else _missing(found)
    if missing.any():
        first = ", ".join(map(str, np.argwhere(missing)[0]))
        more = f" and {counted(many - 1, 'other')}" if (many := int(missing.sum())) > 1 else ""
        raise RecordingError(f"data: y[{first}]{more}: missing: leave such samples out of X and y")
    if found.dtype.kind not in "OT":
        return found
    for at, value in enumerate(found.flat):
        if isinstance(value, NESTED) or (isinstance(value, np.ndarray) and value.ndim):
            raise RecordingError(f"data: y[{at}] is {value}: needs one label, or a column a class")
    found = np.asarray(found.tolist())  # numbers that only their container did not call so
    return found.astype(str) if found.dtype.kind == "O" else found


def labelled(y: NDArray[Any], classes: Sequence[Any] | None) -> Labelled:
    """The classes that labels [N], or columns [N, C] of which one is the largest, are of.

    Args:
        y: as of `plain`.
        classes: names, in the order of the sorted labels or of the columns.

    Raises:
        RecordingError: they have no class each, or there are too many.
    """
    if y.dtype.kind == "f" and not np.isfinite(y).all():
        raise RecordingError("data: y: holds numbers that are not finite")
    if y.ndim == 2:
        values, codes = np.arange(y.shape[1]), _of_columns(y)
    else:
        values, codes = np.unique(y, return_inverse=True)
    names = [str(value.item()) for value in values]
    chosen = [str(name) for name in classes] if classes is not None else names
    if len(chosen) < len(names):
        raise RecordingError(
            f"classes: {counted(len(chosen), 'name')} for {counted(len(names), 'class')} of labels"
        )
    if len(chosen) > MOST_CLASSES:
        raise RecordingError(
            f"data: labels: {len(chosen)} classes: {MOST_CLASSES} at most: {NAME_TARGET}"
        )
    if y.ndim == 1 and len(chosen) > len(names):  # some class has no sample
        values, codes = np.arange(len(chosen)), _numbered(y, chosen)
    return Labelled(tuple(chosen), codes.astype(np.intp), values)


def _missing(y: NDArray[Any]) -> NDArray[np.bool_]:
    """Which ones nobody gave."""
    if y.dtype.kind == "f":
        return np.asarray(np.isnan(y))
    if y.dtype.kind in "mM":
        return np.asarray(np.isnat(y))
    if y.dtype.kind not in "OT":
        return np.zeros(y.shape, np.bool_)
    absent = [
        value is None
        or type(value).__name__ in ABSENT
        or (isinstance(value, float | np.floating) and bool(np.isnan(value)))
        for value in y.flat
    ]
    return np.reshape(np.asarray(absent, np.bool_), y.shape)


def _of_columns(y: NDArray[Any]) -> NDArray[np.intp]:
    """The column [N] of each row that is the largest."""
    if y.dtype.kind not in "biuf":
        raise RecordingError(f"data: y {list(y.shape)} {y.dtype}: needs one label for each sample")
    if not (len(np.unique(y)) <= 2 or _are_shares(y)):  # 0 and 1, or −1 and 1
        raise RecordingError(
            f"data: y {list(y.shape)} {y.dtype}: needs one number or label for each sample, or a "
            "column a class, of 0 and 1 or of probabilities"
        )
    largest = (y == y.max(axis=1, keepdims=True)).sum(axis=1)
    if (largest != 1).any():
        at = int(np.argmax(largest != 1))
        row = ", ".join(map(str, y[at, :TOLD].tolist())) + (", …" if y.shape[1] > TOLD else "")
        raise RecordingError(
            f"data: y[{at}] is [{row}]: of several classes, or of none: a picture needs one each"
        )
    return np.asarray(y.argmax(axis=1))


def _are_shares(y: NDArray[Any]) -> bool:
    """Whether rows are probabilities, of half precision too."""
    return bool((y >= 0).all() and np.allclose(y.sum(axis=1, dtype=np.float64), 1, atol=0.01))


def _numbered(y: NDArray[Any], classes: Sequence[str]) -> NDArray[np.intp]:
    """Class numbers, where more classes are named than occur."""
    if y.dtype.kind in "US":
        places = {name: i for i, name in enumerate(classes)}
        if unknown := sorted(set(map(str, y)) - set(places)):
            raise RecordingError(f"data: labels: {unknown[0]!r} is not one of classes")
        return np.array([places[str(label)] for label in y])
    codes = y.astype(np.intp)
    if not ((codes == y) & (codes >= 0) & (codes < len(classes))).all():
        raise RecordingError(f"data: labels: should be 0 to {len(classes) - 1}, one for each class")
    return codes
