"""Tiles: squares whose classes alternate, 2 × 2 or more."""

from numpy.random import RandomState

from vizopt.core.specs import Count, NonNegative, spec
from vizopt.train.problems.data import Data, plane_data


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
