"""Sine: a wave over one feature, to be fitted."""

import numpy as np
from numpy.random import RandomState

from vizopt.core.numbers import count
from vizopt.core.specs import Count, NonNegative, Positive, spec
from vizopt.train.problems.data import Measured


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
