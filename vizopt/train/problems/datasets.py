"""Data sets: samples with a class each, drawn from a rule."""

from typing import NamedTuple, Protocol

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray

from vizopt.core.arrays import Labels, Matrix
from vizopt.core.numbers import count
from vizopt.core.specs import Count, NonNegative, Positive, spec


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


@spec
class Spiral:
    """Interleaved spiral arms, one for each class.

    For class c:  r = linspace(0, 1, points),  t = linspace(4c, 4(c+1), points) + noise · randn
                  x = (r · sin(2.5 t), r · cos(2.5 t))

    Args:
        points: number of samples of each class.
        classes: number of arms.
        noise: standard deviation of the angle t, in radians before the factor 2.5.

    Reference: cs231n's spiral as in the package `nnfs` of Neural Networks from Scratch, whose
    noise is float32; with RandomState(0) the same points to the last bit.
    """

    points: Count = 100
    classes: Count = 3
    noise: NonNegative = 0.2

    def make(self, rng: RandomState) -> Data:
        x = np.empty((self.classes, self.points, 2), np.float32)
        for c in range(self.classes):
            r = np.linspace(0.0, 1.0, self.points)
            noise = rng.randn(self.points).astype(np.float32) * self.noise
            t = np.linspace(c * 4, (c + 1) * 4, self.points) + noise
            x[c] = np.c_[r * np.sin(t * 2.5), r * np.cos(t * 2.5)]
        y = np.repeat(np.arange(self.classes), self.points)
        return plane_data("spiral", x.reshape(-1, 2), y, self.classes)


@spec
class Sine:
    """A sine over one feature, its points evenly spaced, for a regression.

    x = 0/points, 1/points, …,  y = sin(2π · waves · x) + noise · randn

    Args:
        points: number of samples.
        waves: how often it goes up and down.
        noise: standard deviation added to y.

    Reference: the sine data of the package `nnfs` of Neural Networks from Scratch, chapter 17.
    """

    points: Count = 1000
    waves: Positive = 1.0
    noise: NonNegative = 0.0

    def measured(self, rng: RandomState) -> Measured:
        x = np.arange(self.points) / self.points
        y = np.sin(2 * np.pi * self.waves * x) + self.noise * rng.randn(self.points)
        words = f"sine, {count(self.points)} points"
        units = np.array([[0.0, 1.0]])
        return Measured(x[:, None].astype(np.float32), y, ("x",), "y", words, units, (0.0, 1.0))


@spec
class Blobs:
    """Round clouds, their centres on a circle of radius 1.

    Args:
        points: number of samples of each class.
        classes: number of clouds.
        noise: standard deviation of each cloud in x and in y.
    """

    points: Count = 100
    classes: Count = 3
    noise: NonNegative = 0.25

    def make(self, rng: RandomState) -> Data:
        y = np.repeat(np.arange(self.classes), self.points)
        angle = 2 * np.pi * y / self.classes + np.pi / 2
        x = np.c_[np.cos(angle), np.sin(angle)] + self.noise * rng.randn(len(y), 2)
        return plane_data("blobs", x, y, self.classes)


@spec
class Moons:
    """Two half circles that reach into each other.

    Args:
        points: number of samples of each of the two classes.
        noise: standard deviation added to each coordinate.

    Reference: scikit-learn's make_moons, centred.
    """

    points: Count = 150
    noise: NonNegative = 0.12

    def make(self, rng: RandomState) -> Data:
        t = np.linspace(0, np.pi, self.points)
        upper = np.c_[np.cos(t) - 0.5, np.sin(t) - 0.25]
        lower = np.c_[0.5 - np.cos(t), 0.25 - np.sin(t)]
        y = np.repeat([0, 1], self.points)
        x = np.concatenate([upper, lower]) + self.noise * rng.randn(len(y), 2)
        return plane_data("moons", x, y, 2)


@spec
class Rings:
    """Circles around each other, the largest of radius 1.

    Class c lies on radius (c + 1) / classes.

    Args:
        points: number of samples of each class.
        classes: number of rings.
        noise: standard deviation of the radius.
    """

    points: Count = 100
    classes: Count = 3
    noise: NonNegative = 0.06

    def make(self, rng: RandomState) -> Data:
        y = np.repeat(np.arange(self.classes), self.points)
        angle = 2 * np.pi * rng.random_sample(len(y))
        radius = (y + 1) / self.classes + self.noise * rng.randn(len(y))
        return plane_data(
            "rings", radius[:, None] * np.c_[np.sin(angle), np.cos(angle)], y, self.classes
        )


@spec
class Xor:
    """The square's quadrants, opposite ones of one class.

    Args:
        points: number of samples of each of the two classes, about.
        noise: standard deviation added to each coordinate.
    """

    points: Count = 150
    noise: NonNegative = 0.05

    def make(self, rng: RandomState) -> Data:
        return _tiles("xor", 2, self.points, self.noise, rng)


@spec
class Checkerboard:
    """A board of alternating squares.

    Args:
        points: number of samples of each of the two classes, about.
        cells: number of squares along each side.
        noise: standard deviation added to each coordinate.
    """

    points: Count = 300
    cells: Count = 4
    noise: NonNegative = 0.0

    def make(self, rng: RandomState) -> Data:
        return _tiles("checkerboard", self.cells, self.points, self.noise, rng)


def _tiles(name: str, cells: int, points: int, noise: float, rng: RandomState) -> Data:
    x = rng.uniform(-1, 1, (2 * points, 2))
    y = ((x + 1) * cells / 2).astype(int).sum(axis=1) % 2
    return plane_data(name, x + noise * rng.randn(*x.shape), y, 2)


@spec
class Bands:
    """Vertical bands, one for each class.

    Args:
        points: number of samples of each class.
        classes: number of bands.
        noise: standard deviation across a band, in bands' widths.

    Reference: the vertical data of the package `nnfs`.
    """

    points: Count = 100
    classes: Count = 3
    noise: NonNegative = 0.25

    def make(self, rng: RandomState) -> Data:
        y = np.repeat(np.arange(self.classes), self.points)
        across = (y + 0.5 + self.noise * rng.randn(len(y))) / self.classes
        x = np.c_[2 * across - 1, rng.uniform(-1, 1, len(y))]
        return plane_data("vertical bands", x, y, self.classes)
