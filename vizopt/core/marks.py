"""Marks: what tells the files that vizopt has written from everybody else's, which are kept.

A clip carries its recipe, a PNG the name of the program, a deck who saved it last and a checksum of
its parts; a text has a line with a checksum of all the rest, a clip ends in one of all before and
of its length, and its recipe says so: one that somebody has changed is theirs. Clips of older
versions have no checksum.
"""

import re
import zlib
from collections.abc import Callable
from pathlib import Path

SOFTWARE = "vizopt"  # of a PNG, and who saved a deck last
WRITTEN = re.compile(rb"Written by vizopt \(([0-9a-f]{8})\)\.")
RECIPE = b"# made with vizopt "
SEALED_NOTE = ", sealed"  # what a recipe says behind the versions, where its file ends in a mark
SAYS_SEALED = re.compile(re.escape(RECIPE) + rb"[^\n]{0,200}?" + re.escape(SEALED_NOTE.encode()))
MARK_BYTES = 29
IEND_BYTES = 12  # the last chunk of a PNG
TAIL_BYTES = 100  # of a clip, where its mark stands
BLOCK_BYTES = 1 << 20
END_BYTES = 4 << 20  # of a clip at either end; a recipe stands there


def signed(before: str, after: str = "") -> str:
    """A text with the mark in it, between what stands before and after."""
    return f"{before}Written by vizopt ({_checksum((before + after).encode())}).{after}"


def sealed_note() -> str:
    """What a picture without a recipe says in the place of one: that it ends in a mark."""
    from importlib.metadata import version  # of no use to most commands

    return RECIPE.decode() + version("vizopt") + SEALED_NOTE


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


def text_is_written(path: Path, word: bytes) -> bool:
    """Whether a page or picture that is text is as it was signed; one that nobody signed has a
    word near its beginning."""
    data = path.read_bytes()
    signed = is_signed(data)
    return _is_older(data[:END_BYTES], word) if signed is None else signed


def seal(
    file: Path, before: bytes, after: Callable[[bytes], bytes] = lambda mark: b"", kept: int = 0
) -> None:
    """Put the mark of a complete file at its end.

    Args:
        file: to be changed.
        before: what stands in front of the mark, as the format wants it.
        after: what stands behind a mark.
        kept: bytes of the file that stay behind all that.
    """
    with file.open("r+b") as opened:
        opened.seek(file.stat().st_size - kept)
        rest = opened.read()
        opened.seek(-kept, 2)
        opened.truncate()
        opened.write(before)
        opened.flush()
        start = file.stat().st_size
        size = start + MARK_BYTES + len(after(bytes(MARK_BYTES))) + kept
        mark = f"Written by vizopt ({_sum_of(file, start, size)}).".encode()
        opened.write(mark + after(mark) + rest)


def seal_png(file: Path) -> None:
    """The same of a PNG, also one that moves: its last text."""
    kind = b"tEXtSeal\0"
    length = (len(kind) - 4 + MARK_BYTES).to_bytes(4, "big")
    seal(file, length + kind, lambda mark: zlib.crc32(kind + mark).to_bytes(4, "big"), IEND_BYTES)


def holds_recipe(path: Path) -> bool:
    """Whether a file is as it was sealed; one without a seal has a recipe of vizopt's."""
    return is_written(path, RECIPE)


def is_written(path: Path, *words: bytes) -> bool:
    """Whether a file is as it was sealed; one without a seal has one of the words."""
    found, size = ends(path), path.stat().st_size
    if not WRITTEN.search(found):
        return _is_older(found, *words)
    start = max(size - TAIL_BYTES, 0)
    mark = WRITTEN.search(found[-TAIL_BYTES:])
    return mark is not None and _sum_of(path, start + mark.start(), size) == mark[1].decode()


def _is_older(data: bytes, *words: bytes) -> bool:
    """Whether this has one of the words, and does not say that it had a mark."""
    return any(word in data for word in words) and not SAYS_SEALED.search(data)


def ends(path: Path) -> bytes:
    """The first and last bytes of a file."""
    with path.open("rb") as file:
        first = file.read(END_BYTES)
        file.seek(max(path.stat().st_size - END_BYTES, len(first)))
        return first + file.read(END_BYTES)


def _sum_of(file: Path, length: int, size: int) -> str:
    """CRC-32 of the first bytes of a file, and of how many it has in all."""
    total = zlib.crc32(size.to_bytes(8, "big"))
    with file.open("rb") as opened:
        while length and (block := opened.read(min(length, BLOCK_BYTES))):
            total, length = zlib.crc32(block, total), length - len(block)
    return f"{total:08x}"


def _checksum(data: bytes) -> str:
    """CRC-32, the same whatever the ends of the lines are."""
    plain = data.replace(b"\r\n", b"\n")
    return f"{zlib.crc32(plain):08x}"
