"""Waiting: rows of one column on their way to the disk, and what of them is computed meanwhile."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Rows: TypeAlias = Sequence[Any] | NDArray[Any]
Compute: TypeAlias = Callable[[Sequence[Any]], NDArray[Any]]  # rows from what was appended for them

AT_ONCE = 32  # rows that are computed together


class Waiting:
    """Rows of a column.

    Args:
        compute: makes rows of what is appended; as it is where left out.
        thread: computes them, some at a time.
    """

    def __init__(self, compute: Compute | None, thread: Executor) -> None:
        self._compute = compute
        self._thread = thread
        self._values: list[Any] = []
        self._ahead: list[Future[NDArray[Any]]] = []

    def __len__(self) -> int:
        return AT_ONCE * len(self._ahead) + len(self._values)

    def append(self, value: Any) -> None:
        self._values.append(value)
        if self._compute and len(self._values) == AT_ONCE:
            self._ahead.append(self._thread.submit(self._compute, self._values))
            self._values = []

    def repeat(self, value: float, times: int) -> None:
        """Append a number of which nothing is computed so many times."""
        self._values += [value] * times

    def taken(self, count: int) -> Callable[[], Rows]:
        """The first rows, to be asked for in the thread; none wait afterwards."""
        values, ahead, compute = self._values, self._ahead, self._compute
        self._values, self._ahead = [], []

        def rows() -> Rows:
            if not compute:
                return values[:count]
            computed = [future.result() for future in ahead]
            return np.concatenate([*computed, *([compute(values)] if values else [])])[:count]

        return rows
