"""Counts: a table of what came of each kind of attack, told as it goes and when it is ended."""

import signal
import sys
import time
from collections import Counter
from collections.abc import Iterable

EVERY = 30  # seconds between two lines of what came so far


class Counts:
    """A context manager that tells its table at the end, also at that by Ctrl-C or SIGTERM.

    Args:
        ends: what may come of an attack, the columns of the table.
        bad: those that are faults.
    """

    def __init__(self, ends: Iterable[str], bad: Iterable[str]) -> None:
        self.ends, self.bad = tuple(ends), frozenset(bad)
        self.rows: dict[str, Counter[str]] = {}
        self._told = time.monotonic()

    def add(self, kind: str, ends: Iterable[str]) -> None:
        """Count one attack of a kind and what came of it."""
        self.rows.setdefault(kind, Counter()).update({"attacks", *ends})
        if time.monotonic() - self._told > EVERY:
            self._told = time.monotonic()
            print(self.row(kind), "so far", flush=True)

    def row(self, kind: str) -> str:
        found = self.rows[kind]
        cells = (f"{found[end]:{len(end)}}" for end in self.ends)
        return f"{kind:15}  {found['attacks']:7}  {'  '.join(cells)}"

    def __enter__(self) -> "Counts":
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        return self

    def __exit__(self, *_: object) -> None:
        print(f"{'kind':15}  attacks  {'  '.join(self.ends)}")
        for kind in self.rows:
            print(self.row(kind))
        sys.stdout.flush()

    @property
    def faults(self) -> int:
        return sum(found[end] for found in self.rows.values() for end in self.bad)
