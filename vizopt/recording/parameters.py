"""Parameters: one flat copy of somebody's arrays, or of an even sample of the large ones."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vizopt.core.arrays import Vector
from vizopt.core.conventions import STATISTICS, Convention
from vizopt.core.errors import RecordingError
from vizopt.core.params import ParamLayout
from vizopt.core.ranked import ranked
from vizopt.core.sampling import SIDE, evenly, sampled
from vizopt.core.tensors import Shape
from vizopt.recording.given import array, named, real
from vizopt.recording.header import Column

WHOLE = "params"  # what Flax calls the only branch of a model's variables
MAX_EXACT_PARAMS = 200_000  # parameters that are all kept
BLOCK = 4096  # numbers whose squares are summed in their own precision
LEAST_SQUARED = 1e-20  # below, squares of float32 may be too small for it
QUANTILES = (0.0, 0.01, 0.25, 0.5, 0.75, 0.99, 1.0)
TOLD = (*(f"quantile_{q:g}" for q in QUANTILES), "norm", "zeros", "moved")  # of an array


class Parameters:
    """Reads the same arrays off a model again and again. Statistics that a norm gathers, and
    arrays without numbers, are no parameters.

    Args:
        params: arrays by name, mappings and sequences of them.
        convention: whose names they are; told by the names when left out.
        modules: class of the module of an array, where it is known.

    Attributes:
        refused: why of each array that is none of real numbers or has no matrix; it is left out.

    Raises:
        RecordingError: there is no other array, or they do not fit each other.
    """

    def __init__(
        self, params: Any, convention: Convention | None, modules: Mapping[str, str]
    ) -> None:
        first, self.refused = _arrays(_own(params))
        shapes = {name: values.shape for name, values in first.items()}
        convention = convention or convention_of(shapes)
        self.refused |= _without_matrix(shapes, convention, modules)
        self._shapes = {name: s for name, s in shapes.items() if name not in self.refused}
        if not self._shapes:
            raise RecordingError(next(iter(self.refused.values()), "params: there are none"))
        single = all(_fits_single(first[name].dtype) for name in self._shapes)
        self.dtype = np.dtype(np.float32 if single else np.float64)
        try:
            self._every = ParamLayout.of(self._shapes, convention, modules)
        except ValueError as error:
            raise RecordingError(f"params: {error}") from error
        self._before: dict[str, NDArray[Any]] = {}
        self.keep(0)

    def keep(self, side: int) -> None:
        """Take so many rows and columns of each larger layer; all of them for 0."""
        kept = sampled(self._every, side**2 or self._every.size, side or SIDE)
        self.layout, self.whole = kept.layout, kept.whole
        self._places = {
            name: np.ix_(
                *(evenly(n, m) for n, m in zip(shape, kept.layout.shapes[name], strict=True))
            )
            for name, shape in kept.whole.items()
        }

    @property
    def total(self) -> int:
        """How many there are, P."""
        return self._every.size

    @property
    def is_sampled(self) -> bool:
        return bool(self.whole)

    @property
    def columns(self) -> tuple[Column, ...]:
        """What a row has of them."""
        cells = Column("params", "snapshots", self.dtype.name, (self.layout.size,))
        if not self.is_sampled:
            return (cells,)
        shape = (len(self.layout.tensors), len(TOLD))
        return cells, Column("statistics", "snapshots", "float32", shape)

    def row(self, params: Any, cells: Vector) -> dict[str, NDArray[Any]]:
        """What is kept of a step, of whose cells [P] there is a copy."""
        if not self.is_sampled:
            return {"params": cells}
        return {"params": cells, "statistics": self._statistics(params)}

    def read(self, params: Any) -> Vector:
        """A copy [P] of what is kept.

        Raises:
            RecordingError: an array is missing, new, or of another shape.
        """
        found = self._found(params)
        flat = np.empty(self.layout.size, self.dtype)
        for name, place in self.layout.slices.items():
            flat[place] = self._cells(name, found[name]).reshape(-1)
        return flat

    def _found(self, params: Any) -> dict[str, Any]:
        found = dict(named(params))
        if found.keys() != self._shapes.keys():
            own = _own(params).items()
            found = {name: v for name, v in own if name not in self.refused and np.size(v)}
        if found.keys() != self._shapes.keys():
            name = next(iter(found.keys() ^ self._shapes.keys()))
            what = "is missing" if name in self._shapes else "is new"
            raise RecordingError(f"params: {name}: {what}: log the same arrays each time")
        return found

    def _statistics(self, params: Any) -> NDArray[np.float32]:
        """Of all cells of each array [arrays, 10]: quantiles 0, 1, 25, 50, 75, 99, 100 %, ‖w‖₂, the
        share of zeros, and ‖w − w of the kept row before‖₂, 0 in the first."""
        rows, found = [], self._found(params)
        for name in self._shapes:
            cells = array(found[name]).astype(self.dtype, copy=False).reshape(-1)
            if name not in self._before:
                self._before[name] = cells.copy()
            before = self._before[name]
            np.subtract(cells, before, out=before)  # no memory of its own, which takes longest
            moved = _norm(before)
            before[:] = cells
            zeros = np.count_nonzero(cells == 0) / cells.size
            rows.append([*quantiles(cells), _norm(cells), zeros, moved])
        return np.asarray(rows, np.float32)

    def _cells(self, name: str, value: Any) -> NDArray[Any]:
        """What is kept of one array."""
        found = real(f"params: {name}", value)
        if found.shape != self._shapes[name]:
            has, had = list(found.shape), list(self._shapes[name])
            raise RecordingError(f"params: {name}: has {has}, and had {had} before")
        places = self._places.get(name)
        return found if places is None else found[places]


def quantiles(cells: Vector) -> list[float]:
    """QUANTILES of numbers [n], between two of them in proportion."""
    places = np.multiply(QUANTILES, len(cells) - 1)
    low = np.floor(places).astype(np.intp)
    share = places - low
    high = np.minimum(low + 1, len(cells) - 1)
    below, above = ranked(cells, list(zip(low, high, strict=True)))
    with np.errstate(invalid="ignore"):
        found = below * (1 - share) + above * share
    return [float(value) for value in np.where(share == 0, below, found)]


def _norm(cells: Vector) -> float:
    """‖w‖₂. Squares are summed in blocks, each in the precision of the cells: a float32 shows no
    difference."""
    blocks = cells[: len(cells) // BLOCK * BLOCK].reshape(-1, BLOCK)
    rest = cells[blocks.size :]
    with np.errstate(over="ignore"):
        squared = float(np.vecdot(blocks, blocks).sum(dtype=float)) + float(np.vdot(rest, rest))
    if not LEAST_SQUARED < squared < np.inf:
        squared = float(np.einsum("i,i", cells, cells, dtype=np.float64))
    return float(np.sqrt(squared))


def _own(params: Any) -> dict[str, Any]:
    """The parameters by name, without that of their only branch.

    Raises:
        RecordingError: two of one name.
    """
    if isinstance(params, Mapping) and [*params] == [WHOLE]:
        params = params[WHOLE]
    pairs = [(name or WHOLE, value) for name, value in named(params)]
    found = {name: value for name, value in pairs if _last(name) not in STATISTICS}
    if len(found) < sum(_last(name) not in STATISTICS for name, _ in pairs):
        raise RecordingError("params: two arrays of one name")
    return found


def _arrays(own: Mapping[str, Any]) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    """Those that are arrays of real numbers; why the others are none."""
    found: dict[str, NDArray[Any]] = {}
    refused: dict[str, str] = {}
    for name, value in own.items():
        try:
            values = real(f"params: {name}", value)
            if values.size:
                found[name] = values
        except RecordingError as error:
            refused[name] = str(error)
    return found, refused


def _without_matrix(
    shapes: Mapping[str, Shape], convention: Convention, modules: Mapping[str, str]
) -> dict[str, str]:
    """Why of each array that has no matrix to be drawn as."""
    refused: dict[str, str] = {}
    with suppress(ValueError):  # together they have: a scale is told by its bias
        ParamLayout.of(shapes, convention, modules)
        return refused
    for name, shape in shapes.items():
        try:
            ParamLayout.of({name: shape}, convention, modules)
        except ValueError as error:  # which names it
            refused[name] = f"params: {error}"
    return refused


def _fits_single(dtype: np.dtype[Any]) -> bool:
    """Whether float32 holds every number of a kind."""
    return dtype.itemsize <= (4 if dtype.kind == "f" else 2)


def _last(name: str) -> str:
    return name.replace("/", ".").rpartition(".")[2]


def convention_of(shapes: Mapping[str, Any]) -> Convention:
    """Whose names they are: PyTorch has `weight`, Keras and Flax `kernel`, the book `weights`."""
    own = set(map(_last, shapes))
    if own & {"kernel", "gamma", "embeddings", "recurrent_kernel"}:
        return "keras"
    if any(part == "weight" or part.startswith(("weight_", "in_proj_")) for part in own):
        return "torch"
    return "book"
