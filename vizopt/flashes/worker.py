"""Worker: the flash check in a process of its own, so that drawing keeps its core."""

import pickle
import signal
import subprocess
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from vizopt.core.ffmpeg import APART, end
from vizopt.flashes.check import Trace, Verdict, judge

# Nothing of the user's own script is run anew, as multiprocessing would.
START = "import sys; sys.path[:] = sys.argv[1:]; from vizopt.flashes.worker import serve; serve()"
PATIENCE = 10  # seconds to tidy up in


class WorkerError(Exception):
    """There is no such process, or it ended unasked."""


class Worker:
    """A process that judges clips, one after the other; it starts with the first."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def judge(self, path: Path, trace: Trace, papers: tuple[str, ...]) -> Verdict:
        """As `judge` does, and with its errors; the trace is told of frames, not of counts.

        Raises:
            WorkerError: there is nobody to do it.
        """
        try:
            process = self._process = self._process or _started()
            asked, told = process.stdin, process.stdout
            assert asked
            assert told
            pickle.dump((path, papers), asked)
            asked.flush()
            while (found := pickle.load(told)) is None:
                trace(0, {})
        except (OSError, EOFError, ValueError, pickle.UnpicklingError) as error:
            raise WorkerError(str(error)) from error
        if isinstance(found, BaseException):
            raise found
        assert isinstance(found, Verdict)
        return found

    def close(self) -> None:
        """End it, whatever it does; it tidies up."""
        if self._process:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(PATIENCE)
            end(self._process)
            for pipe in (self._process.stdin, self._process.stdout):
                with suppress(OSError):  # what it has not read any more
                    assert pipe
                    pipe.close()


def _started() -> subprocess.Popen[bytes]:
    if not sys.executable or getattr(sys, "frozen", False):  # a program that is no Python
        raise EOFError
    return subprocess.Popen(
        [sys.executable, "-c", START, *sys.path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        **APART,
    )


def serve() -> None:
    """What the process does: a clip in, a None for each of its frames and its verdict out."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    clips, told = sys.stdin.buffer, sys.stdout.buffer
    with suppress(EOFError, OSError):  # nobody asks any more
        while True:
            path, papers = pickle.load(clips)
            _tell(told, _answer(path, papers, told))


def _answer(path: Path, papers: tuple[str, ...], told: IO[bytes]) -> Verdict | Exception:
    try:
        return judge(path, trace=lambda *_: _tell(told, None), papers=papers)
    except BrokenPipeError:
        raise
    except Exception as error:
        error.add_note(traceback.format_exc())  # which is not pickled otherwise
        return error


def _tell(told: IO[bytes], what: Any) -> None:
    pickle.dump(what, told)
    told.flush()
