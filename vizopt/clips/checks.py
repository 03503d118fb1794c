"""Checks: the flash check of clips that are finished, beside the drawing of those that are not."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, TypeAlias

from vizopt.core.arrays import Frame
from vizopt.core.errors import DecodeError, EncodeError
from vizopt.core.interrupts import uninterrupted
from vizopt.core.progress import Bar
from vizopt.flashes import Verdict, check_flashes, worst
from vizopt.flashes.worker import Worker, WorkerError

Beside: TypeAlias = Callable[..., Verdict]  # as `check_flashes` is called with a trace and papers


class CheckProgress:
    """One bar for all that is done with the frames of some files.

    It counts a frame when each part, the drawing and the check of every file, has had one more.
    """

    def __init__(self, bar: Bar, frames: int, label: str, parts: int) -> None:
        self._bar = iter(bar(range(frames), frames, label, "frame"))
        self._frames, self._parts = frames, parts
        self._done = 0
        self._one_by_one = Lock()

    def part(self) -> Iterator[None]:
        """The steps of a part: one for each frame."""
        for _ in range(self._frames):
            yield
            with self._one_by_one:
                self._done += 1
                if self._done % self._parts == 0:
                    next(self._bar, None)
                if self._done == self._frames * self._parts:
                    next(self._bar, None)  # so that it ends

    def counted(self, frames: Iterable[Frame]) -> Iterator[Frame]:
        """Frames, each a step of a part; none is held while the next one is drawn."""
        each = iter(frames)
        for _ in self.part():
            yield next(each)


class FlashChecks:
    """The flash check of the clips that were drawn in one pass, once for each file.

    Args:
        steps: its progress.
        paper: what is seen through what is transparent.
    """

    def __init__(self, steps: CheckProgress, paper: str) -> None:
        self._steps = steps
        self._paper = paper
        self._found: dict[Path, Verdict] = {}

    def __call__(self, clip: Path, file: Path, beside: Beside | None = None) -> Verdict:
        """The worst that is found in a clip or in those of the same file before it.

        Args:
            clip: the file itself, or one that a page will hold.
            file: what is written.
            beside: judges it in another process; done here when left out.

        Raises:
            EncodeError: what was just written cannot be read.
        """
        steps = self._steps.part()

        def step(*_: Any) -> None:
            next(steps, None)

        try:
            found = (beside or check_flashes)(clip, trace=step, papers=(self._paper,))
        except DecodeError as error:
            raise EncodeError(str(error).replace(str(clip), str(file))) from error
        for _ in steps:  # frames that a format has merged
            pass
        before = self._found.get(file, found)
        self._found[file] = replace(worst(before, found), path=file)
        return self._found[file]

    def of(self, file: Path, beside: Beside | None = None) -> Verdict:
        """What was found in a file's clips while it was written, or is found now."""
        return self._found.get(file) or self(file, file, beside)


class Checks:
    """The checks that wait: done by a process beside what is drawn next, the rest here.

    What ends the block ends them too, within a frame.
    """

    def __init__(self) -> None:
        self._waiting: deque[tuple[Callable[[Beside], Verdict], Future[Verdict]]] = deque()
        self._beside: list[Future[None]] = []
        self._thread = ThreadPoolExecutor(1)  # which listens to the process
        self._worker = Worker()

    def __enter__(self) -> "Checks":
        return self

    def __exit__(self, *error: object) -> None:
        self._waiting.clear()
        self._worker.close()
        self._thread.shutdown(cancel_futures=True)

    def begin(self, flash_checks: FlashChecks, file: Path) -> Callable[[], Verdict]:
        """Judge a file; its verdict is waited for when it is asked for."""
        verdict: Future[Verdict] = Future()
        self._waiting.append((partial(flash_checks.of, file), verdict))

        def told() -> Verdict:
            self._check_by(check_flashes)
            wait(self._beside)
            self._check_by(check_flashes)  # what there was no process for
            return verdict.result()

        return told

    def beside(self) -> None:
        """Something else is done now: what waits is judged beside it."""
        if self._waiting:
            with uninterrupted():
                self._beside.append(self._thread.submit(self._check_by, self._worker.check_flashes))

    def _check_by(self, beside: Beside) -> None:
        """Judge one after the other until none waits; two may be at it."""
        while self._waiting:
            try:
                check, verdict = waiting = self._waiting.popleft()
            except IndexError:  # taken by the other
                return
            try:
                verdict.set_result(check(beside))
            except WorkerError:
                self._waiting.append(waiting)
                return
            except Exception as error:
                verdict.set_exception(error)
