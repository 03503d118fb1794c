"""Left: the run of a notebook's cell that was broken off, which nobody closes: it gives way."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import get_ident

from vizopt.core.places import at_home, target
from vizopt.core.warned import warn

# By the places that are written: the thread that began the run, and what breaks it off.
_unclosed: dict[Path, tuple[int, Callable[[], None]]] = {}


def unclosed(place: Path, break_off: Callable[[], None]) -> None:
    """A run writes there from now on that its maker is to close."""
    _unclosed[place] = get_ident(), break_off


def seen_to(place: Path) -> None:
    """It is closed, or a `with` will close it."""
    _unclosed.pop(place, None)


def give_way(path: Path | str) -> None:
    """Break off what nobody closes there, and say so: this thread begins another run in its place.
    One of another thread, or inside of a `with`, goes on."""
    with suppress(OSError):  # a place that cannot be is told where it is opened
        thread, break_off = _unclosed.get(target(at_home(path)), (0, None))
        if break_off and thread == get_ident():
            warn(f"{path}: the run before was not closed: it ends here")
            break_off()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_unclosed.clear)
