"""Ending: what nobody has closed when the program ends, while the threads that write still live."""

import atexit
import concurrent.futures.thread  # noqa: F401  it ends its threads in the same way, after us
import os
import threading
from collections.abc import Callable

# What is to be called yet. In a forked process, as of a data loader, nothing is: that is left to
# the one that began.
OPEN: dict[Callable[[], None], None] = {}


def at_end(close: Callable[[], None]) -> None:
    """Call this when the program ends; what came last first."""
    OPEN[close] = None


def closed(close: Callable[[], None]) -> None:
    """It has been called."""
    OPEN.pop(close, None)


def _close_all() -> None:
    for close in reversed([*OPEN]):
        close()


# The functions of atexit itself come after those threads have ended, which is too late.
getattr(threading, "_register_atexit", atexit.register)(_close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=OPEN.clear)
