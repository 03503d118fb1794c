"""Worker: the flash check in a process of its own, so that drawing keeps its core."""

import json
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from vizopt.core.errors import DecodeError
from vizopt.core.ffmpeg import OWN_GROUP, end
from vizopt.flashes.check import Trace, Verdict, check_flashes

# Nothing of the user's own script is run anew, as multiprocessing would.
START = "import sys; sys.path[:] = sys.argv[1:]; from vizopt.flashes.worker import serve; serve()"
PATIENCE_SECONDS = 10  # seconds to tidy up in
FRAME = b"\n"  # what is said of one that was seen


class WorkerError(Exception):
    """There is no such process, or it ended unasked."""


class Worker:
    """A process that judges clips, one after the other; it starts with the first."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def check_flashes(self, path: Path, trace: Trace, papers: tuple[str, ...]) -> Verdict:
        """As `check_flashes` does, and with its error; the trace is told of frames, not of counts.

        Raises:
            DecodeError: the clip cannot be read.
            WorkerError: there is nobody to do it, or it met something else than that.
        """
        try:
            process = self._process = self._process or _started()
            asked, told = process.stdin, process.stdout
            assert asked
            assert told
            asked.write(json.dumps([str(path), papers]).encode() + b"\n")
            asked.flush()
            while (line := told.readline()) == FRAME:
                trace(0, {})
            found = _answer(line)
        except (OSError, EOFError, ValueError) as error:
            raise WorkerError(str(error)) from error
        if isinstance(found, str):
            raise DecodeError(found)
        return found

    def close(self) -> None:
        """End it, whatever it does; it tidies up."""
        if self._process:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(PATIENCE_SECONDS)
            end(self._process)
            for pipe in (self._process.stdin, self._process.stdout):
                with suppress(OSError):  # what it has not read any more
                    assert pipe
                    pipe.close()


def _answer(line: bytes) -> Verdict | str:
    """What was found, or why the clip cannot be read.

    Raises:
        ValueError: it is none of both.
    """
    from pydantic import TypeAdapter  # here, for it is the longest part of the process' start

    answers: TypeAdapter[Verdict | str] = TypeAdapter(Verdict | str)
    return answers.validate_json(line)


def _started() -> subprocess.Popen[bytes]:
    if not sys.executable or getattr(sys, "frozen", False):  # a program that is no Python
        raise EOFError
    return subprocess.Popen(
        [sys.executable, "-c", START, *sys.path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        **OWN_GROUP,
    )


def serve() -> None:
    """What the process does: a clip in; a line for each of its frames and one for the verdict out.

    What nobody foresaw ends it: who asked judges the clip then, and tells of it.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    told = sys.stdout.buffer

    def tell(line: bytes) -> None:
        told.write(line)
        told.flush()

    for line in sys.stdin.buffer:
        path, papers = json.loads(line)
        try:
            found = check_flashes(path, trace=lambda *_: tell(FRAME), papers=tuple(papers))
            answer: object = asdict(found)
        except DecodeError as error:
            answer = str(error)
        tell(json.dumps(answer, default=str).encode() + b"\n")
