"""The ffmpeg process that frames are piped to, as raw RGBA."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import imageio_ffmpeg

from vizopt.arrays import Frame
from vizopt.encoders.base import Film, Write, finished
from vizopt.errors import EncodeError


@contextmanager
def piped(path: Path, film: Film, options: list[str]) -> Iterator[Write]:
    """Encode the frames written to it into path, with ffmpeg's output options.

    Raises:
        EncodeError: ffmpeg is missing or fails; with the first line of what it said.
    """
    program = executable(path)
    with finished(path) as part, tempfile.TemporaryFile() as said:
        width, height = film.size
        source = ["-f", "rawvideo", "-pix_fmt", "rgba", "-s", f"{width}x{height}"]
        rate = ["-framerate", f"{film.fps:.6g}"]
        command = [program, "-loglevel", "error", *source, *rate, "-i", "-", *options]
        command += ["-metadata", f"comment={film.label.warning}"] if film.label.warning else []
        process = subprocess.Popen(
            [*command, "-y", f"file:{part}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=said,
            process_group=0,  # Ctrl-C is for us: we close the pipe and remove the file
        )
        pipe = process.stdin
        assert pipe is not None
        try:
            with suppress(BrokenPipeError), pipe:
                yield lambda frame: _write(pipe, frame)
        except BaseException:
            process.kill()
            raise
        finally:
            code = process.wait()
        if code:
            raise EncodeError(f"{path}: ffmpeg failed: {_reason(said, code)}")


def _write(pipe: IO[bytes], frame: Frame) -> None:
    pipe.write(frame.data)


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
