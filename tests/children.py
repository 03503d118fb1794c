"""A vizopt that is interrupted: started as from a terminal, waited for by what it does."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from vizopt.recording.atomic import attributes

GUARD = 600  # seconds, after which a test that waits in vain ends; nothing is measured by it

# A shell that starts pytest in the background has Ctrl-C ignored, and nohup the terminal's end;
# children inherit that.
AS_FROM_A_TERMINAL = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
from vizopt.__main__ import main
main()
"""
COMMITS_SOON = """
from vizopt.recording import recorder
recorder.WAITING_ROWS = 500
"""


@contextmanager
def vizopt_child(*arguments: str, folder: Path, first: str = "") -> Iterator[subprocess.Popen[str]]:
    """The vizopt command in a process group of its own, as a shell starts it; gone afterwards.

    Args:
        first: Python that runs before it.
    """
    process = subprocess.Popen(
        [sys.executable, "-c", first + AS_FROM_A_TERMINAL, *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def until(process: subprocess.Popen[str], happened: Callable[[], object]) -> None:
    """Wait until something has happened; an end of the process before that is an error."""
    give_up = time.monotonic() + GUARD
    while not happened():
        assert process.poll() is None, f"it ended before: {process.communicate()}"
        assert time.monotonic() < give_up, "it never happened"
        time.sleep(0.01)


def committed(folder: Path) -> bool:
    """Whether a training of run.zarr in this folder has committed a row of parameters."""
    found = (attributes(path).get("committed") for path in folder.glob("run.zarr.*.part"))
    return any(counts and counts["snapshots"] for counts in found)


def press(process: subprocess.Popen[str], signal_: int) -> str:
    """Send a signal to all of the group, as a terminal does; what it said on standard error."""
    os.killpg(process.pid, signal_)
    return process.communicate(timeout=GUARD)[1]
