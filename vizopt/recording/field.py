"""Field: the classes that somebody's own model predicts over the plane."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vizopt.recording.asking import GRIDS, LINE, Asking
from vizopt.recording.given import Samples
from vizopt.recording.header import Column
from vizopt.recording.outputs import ClassScores, logits
from vizopt.recording.scores import shares, to_margin_bytes


class Field(Asking):
    """Asks a model for its scores over the plane of the data.

    Args:
        predict: samples [M, D] as they were given → class scores, logits or probabilities [M, C];
            of two classes the second's [M] is enough; or the predicted classes [M].
        data, features, grids: as of `Asking`.
        threshold: as of `ClassScores`.

    Raises:
        RecordingError: what it predicts does not fit the classes; or as of `Asking`.
    """

    def __init__(
        self,
        predict: Callable[[NDArray[Any]], Any],
        data: Samples,
        features: tuple[str, ...] = (),
        grids: Sequence[int] = GRIDS,
        threshold: float | None = None,
    ) -> None:
        self._data, self._scores = data, ClassScores(data, threshold)
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
            return shares(logits(scores))
        return to_margin_bytes(scores).reshape(self.column.shape)
