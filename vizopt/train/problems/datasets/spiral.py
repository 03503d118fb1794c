"""Spiral: arms that turn around each other."""

import numpy as np
from numpy.random import RandomState

from vizopt.core.specs import Count, NonNegative, spec
from vizopt.train.problems.data import Data, plane_data


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
