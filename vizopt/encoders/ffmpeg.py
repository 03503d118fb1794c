"""The ffmpeg process that frames are piped to, as raw RGBA."""

import re
import shutil
import subprocess
import tempfile
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import imageio_ffmpeg

from vizopt.arrays import Frame
from vizopt.encoders.base import Film, Label, Write, finished
from vizopt.errors import EncodeError

# The frames are full-range sRGB; players take BT.709 in TV range, so convert and say so.
COLOUR = (
    "scale=in_range=pc:out_range=tv:out_color_matrix=bt709,"
    "setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv"
)

PIPE = 1 << 20  # bytes: what Linux allows everyone; its 64 kB cost 57 changes of process a frame
AHEAD = 1  # frames that wait for the encoder while the next one is drawn; more gain nothing

RECIPE = "synopsis"  # a tag that MP4 and WebM both define, for long texts
SPECIAL, ESCAPED = r"([=;#\\\n])", r"\\\1"  # of ffmpeg's metadata files


@contextmanager
def piped(path: Path, film: Film, options: list[str]) -> Iterator[Write]:
    """Encode the frames written to it into path, with ffmpeg's output options.

    Raises:
        EncodeError: ffmpeg is missing or fails; with the first line of what it said.
    """
    program = executable(path)
    with finished(path) as part, tempfile.TemporaryFile() as said, _metadata(film.label) as tags:
        width, height = film.size
        source = ["-f", "rawvideo", "-pix_fmt", "rgba", "-s", f"{width}x{height}"]
        rate = ["-framerate", f"{film.fps:.6g}"]
        command = [program, "-loglevel", "error", *source, *rate, "-i", "-"]
        command += ["-f", "ffmetadata", "-i", tags, "-map", "0:v", "-map_metadata", "1", *options]
        process = subprocess.Popen(
            [*command, "-y", f"file:{part}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=said,
            process_group=0,  # Ctrl-C is for us: we close the pipe and remove the file
        )
        pipe = process.stdin
        assert pipe is not None
        widen(pipe)
        try:
            with suppress(BrokenPipeError), pipe, _ahead(pipe) as write:
                yield write
        except BaseException:
            process.kill()
            raise
        finally:
            code = process.wait()
        if code:
            raise EncodeError(f"{path}: ffmpeg failed: {_reason(said, code)}")


@contextmanager
def _metadata(label: Label) -> Iterator[str]:
    """A file with what the clip says of itself: an argument must not be that long."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.write(";FFMETADATA1\n")
        tags = {"title": label.title, "comment": label.warning, RECIPE: label.recipe}
        for key, text in tags.items():
            if text:
                file.write(f"{key}={re.sub(SPECIAL, ESCAPED, text)}\n")
        file.flush()
        yield file.name


def widen(pipe: IO[bytes]) -> None:
    """Let a pipe hold a megabyte at once, where there is a way and it is allowed."""
    with suppress(ImportError, AttributeError, OSError):
        import fcntl

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE)


@contextmanager
def _ahead(pipe: IO[bytes]) -> Iterator[Write]:
    """Writes to the pipe in a thread, so that drawing goes on while the encoder is busy."""
    waiting: deque[Future[int]] = deque()
    with ThreadPoolExecutor(1) as thread:

        def write(frame: Frame) -> None:
            waiting.append(thread.submit(pipe.write, frame.data))
            if len(waiting) > AHEAD:
                waiting.popleft().result()

        yield write
        for written in waiting:
            written.result()


def _reason(said: IO[bytes], code: int) -> str:
    """The first thing that ffmpeg complained about, without the address in front."""
    said.seek(0)
    lines = said.read().decode(errors="replace").strip().splitlines()
    return re.sub(r"^\[.*?\] ", "", lines[0]) if lines else f"it ended with code {code}"


def executable(path: Path) -> str:
    """The ffmpeg to use: imageio's, or the one on the PATH; path is for the message.

    Raises:
        EncodeError: there is none.
    """
    try:
        program = str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError:
        program = "ffmpeg"
    if not shutil.which(program):
        reason = "reinstall it with: pip install --force-reinstall imageio-ffmpeg"
        raise EncodeError(f"{path}: no ffmpeg at {program}: {reason}")
    return program
