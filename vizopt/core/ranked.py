"""Order statistics: numbers by their rank, without sorting all of them."""

from collections.abc import Sequence
from math import ceil, floor, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

MANY = 50_000  # numbers: fewer are sorted as fast
EVERY = 16  # of so many one shows where a rank is to be looked for
SPREADS = 4  # standard deviations of a rank in the sample; once in 10,000 it is further away


def ranked(numbers: NDArray[Any], pairs: Sequence[tuple[int, int]]) -> NDArray[Any]:
    """`np.sort(numbers)[pairs].T`, [2, pairs]: exactly, and of many in a fifth of the time.

    A sorted sample tells between which numbers a rank lies; those alone are sorted (R. W. Floyd and
    R. L. Rivest, Expected time bounds for selection, 1975). Where that is wrong, all are.

    Args:
        numbers: [n]; NaN are the greatest.
        pairs: ranks, 0 the least; the second one is the first or the next.
    """
    if len(numbers) >= MANY:
        sample = np.sort(numbers[::EVERY])
        found = [_near(numbers, sample, low, high) for low, high in pairs]
        if None not in found:
            return np.array(found).T
    ordered: NDArray[Any] = np.sort(numbers)
    return np.array([(ordered[low], ordered[high]) for low, high in pairs]).T


def _near(
    numbers: NDArray[Any], sample: NDArray[Any], low: int, high: int
) -> tuple[Any, Any] | None:
    """The numbers of two ranks, if they are where the sample has them."""
    share = low / len(numbers)
    at, spread = share * len(sample), SPREADS * sqrt(len(sample) * share * (1 - share)) + 1
    first, last = floor(at - spread), ceil(at + spread)
    least = sample[first] if first >= 0 else -np.inf
    greatest = sample[last] if last < len(sample) else np.inf
    before = np.count_nonzero(numbers < least)
    inside = np.sort(numbers[np.flatnonzero((numbers >= least) & (numbers <= greatest))])
    if not before <= low <= high < before + len(inside):
        return None
    return inside[low - before], inside[high - before]
