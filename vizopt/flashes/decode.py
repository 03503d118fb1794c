"""Decode: the pictures of a clip as a viewer sees them, at the clip's own times."""

from collections.abc import Iterator
from pathlib import Path

from vizopt.core.errors import DecodeError
from vizopt.flashes.containers import clip_in, is_holder
from vizopt.flashes.frames import MATROSKA, WHITE, DecodedFrame, head

KINDS = "an MP4, MOV, WebM, GIF, APNG, WebP, PNG or JPG, nor a page or slide with a clip"


def pictures(path: Path, paper: str = WHITE) -> Iterator[DecodedFrame]:
    """The pictures of a clip, in the order of showing, or of a PNG or JPG; none is kept.

    Of a PowerPoint deck or a player's page those of its one clip. What is transparent shows the
    paper.

    Raises:
        DecodeError: no such clip, or it is damaged.
    """
    if is_holder(head(path)):
        return _held(path, paper)
    if is_image(path):
        from vizopt.flashes.images import pictures as of_image

        return of_image(path, paper)
    from vizopt.flashes.videos import pictures as of_video

    return of_video(path, paper)


def loops(path: Path) -> bool:
    """Whether a clip starts again at its end; MP4 and WebM cannot tell, and many players do so."""
    if is_holder(head(path)) or not is_image(path):
        return True
    from vizopt.flashes.images import loops as image_loops

    return image_loops(path)


def _held(holder: Path, paper: str) -> Iterator[DecodedFrame]:
    with clip_in(holder) as clip:
        yield from pictures(clip, paper)


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
    raise DecodeError(f"{path}: not {KINDS}, whatever its name says")
