"""MP4 and WebM by ffmpeg: raw pictures on a pipe, their times and sizes in a file."""

import os
import re
import subprocess
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from time import monotonic, sleep
from typing import IO, NamedTuple

import numpy as np
from PIL import Image

from vizopt.core.errors import DecodeError, EncodeError, says_shortage
from vizopt.core.ffmpeg import (
    LEAN_ENVIRONMENT,
    OWN_GROUP,
    PATIENCE,
    SHOW,
    SHOWN_LINE,
    WRONG,
    able,
    end,
    widen,
)
from vizopt.core.places import scratch
from vizopt.flashes.frames import MATROSKA, DecodedFrame, head, source
from vizopt.flashes.grid import RGB

BASE = re.compile(r"config in time_base: (\d+)/(\d+)")
LATE_SECONDS, POLL_SECONDS = 1.0, 0.002  # that a line may come after its picture
QUICKTIME = b"qt  "  # the brand of a MOV
ALPHA = re.compile(r"^ *alpha_mode *: *1\s*$| yuva\d+p", re.MULTILINE)


class Said(NamedTuple):
    """What ffmpeg says of one picture: times in units of its clock."""

    start: int
    duration: int  # 0 where it is not told
    width: int
    height: int
    clock: Fraction  # seconds


def pictures(path: Path, paper: str) -> Iterator[DecodedFrame]:
    """The pictures at the times of the stream, as many as it holds, turned as it asks for."""
    with scratch() as folder:
        words = folder / "said.txt"
        clear = _has_alpha(path)
        process = _process(path, words, clear)
        pixels = process.stdout
        assert pixels is not None
        widen(pixels)
        try:
            with words.open("rb") as file:
                log = _Log(path, file)
                for picture in _pictures(path, log, pixels, 4 if clear else 3):
                    yield _on(paper, picture) if clear else picture
                code = process.wait()
                log.read()
            if code:
                raise DecodeError(f"{path}: cannot read: ffmpeg ended with code {code}")
        finally:
            end(process)
            pixels.close()


def _has_alpha(path: Path) -> bool:
    """Whether a WebM or MOV says that it is transparent, which an MP4 cannot be.

    Of a WebM ffmpeg's own decoder does not look.
    """
    first = head(path)
    if not first.startswith(MATROSKA) and first[8:] != QUICKTIME:
        return False
    with suppress(EncodeError, subprocess.TimeoutExpired):
        command = [able(path), "-nostdin", "-hide_banner", *source(path)]
        said = subprocess.run(command, capture_output=True, check=False, timeout=PATIENCE).stderr
        return bool(ALPHA.search(said.decode(errors="replace")))
    return False


def _on(paper: str, picture: DecodedFrame) -> DecodedFrame:
    """A transparent picture [H, W, 4] on a paper."""
    frame = picture.frame
    if frame[..., 3].min() == 255:
        return picture._replace(frame=np.ascontiguousarray(frame[..., :3]))
    below = Image.new("RGBA", frame.shape[1::-1], paper)
    shown = Image.alpha_composite(below, Image.fromarray(frame)).convert("RGB")
    return picture._replace(frame=np.asarray(shown), clear=True)


def _process(path: Path, words: Path, clear: bool) -> subprocess.Popen[bytes]:
    """An ffmpeg that writes the pictures to a pipe and what it says of them to a file.

    Of two pipes each might wait until the other is read.
    """
    try:
        ffmpeg = able(path)
    except EncodeError as error:
        raise DecodeError(str(error)) from error
    quiet = [
        "-filter_threads",
        "1",
        "-nostdin",
        "-hide_banner",
        "-nostats",
        "-loglevel",
        "level+info",
    ]
    decoder = [
        "-threads",
        "1",
        *(["-c:v", "libvpx-vp9"] if clear and head(path)[:4] == MATROSKA else []),
    ]  # ffmpeg's own drops the alpha
    raw = ["-map", "0:v:0", *SHOW, "-f", "rawvideo", "-pix_fmt", "rgba" if clear else "rgb24", "-"]
    with words.open("ab") as said:
        return subprocess.Popen(
            [ffmpeg, *quiet, *decoder, *source(path), *raw],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
            env={**os.environ, **LEAN_ENVIRONMENT},
            **OWN_GROUP,
        )


class _Log:
    """What ffmpeg has said so far.

    Args:
        path: the clip, for the message.
        file: that it writes to, opened anew: one place in it for writing, one for reading.
    """

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self.shown: deque[Said] = deque()
        self._path = path
        self._file = file
        self._begun = b""  # of a line
        self._clock = Fraction(0)

    def wait(self) -> None:
        """Take in what is new, and wait for the line of a picture that is here before it."""
        until = monotonic() + LATE_SECONDS
        self.read()
        while not self.shown and monotonic() < until:
            sleep(POLL_SECONDS)
            self.read()

    def read(self) -> None:
        """Take in what is new.

        Raises:
            DecodeError: it is a complaint.
        """
        *lines, self._begun = (self._begun + self._file.read()).split(b"\n")
        for line in lines:
            text = line.decode(errors="replace")
            if base := BASE.search(text):
                self._clock = Fraction(int(base[1]), int(base[2]))
            elif says_shortage(text):
                raise MemoryError(text)
            elif wrong := WRONG.search(text):
                raise DecodeError(f"{self._path}: cannot read: {wrong[1].strip()}")
            elif shown := SHOWN_LINE.search(text):
                if shown[1] == "NOPTS":
                    raise DecodeError(f"{self._path}: cannot read: a picture without a time")
                start, duration, width, height = (int(number or 0) for number in shown.groups())
                self.shown.append(Said(start, duration, width, height, self._clock))


def _pictures(path: Path, log: _Log, pixels: IO[bytes], channels: int) -> Iterator[DecodedFrame]:
    """A picture's line is written before the picture is, but a program around ffmpeg may pass it on
    later."""
    first: Said | None = None
    before, gap = 0, 0
    while pixels.peek(1):  # type: ignore[attr-defined]
        log.wait()
        if not log.shown:
            raise DecodeError(f"{path}: cannot read: ffmpeg does not tell a picture's time")
        said = log.shown.popleft()
        first = first or said
        start = _micros(said.start - first.start, said.clock)
        gap = start - before or gap
        before = start
        length = _micros(said.duration, said.clock) or gap
        yield DecodedFrame(start, start + length, _frame(path, first, pixels, channels))
    log.read()
    if first is None:
        raise DecodeError(f"{path}: cannot read: there is no picture in it")


def _micros(ticks: int, clock: Fraction) -> int:
    return round(ticks * clock * 1_000_000)


def _frame(path: Path, first: Said, pixels: IO[bytes], channels: int) -> RGB:
    """The next picture; ffmpeg gives all of them the size of the first."""
    frame = np.empty((first.height, first.width, channels), np.uint8)
    if pixels.readinto(frame.data.cast("B")) != frame.size:  # type: ignore[attr-defined]
        raise DecodeError(f"{path}: cannot read: a picture ends too early")
    return frame
