"""The `vizopt` command, and `python -m vizopt`."""

import gc
import logging
import os
import signal
import sys
from types import FrameType

from vizopt.core import streams

UNHEARD = logging.NullHandler()
GC_OBJECTS = 50_000  # made before cycles of them are looked for: modules alone are of as many


def main() -> None:
    """Run the command line; Ctrl-C and an end from outside are one line, wherever they come."""
    gc.set_threshold(GC_OBJECTS)
    signal.signal(signal.SIGTERM, _interrupt)
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) == signal.SIG_DFL:
        signal.signal(signal.SIGHUP, _interrupt)  # a terminal that closes; nohup ignores it
    streams.opened()
    os.environ["MPLBACKEND"] = "agg"  # a notebook's, or an unknown one, is not for us
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # looking for some takes 30 ms
    logging.getLogger().addHandler(UNHEARD)  # what libraries say to their developers
    code, message = 1, ""
    try:
        from vizopt.cli import run

        code, message = run()
    except KeyboardInterrupt as error:
        message = str(error) or "interrupted: what was not complete has been removed"
    except (ImportError, MemoryError, OSError, SystemError) as error:  # of the modules themselves
        message = _unloaded(error)
    unwritten = streams.flushed()
    if message or unwritten:  # after the block: a progress bar ends with it
        streams.said(f"vizopt: {message or unwritten}")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # nothing is left to interrupt
    gc.freeze()  # all goes with the process: to look for cycles once more takes 0.1 s
    sys.exit(code or (1 if unwritten else 0))


def _unloaded(error: Exception) -> str:
    """Why modules could not be loaded; a loader that gets no memory speaks of a segment, perhaps
    of one of another module that was tried first."""
    first: BaseException = error
    while first.__context__:
        first = first.__context__
    if isinstance(error, ImportError) and "segment" not in str(first):
        return f"cannot start: {error}: install vizopt again"
    return getattr(error, "strerror", None) or "out of memory"


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
