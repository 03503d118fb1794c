"""The ffmpeg executable: which one it is, and whether it can do what will be asked of it."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import IO, Any

from vizopt.core.errors import EncodeError, says_shortage

OLDEST = "5.1"  # the first with -fps_mode; the tests' own trial is of the one at hand
VARIABLE = "IMAGEIO_FFMPEG_EXE"  # where a user names another one
PATIENCE = 60  # seconds that a trial may last; it takes a twentieth of one
END_SECONDS = 5  # for the end of a killed process, which takes a hundredth
TRIAL = ("-f", "rawvideo", "-pix_fmt", "rgba", "-s", "16x16", "-framerate", "30", "-i", "-")
FRAMES = bytes(2 * 16 * 16 * 4)

# Every picture as it is, with a line that says when it is shown and how large it is. Without the
# last options so many wait in ffmpeg that it takes more memory than twice, and it is no faster.
LOW_MEMORY = ("-thread_queue_size", "1", "-threads", "1")
SHOW = ("-vf", "showinfo=checksum=0", "-fps_mode", "passthrough", *LOW_MEMORY)
# Each line is said at once, but perhaps behind the begun one of another thread: "Stream #0:0n: 1".
SHOWN_LINE = re.compile(
    r"n: *\d+ pts: *(-?\d+|NOPTS) (?:.*?duration: *(\d+) )?.*? s:(\d+)x(\d+) "
)  # 5.1 tells no duration
WRONG = re.compile(r"\[(?:error|fatal)\] *(.*)")
VERSION = re.compile(r"ffmpeg version (\S+)")

# Ctrl-C is for us, who end the process: a terminal sends it to all of a group.
OWN_GROUP: dict[str, Any] = {"process_group": 0}
if sys.platform == "win32":
    OWN_GROUP = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}

# A picture's memory goes back to the system, where glibc would keep what is below 32 MB for the
# next one: of 4K 0.14 GB. Smaller ones are kept, for each page anew costs time.
LEAN_ENVIRONMENT = {"MALLOC_MMAP_THRESHOLD_": str(8 << 20), "MALLOC_TRIM_THRESHOLD_": str(64 << 20)}

PIPE = 1 << 20  # bytes: what Linux allows everyone; its 64 kB cost 57 changes of process a frame


def able(path: Path, codec: Sequence[str] = (), source: Sequence[str] = TRIAL) -> str:
    """The ffmpeg to use, that has shown once that it tells the pictures of a clip.

    Args:
        path: the file that it is wanted for, for the message.
        codec: ffmpeg's options for pictures that it must be able to write as well.
        source: those by which it must be able to read pictures of 16×16 RGBA.

    Raises:
        EncodeError: there is none, it is too old, or it is something else.
        MemoryError: it got too little to show anything.
    """
    program = _executable(path)
    if refusal := _refusal(program, tuple(codec), tuple(source)):
        raise EncodeError(f"{path}: {program}: {refusal}: {_way_out()}")
    return program


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process that was started OWN_GROUP, and what it may have started itself."""
    if process.poll() is None:
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    with suppress(subprocess.TimeoutExpired):
        # With a limit, for an interrupted wait may have kept Python's lock of it.
        process.wait(END_SECONDS)


def _executable(path: Path) -> str:
    """Imageio's ffmpeg, or the one on the PATH."""
    import imageio_ffmpeg

    try:
        program = str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError:
        program = "ffmpeg"
    for place in (program, str(Path(program).absolute())):  # a bare name may be that of a file here
        if shutil.which(place):
            return place
    raise EncodeError(f"{path}: {_missing(program)}: {_way_out()}")


def _missing(program: str) -> str:
    """Why nothing can be run under a name."""
    if Path(program).is_dir():
        return f"{program} is a folder and no ffmpeg"
    if Path(program).exists():
        return f"{program} is not executable"
    return f"no ffmpeg at {program}"


def _way_out() -> str:
    if os.environ.get(VARIABLE):
        return f"unset {VARIABLE}, which names it"
    return "reinstall it with: pip install --upgrade --force-reinstall imageio-ffmpeg"


@cache
def _refusal(program: str, codec: tuple[str, ...], source: tuple[str, ...]) -> str:
    """Why a program cannot do it, found by a trial with two small pictures; empty if it can."""
    with tempfile.TemporaryFile() as frames, tempfile.TemporaryFile() as said:
        frames.write(FRAMES)
        frames.seek(0)
        try:
            code = _tried(program, codec, source, frames, said)
        except subprocess.TimeoutExpired:
            return f"gives no answer within {PATIENCE} seconds"
        except OSError as error:
            return f"cannot be run: {error.strerror or error}"
        said.seek(0)
        text = said.read().decode(errors="replace")
    version, wrong = VERSION.search(text), WRONG.search(text)
    if not version:
        return "is no ffmpeg"
    if not code and len(SHOWN_LINE.findall(text)) == 2:
        return ""
    if says_shortage(text):
        raise MemoryError(text)
    reason = wrong[1].strip().rstrip(".") if wrong else "tells no times of pictures"
    encoder = f" with {codec[codec.index('-c:v') + 1]}" if codec else ""
    return f"is ffmpeg {version[1]} ({reason}): {OLDEST} or newer{encoder} is needed"


def _tried(
    program: str,
    codec: tuple[str, ...],
    source: tuple[str, ...],
    frames: IO[bytes],
    said: IO[bytes],
) -> int:
    """Write and read the frames; files, not pipes, since nobody knows what the program does."""
    outputs = [option for part in (codec, SHOW) if part for option in (*part, "-f", "null", "-")]
    process = subprocess.Popen(
        [program, "-nostdin", "-nostats", "-loglevel", "level+info", *source, *outputs],
        stdin=frames,
        stdout=subprocess.DEVNULL,
        stderr=said,
        **OWN_GROUP,
    )
    try:
        return process.wait(PATIENCE)
    finally:
        end(process)


def widen(pipe: IO[bytes]) -> None:
    """Let a pipe hold a megabyte at once, where there is a way and it is allowed."""
    with suppress(ImportError, AttributeError, OSError):
        import fcntl

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE)
