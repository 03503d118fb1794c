"""Asking: somebody's own model, at places of the plane or line of the data, within a budget of time
and memory."""

from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vizopt.core.chance import chance_kept
from vizopt.core.errors import RecordingError, raised
from vizopt.core.numbers import counted
from vizopt.core.projection import Projection, plane_of
from vizopt.recording.given import Numbers, Samples, array
from vizopt.recording.header import Column

GRIDS = (100, 64, 48, 32)  # points a side of the plane, from the finest on
LINE = 4  # points of a line for each of a side
SLOW = 0.05  # seconds that one prediction may take, with a coarser grid left to choose
AT_ONCE = 64e6  # bytes of samples that are predicted together


class NoNumbersError(RecordingError):
    """What a model predicts are no numbers now; later it may predict some again."""


class Asking:
    """What is common to those who ask a model; each kind says what a row of it is.

    Args:
        predict: samples [M, D] as they were given → what is predicted.
        data: the samples, whose plane it is.
        features: names of the features; "feature 1" and so on when left out.
        grids: points a side of the plane to choose from, from the finest on.

    Raises:
        RecordingError: names that are not one for each feature; predict raised, or gave NaN.
    """

    def __init__(
        self,
        predict: Callable[[NDArray[Any]], Any],
        data: Samples | Numbers,
        features: tuple[str, ...] = (),
        grids: Sequence[int] = GRIDS,
    ) -> None:
        self._predict, self._shape = predict, data.shape
        self.units = np.stack([data.x.mean(axis=0), data.x.std(axis=0)], axis=1)
        self.units[self.units[:, 1] == 0, 1] = 1.0
        count = data.x.shape[1]
        names = features or tuple(f"feature {i + 1}" for i in range(count))
        if len(names) != count:
            raise RecordingError(f"features: {counted(len(names), 'name')} for {count}")
        self._scaled = (data.x - self.units[:, 0]) / self.units[:, 1]
        self.plane: Projection = plane_of(self._scaled, names, self.units, ())
        self.grid = self._chosen(grids)

    @property
    def column(self) -> Column:
        """Where a row of it goes."""
        raise NotImplementedError

    @property
    def facts(self) -> dict[str, Any]:
        """What the header says of it."""
        raise NotImplementedError

    @property
    def constants(self) -> dict[str, NDArray[Any]]:
        """What the picture shows besides, and never changes."""
        raise NotImplementedError

    def row(self) -> NDArray[Any]:
        """What the model predicts now.

        Raises:
            NoNumbersError: of some samples it predicts NaN.
        """
        raise NotImplementedError

    @property
    def is_line(self) -> bool:
        """Whether there is a single feature."""
        return len(self.plane.axes) == 1

    def _chosen(self, grids: Sequence[int]) -> int:
        """The finest grid that is fast enough, at its second use; the first one warms up."""
        for grid in grids:
            self.grid = grid
            self._places = self._spread(grid)
            self.row()
            start = perf_counter()
            self.row()
            if perf_counter() - start <= SLOW:
                break
        return grid

    def _spread(self, grid: int) -> NDArray[np.float64]:
        """Places [M, K] of a grid on the plane, or of the line."""
        extent = self.plane.extent(self._scaled)
        if self.is_line:
            return np.linspace(extent[0], extent[1], LINE * grid)[:, None]
        x0, x1, y0, y1 = extent
        x, y = np.meshgrid(np.linspace(x0, x1, grid), np.linspace(y1, y0, grid))
        return np.stack([x.ravel(), y.ravel()], axis=1)

    def _at(self, places: NDArray[np.float64]) -> NDArray[Any]:
        """What is predicted at places [M, K] of the plane, for so many at once as memory has."""
        most = max(int(AT_ONCE // (8 * len(self.units))), 1)
        parts = [
            self._of(self.plane.lift(places[start : start + most]))
            for start in range(0, len(places), most)
        ]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def _of(self, scaled: NDArray[np.float64]) -> NDArray[Any]:
        """What is predicted for samples [M, D], which are scaled."""
        points = np.asarray(scaled * self.units[:, 1] + self.units[:, 0])
        try:
            with chance_kept():
                found = self._predict(points.reshape(-1, *self._shape))
        except Exception as error:  # whatever a stranger's model raises
            raise RecordingError(f"predict: raised {raised(error)}") from error
        try:
            values = array(found)
        except RecordingError as error:
            way = ": of several outputs it needs one" * isinstance(found, tuple | list | dict)
            raise RecordingError(f"predict: {error}{way}") from error
        if values.dtype.kind == "c":
            raise RecordingError(f"predict: gave {values.dtype}: needs real numbers")
        if values.dtype.kind == "f" and np.isnan(values).any():
            raise NoNumbersError("predict: gave NaN")
        return values
