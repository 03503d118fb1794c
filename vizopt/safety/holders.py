"""Holders: files that have a clip inside them, a PowerPoint deck and a player's page."""

import re
import tempfile
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from vizopt.errors import DecodeError

DECK, PAGE = b"PK\3\4", b"<!doctype"  # how they begin
CLIPS = (".mp4", ".gif", ".webm")
INSIDE = re.compile(r'<script [^>]*id="clip"[^>]*>([^<]*)</script>')


def is_holder(head: bytes) -> bool:
    """Whether a file that begins so may hold a clip."""
    return head.startswith(DECK) or head.lower().startswith(PAGE)


@contextmanager
def clip_in(holder: Path) -> Iterator[Path]:
    """The one clip of a deck or page, in a file of its own.

    Raises:
        DecodeError: there is none, or there are several.
    """
    with tempfile.TemporaryDirectory() as folder:
        try:
            if holder.read_bytes()[: len(DECK)] == DECK:
                yield _on_slide(holder, Path(folder))
            else:
                yield _in_page(holder, Path(folder))
        except (OSError, BadZipFile, UnicodeDecodeError) as error:
            raise DecodeError(f"{holder}: cannot read: {error}") from error


def _on_slide(deck: Path, folder: Path) -> Path:
    with ZipFile(deck) as archive:
        media = [name for name in archive.namelist() if name.startswith("ppt/media/")]
        clips = [name for name in media if name.lower().endswith(CLIPS)]
        if len(clips) != 1:
            count = len(clips) or "no"
            raise DecodeError(f"{deck}: holds {count} clips: take them one by one")
        return Path(archive.extract(clips[0], folder))


def _in_page(page: Path, folder: Path) -> Path:
    found = INSIDE.search(page.read_text(encoding="utf-8"))
    if not found:
        raise DecodeError(f"{page}: a page without a clip of vizopt's in it")
    clip = folder / "clip.mp4"
    clip.write_bytes(b64decode(found[1]))
    return clip
