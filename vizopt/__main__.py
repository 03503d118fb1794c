"""The `vizopt` command, and `python -m vizopt`."""

import gc
import logging
import os
import signal
import sys

from vizopt.core import interrupts, streams

UNHEARD = logging.NullHandler()
GC_OBJECTS = 50_000  # made before cycles of them are looked for: modules alone are of as many
UNLOADED = (ImportError, MemoryError, OSError, SystemError)
INTERRUPTED = "interrupted: what was not complete has been removed"


def main() -> None:
    """Run the command line; Ctrl-C and an end from outside are one line, wherever they come."""
    gc.set_threshold(GC_OBJECTS)
    code, message = 1, ""
    try:
        interrupts.heed(*_not_ignored())
        streams.opened()
        os.environ["MPLBACKEND"] = "agg"  # a notebook's, or an unknown one, is not for us
        os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # looking for some takes 30 ms
        # Idle threads of NumPy's BLAS wait 2²⁰ ticks for work; by default as many as cost 0.1 s.
        os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "20")
        logging.getLogger().addHandler(UNHEARD)  # what libraries say to their developers
        from vizopt.cli import run

        code, message = run()
        interrupts.unheed()  # what comes now comes too late
    except KeyboardInterrupt as error:
        interrupts.unheed()
        message = str(error) or INTERRUPTED
    except Exception as error:  # of the modules themselves
        interrupts.unheed()
        if interrupts.Pressed.ever:
            message = INTERRUPTED
        elif isinstance(error, UNLOADED):
            message = _unloaded(error)
        else:
            raise
    unwritten = streams.flushed()
    if message or unwritten:  # after the block: a progress bar ends with it
        streams.said(f"vizopt: {message or unwritten}")
    if places := sys.modules.get("vizopt.core.places"):
        places.tidy()
    gc.freeze()  # all goes with the process: to look for cycles once more takes 0.1 s
    code = code or (1 if unwritten else 0)
    if interrupts.Pressed.ever:
        # At once: a module that was being loaded may crash when Python takes it down.
        os._exit(code)
    sys.exit(code)


def _not_ignored() -> list[int]:
    """What ends a process: a shell has it ignore Ctrl-C in the background, nohup the terminal."""
    usual = {"SIGINT": signal.default_int_handler, "SIGHUP": signal.SIG_DFL}
    known = {name: getattr(signal, name) for name in usual if hasattr(signal, name)}
    return [number for name, number in known.items() if signal.getsignal(number) == usual[name]]


def _unloaded(error: Exception) -> str:
    """Why modules could not be loaded; a loader that gets no memory speaks of a segment, perhaps
    of one of another module that was tried first."""
    first: BaseException = error
    while first.__context__:
        first = first.__context__
    if isinstance(error, ImportError) and "segment" not in str(first):
        return f"cannot start: {error}: install vizopt again"
    return getattr(error, "strerror", None) or "out of memory"


if __name__ == "__main__":
    main()
