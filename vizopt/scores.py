"""Class scores in a byte: how far behind the winner each class is, on a logarithmic scale."""

import numpy as np
from numpy.typing import NDArray

from vizopt.arrays import Batch

DECADES = 6.0  # between the farthest class and the nearest loser that can be told from the winner


def encoded(outputs: Batch) -> NDArray[np.uint8]:
    """Network outputs [C, M] as bytes: 255 for the winner, 0 for the farthest behind it.

    code = −254 / 6 · log10(behind / farthest), clipped to 0 … 254

    A step is 5.6 % of the distance at every scale: at the start all outputs are nearly equal, and
    yet one wins; late in a run they are far apart, and borders are still where they were.
    """
    behind = outputs.max(axis=0) - outputs
    farthest = behind.max() or 1.0
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        code = np.log10(behind / farthest) * (-254.0 / DECADES)
        code = np.nan_to_num(code.round(), nan=0.0, posinf=255.0).clip(0, 254)
    code[behind == 0] = 255
    return np.asarray(code, np.uint8)


# Distance behind the winner that each byte stands for, in parts of the farthest.
DISTANCES = np.append(10.0 ** (-DECADES / 254.0 * np.arange(255)), 0.0).astype(np.float32)
