"""Encoders, one container format a file. A new one is its file and its line in the table."""

from importlib import import_module
from pathlib import Path
from typing import cast

from vizopt.encoders.base import Encoder, Film, Label, Write, finished
from vizopt.errors import EncodeError, hint

# By suffix, the module that writes it; imported when first wanted.
ENCODERS: dict[str, str] = {
    ".mp4": "vizopt.encoders.mp4",
    ".gif": "vizopt.encoders.gif",
    ".png": "vizopt.encoders.png",
    ".html": "vizopt.player.encoder",
    ".pptx": "vizopt.deck.encoder",
}


def encoder(path: Path) -> Encoder:
    """The encoder of a path's suffix.

    Raises:
        EncodeError: no encoder for it.
    """
    suffix = path.suffix.lower()
    if suffix not in ENCODERS:
        raise EncodeError(f"{path}: unknown suffix {suffix!r}: {hint(suffix, ENCODERS)}")
    return cast(Encoder, import_module(ENCODERS[suffix]).ENCODER)


__all__ = ["ENCODERS", "Encoder", "Film", "Label", "Write", "encoder", "finished"]
