"""Sources: the text of a table's file, whatever it is packed or encoded as."""

import bz2
import codecs
import gzip
import io
import lzma
import zlib
from importlib.resources import files
from pathlib import Path
from typing import Any

from vizopt.core.bounded import read_bytes
from vizopt.train.problems.cells import composed

MAX_TABLE_BYTES = 200_000_000  # bytes of a table
MOST_ROWS = 500_000  # read in some seconds; a picture shows far fewer points
INVISIBLE = dict.fromkeys([0x200B, 0x2060, 0xFEFF])  # between characters, without a width
MARKS = {  # at the start of a file that says its own encoding; the longer ones first
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
PACKED: dict[bytes, Any] = {b"\x1f\x8b": gzip, b"BZh": bz2, b"\xfd7zXZ\0": lzma}
OTHERS = {  # files that are taken for text
    b"PK\x03\x04": "is a ZIP archive: unpack it first",
    b"\xd0\xcf\x11\xe0": "is an old Excel workbook: save it as .xlsx or CSV",
    b"\x93NUMPY": 'is a NumPy array: say kind = "npz"',
    **dict.fromkeys((b"<!DOCTYPE", b"<!doctype", b"<html"), "is a web page: save the table itself"),
}


def found(path: str) -> Path:
    """The file itself, or the one of that name among the bundled scenes."""
    bundled = Path(str(files("vizopt.scenes"))) / path
    return bundled if not Path(path).exists() and bundled.is_file() else Path(path)


def bytes_of(path: str) -> bytes:
    """All of a file, unpacked where it is compressed by gzip, bzip2 or xz.

    Raises:
        ValueError: it cannot be read, is damaged, or is larger than MAX_TABLE_BYTES.
    """
    try:
        raw = read_bytes(found(path), MAX_TABLE_BYTES)
    except OSError as error:
        raise ValueError(f"{path}: cannot read: {error.strerror}") from error
    packed = next((module for mark, module in PACKED.items() if raw.startswith(mark)), None)
    if packed is None:
        return raw
    try:
        with packed.open(io.BytesIO(raw)) as file:
            raw = bytes(file.read(MAX_TABLE_BYTES + 1))
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise ValueError(f"{path}: is compressed and damaged: {error}") from error
    if len(raw) > MAX_TABLE_BYTES:
        raise ValueError(
            f"{path}: unpacks to more than {MAX_TABLE_BYTES / 1e6:g} MB: take a part of it"
        )
    return raw


def text_of(path: str, raw: bytes, encoding: str = "") -> str:
    """The file's text, its lines ended by \\n.

    Args:
        path: the file, to name it.
        raw: what bytes_of read from it.
        encoding: of the text; where empty the file's own mark tells it, else it is UTF-8.

    Raises:
        ValueError: no text in this encoding, or too long.
    """
    for start, what in OTHERS.items():
        if raw.startswith(start):
            raise ValueError(f"{path}: {what}")
    marked = next((name for mark, name in MARKS.items() if raw.startswith(mark)), "")
    text = _decoded(path, raw, marked or encoding or "utf-8")
    if "\0" in text:
        way = f'say encoding = "utf-16-{"be" if raw.startswith(bytes(1)) else "le"}"'
        raise ValueError(f"{path}: is no text, or UTF-16 without its mark: {way}")
    if not text.strip():
        raise ValueError(f"{path}: is empty")
    check_length(path, text.count("\n"))
    text = text if text.isascii() else composed(text.translate(INVISIBLE))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def check_length(path: str, count: int) -> None:
    """Raises ValueError where a table has more rows than are read."""
    if count > MOST_ROWS:
        raise ValueError(f"{path}: has more than {MOST_ROWS} rows: take a part of them")


def _decoded(path: str, raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding)
    except LookupError as error:
        way = 'one of Python\'s names for it, such as "cp1252"'
        raise ValueError(f"{path}: encoding: {encoding!r} is unknown: give {way}") from error
    except UnicodeError as error:
        at = error.start if isinstance(error, UnicodeDecodeError) else 0
        reason = error.reason if isinstance(error, UnicodeDecodeError) else error
        way = 'save it as UTF-8 or say encoding = "cp1252" or another'
        line = raw[:at].count(b"\n") + 1
        what = f"is no text in {encoding.upper()}: line {line}: {reason}"
        raise ValueError(f"{path}: {what}: {way}") from error
