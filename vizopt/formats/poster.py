"""Showing: whether a clip may start by itself, and the picture that stands for it."""

import io
from pathlib import Path

from vizopt.core.arrays import Frame
from vizopt.core.errors import DecodeError
from vizopt.flashes import Verdict
from vizopt.flashes.decode import pictures
from vizopt.flashes.grid import RGB
from vizopt.flashes.warning import CARD_WORDS
from vizopt.formats.stream import ClipMetadata


def warning_of(metadata: ClipMetadata, verdict: Verdict | None) -> str:
    """Why a clip must not start by itself; empty for one that may."""
    return metadata.warning or ("" if verdict is None or verdict.passed else CARD_WORDS)


def still(clip: Path, *, first: bool) -> bytes:
    """The last picture of a clip, or the first, as PNG.

    Raises:
        DecodeError: it cannot be read.
    """
    return png(picture(clip, first=first))


def png(frame: RGB | Frame) -> bytes:
    """A picture as PNG."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(frame).save(file, "PNG")
    return file.getvalue()


def picture(clip: Path, *, first: bool) -> RGB:
    """The last picture of a clip, or the first.

    Raises:
        DecodeError: it cannot be read.
    """
    frame = None
    for shown in pictures(clip):
        frame = shown.frame
        if first:
            break
    if frame is None:
        raise DecodeError(f"{clip}: cannot read: there is no picture in it")
    return frame
