"""Encoders, one container format a file. A new one is its file and its line in the table."""

from importlib import import_module
from pathlib import Path
from typing import cast

from vizopt.core.errors import EncodeError
from vizopt.formats.base import (
    LOOPS,
    MOST,
    ClipMetadata,
    Encoder,
    Poster,
    StreamSpec,
    Write,
    is_sequence,
)

# By the end of the name, the module that writes it; imported when first wanted.
ENCODERS: dict[str, str] = {
    ".mp4": "vizopt.formats.mp4",
    ".gif": "vizopt.formats.gif",
    ".mov": "vizopt.formats.mov",
    ".webm": "vizopt.formats.webm",
    ".webp": "vizopt.formats.webp",
    ".apng": "vizopt.formats.apng",
    ".png": "vizopt.formats.png",
    ".jpg": "vizopt.formats.jpg",
    ".jpeg": "vizopt.formats.jpg",
    ".pdf": "vizopt.formats.pdf",
    ".svg": "vizopt.formats.svg",
    ".html": "vizopt.formats.html.encoder",
    ".pptx": "vizopt.formats.slides.encoder",
    "%05d.png": "vizopt.formats.sequence",
}
STILLS = {".png", ".jpg", ".jpeg", ".pdf", ".svg"}
SEQUENCE = "%05d.png"


def is_still(path: Path) -> bool:
    """Whether a file holds one frame only."""
    return path.suffix.lower() in STILLS and not is_sequence(path)


def encoder(path: Path) -> Encoder:
    """The encoder of a path's suffix.

    Raises:
        EncodeError: no encoder for it.
    """
    suffix = SEQUENCE if is_sequence(path) else path.suffix.lower()
    if suffix not in ENCODERS:
        wrong = f"unknown suffix {suffix!r}" if suffix else "has no suffix, which says the format"
        known = ", ".join(ENCODERS)  # all: of .avif the nearest, .gif, is not what is meant
        raise EncodeError(f"{path}: {wrong}: there are: {known}")
    return cast(Encoder, import_module(ENCODERS[suffix]).ENCODER)


__all__ = [
    "ENCODERS",
    "LOOPS",
    "MOST",
    "ClipMetadata",
    "Encoder",
    "Poster",
    "StreamSpec",
    "Write",
    "encoder",
    "is_sequence",
    "is_still",
]
