"""Frames: one decoded picture, and how a clip is opened for its decoder."""

from pathlib import Path
from typing import NamedTuple

from vizopt.core.errors import DecodeError
from vizopt.flashes.grid import RGB

HEAD_BYTES = 12  # bytes that tell the formats apart
MATROSKA = b"\x1aE\xdf\xa3"
WHITE, BLACK = "#ffffff", "#000000"


class DecodedFrame(NamedTuple):
    """One picture of a clip.

    Args:
        start: when it is first seen, µs after the first picture.
        end: when it should go, by its own duration.
        frame: the picture [H, W, 3], sRGB.
        clear: whether something in it is transparent.
    """

    start: int
    end: int
    frame: RGB
    clear: bool = False


def source(path: Path) -> list[str]:
    """ffmpeg's options to read an MP4 or WebM as what it begins as, and no other file.

    Else a playlist that begins like a clip would make it open what it names.
    """
    demuxer = "matroska" if head(path).startswith(MATROSKA) else "mov"
    return ["-f", demuxer, "-protocol_whitelist", "file", "-i", f"file:{path}"]


def head(path: Path) -> bytes:
    """The first bytes of a file."""
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):  # a pipe would wait for ever
            raise DecodeError(f"{path}: is no file: save what comes from it first")
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except OSError as error:
        raise DecodeError(f"{path}: cannot read: {error.strerror or error}") from error
