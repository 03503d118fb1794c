"""Source: what a row of somebody's training is made of besides the parameters."""

import platform
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vizopt.core.conventions import Convention
from vizopt.core.numbers import count, counted
from vizopt.recording.asking import LINE, Asking
from vizopt.recording.field import Field
from vizopt.recording.fit import Fit
from vizopt.recording.given import Numbers, Samples
from vizopt.recording.header import External

SEEN = 3  # bytes of the plane for each on the disk, about
Predict = Callable[[NDArray[Any]], Any]


class Source(NamedTuple):
    """What a row is made of.

    Args:
        samples: data with their classes or numbers, if any.
        predict: what the model says of samples, if it can be asked.
        features: names of the features, if they have any.
        threshold: over which one output is the second of two classes, if that is known.
        convention, modules: whose names the parameters have; see `Parameters`.
    """

    samples: Samples | Numbers | None
    predict: Predict | None
    features: tuple[str, ...]
    threshold: float | None
    convention: Convention | None
    modules: Mapping[str, str]

    @property
    def asks(self) -> bool:
        """Whether there is something to ask, and someone."""
        return self.samples is not None and self.predict is not None

    @property
    def few(self) -> str:
        """How many of the samples there are, in words; nothing where that is all."""
        if not (self.samples and self.samples.every):
            return ""
        return f"{count(len(self.samples.y))} of {counted(self.samples.every, 'sample')}"

    def asked(self, grids: Sequence[int]) -> Asking:
        """Who asks, on one of these grids."""
        assert self.samples
        assert self.predict
        if isinstance(self.samples, Numbers):
            return Fit(self.predict, self.samples, self.features, grids)
        return Field(self.predict, self.samples, self.features, grids, self.threshold)

    def nbytes(self, grid: int) -> float:
        """Of what is predicted in a row, about, before it is packed."""
        if not (self.samples and self.predict):
            return 0.0
        if isinstance(self.samples, Numbers):
            return 4.0 * LINE * grid
        return len(self.samples.classes) * grid**2 / SEEN


def about_of(origin: External | None, versions: Mapping[str, str] | None) -> dict[str, Any]:
    """Who trained, and what computed and recorded the numbers."""
    own = {"vizopt": version("vizopt"), "python": platform.python_version()}
    told = {**own, "numpy": np.__version__, **(versions or {})}
    return {"external": origin or External("Python"), "versions": told}
