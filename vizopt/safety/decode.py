"""Decode: the pictures of a clip as a viewer sees them, at the clip's own times."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from vizopt.errors import DecodeError
from vizopt.safety.grid import RGB
from vizopt.safety.holders import clip_in, is_holder

HEAD = 12  # bytes that tell the formats apart
MATROSKA = b"\x1aE\xdf\xa3"
WHITE, BLACK = "#ffffff", "#000000"


class Picture(NamedTuple):
    """One picture of a clip.

    Args:
        start: when it is first seen, µs after the first picture.
        end: when it should go, by its own duration.
        frame: the picture [H, W, 3], sRGB.
        clear: whether something in it is transparent.
    """

    start: int
    end: int
    frame: RGB
    clear: bool = False


def pictures(path: Path, paper: str = WHITE) -> Iterator[Picture]:
    """The pictures of an MP4, MOV, WebM, GIF, APNG or WebP, in the order of showing; none is kept.

    Of a PowerPoint deck or a player's page those of its one clip. What is transparent shows the
    paper.

    Raises:
        DecodeError: no such clip, or it is damaged.
    """
    if is_holder(head(path)):
        return _held(path, paper)
    if is_image(path):
        from vizopt.safety.images import pictures as of_image

        return of_image(path, paper)
    from vizopt.safety.videos import pictures as of_video

    return of_video(path, paper)


def loops(path: Path) -> bool:
    """Whether a clip starts again at its end; MP4 and WebM cannot tell, and many players do so."""
    if is_holder(head(path)) or not is_image(path):
        return True
    from vizopt.safety.images import loops as image_loops

    return image_loops(path)


def _held(holder: Path, paper: str) -> Iterator[Picture]:
    with clip_in(holder) as clip:
        yield from pictures(clip, paper)


def source(path: Path) -> list[str]:
    """ffmpeg's options to read an MP4 or WebM as what it begins as, and no other file.

    Else a playlist that begins like a clip would make it open what it names.
    """
    demuxer = "matroska" if head(path).startswith(MATROSKA) else "mov"
    return ["-f", demuxer, "-protocol_whitelist", "file", "-i", f"file:{path}"]


def head(path: Path) -> bytes:
    """The first bytes of a file."""
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):  # a pipe would wait for ever
            raise DecodeError(f"{path}: is no file: save what comes from it first")
        with path.open("rb") as file:
            return file.read(HEAD)
    except OSError as error:
        raise DecodeError(f"{path}: cannot read: {error.strerror or error}") from error


def is_image(path: Path) -> bool:
    """Whether Pillow is the one to read it, by its first bytes."""
    first = head(path)
    if first.startswith((b"GIF8", b"\x89PNG", b"\xff\xd8\xff")) or (first[:4], first[8:]) == (
        b"RIFF",
        b"WEBP",
    ):
        return True
    if first[4:8] in (b"ftyp", b"moov", b"mdat", b"free", b"wide") or first[:4] == MATROSKA:
        return False
    raise DecodeError(f"{path}: not an MP4, MOV, WebM, GIF, APNG or WebP, whatever its name says")
