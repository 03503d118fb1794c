"""Presses: Ctrl-C at lines of Python that a command comes to for the first time, and how it ended.

python tests/slow/presses.py [--every 211] [--first 1]
"""

import argparse
import os
import shutil
import signal
import sys
import tempfile
import threading
from pathlib import Path
from types import FrameType
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from slow.counts import Counts

from vizopt.__main__ import main as vizopt
from vizopt.core import streams

COMMAND = ["make", "sgd", "-o", "run.zarr", "-o", "a.gif", "-o", "a.mp4", "-o", "a.html"]
SHORT = ["--set", "epochs=60", "--set", "keep.grid=8", "--seconds", "0.5", "--size", "480x270"]
PATIENCE = 60  # seconds, after which a command hangs
HUNG = 99
AFTER = ("__main__.py", "streams.py")  # where nothing is left to be interrupted
BAD = ("lost", "hung", "crash", "bug", "traceback", "half file")


class Presser:
    """Presses Ctrl-C at the line of that number, of those that are new."""

    def __init__(self, number: int) -> None:
        self._left, self._seen = number, set[tuple[str, int]]()

    def __call__(self, frame: FrameType, event: str, argument: Any) -> Any:
        line = frame.f_code.co_filename, frame.f_lineno
        if event != "line" or line in self._seen:
            return self
        self._seen.add(line)
        self._left -= 1
        if self._left == 0:
            sys.settrace(None)
            Path("where").write_text(":".join(map(str, line)))
            signal.raise_signal(signal.SIGINT)
        return self


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--every", type=int, default=211, help="so many lines apart")
    parser.add_argument("--first", type=int, default=1)
    options = parser.parse_args()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with (
        tempfile.TemporaryDirectory() as folder,
        Counts(("interrupted", "complete", *BAD), BAD) as counts,
    ):
        number, own = options.first, Path(folder) / "own"
        while True:
            own.mkdir()
            code, said = _pressed(own, number)
            where = own / "where"
            if not where.exists():  # it has ended before
                return 1 if counts.faults else 0
            line = where.read_text()
            ends = _ends(code, said, own, Path(line.rpartition(":")[0]).name in AFTER)
            if ends & set(BAD):
                print(number, line, code, said, file=sys.stderr, flush=True)
            counts.add("Ctrl-C", ends)
            shutil.rmtree(own)
            number += options.every


def _pressed(folder: Path, number: int) -> tuple[int, str]:
    """A process of its own, without any of vizopt's lazy modules yet."""
    pid = os.fork()
    if not pid:
        os.chdir(folder)
        for stream, name in ((1, os.devnull), (2, "said")):
            os.dup2(os.open(name, os.O_CREAT | os.O_WRONLY, 0o600), stream)
        alarm = threading.Timer(PATIENCE, os._exit, (HUNG,))
        alarm.daemon = True
        alarm.start()
        opened = streams.opened

        def traced() -> None:
            opened()
            presser = Presser(number)
            sys.settrace(presser)
            sys._getframe(1).f_trace = presser

        streams.opened = traced
        sys.argv = ["vizopt", *COMMAND, *SHORT]
        vizopt()
    _, status = os.waitpid(pid, 0)
    said = folder / "said"
    return os.waitstatus_to_exitcode(status), said.read_text() if said.exists() else ""


def _ends(code: int, said: str, folder: Path, after: bool) -> set[str]:
    ends = set()
    if code < 0:
        ends.add("crash")
    elif code == 0:
        ends.add("complete" if after else "lost")
    elif code == HUNG:
        ends.add("hung")
    elif code != 1 or "vizopt: interrupted" not in said:
        ends.add("bug")
    if "Traceback" in said or "ignored in" in said:
        ends.add("traceback")
    if any(path.suffix in (".part", ".old") for path in folder.iterdir()):
        ends.add("half file")
    return ends or {"interrupted"}


if __name__ == "__main__":
    sys.exit(main())
