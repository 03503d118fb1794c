"""Remembered: what was read of a recording, for who asks for the same again."""

from collections.abc import Callable
from typing import Any, TypeAlias
from weakref import WeakValueDictionary

from numpy.typing import NDArray

Part: TypeAlias = tuple[str, int, int | None]  # a column, its first row, the one after its last

LIMITS = 32e6, 4  # bytes of what was read last, or so many arrays


class Remembered:
    """What was read last, up to 32 MB, and what somebody still has; read-only."""

    def __init__(self) -> None:
        self._latest: dict[Part, NDArray[Any]] = {}  # the last one asked for last
        self._given: WeakValueDictionary[Part, NDArray[Any]] = WeakValueDictionary()

    def get(self, part: Part, read: Callable[[], NDArray[Any]]) -> NDArray[Any]:
        """A part; read where nobody has it."""
        found = self._latest.pop(part, None)
        if found is not None:
            self._latest[part] = found
            return found
        found = self._given.get(part)
        if found is None:
            found = self._given[part] = read()
            found.flags.writeable = False
        self._latest[part] = found
        self._forget()
        return found

    def _forget(self) -> None:
        """What was read longest ago, where there is too much."""
        most, least = LIMITS
        while len(self._latest) > least and sum(a.nbytes for a in self._latest.values()) > most:
            del self._latest[next(iter(self._latest))]

    def clear(self) -> None:
        """Forget what was read last."""
        self._latest.clear()
