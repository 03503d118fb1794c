"""What a data set is: samples with a class or a number each."""

from typing import NamedTuple, Protocol

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray

from vizopt.core.arrays import Labels, Matrix

DATASETS: dict[str, type] = {}  # filled where all of them are imported


class Data(NamedTuple):
    x: Matrix  # [N, D] float32
    y: Labels  # [N]
    features: tuple[str, ...]  # [D] names
    classes: tuple[str, ...]  # [C] names
    words: str  # for the picture: `spiral, 300 points, 3 classes`
    units: NDArray[np.float64] | None = None  # [D, 2] mean and deviation before standardised


class Measured(NamedTuple):
    """Samples with a number each, which a regression predicts."""

    x: Matrix  # [N, D] float32
    y: NDArray[np.float64]  # [N]
    features: tuple[str, ...]  # [D] names
    target: str  # the number's name
    words: str  # for the picture: `sine, 1 000 points`
    units: NDArray[np.float64]  # [D, 2] mean and deviation before standardised; 0 and 1 if never
    own: tuple[float, float]  # the same of the number


class Dataset(Protocol):
    """Where samples come from."""

    def make(self, rng: RandomState) -> Data:
        """The samples; what is random is drawn from rng, which goes on to the first weights."""
        ...


class Measurements(Protocol):
    """Where samples with a number each come from."""

    def measured(self, rng: RandomState) -> Measured:
        """The samples; see `Dataset.make`."""
        ...


def plane_data(name: str, x: NDArray[np.floating], y: Labels, classes: int) -> Data:
    """Data of two features, drawn from a rule."""
    names = tuple(f"class {c}" for c in range(classes))
    words = f"{name}, {len(y)} points, {classes} classes"
    return Data(x.astype(np.float32), y, ("x", "y"), names, words)
