"""Moons: two half circles."""

import numpy as np
from numpy.random import RandomState

from vizopt.core.specs import Count, NonNegative, spec
from vizopt.train.problems.data import Data, plane_data


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
