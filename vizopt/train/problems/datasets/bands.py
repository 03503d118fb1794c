"""Bands: classes side by side."""

import numpy as np
from numpy.random import RandomState

from vizopt.core.specs import Count, NonNegative, spec
from vizopt.train.problems.data import Data, plane_data


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
