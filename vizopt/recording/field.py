"""Field: what somebody's own model predicts over the plane, within a budget of time."""

from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vizopt.core.errors import RecordingError
from vizopt.core.numbers import counted
from vizopt.core.projection import Projection, plane_of
from vizopt.recording.given import Samples, array
from vizopt.recording.header import Column
from vizopt.recording.scores import encoded, shares

GRIDS = (100, 64, 48, 32)  # points a side of the plane, from the finest on
LINE = 4  # points of a line for each of a side
SLOW = 0.05  # seconds that one prediction may take, with a coarser grid left to choose


class Field:
    """Asks a model for its scores over the plane of the data.

    Args:
        predict: samples [M, D] as they were given → class scores, logits or probabilities [M, C];
            of two classes one of them [M] is enough; or the predicted classes [M].
        data: the samples, whose plane it is.
        features: names of the features; "feature 1" and so on when left out.
        grids: points a side of the plane to choose from, from the finest on.

    Raises:
        RecordingError: names that are not one for each feature; what it predicts does not fit the
            classes; or predict raised.
    """

    def __init__(
        self,
        predict: Callable[[NDArray[Any]], Any],
        data: Samples,
        features: tuple[str, ...] = (),
        grids: Sequence[int] = GRIDS,
    ) -> None:
        self._predict, self._data = predict, data
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
        classes = len(self._data.classes)
        if self._is_line:
            return Column("probabilities", "snapshots", "float32", (classes, LINE * self.grid))
        return Column("scores", "snapshots", "uint8", (classes, self.grid, self.grid))

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
        """What the model predicts now."""
        scores = self._scores(self._points)
        if self._is_line:
            return shares(scores)
        return encoded(scores).reshape(self.column.shape)

    @property
    def _is_line(self) -> bool:
        return len(self.plane.axes) == 1

    def _chosen(self, grids: Sequence[int]) -> int:
        """The finest grid that is fast enough, at its second use; the first one warms up."""
        for grid in grids:
            self._points = self._lifted(grid)
            self._scores(self._points)
            start = perf_counter()
            self._scores(self._points)
            if perf_counter() - start <= SLOW:
                break
        return grid

    def _lifted(self, grid: int) -> NDArray[np.float64]:
        """The samples [M, D] that the grid's points are."""
        extent = self.plane.extent(self._scaled)
        if self._is_line:
            places = np.linspace(extent[0], extent[1], LINE * grid)[:, None]
        else:
            x0, x1, y0, y1 = extent
            x, y = np.meshgrid(np.linspace(x0, x1, grid), np.linspace(y1, y0, grid))
            places = np.stack([x.ravel(), y.ravel()], axis=1)
        return np.asarray(self.plane.lift(places) * self.units[:, 1] + self.units[:, 0])

    def _scores(self, points: NDArray[np.float64]) -> NDArray[Any]:
        """Class scores [C, M]."""
        try:
            found = self._predict(points.reshape(-1, *self._data.shape))
        except Exception as error:  # whatever a stranger's model raises
            raise RecordingError(f"predict: raised {type(error).__name__}: {error}") from error
        found, classes = array(found), len(self._data.classes)
        if found.ndim == 2 and found.shape == (len(points), classes) and classes > 1:
            return np.ascontiguousarray(found.T, np.float64)
        if found.ndim == 2 and found.shape[1] == 1:
            found = found[:, 0]
        if found.shape != (len(points),):
            wanted = f"[{len(points)}, {classes}]"
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
