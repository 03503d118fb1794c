"""Holders: files that have a clip inside them, a PowerPoint deck and a player's page."""

import re
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZipFile

from vizopt.core.bounded import read_bytes
from vizopt.core.errors import DecodeError
from vizopt.core.places import scratch

DECK, PAGE = b"PK\3\4", b"<!doctype"  # how they begin
CLIP_SUFFIXES = (".mp4", ".gif", ".webm")
CLIP_IN_PAGE = re.compile(
    r'<source id="(clip|narrow)"[^<>]{0,200} src="data:video/mp4;base64,([^"<>]*)"'
)
MAX_BYTES = 1_000_000_000  # bytes of a clip in a holder, and of a page
MAX_PACKING = 100  # bytes that a byte of a deck may stand for: clips can hardly be packed


def is_holder(head: bytes) -> bool:
    """Whether a file that begins so may hold a clip."""
    return head.startswith(DECK) or head.lower().startswith(PAGE)


def is_page(head: bytes) -> bool:
    """Whether a file that begins so may be a page, with one clip or two."""
    return head.lower().startswith(PAGE)


@contextmanager
def clip_in(holder: Path) -> Iterator[Path]:
    """The one clip of a deck, or the first of a page, in a file of its own.

    Raises:
        DecodeError: there is none, there are several on slides, or it cannot be read.
    """
    with clips_in(holder) as (clip, *_):
        yield clip


@contextmanager
def clips_in(holder: Path) -> Iterator[list[Path]]:
    """The clips of a deck or page, each in a file of its own; one of a deck.

    Raises:
        DecodeError: as clip_in does.
    """
    with scratch() as folder:
        clips: list[Path] = []
        try:
            with holder.open("rb") as file:
                first = file.read(len(DECK))
            for data in [_on_slide(holder)] if first == DECK else _in_page(holder):
                clips.append(folder / f"clip-{len(clips)}")
                clips[-1].write_bytes(data)
        except DecodeError:
            raise
        except Exception as error:  # zipfile has one of its own for each kind of damage
            raise DecodeError(f"{holder}: cannot read: {_told(error)}") from error
        for clip in clips:
            with clip.open("rb") as file:
                if is_holder(file.read(len(PAGE))):  # it might hold itself, and so on
                    raise DecodeError(f"{holder}: what it holds is no clip")
        try:
            yield clips
        except DecodeError as error:
            told = str(error)
            for clip in clips:
                told = told.replace(str(clip), str(holder))
            raise DecodeError(told) from error


def _on_slide(deck: Path) -> bytes:
    with ZipFile(deck) as archive:
        media = [info for info in archive.infolist() if info.filename.startswith("ppt/media/")]
        clips = [info for info in media if info.filename.lower().endswith(CLIP_SUFFIXES)]
        if len(clips) != 1:
            count = len(clips) or "no"
            raise DecodeError(f"{deck}: holds {count} clips: take them one by one")
        most = min(MAX_BYTES, MAX_PACKING * deck.stat().st_size)
        with archive.open(clips[0]) as packed:
            clip = packed.read(most + 1)  # whatever size the archive claims
        if len(clip) > most:
            raise DecodeError(f"{deck}: its clip is larger than {most / 1e6:.3g} MB: not read")
        return clip


def _in_page(page: Path) -> list[bytes]:
    """The clip, and the one for narrow screens behind it."""
    found = dict(CLIP_IN_PAGE.findall(read_bytes(page, MAX_BYTES).decode()))
    if "clip" not in found:
        raise DecodeError(f"{page}: a page without a clip of vizopt's in it")
    return [b64decode(found[name]) for name in sorted(found)]


def _told(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
