"""The ffmpeg process that frames are piped to, as raw RGBA."""

import os
import re
import subprocess
import tempfile
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from errno import EINVAL, EPIPE
from pathlib import Path
from typing import IO

from vizopt.core.arrays import Frame, Size
from vizopt.core.atomic import atomic_write
from vizopt.core.errors import DecodeError, EncodeError, says_shortage
from vizopt.core.ffmpeg import LEAN_ENVIRONMENT, OWN_GROUP, TRIAL, able, end, widen
from vizopt.core.interrupts import uninterrupted
from vizopt.core.marks import MARK_BYTES, seal
from vizopt.core.places import scratch
from vizopt.core.sizes import exact
from vizopt.formats.stream import ClipMetadata, StreamSpec, Write
from vizopt.formats.texts import RECIPE_TAG

# The frames are full-range sRGB; players take BT.709 in TV range, so convert and say so.
COLOUR = (
    "scale=in_range=pc:out_range=tv:out_color_matrix=bt709,"
    "setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv"
)
RED, BLUE = 0.2126, 0.0722  # shares of the light in BT.709; the rest is green's

MAX_PLAIN_PX = 2560 * 1440
FRAMES_AHEAD = 1  # that wait for the encoder while the next one is drawn; more gain nothing, and
# of large ones none does: ffmpeg has some itself

SEGMENT, HEAD_BYTES = b"\x18\x53\x80\x67\x01", 200  # of a WebM; seven bytes of its length follow
# Empty space at the end of a WebM and of all others, which players skip: the mark stands there.
VOID = b"\xec" + bytes([0x80 | MARK_BYTES])
FREE = (8 + MARK_BYTES).to_bytes(4, "big") + b"free"
ESCAPED_COLON = r"\\:"  # in an option of a filter's option
SPECIAL, ESCAPED = r"([=;#\\\n])", r"\\\1"  # of ffmpeg's metadata files


@contextmanager
def piped(
    path: Path,
    stream: StreamSpec,
    codec: Sequence[str],
    options: Sequence[str],
    *,
    sparing: bool = False,
) -> Iterator[Write]:
    """Encode the frames written to it into path.

    Args:
        codec: ffmpeg's options for the pictures, those that `able` has tried.
        options: those for this file.
        sparing: few frames wait in ffmpeg; they come to the codec as yuv420p in its COLOUR.

    Raises:
        EncodeError: ffmpeg is missing or fails; with the first line of what it said.
    """
    program = able(path, codec, SPARING if sparing else TRIAL)
    source = _sparing(stream.size, stream.fps) if sparing else _plain(stream)
    with (
        atomic_write(path) as part,
        tempfile.TemporaryFile() as said,
        _metadata(stream.metadata) as tags,
    ):
        command = [program, "-loglevel", "error", *source]
        command += ["-f", "ffmetadata", "-i", f"file:{tags}", "-map", "0:v", "-map_metadata", "1"]
        with _run([*command, *codec, *options, "-y", f"file:{part}"], said) as process:
            assert process.stdin is not None
            widen(process.stdin)
            ahead = 0 if sparing else FRAMES_AHEAD
            with _until_it_ends(), process.stdin, _ahead(process.stdin, ahead) as write:
                yield write
        if code := process.wait():
            reason = _reason(said, code)
            if says_shortage(reason):
                raise MemoryError(reason)
            raise EncodeError(f"{path}: ffmpeg failed: {reason}")
        _sealed(part, webm=path.suffix.lower() == ".webm")


def _sealed(file: Path, *, webm: bool) -> None:
    """Put the mark into a video; a WebM says how long it is."""
    if webm:
        with file.open("r+b") as opened:
            head = opened.read(HEAD_BYTES)
            place = head.index(SEGMENT) + len(SEGMENT)
            length = int.from_bytes(head[place : place + 7], "big") + len(VOID) + MARK_BYTES
            opened.seek(place)
            opened.write(length.to_bytes(7, "big"))
    seal(file, VOID if webm else FREE)


@contextmanager
def _run(command: Sequence[str], said: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """A process that has ended after the block, at once where that fails."""
    process = None
    try:
        with uninterrupted():  # one that nobody knows would write on
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=said,
                env={**os.environ, **LEAN_ENVIRONMENT},
                **OWN_GROUP,
            )
        yield process
    except BaseException:
        if process:
            end(process)
        raise
    process.wait()


