"""Waiting: rows of one group on their way to the disk, and what of them is computed meanwhile."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizopt.core.interrupts import uninterrupted
from vizopt.recording.header import Group
from vizopt.recording.logged import MISSING

Row: TypeAlias = Mapping[str, Any]  # a value for each column
Values: TypeAlias = Sequence[Any] | NDArray[Any]  # of one column
Compute: TypeAlias = Callable[[Sequence[Any]], NDArray[Any]]  # rows from what was appended for them

AT_ONCE = 32  # rows that are computed together


class Waiting:
    """Rows of a group; a row of the history may leave out columns, which have no value then.

    Args:
        group: theirs.
        computed: of columns whose rows are made of what is appended for them.
        thread: computes them, some at a time.
    """

    def __init__(self, group: Group, computed: Mapping[str, Compute], thread: Executor) -> None:
        self._group, self._computed, self._thread = group, computed, thread
        self._begin()

    def __len__(self) -> int:
        return len(self._rows)

    def append(self, row: Row) -> None:
        self._rows.append(row)
        if self._computed and len(self._rows) % AT_ONCE == 0:
            for name, compute in self._computed.items():
                start = AT_ONCE * len(self._ahead[name])
                values = [row[name] for row in self._rows[start : start + AT_ONCE]]
                with uninterrupted():
                    self._ahead[name].append(self._thread.submit(compute, values))

    def repeat(self, row: Row, times: int) -> None:
        """Append a row of which nothing is computed so many times."""
        self._rows += [row] * times

    def taken(self) -> Callable[[str], Values]:
        """Gives each column's values, in the thread; none wait afterwards."""
        rows, ahead = self._rows, self._ahead
        self._begin()

        def values(name: str) -> Values:
            if self._group == "history":
                return [row.get(name, MISSING) for row in rows]
            if name not in ahead:
                return [row[name] for row in rows]
            parts = [future.result() for future in ahead[name]]
            rest = [row[name] for row in rows[AT_ONCE * len(parts) :]]
            return np.concatenate([*parts, *([self._computed[name](rest)] if rest else [])])

        return values

    def _begin(self) -> None:
        self._rows: list[Row] = []
        self._ahead: dict[str, list[Future[NDArray[Any]]]] = {name: [] for name in self._computed}
