"""Formats, one container a file. A new one is its file and its line in the table."""

from importlib import import_module
from itertools import islice
from operator import ne
from pathlib import Path
from typing import cast

from vizopt.core.errors import EncodeError
from vizopt.formats.base import MAX_LOOPS, Format, check_number, is_sequence
from vizopt.formats.quality import MAX_LEVEL
from vizopt.formats.stream import ClipMetadata, Mark, Redrawn, StreamSpec, Write

# By the end of the name, the module that says all else; imported when first wanted.
FORMATS: dict[str, str] = {
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
SEQUENCE = "%05d.png"


def find_format(path: Path) -> Format | None:
    """The format of a path's suffix, or none."""
    module = FORMATS.get(suffix_of(path))
    return cast(Format, import_module(module).FORMAT) if module else None


def format_of(path: Path) -> Format:
    """The format of a path's suffix.

    Raises:
        EncodeError: there is none, or it is of one picture and the name of many.
    """
    check_number(path)
    found = find_format(path)
    if found is None:
        suffix = suffix_of(path)
        wrong = f"unknown suffix {suffix!r}" if suffix else "has no suffix, which says the format"
        raise EncodeError(f"{path}: {wrong}: {_meant(suffix)}there are: {', '.join(FORMATS)}")
    return found


def _meant(suffix: str) -> str:
    """The suffix that differs in one letter, as a question; of .avif .gif is not what is meant."""
    near = (
        known for known in FORMATS if len(known) == len(suffix) and sum(map(ne, known, suffix)) == 1
    )
    return "".join(f'did you mean "{known}"? ' for known in islice(near, 1))


def every() -> dict[str, Format]:
    """All of them, by suffix."""
    return {suffix: format_of(Path(f"clip{suffix}")) for suffix in FORMATS}


def suffix_of(path: Path) -> str:
    """The end of a name that says the format: ".gif", "%05d.png"."""
    return SEQUENCE if is_sequence(path) else path.suffix.lower()


__all__ = [
    "FORMATS",
    "MAX_LEVEL",
    "MAX_LOOPS",
    "ClipMetadata",
    "Format",
    "Mark",
    "Redrawn",
    "StreamSpec",
    "Write",
    "every",
    "find_format",
    "format_of",
    "is_sequence",
    "suffix_of",
]
