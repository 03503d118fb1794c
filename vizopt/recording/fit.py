"""Fit: the numbers that somebody's own model predicts, over a single feature or for the samples."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vizopt.core.errors import RecordingError
from vizopt.recording.asking import GRIDS, LINE, Asking, NoNumbersError
from vizopt.recording.given import Numbers
from vizopt.recording.header import Column
from vizopt.recording.targets import constants, shown


class Fit(Asking):
    """Asks a model for the number of each sample, or of each place along the only feature.

    Args:
        predict: samples [M, D] as they were given → numbers [M] or [M, 1].
        data, features, grids: as of `Asking`.

    Raises:
        RecordingError: it does not predict one number a sample; or as of `Asking`.
    """

    def __init__(
        self,
        predict: Callable[[NDArray[Any]], Any],
        data: Numbers,
        features: tuple[str, ...] = (),
        grids: Sequence[int] = GRIDS,
    ) -> None:
        self._data, self._shown = data, shown(len(data.y))
        self._own = float(data.y.mean()), float(data.y.std()) or 1.0
        super().__init__(predict, data, features, grids)

    @property
    def column(self) -> Column:
        if self.is_line:
            return Column("fitted", "snapshots", "float32", (LINE * self.grid,))
        return Column("predictions", "snapshots", "float32", (len(self._shown),))

    @property
    def facts(self) -> dict[str, Any]:
        return {"axes": self.plane.names if self.is_line else ()}

    @property
    def constants(self) -> dict[str, NDArray[Any]]:
        """The numbers, and where they lie along a single feature."""
        mean, deviation = self._own
        held_out = np.zeros(len(self._data.y), np.bool_)
        found = constants((self._data.y - mean) / deviation, held_out, self._own)
        if not self.is_line:
            return found
        assert self.plane.units is not None
        line = {"points": self.plane.project(self._scaled), "units": self.plane.units}
        return found | line | {"extent": self.plane.extent(self._scaled)}

    def row(self) -> NDArray[Any]:
        line = self.is_line
        found = self._at(self._places) if line else self._of(self._scaled[self._shown])
        count = self.column.shape[0]
        if found.shape not in ((count,), (count, 1)) or found.dtype.kind not in "biuf":
            wanted = f"[{count}] or [{count}, 1]"
            raise RecordingError(f"predict: gave {list(found.shape)} {found.dtype}, not {wanted}")
        if not np.isfinite(found).all():
            raise NoNumbersError("predict: gave numbers that are not finite")
        mean, deviation = self._own
        return np.asarray((found.reshape(-1) - mean) / deviation, np.float32)
