"""Marks: what tells the files that vizopt has written from everybody else's, which are kept.

A clip carries its recipe, a PNG the name of the program, a deck who saved it last. A text ends in
a line with a checksum of all the rest: one that somebody has changed is theirs.
"""

import re
import zlib
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from vizopt.core.errors import EncodeError

SOFTWARE = "vizopt"  # of a PNG, and who saved a deck last
WRITTEN = re.compile(rb"Written by vizopt \(([0-9a-f]{8})\)\.")
RECIPE, PNG_SOFTWARE = b"# made with vizopt ", b"tEXtSoftware\0vizopt"
GENERATOR = b'<meta name="generator" content="vizopt '  # of a page
TOLD = b"\n\nAt the top of the picture are the title"  # in every text beside a clip
SAVED_BY = b"<cp:lastModifiedBy>vizopt</cp:lastModifiedBy>"
TEXTS = {".txt", ".toml", ".html", ".qmd", ".md"}
CLIPS = (
    *("mp4", "mov", "gif", "webm", "webp", "apng"),
    *("png", "jpg", "jpeg", "pdf", "svg", "html", "pptx"),
)
READ = 4 << 20  # bytes of a clip at either end; a recipe stands there


def signed(before: str, after: str = "") -> str:
    """A text with the mark in it, between what stands before and after."""
    return f"{before}Written by vizopt ({_checksum((before + after).encode())}).{after}"


def unsigned(text: str) -> str:
    """A text without marks."""
    return re.sub(WRITTEN.pattern.decode(), "", text)


def guard(path: Path, overwrite: bool, why: str = "") -> None:
    """Find out before the training that a file of somebody else's is in the way.

    Args:
        path: what is to be written.
        overwrite: the user has said that it may go.
        why: what it would be, where the user has not named it.

    Raises:
        EncodeError: it is there and not of vizopt's.
    """
    if not path.exists():
        return
    if not path.is_file():
        raise EncodeError(f"{path}: {why}is there and is no file: choose another name")
    if not (overwrite or is_ours(path)):
        raise EncodeError(
            f"{path}: {why}is there, and vizopt did not write it or it was changed since: "
            "choose another name, or replace it with --overwrite"
        )


def is_ours(path: Path) -> bool:
    """Whether vizopt has written a file, or it is empty: nothing is lost with it."""
    suffix = path.suffix.lower()
    try:
        if not path.stat().st_size:
            return True
        if suffix == ".pptx":
            return _saved_by_us(path)
        if suffix in TEXTS:
            return _text_is_ours(path)
        ends = _ends(path)
    except OSError:
        return False
    return RECIPE in ends or (suffix == ".png" and PNG_SOFTWARE in ends)


def _checksum(data: bytes) -> str:
    """CRC-32, the same whatever the ends of the lines are."""
    plain = data.replace(b"\r\n", b"\n")
    return f"{zlib.crc32(plain):08x}"


def _text_is_ours(path: Path) -> bool:
    data = path.read_bytes()
    marks = list(WRITTEN.finditer(data))
    if marks:
        return any(
            _checksum(data[: mark.start()] + data[mark.end() :]) == mark[1].decode()
            for mark in marks[-1:] + marks[:1]
        )
    if path.suffix.lower() == ".html":  # of an older vizopt, as below
        return GENERATOR in data[:READ]
    return path.suffix.lower() == ".txt" and TOLD in data and _beside_a_clip(path)


def _beside_a_clip(text: Path) -> bool:
    clips = (text.with_suffix(f".{suffix}") for suffix in CLIPS)
    return any(clip.is_file() and is_ours(clip) for clip in clips)


def _saved_by_us(deck: Path) -> bool:
    """PowerPoint puts its user's name there when somebody has worked on it."""
    try:
        with ZipFile(deck) as archive, archive.open("docProps/core.xml") as properties:
            return SAVED_BY in properties.read(100_000)
    except (BadZipFile, KeyError, NotImplementedError, RuntimeError, EOFError, zlib.error):
        return False


def _ends(path: Path) -> bytes:
    """The first and last bytes of a file."""
    with path.open("rb") as file:
        first = file.read(READ)
        file.seek(max(path.stat().st_size - READ, len(first)))
        return first + file.read(READ)
