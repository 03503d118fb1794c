"""MP4 and WebM by ffmpeg: raw pictures on one pipe, their times and sizes on the other."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import IO, NamedTuple

import numpy as np
from PIL import Image

from vizopt.encoders.ffmpeg import executable, widen
from vizopt.errors import DecodeError, EncodeError
from vizopt.safety.decode import MATROSKA, Picture, head
from vizopt.safety.light import RGB

BASE = re.compile(r"config in time_base: (\d+)/(\d+)")
SHOWN = re.compile(r" n: *\d+ pts: *(-?\d+|NOPTS) .*?duration: *(\d+) .*? s:(\d+)x(\d+) ")
ALPHA = re.compile(r"^ *alpha_mode *: *1\s*$", re.MULTILINE)
WRONG = re.compile(r"\[(?:error|fatal)\] *(.*)")


class Said(NamedTuple):
    """What ffmpeg says of one picture: times in units of its clock."""

    start: int
    duration: int
    width: int
    height: int
    clock: Fraction  # seconds


def pictures(path: Path, paper: str) -> Iterator[Picture]:
    """The pictures at the times of the stream, as many as it holds, turned as it asks for."""
    clear = _has_alpha(path)
    process = _process(path, clear)
    pixels, words = process.stdout, process.stderr
    assert pixels is not None
    assert words is not None
    widen(pixels)
    queue: SimpleQueue[Said | str | None] = SimpleQueue()
    listener = Thread(target=_listen, args=(words, queue), daemon=True)
    listener.start()
    try:
        for picture in _pictures(path, queue, pixels, 4 if clear else 3):
            yield _on(paper, picture) if clear else picture
        if process.wait():
            raise DecodeError(f"{path}: cannot read: ffmpeg ended with code {process.returncode}")
    finally:
        process.kill()
        listener.join()
        pixels.close()
        words.close()
        process.wait()


def _has_alpha(path: Path) -> bool:
    """Whether a WebM says that it is transparent; ffmpeg's own decoder does not look."""
    if head(path)[:4] != MATROSKA:
        return False
    with suppress(EncodeError):
        command = [executable(path), "-nostdin", "-hide_banner", "-i", f"file:{path}"]
        said = subprocess.run(command, capture_output=True, check=False).stderr
        return bool(ALPHA.search(said.decode(errors="replace")))
    return False


def _on(paper: str, picture: Picture) -> Picture:
    """A transparent picture [H, W, 4] on a paper."""
    frame = picture.frame
    if frame[..., 3].min() == 255:
        return picture._replace(frame=np.ascontiguousarray(frame[..., :3]))
    below = Image.new("RGBA", frame.shape[1::-1], paper)
    shown = Image.alpha_composite(below, Image.fromarray(frame)).convert("RGB")
    return picture._replace(frame=np.asarray(shown), clear=True)


def _process(path: Path, clear: bool) -> subprocess.Popen[bytes]:
    try:
        ffmpeg = executable(path)
    except EncodeError as error:
        raise DecodeError(str(error)) from error
    quiet = ["-nostdin", "-hide_banner", "-nostats", "-loglevel", "level+info"]
    decoder = ["-c:v", "libvpx-vp9"] if clear else []
    pixels = "rgba" if clear else "rgb24"
    source = [*decoder, "-i", f"file:{path}", "-map", "0:v:0", "-vf", "showinfo=checksum=0"]
    raw = ["-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", pixels, "-"]
    return subprocess.Popen(
        [ffmpeg, *quiet, *source, *raw],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        process_group=0,  # Ctrl-C is for us: we end the process
    )


def _listen(words: IO[bytes], queue: "SimpleQueue[Said | str | None]") -> None:
    """Pass on what is said of each picture, and complaints as text; None at the end."""
    clock = Fraction(0)
    for line in words:
        text = line.decode(errors="replace")
        if base := BASE.search(text):
            clock = Fraction(int(base[1]), int(base[2]))
        elif wrong := WRONG.search(text):
            queue.put(wrong[1].strip())
        elif shown := SHOWN.search(text):
            if shown[1] == "NOPTS":
                queue.put("a picture without a time")
            else:
                start, duration, width, height = map(int, shown.groups())
                queue.put(Said(start, duration, width, height, clock))
    queue.put(None)


def _pictures(
    path: Path, queue: "SimpleQueue[Said | str | None]", pixels: IO[bytes], channels: int
) -> Iterator[Picture]:
    first: Said | None = None
    before, gap = 0, 0
    while (said := queue.get()) is not None:
        if isinstance(said, str):
            raise DecodeError(f"{path}: cannot read: {said}")
        first = first or said
        start = _micros(said.start - first.start, said.clock)
        gap = start - before or gap
        before = start
        length = _micros(said.duration, said.clock) or gap
        yield Picture(start, start + length, _frame(path, first, pixels, channels))
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
