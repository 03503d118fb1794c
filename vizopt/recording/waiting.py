"""Waiting: rows of one group on their way to the disk, and what of them is computed meanwhile."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizopt.core.cores import available_cores
from vizopt.core.interrupts import uninterrupted
from vizopt.recording.header import Group
from vizopt.recording.logged import MISSING

Row: TypeAlias = Mapping[str, Any]  # a value for each column
Values: TypeAlias = Sequence[Any] | NDArray[Any]  # of one column
Compute: TypeAlias = Callable[[Sequence[Any]], NDArray[Any]]  # rows from what was appended for them

AT_ONCE = 128  # rows that are computed together at most
AT_ONCE_SECONDS = 0.2  # that it takes, about: so long Ctrl-C waits


class Waiting:
    """Rows of a group; a row of the history may leave out columns, which have no value then.

    Args:
        group: theirs.
        computed: of columns whose rows are made of what is appended for them: by all cores, some at
            a time, and the training waits. Its many short calls and those of threads beside it
            would take longer together than one after the other.
    """

    def __init__(self, group: Group, computed: Mapping[str, Compute]) -> None:
        self._group, self._computed = group, computed
        self._at_once = available_cores()
        self._begin()

    def append(self, row: Row) -> None:
        self.rows.append(row)
        if self._computed and len(self.rows) - self._done >= self._at_once:
            self._compute()

    def repeat(self, row: Row, times: int) -> None:
        """Append a row of which nothing is computed so many times."""
        self.rows += [row] * times

    def taken(self) -> Callable[[str], Values]:
        """Gives each column's values; none wait afterwards."""
        if self._computed and len(self.rows) > self._done:
            self._compute()
        rows, made = self.rows, self._made
        self._begin()

        def values(name: str) -> Values:
            if self._group == "history":
                return [row.get(name, MISSING) for row in rows]
            return np.concatenate(made[name]) if name in made else [row[name] for row in rows]

        return values

    def _begin(self) -> None:
        self.rows: list[Row] = []
        self._made: dict[str, list[NDArray[Any]]] = {name: [] for name in self._computed}
        self._done = 0  # rows of which it is made

    def _compute(self) -> None:
        """Of the rows since the last time, by all cores."""
        start, rows = perf_counter(), self.rows[self._done :]
        each = -(-len(rows) // available_cores())
        with uninterrupted():
            for name, compute in self._computed.items():
                values = [row[name] for row in rows]
                parts = [values[k : k + each] for k in range(0, len(rows), each)]
                with ThreadPoolExecutor(len(parts)) as pool:
                    self._made[name] += pool.map(compute, parts)
            self._done += len(rows)
        share = AT_ONCE_SECONDS / max(perf_counter() - start, 1e-9)
        self._at_once = max(1, min(AT_ONCE, int(len(rows) * share)))
