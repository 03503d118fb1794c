"""Rings: circles around each other."""

import numpy as np
from numpy.random import RandomState

from vizopt.core.specs import Count, NonNegative, spec
from vizopt.train.problems.data import Data, plane_data


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
