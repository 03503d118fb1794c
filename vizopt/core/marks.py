"""Marks: what tells the files that vizopt has written from everybody else's, which are kept.

A clip carries its recipe, a PNG the name of the program, a deck who saved it last and a
checksum of its parts, a text ends in a line with a checksum of all the rest: one that somebody has
changed is theirs.
"""

import re
import zlib
from pathlib import Path

SOFTWARE = "vizopt"  # of a PNG, and who saved a deck last
WRITTEN = re.compile(rb"Written by vizopt \(([0-9a-f]{8})\)\.")
RECIPE = b"# made with vizopt "
END_BYTES = 4 << 20  # of a clip at either end; a recipe stands there


def signed(before: str, after: str = "") -> str:
    """A text with the mark in it, between what stands before and after."""
    return f"{before}Written by vizopt ({_checksum((before + after).encode())}).{after}"


def unsigned(text: str) -> str:
    """A text without marks."""
    return re.sub(WRITTEN.pattern.decode(), "", text)


def is_signed(data: bytes) -> bool | None:
    """Whether a text is as it was when it was signed; none where nobody signed it."""
    marks = list(WRITTEN.finditer(data))
    if not marks:
        return None
    return any(
        _checksum(data[: mark.start()] + data[mark.end() :]) == mark[1].decode()
        for mark in marks[-1:] + marks[:1]
    )


def holds_recipe(path: Path) -> bool:
    """Whether a file has a recipe of vizopt's at its beginning or end."""
    return RECIPE in ends(path)


def ends(path: Path) -> bytes:
    """The first and last bytes of a file."""
    with path.open("rb") as file:
        first = file.read(END_BYTES)
        file.seek(max(path.stat().st_size - END_BYTES, len(first)))
        return first + file.read(END_BYTES)


def _checksum(data: bytes) -> str:
    """CRC-32, the same whatever the ends of the lines are."""
    plain = data.replace(b"\r\n", b"\n")
    return f"{zlib.crc32(plain):08x}"
