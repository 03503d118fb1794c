"""Clock: what the runs of a race have in common at an instant, and how an instant is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor, log10
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizopt.core.errors import RecordingError
from vizopt.core.numbers import count
from vizopt.core.words import Phrase, phrase
from vizopt.recording.differences import samples
from vizopt.recording.instants import instants
from vizopt.recording.store import Recording

Kind: TypeAlias = Literal["step", "samples", "seconds"]
UNITS = {"samples": "samples_seen", "seconds": "seconds"}  # keys of the words for them
TOLD = {"samples": "samples", "seconds": "in_seconds"}  # and for a number of them
FIGURES = 2  # of the seconds that a race lasts, beside its first


@dataclass(frozen=True, slots=True)
class Clock:
    """How the instants of a race are counted.

    Args:
        kind: by what.
        unit: key of the word for it: "epoch", "step", "samples_seen", "seconds".
        last: when the last run ends, as planned; of seconds as recorded.
    """

    kind: Kind
    unit: str
    last: float

    @classmethod
    def of(cls, runs: Mapping[str, Recording], kind: Kind = "step") -> "Clock":
        """The clock of some runs."""
        if kind == "samples" and all(run.header.kind == "function" for run in runs.values()):
            kind = "step"  # a descent has none
        longest = max(runs.values(), key=lambda run: run.header.epochs)
        unit = UNITS.get(kind, longest.header.unit)
        return cls(kind, unit, max(_last(run, kind) for run in runs.values()))

    @property
    def units(self) -> str:
        """Key of the word for many of them."""
        return self.unit if self.kind in UNITS else f"{self.unit}s"

    @property
    def decimals(self) -> int:
        """Of its instants: none but of seconds, as many as tell a hundredth of the race."""
        if self.kind != "seconds" or self.last <= 0:
            return 0
        return max(FIGURES - floor(log10(self.last)), 0)

    def written(self, at: float) -> str:
        """An instant without its unit: `53`, `15 000`, `2.0`."""
        return f"{at:.{self.decimals}f}" if self.decimals else count(round(at))

    def told(self, at: float) -> Phrase:
        """An instant: `epoch 53`, `15 000 samples`, `2.0 s`."""
        if self.kind in TOLD:
            return phrase(TOLD[self.kind], count=self.written(at))
        return phrase("in_steps", unit=phrase(self.unit), count=self.written(at))


def times(run: Recording, kind: Kind = "step") -> NDArray[np.integer | np.floating]:
    """When each epoch [E] of a run is: its number, the samples seen before it, or the seconds.

    Raises:
        RecordingError: no seconds are recorded, or what is recorded are no times.
    """
    if _is_recorded(run, kind):
        return _recorded(run, kind)
    return np.arange(run.epochs) * _pace(run, kind)


def instant_of(run: Recording, epoch: int, kind: Kind = "step") -> float:
    """When an epoch of a run is; of one behind its last row, as far as that is told."""
    if _is_recorded(run, kind):
        return float(_recorded(run, kind)[: epoch + 1][-1])
    return epoch * _pace(run, kind)


def last_of(runs: Mapping[str, Recording], kind: Kind = "step") -> Recording:
    """The run that ends last."""
    return max(runs.values(), key=lambda run: instant_of(run, run.epochs - 1, kind))


def _pace(run: Recording, kind: Kind) -> int:
    return samples(run) if kind == "samples" else 1


def _last(run: Recording, kind: Kind) -> float:
    if _is_recorded(run, kind):
        return float(_recorded(run, kind)[-1])
    return (run.header.epochs - 1) * _pace(run, kind)


def _is_recorded(run: Recording, kind: Kind) -> bool:
    """Whether a column has the instants: always of seconds, of samples where they were logged."""
    return kind == "seconds" or (kind == "samples" and kind in run.columns)


def _recorded(run: Recording, kind: Kind) -> NDArray[np.floating]:
    """Of each epoch [E]."""
    if kind not in run.columns:
        raise RecordingError(f'{run.path}: has no column "{kind}": choose clock = "step"')
    return instants(run, kind)
