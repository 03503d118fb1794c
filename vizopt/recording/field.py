"""Field: the classes that somebody's own model predicts over the plane."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vizopt.core.errors import RecordingError
from vizopt.recording.asking import GRIDS, LINE, Asking
from vizopt.recording.given import Samples
from vizopt.recording.header import Column
from vizopt.recording.scores import shares, to_margin_bytes


class Field(Asking):
    """Asks a model for its scores over the plane of the data.

    Args:
        predict: samples [M, D] as they were given → class scores, logits or probabilities [M, C];
            of two classes one of them [M] is enough; or the predicted classes [M].
        data, features, grids: as of `Asking`.

    Raises:
        RecordingError: what it predicts does not fit the classes; or as of `Asking`.
    """

    def __init__(
        self,
        predict: Callable[[NDArray[Any]], Any],
        data: Samples,
        features: tuple[str, ...] = (),
        grids: Sequence[int] = GRIDS,
    ) -> None:
        self._data = data
        super().__init__(predict, data, features, grids)

    @property
    def column(self) -> Column:
        classes = len(self._data.classes)
        if self.is_line:
            return Column("probabilities", "snapshots", "float32", (classes, LINE * self.grid))
        return Column("scores", "snapshots", "uint8", (classes, self.grid, self.grid))

    @property
    def facts(self) -> dict[str, Any]:
        return {"plane": self.plane.words, "axes": self.plane.names}

    @property
    def constants(self) -> dict[str, NDArray[Any]]:
        """The points on the plane, their classes; and the plane's ends."""
        units = {} if self.plane.units is None else {"units": self.plane.units}
        return units | {
            "points": self.plane.project(self._scaled),
            "labels": self._data.y,
            "held_out": np.zeros(len(self._data.y), np.uint8),
            "extent": self.plane.extent(self._scaled),
        }

    def row(self) -> NDArray[Any]:
        scores = self._scores(self._at(self._places), len(self._places))
        if self.is_line:
            return shares(scores)
        return to_margin_bytes(scores).reshape(self.column.shape)

    def _scores(self, found: NDArray[Any], count: int) -> NDArray[Any]:
        """Class scores [C, M] of what was predicted for so many samples."""
        classes = len(self._data.classes)
        if found.ndim == 2 and found.shape == (count, classes) and classes > 1:
            return np.ascontiguousarray(found.T, np.float64)
        if found.ndim == 2 and found.shape[1] == 1:
            found = found[:, 0]
        if found.shape != (count,):
            wanted = f"[{count}, {classes}]"
            raise RecordingError(f"predict: gave {list(found.shape)} instead of {wanted}")
        if found.dtype.kind in "iuUSb":
            return self._of_classes(found)
        if classes != 2:
            raise RecordingError(f"predict: gave one number a sample for {classes} classes")
        if found.min() >= 0 and found.max() <= 1:  # probabilities of the second class
            return np.stack([1 - found, found]).astype(np.float64)
        return np.stack([-found, found]).astype(np.float64)

    def _of_classes(self, found: NDArray[Any]) -> NDArray[Any]:
        """Scores of classes that are predicted by number or name."""
        if found.dtype.kind in "US":
            places = {name: i for i, name in enumerate(self._data.classes)}
            codes = np.array([places.get(str(name), -1) for name in found])
        else:
            values = self._data.codes
            codes = np.searchsorted(values, found).clip(0, len(values) - 1)
            codes = np.where(values[codes] == found, codes, -1)
        if (codes < 0).any():
            raise RecordingError("predict: gave a class that the labels have not")
        return np.ascontiguousarray(np.eye(len(self._data.classes))[codes].T)
