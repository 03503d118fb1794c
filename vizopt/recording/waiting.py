"""Waiting: rows of one group on their way to the disk, and what of them is computed meanwhile."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
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
# Rows [N, *shape] from what was appended for them; in few long calls, or in quick ones.
Compute: TypeAlias = Callable[[Sequence[Any], bool], NDArray[Any]]

AT_ONCE = 48  # rows that are computed together at most; docs/decisions/034
AT_ONCE_SECONDS = 0.2  # that it takes, about: so long Ctrl-C waits
BESIDE_SECONDS = 1e-3  # of a core for a row beside the training: in a longer one BLAS has threads


class Waiting:
    """Rows of a group; a row of the history may leave out columns, which have no value then.

    Args:
        group: theirs.
        computed: of columns whose rows are made of what is appended for them, some at a time: the
            values, and whether to make few long calls, which stand less in the training's way, and
            not those that are quickest. It goes on beside the training where that takes longer, and
            else waits while all cores compute. What goes wrong beside it is raised where the next
            rows are appended.
    """

    def __init__(self, group: Group, computed: Mapping[str, Compute]) -> None:
        self._group, self._computed = group, computed
        self._cores = self._at_once = available_cores()
        self._pool = ThreadPoolExecutor(self._cores, "computing")  # they begin with the first rows
        self._running: list[Future[NDArray[Any]]] = []
        self._beside = False  # whether the next rows are computed beside the training
        self._since = perf_counter()  # when it went on
        self._begin()

    def append(self, row: Row) -> None:
        self.rows.append(row)
        if self._computed and len(self.rows) - self._begun >= self._at_once:
            self._compute()

    def repeat(self, row: Row, times: int) -> None:
        """Append a row of which nothing is computed so many times."""
        self.rows += [row] * times

    def taken(self) -> Callable[[str], Values]:
        """Gives each column's values; none wait afterwards."""
        if self._computed and len(self.rows) > self._begun:
            self._compute()
        rows, made = self.rows, self._made
        self._begin()

        def values(name: str) -> Values:
            if self._group == "history":
                return [row.get(name, MISSING) for row in rows]
            if name in made:
                return np.concatenate([part.result() for part in made[name]])
            return [row[name] for row in rows]

        return values

    def close(self) -> None:
        """End the threads; what they have not begun is left out."""
        self._pool.shutdown(cancel_futures=True)

    def _begin(self) -> None:
        self.rows: list[Row] = []
        self._made: dict[str, list[Future[NDArray[Any]]]] = {name: [] for name in self._computed}
        self._begun = 0  # rows of which it is made

    def _compute(self) -> None:
        """Of the rows since the last time."""
        trained = perf_counter() - self._since
        rows = self.rows[self._begun :]
        self._begun = len(self.rows)
        with uninterrupted():
            if self._beside and sum(not part.done() for part in self._running) < self._cores:
                self._submit(rows, few=True)
            else:
                wait(self._running)
                start = perf_counter()
                each = -(-len(rows) // self._cores)
                for k in range(0, len(rows), each):
                    self._submit(rows[k : k + each], few=False)
                wait(self._running)
                self._choose(len(rows), trained, perf_counter() - start)
            ended = [part for part in self._running if part.done()]
            self._running = [part for part in self._running if part not in ended]
            for part in ended:
                part.result()
        self._since = perf_counter()

    def _submit(self, rows: Sequence[Row], *, few: bool) -> None:
        for name, compute in self._computed.items():
            part = self._pool.submit(compute, [row[name] for row in rows], few)
            self._made[name].append(part)
            self._running.append(part)

    def _choose(self, rows: int, trained: float, computed: float) -> None:
        """How the next rows are computed: the training took so long for these, and then all cores
        to compute them, in seconds."""
        self._beside = computed <= min(trained, BESIDE_SECONDS * rows / self._cores)
        share = AT_ONCE_SECONDS / max(computed, 1e-9)
        self._at_once = max(1, min(AT_ONCE, int(rows * share)))