def corner(clip: Path) -> str:
    """The colour #rrggbb of a video's first pixel, as players show it; ffmpeg rounds otherwise.

    Raises:
        DecodeError: it cannot be read.
    """
    from matplotlib.colors import to_hex

    first = ["-frames:v", "1", "-vf", "crop=2:2:0:0", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-"]
    command = [able(clip), "-nostdin", "-loglevel", "error", "-i", f"file:{clip}", *first]
    pixels = subprocess.run(command, capture_output=True, check=False).stdout
    if len(pixels) != 6:
        raise DecodeError(f"{clip}: cannot read: there is no picture in it")
    light, of_blue, of_red = (pixels[0] - 16) / 219, pixels[4] - 128, pixels[5] - 128
    red = light + of_red / 112 * (1 - RED)
    blue = light + of_blue / 112 * (1 - BLUE)
    green = (light - red * RED - blue * BLUE) / (1 - RED - BLUE)
    return to_hex((_inside(red), _inside(green), _inside(blue)))


def _inside(value: float) -> float:
    return min(max(value, 0.0), 1.0)


def is_large(size: Size) -> bool:
    """Whether a few pictures waiting in ffmpeg are a matter of memory: beyond 2560×1440."""
    width, height = size
    return width * height > MAX_PLAIN_PX


def _plain(stream: StreamSpec) -> list[str]:
    """The raw pictures on standard input."""
    about = ["-pix_fmt", "rgba", "-s", _size(stream.size), "-framerate", str(exact(stream.fps))]
    return ["-f", "rawvideo", *about, "-i", "-"]


def _sparing(size: Size, fps: float) -> list[str]:
    """The same; but of an input of ffmpeg's a dozen wait between its threads, of 4K 0.4 GB, where
    the source `movie` reads one when one is wanted."""
    about = [f"video_size={_size(size)}", "pixel_format=rgba", f"framerate={exact(fps)}"]
    movie = rf"movie=pipe\\:0:f=rawvideo:format_opts={ESCAPED_COLON.join(about)}"
    spare = ["-nostdin", "-filter_threads", "1"]  # else ffmpeg takes bytes for keys pressed
    return [*spare, "-f", "lavfi", "-i", f"{movie},{COLOUR},format=yuv420p"]


def _size(size: Size) -> str:
    return f"{size[0]}x{size[1]}"


SPARING = tuple(_sparing((16, 16), 30.0))  # what `able` tries of it


@contextmanager
def _metadata(metadata: ClipMetadata) -> Iterator[Path]:
    """A file with what the clip says of itself: an argument must not be that long.

    It is closed: Windows lets nobody else read a temporary file that is open.
    """
    tags = {"title": metadata.title, "comment": metadata.warning, RECIPE_TAG: metadata.recipe}
    lines = [f"{key}={re.sub(SPECIAL, ESCAPED, text)}\n" for key, text in tags.items() if text]
    with scratch() as folder:
        file = folder / "tags.txt"
        file.write_text(";FFMETADATA1\n" + "".join(lines), encoding="utf-8", newline="\n")
        yield file


@contextmanager
def _until_it_ends() -> Iterator[None]:
    """A process that reads no more is no error here: its code and its words tell why."""
    try:
        yield
    except OSError as error:
        if error.errno not in (EPIPE, EINVAL):  # the second on Windows
            raise


@contextmanager
def _ahead(pipe: IO[bytes], most: int) -> Iterator[Write]:
    """Writes to the pipe in a thread, so that drawing goes on while the encoder is busy with so
    many at most."""
    waiting: deque[Future[int]] = deque()
    with ThreadPoolExecutor(1) as thread:

        def write(frame: Frame) -> None:
            with uninterrupted():
                waiting.append(thread.submit(pipe.write, frame.data))
            if len(waiting) > most:
                waiting.popleft().result()

        yield write
        for written in waiting:
            written.result()


def _reason(said: IO[bytes], code: int) -> str:
    """The first thing that ffmpeg complained about, without the address in front."""
    said.seek(0)
    lines = said.read().decode(errors="replace").strip().splitlines()
    return re.sub(r"^\[.*?\] ", "", lines[0]) if lines else f"it ended with code {code}"
