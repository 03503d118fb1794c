"""Ending: what nobody has closed when the program ends, while the threads that write still live."""

import atexit
import concurrent.futures.thread  # noqa: F401  it ends its threads in the same way, after us
import os
import threading
from collections.abc import Callable

_open: dict[Callable[[], None], None] = {}


def at_end(close: Callable[[], None]) -> None:
    """Call this when the program ends; what came last first."""
    _open[close] = None


def closed(close: Callable[[], None]) -> None:
    """It has been called."""
    _open.pop(close, None)


def is_open(close: Callable[[], None]) -> bool:
    """Whether it is to be called; not in a forked process, as of a data loader, which leaves that
    to the one that began."""
    return close in _open


def _close_all() -> None:
    for close in reversed([*_open]):
        close()


# The functions of atexit itself come after those threads have ended, which is too late.
getattr(threading, "_register_atexit", atexit.register)(_close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_open.clear)
