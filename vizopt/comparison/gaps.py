"""Gaps: how far two logs are apart, epoch by epoch, and where that is more than rounding."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vizopt.comparison.log import Log, Series, Weights
from vizopt.core.sampling import evenly
from vizopt.recording.quantities import quantity
from vizopt.recording.snapshot import Arrays

# Of a value, by the precision of the parameters. A re-implementation in float64 of the book's runs
# stays within 1.5e-7 of their losses until rounding has grown, within 1e-6 of a layer's weights.
LOSS = {"float32": 1e-6, "float64": 1e-9}
WEIGHTS = {"float32": 1e-5, "float64": 1e-8}
RATE = {"float32": 2e-7, "float64": 1e-9}  # it follows from a rule, so that nothing grows
FALLEN = 0.1  # rounding is of the largest value so far, where the value is less than so much of it
TIES = 2  # samples whose classes have nearly equal scores, for rounding to decide


class Gap(NamedTuple):
    """How far a column is apart over the epochs that both have.

    Args:
        name: of the column.
        epochs: that both have [n].
        here, there: values [n].
        apart: |here − there| beyond what is printed, in shares of the value [n].
        differs: where that is more than allowed [n].
        tolerance: share of a value that is allowed.
        rounded: how either is printed, "3 decimals".
    """

    name: str
    epochs: NDArray[np.integer]
    here: NDArray[np.floating]
    there: NDArray[np.floating]
    apart: NDArray[np.floating]
    differs: NDArray[np.bool_]
    tolerance: float
    rounded: str

    @property
    def first(self) -> int | None:
        """The first index that differs."""
        return int(self.differs.argmax()) if self.differs.any() else None


@dataclass(frozen=True)
class WeightGap:
    """The first parameter that differs.

    Args:
        epoch: before whose step.
        equal: the last epoch before whose step all are equal; none where this is the first one.
        name: of the array.
        index: in it, of a sample in the whole array.
        here, there: values.
        before: of both, at the last equal epoch; none where there is none.
        others: how many more of the array differ there.
        size: of the array.
    """

    epoch: int
    equal: int | None
    name: str
    index: tuple[int, ...]
    here: float
    there: float
    before: float | None
    others: int
    size: int


def precision(here: Log, there: Log) -> str:
    """The lower one of both; float32 where neither tells."""
    known = {here.dtype, there.dtype} - {""}
    return "float64" if known == {"float64"} else "float32"


def is_made(name: str) -> bool:
    """Whether training makes a column's values, unlike a rate's, which follow from its rule."""
    return name.endswith(("loss", "accuracy")) or quantity(name).made


def allowed(name: str, dtype: str) -> float:
    """What a column may be apart, in shares of its value."""
    return LOSS[dtype] if is_made(name) else RATE[dtype]


def gap(name: str, here: Series, there: Series, tolerance: float) -> Gap:
    """A column of both.

    |here − there| ≤ tolerance · max(|here|, 0.1 · largest |here| so far) + half a printed unit

    Accuracies may be two samples apart, unless the tolerance is 0. What is not finite in both is
    equal.
    """
    epochs, i, j = np.intersect1d(here.epochs, there.epochs, return_indices=True)
    a, b = here.values[i], there.values[j]
    size = np.where(np.isfinite(a), abs(a), 0.0)
    scale = np.maximum(size, FALLEN * np.maximum.accumulate(size)) if len(size) else size
    printed = (here.half[i] + there.half[j]) * (1 + 1e-9)
    samples = here.samples or there.samples
    ties = TIES / samples if samples and tolerance else 0.0
    with np.errstate(invalid="ignore", over="ignore"):
        beyond = np.maximum(abs(a - b) - printed, 0.0)
    beyond[~np.isfinite(a) & ~np.isfinite(b)] = 0.0
    beyond[np.isnan(beyond)] = np.inf
    differs = beyond > tolerance * scale + ties * (1 + 1e-9)
    with np.errstate(over="ignore"):
        apart = np.divide(beyond, scale, out=np.where(beyond > 0, np.inf, 0.0), where=scale > 0)
    rounded = here.rounded or there.rounded
    return Gap(name, epochs, a, b, apart, differs, tolerance, rounded)


def weight_gap(here: Weights, there: Weights, tolerance: float) -> WeightGap | None:
    """The first parameter that differs by more than so much of its layer's largest."""
    equal: tuple[int, Arrays] | None = None
    for epoch, ours, theirs in _in_common(here, there):
        for name in ours:
            a, b = ours[name].astype(float), theirs[name].astype(float)
            differs = ~(abs(a - b) <= tolerance * _largest(here, ours, name))
            if differs.any():
                at = tuple(int(k) for k in np.unravel_index(int(differs.argmax()), a.shape))
                before = float(equal[1][name][at]) if equal else None
                last = equal[0] if equal else None
                more = int(np.count_nonzero(differs)) - 1
                where = _in_the_whole(at, a.shape, here.whole.get(name, a.shape))
                values = float(a[at]), float(b[at]), before
                return WeightGap(epoch, last, name, where, *values, more, a.size)
        equal = epoch, ours
    return None


def rows_in_common(here: Weights, there: Weights) -> int:
    """How many epochs both have; none where no array of one is like one of the other."""
    return len(np.intersect1d(here.epochs, there.epochs)) if _alike(here, there) else 0


def weights_apart(
    here: Weights, there: Weights
) -> tuple[NDArray[np.integer], NDArray[np.floating]]:
    """Epochs [n] that both have, and there the largest |here − there| of a parameter in shares of
    its layer's largest [n]."""
    epochs, apart = [], []
    for epoch, ours, theirs in _in_common(here, there):
        epochs.append(epoch)
        shares = [0.0]
        for name in ours:
            widest = abs(ours[name].astype(float) - theirs[name].astype(float)).max()
            shares.append(float(widest / (_largest(here, ours, name) or 1.0)))
        apart.append(max(shares))
    return np.array(epochs), np.array(apart)


def _in_common(here: Weights, there: Weights) -> Iterator[tuple[int, Arrays, Arrays]]:
    """Epochs of both, with the arrays of both."""
    _, rows, others = np.intersect1d(here.epochs, there.epochs, return_indices=True)
    names = _alike(here, there)
    for row, other in zip(rows.tolist(), others.tolist(), strict=True):
        ours, theirs = here.at(row), there.at(other)
        both = [{name: arrays[name] for name in names} for arrays in (ours, theirs)]
        yield int(here.epochs[row]), both[0], both[1]


def _alike(here: Weights, there: Weights) -> list[str]:
    """The arrays that both have, in one shape."""
    return [name for name, shape in here.shapes.items() if there.shapes.get(name) == shape]


def _largest(log: Weights, arrays: Arrays, name: str) -> float:
    """Of the layer that an array is of."""
    layer = log.layers[name]
    return max(float(abs(arrays[n]).max()) for n in arrays if log.layers[n] == layer)


def _in_the_whole(
    at: tuple[int, ...], sample: tuple[int, ...], whole: tuple[int, ...]
) -> tuple[int, ...]:
    """Where a cell of a sample lies in the whole array."""
    sides = zip(at, sample, whole, strict=True)
    return tuple(int(evenly(length, kept)[i]) for i, kept, length in sides)
