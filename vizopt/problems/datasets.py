"""Data sets: points of the plane with a class each."""

from typing import NamedTuple, Protocol

import numpy as np
from numpy.random import RandomState

from vizopt.arrays import Labels, Matrix
from vizopt.specs import Count, NonNegative, spec


class Data(NamedTuple):
    x: Matrix  # [N, D] float32
    y: Labels  # [N]


class Dataset(Protocol):
    """Where samples come from."""

    @property
    def shape(self) -> tuple[int, int]:
        """Number of features and of classes."""
        ...

    def describe(self) -> str:
        """A few words for the picture: `spiral, 300 points, 3 classes`."""
        ...

    def make(self, rng: RandomState) -> Data:
        """Draw the samples from rng, which goes on to draw the first weights."""
        ...


@spec
class Spiral:
    """Interleaved spiral arms, one for each class.

    For class c:  r = linspace(0, 1, points),  t = linspace(4c, 4(c+1), points) + noise · randn
                  x = (r · sin(2.5 t), r · cos(2.5 t))

    Args:
        points: samples of each class.
        classes: number of arms.
        noise: standard deviation of the angle t, in radians before the factor 2.5.

    Reference: cs231n's spiral as in the package `nnfs` of Neural Networks from Scratch, whose
    noise is float32; with RandomState(0) the same points to the last bit.
    """

    points: Count = 100
    classes: Count = 3
    noise: NonNegative = 0.2

    @property
    def shape(self) -> tuple[int, int]:
        return 2, self.classes

    def describe(self) -> str:
        return f"spiral, {self.points * self.classes} points, {self.classes} classes"

    def make(self, rng: RandomState) -> Data:
        x = np.empty((self.classes, self.points, 2), np.float32)
        for c in range(self.classes):
            r = np.linspace(0.0, 1.0, self.points)
            noise = rng.randn(self.points).astype(np.float32) * self.noise
            t = np.linspace(c * 4, (c + 1) * 4, self.points) + noise
            x[c] = np.c_[r * np.sin(t * 2.5), r * np.cos(t * 2.5)]
        y = np.repeat(np.arange(self.classes), self.points)
        return Data(x.reshape(-1, 2), y)


DATASETS: dict[str, type] = {
    "spiral": Spiral,
}
