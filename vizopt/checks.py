"""Checks: the flash check of clips that are finished, beside the drawing of those that are not."""

from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Event, Lock
from typing import Any

from vizopt.errors import DecodeError, EncodeError
from vizopt.progress import Bar
from vizopt.safety import Verdict, judge, worst
from vizopt.safety.decode import is_video


class Steps:
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


class Judges:
    """The flash check of the clips that were drawn in one pass, once for each file.

    Args:
        steps: its progress.
        paper: what is seen through what is transparent.
    """

    def __init__(self, steps: Steps, paper: str) -> None:
        self._steps = steps
        self._paper = paper
        self._found: dict[Path, Verdict] = {}

    def __call__(self, clip: Path, file: Path, stop: Event | None = None) -> Verdict:
        """The worst that is found in a clip or in those of the same file before it.

        Args:
            clip: the file itself, or one that a page will hold.
            file: what is written.
            stop: ends it.

        Raises:
            EncodeError: what was just written cannot be read.
            CancelledError: stop was set.
        """
        steps = self._steps.part()

        def step(*_: Any) -> None:
            if stop and stop.is_set():
                raise CancelledError
            next(steps, None)

        try:
            found = judge(clip, trace=step, papers=(self._paper,))
        except DecodeError as error:
            raise EncodeError(str(error).replace(str(clip), str(file))) from error
        for _ in steps:  # frames that a format has merged
            pass
        before = self._found.get(file, found)
        self._found[file] = replace(worst(before, found), path=file)
        return self._found[file]

    def of(self, file: Path, stop: Event | None = None) -> Verdict:
        """What was found in a file's clips while it was written, or is found now."""
        return self._found.get(file) or self(file, file, stop)


class Checks:
    """A thread that judges clips one by one; what ends the block ends it too, within a frame."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._stop = Event()

    def __enter__(self) -> "Checks":
        return self

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        self._thread.shutdown(cancel_futures=True)

    def begin(self, judges: Judges, file: Path) -> Callable[[], Verdict]:
        """Judge an MP4 or WebM in the thread; the others when the verdict is asked for.

        Those are read by Pillow, whose warnings are caught, which no thread may do beside another.
        """
        if is_video(file):
            return self._thread.submit(judges.of, file, self._stop).result
        return partial(judges.of, file)
