"""State: what a training needs to go on, as plain arrays in the recording's last commit."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class State:
    """Where a training stands: before the update of the last epoch whose rows are whole.

    Random numbers and schedules count epochs and steps, so they have no state of their own.

    Args:
        epoch: that is evaluated again first, to the same bits.
        leaves: the parameters, then the optimizer's vectors and numbers.
    """

    epoch: int
    leaves: tuple[NDArray[Any], ...]


def leaves(state: Any) -> Iterator[NDArray[Any]]:
    """The arrays and numbers of an optimizer's state, in order."""
    for part in state:
        if isinstance(part, (np.ndarray, float)):
            yield np.asarray(part)
        elif isinstance(part, tuple):
            yield from leaves(part)


def rebuilt(like: Any, values: Iterator[NDArray[Any]]) -> Any:
    """A state of the same kind as `like`, from its leaves.

    Raises:
        ValueError: they are of another kind.
    """
    parts: list[Any] = []
    for part in like:
        if isinstance(part, (np.ndarray, float)):
            value = next(values, None)
            if value is None or value.shape != np.shape(part):
                raise ValueError("the optimizer's state has another shape")
            # A Python number leaves float32 as it is; NumPy's own would widen it.
            parts.append(float(value) if isinstance(part, float) else value)
        else:
            parts.append(rebuilt(part, values) if isinstance(part, tuple) else part)
    return type(like)(*parts)
