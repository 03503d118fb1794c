"""Parameters: one flat copy of somebody's arrays, or of an even sample of the large ones."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vizopt.core.arrays import Vector
from vizopt.core.conventions import Convention
from vizopt.core.errors import RecordingError
from vizopt.core.params import ParamLayout
from vizopt.core.sampling import SIDE, evenly, sampled
from vizopt.recording.given import array, named

EXACT = 200_000  # parameters that are all kept
QUANTILES = (0.0, 0.01, 0.25, 0.5, 0.75, 0.99, 1.0)
STATISTICS = len(QUANTILES) + 2  # of a layer: those, ‖w‖₂, share of zeros


class Parameters:
    """Reads the same arrays off a model again and again.

    Of a model with more than 200,000 parameters a layer of over 128 × 128 cells is sampled; see
    `vizopt.core.sampling`.

    Args:
        params: arrays by name, mappings and sequences of them.
        convention: whose names they are; told by the names when left out.
        modules: class of the module of an array, where it is known.

    Raises:
        RecordingError: an array that is none of real numbers, or has no matrix.
    """

    def __init__(
        self, params: Any, convention: Convention | None, modules: Mapping[str, str]
    ) -> None:
        first = {name: array(value) for name, value in named(params)}
        for name, values in first.items():
            if values.dtype.kind not in "fiub":
                raise RecordingError(f"params: {name}: {values.dtype}: needs real numbers")
        if not sum(values.size for values in first.values()):
            raise RecordingError("params: there are none")
        self._shapes = {name: values.shape for name, values in first.items()}
        single = all(v.dtype.itemsize <= 4 for v in first.values() if v.dtype.kind == "f")
        self.dtype = np.dtype(np.float32 if single else np.float64)
        self.total = sum(values.size for values in first.values())
        try:
            layout = ParamLayout.of(
                self._shapes, convention or convention_of(self._shapes), modules
            )
        except ValueError as error:
            raise RecordingError(f"params: {error}") from error
        kept = sampled(layout, SIDE * SIDE) if layout.size > EXACT else sampled(layout, layout.size)
        self.layout, self.whole = kept.layout, kept.whole
        self._places = {
            name: np.ix_(*map(evenly, shape, kept.layout.shapes[name]))
            for name, shape in kept.whole.items()
        }

    @property
    def is_sampled(self) -> bool:
        return bool(self.whole)

    def read(self, params: Any) -> Vector:
        """A copy [P] of what is kept.

        Raises:
            RecordingError: an array is missing, new, or of another shape.
        """
        found = dict(named(params))
        if found.keys() != self._shapes.keys():
            name = next(iter(found.keys() ^ self._shapes.keys()))
            what = "is missing" if name in self._shapes else "is new"
            raise RecordingError(f"params: {name}: {what}: log the same arrays each time")
        flat = np.empty(self.layout.size, self.dtype)
        for name, place in self.layout.slices.items():
            flat[place] = self._cells(name, found[name]).reshape(-1)
        return flat

    def statistics(self, params: Any) -> NDArray[np.float32]:
        """Of all cells of each array [arrays, 9]: quantiles 0, 1, 25, 50, 75, 99, 100 %, ‖w‖₂ and
        the share of zeros."""
        rows = []
        for _, value in named(params):
            cells = array(value).astype(np.float64, copy=False).reshape(-1)
            zeros = 1 - np.count_nonzero(cells) / max(cells.size, 1)
            rows.append([*np.quantile(cells, QUANTILES), np.linalg.norm(cells), zeros])
        return np.asarray(rows, np.float32)

    def _cells(self, name: str, value: Any) -> NDArray[Any]:
        """What is kept of one array."""
        shape = tuple(getattr(value, "shape", None) or np.shape(value))
        if shape != self._shapes[name]:
            was = list(self._shapes[name])
            raise RecordingError(f"params: {name}: has {list(shape)}, and had {was} before")
        places = self._places.get(name)
        return array(value) if places is None else array(value)[places]


def convention_of(shapes: Mapping[str, Any]) -> Convention:
    """Whose names they are: PyTorch has `weight`, Keras and Flax `kernel`, the book `weights`."""
    own = {name.replace("/", ".").rpartition(".")[2] for name in shapes}
    if own & {"kernel", "gamma", "embeddings", "recurrent_kernel"}:
        return "keras"
    if any(part == "weight" or part.startswith(("weight_", "in_proj_")) for part in own):
        return "torch"
    return "book"
