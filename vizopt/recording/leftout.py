"""Left out: what cannot be recorded of somebody's training, said once; the training goes on."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from vizopt.core.errors import VizoptError, raised
from vizopt.core.warned import warn

T = TypeVar("T")
ALL = "all"  # the recording itself
OTHERS = ": it and others like it"
ENDS = "the recording ends here, the training goes on"


class LeftOut:
    """What is left out from now on, for a reason that was told.

    Args:
        path: of the recording, which a line begins with.
        part: where it is written meanwhile.
        abandon: ends the recording, where it cannot go on; where it stays, if any of it does.
    """

    def __init__(self, path: Path, part: Path, abandon: Callable[[], Path | None]) -> None:
        self._path, self._part, self._abandon = path, part, abandon
        self._names: set[str] = set()
        self.has_ended = False  # the recording itself: nothing more is recorded

    def tried(
        self, what: str, ask: Callable[[], T], apart: tuple[type[Exception], ...] = ()
    ) -> T | None:
        """What comes of it; where nothing can, it is left out, and a line says why.

        The training that is recorded is not ours to break.

        Args:
            what: is left out.
            ask: what is tried.
            apart: errors that the caller sees to.
        """
        return None if what in self._names else self._asked(what, ask, apart)

    def one(self, what: str, ask: Callable[[], T]) -> T | None:
        """What comes of it; where nothing can, this one is left out, and the first such is said;
        the next one is tried again."""
        return self._asked(what, ask, (), OTHERS)

    def leave_out(self, what: str, why: str) -> None:
        """From here on, after one line."""
        if what in self._names:
            return
        self._names.add(what)
        why = why.removeprefix(f"{self._part}: ").removeprefix(f"{self._path}: ")
        ends = "left out from here on"
        if what == ALL:
            self.has_ended = True
            kept = self._abandon()
            ends = ENDS if kept in (None, self._path) else f"{ENDS}: what was complete is in {kept}"
        self.say(f"{self._path}: {why}: {ends}")

    def _asked(
        self, what: str, ask: Callable[[], T], apart: tuple[type[Exception], ...], others: str = ""
    ) -> T | None:
        try:
            return ask()
        except apart:
            raise
        except Exception as error:  # whatever a stranger's arrays raise
            self.failed(what, error, others)
        return None

    def failed(self, what: str, error: Exception, others: str = "") -> None:
        """Leave it out for an error that it has raised."""
        why = error if isinstance(error, VizoptError) else raised(error)
        self.leave_out(what, f"{why}{others}")

    def say(self, line: str) -> None:
        """One line for who trains."""
        warn(" ".join(line.split()))
