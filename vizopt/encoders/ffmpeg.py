"""The ffmpeg process that frames are piped to, as raw RGBA."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import imageio_ffmpeg

from vizopt.arrays import Frame
from vizopt.encoders.base import Film, Write, finished
from vizopt.errors import EncodeError


@contextmanager
def piped(path: Path, film: Film, options: list[str]) -> Iterator[Write]:
    """Encode the frames written to it into path, with ffmpeg's output options.

    Raises:
        EncodeError: ffmpeg is missing or fails; with the last line of what it said.
    """
    with finished(path) as part, tempfile.TemporaryFile() as said:
        width, height = film.size
        source = ["-f", "rawvideo", "-pix_fmt", "rgba", "-s", f"{width}x{height}"]
        rate = ["-framerate", f"{film.fps:.6g}"]
        process = subprocess.Popen(
            [_program(path), "-loglevel", "error", "-y", *source, *rate, "-i", "-", *options, part],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=said,
            process_group=0,  # Ctrl-C is for us: we close the pipe and remove the file
        )
        assert process.stdin is not None
        pipe = process.stdin

        def write(frame: Frame) -> None:
            pipe.write(frame.data)

        try:
            yield write
            pipe.close()
        except OSError as error:
            if not isinstance(error, BrokenPipeError):
                raise
        except BaseException:
            process.kill()
            raise
        finally:
            code = process.wait()
        if code:
            said.seek(0)
            lines = said.read().decode(errors="replace").strip().splitlines()
            reason = lines[-1] if lines else f"it ended with code {code}"
            raise EncodeError(f"{path}: ffmpeg failed: {reason}")


def _program(path: Path) -> str:
    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        reason = "reinstall it with: pip install --force-reinstall imageio-ffmpeg"
        raise EncodeError(f"{path}: no ffmpeg: {reason}") from error
