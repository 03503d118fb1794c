"""Encoders, one container format a file. A new one is its file and its line in the table."""

import re
from importlib import import_module
from pathlib import Path
from typing import cast

from vizopt.encoders.base import LOOPS, MOST, Encoder, Film, Label, Poster, Write, finished
from vizopt.errors import EncodeError

# By the end of the name, the module that writes it; imported when first wanted.
ENCODERS: dict[str, str] = {
    ".mp4": "vizopt.encoders.mp4",
    ".gif": "vizopt.encoders.gif",
    ".mov": "vizopt.encoders.mov",
    ".webm": "vizopt.encoders.webm",
    ".webp": "vizopt.encoders.webp",
    ".apng": "vizopt.encoders.apng",
    ".png": "vizopt.encoders.png",
    ".jpg": "vizopt.encoders.jpg",
    ".jpeg": "vizopt.encoders.jpg",
    ".pdf": "vizopt.encoders.pdf",
    ".svg": "vizopt.encoders.svg",
    ".html": "vizopt.player.encoder",
    ".pptx": "vizopt.deck.encoder",
    "%05d.png": "vizopt.encoders.sequence",
}
STILLS = {".png", ".jpg", ".jpeg", ".pdf", ".svg"}
SEQUENCE = "%05d.png"
NUMBERED = re.compile(r".*%(0[1-9])?d\.png", re.IGNORECASE | re.DOTALL)


def is_sequence(path: Path) -> bool:
    """Whether a name stands for many pictures: `NAME-%05d.png`, `NAME-%d.png`."""
    return bool(NUMBERED.fullmatch(path.name))


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
    "Encoder",
    "Film",
    "Label",
    "Poster",
    "Write",
    "encoder",
    "finished",
    "is_sequence",
    "is_still",
]
