"""Blobs: round clouds."""

import numpy as np
from numpy.random import RandomState

from vizopt.core.specs import Count, NonNegative, spec
from vizopt.train.problems.data import Data, plane_data


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
