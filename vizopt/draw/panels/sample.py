"""Sample: which points are shown where all of them would hide what is below."""

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray

from vizopt.core.arrays import Labels
from vizopt.core.numbers import count
from vizopt.draw.panels.base import DrawContext
from vizopt.recording.store import Recording

PLANE_POINTS, STRIP_POINTS = 1_000, 600  # points that are shown: what is below is seen between them
MIN_PER_CLASS = 10  # of a class, if it has them


def sample(labels: Labels, most: int) -> NDArray[np.intp]:
    """Places of the points that are shown, rising: all, or so many of more, always the same.

    Each class has its share of them, and MIN_PER_CLASS at least.

    Args:
        labels: of all points [N].
        most: how many are shown, but for classes that would have too few.
    """
    if len(labels) <= most:
        return np.arange(len(labels))
    order = RandomState(0).permutation(len(labels))
    classes = labels[order]
    by_class = order[np.argsort(classes, kind="stable")]
    sizes = np.bincount(labels)
    exact = sizes * (most / len(labels))
    rest = exact - np.floor(exact)
    up = rest.argsort(kind="stable")[::-1][: round(float(rest.sum()))]
    shares = np.floor(exact)
    shares[up] += 1
    shares = np.maximum(shares, np.minimum(sizes, MIN_PER_CLASS))
    starts = np.cumsum(sizes) - sizes
    chosen = [
        by_class[start : start + int(share)] for start, share in zip(starts, shares, strict=True)
    ]
    return np.sort(np.concatenate(chosen))


def shown_of(slot: DrawContext, run: Recording, most: int) -> str:
    """How many of the points are shown, in words; nothing where all are."""
    every = len(run["labels"])
    some = len(sample(run["labels"], most))
    return "" if some == every else slot.say("some_points", some=count(some), count=count(every))
