"""Seeded: a run that was trained with several seeds; its curves are their medians."""

import re
from collections.abc import Sequence
from math import ceil
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vizopt.core.toml import parsed
from vizopt.recording.store import Recording

CURVES = ("accuracy", "loss", "validation_accuracy", "validation_loss")  # that are medians


class Band(NamedTuple):
    """What lies between the quartiles of the seeds at each epoch [E]."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]


class Seeded(Recording):
    """The recording of one seed whose losses and accuracies are the medians of all seeds.

    Args:
        path: of the seed that is shown where there is room for one.
        members: of every seed, that one too; their histories count.
        place: where it lies, as of a recording.
    """

    def __init__(
        self, path: Path | str, members: Sequence[Recording], place: Path | None = None
    ) -> None:
        super().__init__(path, place)
        self.members = tuple(members)
        self._of_all: dict[str, NDArray[np.float64]] = {}

    def rows(self, column: str, start: int, stop: int | None) -> NDArray[Any]:
        """As of a recording; of losses and accuracies the medians."""
        if column not in CURVES or column not in self.columns:
            return super().rows(column, start, stop)
        median = self._quantile(column, 0.5)[: self.epochs]
        median.flags.writeable = False
        return median[start:stop]

    def band(self, column: str) -> Band | None:
        """Between the quartiles of the seeds; None of what is no curve of theirs."""
        if column not in CURVES or column not in self.columns:
            return None
        quarters = (self._quantile(column, share)[: self.epochs] for share in (0.25, 0.75))
        return Band(*quarters)

    def _quantile(self, column: str, share: float) -> NDArray[np.float64]:
        """Of the seeds at each epoch [E]."""
        if column not in self._of_all:
            self._of_all[column] = np.sort([filled(run, column, self) for run in self.members], 0)
        return quantile(self._of_all[column], share)


def quantile(every: NDArray[np.float64], share: float) -> NDArray[np.float64]:
    """Of values in order [n, …] the usual quantile […]: linear between two of them, and without
    bound where one of these is so, of which `np.quantile` makes no number."""
    at = share * (len(every) - 1)
    low, high, part = every[int(at)], every[ceil(at)], at % 1
    between = (1 - part) * low + part * high if part else low
    return np.asarray(np.where(low == high, low, between))


def with_seeds(run: Recording) -> Recording:
    """A run with all seeds that it was trained with, which lie in a folder beside it."""
    name, own = re.escape(run.path.stem), _training(run)
    folder = run.path.parent / "seeds"
    found = [file for file in folder.glob("*.zarr") if re.fullmatch(rf"{name} \d+", file.stem)]
    seeds = sorted(found, key=lambda file: int(file.stem.rpartition(" ")[2]))
    every = [each for each in map(Recording, seeds) if own and _training(each) == own]
    return Seeded(run.path, every) if len(every) > 1 else run


def _training(run: Recording) -> dict[str, Any]:
    """What a run was trained by, but for its seed; nothing where vizopt did not train it."""
    if run.header.external is not None:
        return {}
    apart = ("seed", "keep", "title", "name", "about", "order")
    return {key: value for key, value in parsed(run.header.scene).items() if key not in apart}


def filled(run: Recording, column: str, longest: Recording) -> NDArray[np.float64]:
    """A history [E] as long as another one: one that ended keeps its last accuracy, and its loss
    has no bound."""
    values = run[column]
    if len(values) >= longest.epochs:
        return values[: longest.epochs]
    last = np.inf if column.endswith("loss") else values[-1]
    return np.concatenate([values, np.full(longest.epochs - len(values), last)])


def middle_seed(every: Sequence[Sequence[float]]) -> int:
    """The number of the seed that is nearest to the medians of all runs.

    Args:
        every: of each run the best value with each seed.
    """
    best = np.asarray(every, float)
    away = abs(best - np.median(best, axis=1, keepdims=True))
    scale = np.ptp(best, axis=1, keepdims=True)
    return int(np.where(scale > 0, away / np.where(scale > 0, scale, 1), 0).sum(axis=0).argmin())
