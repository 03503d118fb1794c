"""The named arrays that cross module borders, with their shapes."""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Vector: TypeAlias = NDArray[np.floating]  # [P]        every parameter of a problem, flat
Matrix: TypeAlias = NDArray[np.floating]  # [rows, columns]
Batch: TypeAlias = NDArray[np.floating]  # [D, N]     one sample per column
Labels: TypeAlias = NDArray[np.intp]  # [N]        class of each sample
Scores: TypeAlias = NDArray[np.uint8]  # [C, G, G]  class scores over the plane, 255 wins
Frame: TypeAlias = NDArray[np.uint8]  # [H, W, 4]  one finished picture, RGBA
Pixels: TypeAlias = NDArray[np.uint8]  # [h, w, 4]  a writable window of the frame being drawn
Rows: TypeAlias = NDArray[np.intp]  # [F]        the recorded row that each frame shows
Size: TypeAlias = tuple[int, int]  # width, height in pixels
# Where something is in each frame, in pixels: [F, 4] left, top, width, height of what is in a box;
# [F, 2] the end of a line, which goes through its earlier ones. [1, …] where it stands still.
Spot: TypeAlias = NDArray[np.intp]
Spots: TypeAlias = Mapping[str, Sequence[Spot]]  # of each of several runs, by its name


def all_finite(values: NDArray[np.floating]) -> bool:
    """Whether all of some numbers [N] are finite. Their sum of squares tells in a third of the time
    of looking at each; where that is too large for a float, each is looked at."""
    return isfinite(np.vdot(values, values)) or bool(np.isfinite(values).all())
