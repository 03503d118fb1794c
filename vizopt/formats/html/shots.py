"""Shots: the drawings of one clip that a page holds, and which screen each is for."""

from base64 import b64encode
from collections.abc import Sequence
from io import BytesIO
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from PIL import Image

from vizopt.core.arrays import Frame, Size, Spot, Spots

NARROW = "(max-width: 40rem) and (orientation: portrait)"  # screens of the second one
WIDE_ASPECT = 1.3  # width by height
MIN_WIDTH_PX, MAX_WIDTH_PX = 480, 720  # of the second one


class Shot(NamedTuple):
    """One drawing of the clip.

    Args:
        size: width and height in pixels.
        clip: an MP4 of it.
        poster: the frame that is shown where it does not play.
        frames: how many it has.
        changes: those that differ from the one before, the first one too.
        spots: where each of several runs is in them.
    """

    size: Size
    clip: bytes
    poster: Frame
    frames: int
    changes: Sequence[int]
    spots: Spots = MappingProxyType({})


def narrow(size: Size) -> Size | None:
    """The size of the second drawing, 4:5; none where the first one suits a narrow screen too.

    Or where it is so small that no second one is wanted.
    """
    width, height = size
    if width < WIDE_ASPECT * height or height < MIN_WIDTH_PX:
        return None
    side = min(height, MAX_WIDTH_PX) // 8 * 8
    return side, side * 5 // 4


def spots(shots: Sequence[Shot]) -> dict[str, list[list[dict[str, list[int]]]]]:
    """What the script knows of the runs' spots in each clip: of each run, in their order."""
    return {
        name: [[_moves(spot) for spot in each] for each in shot.spots.values()]
        for name, _, shot in _named(shots)
    }


def _moves(spot: Spot) -> dict[str, list[int]]:
    """Each frame from which on it is elsewhere, and where: `{"line": [0, 12, 30, 4, 16, 30]}`."""
    moves = np.flatnonzero(np.append(True, (spot[1:] != spot[:-1]).any(axis=1)))
    kind = "box" if spot.shape[1] == 4 else "line"
    return {kind: np.column_stack([moves, spot[moves]]).ravel().tolist()}


def sources(shots: Sequence[Shot]) -> str:
    """The clips, those of special screens first."""
    parts = []
    for name, media, shot in _named(shots):
        size = f'data-width="{shot.size[0]}" data-height="{shot.size[1]}"'
        data = f"data:video/mp4;base64,{b64encode(shot.clip).decode()}"
        parts.append(f'<source id="{name}" type="video/mp4"{media} {size} src="{data}">')
    return "\n".join(parts)


def posters(shots: Sequence[Shot], alt: str) -> str:
    """The picture under the clips: `alt` is escaped."""
    parts = []
    for name, media, shot in _named(shots):
        size = f'width="{shot.size[0]}" height="{shot.size[1]}"'
        data = f"data:image/png;base64,{_png(shot.poster)}"
        if name == "narrow":
            parts.append(f'<source{media} {size} srcset="{data}">')
        else:
            parts.append(f'<img id="poster" lang="en" {size} alt="{alt}" src="{data}">')
    return "".join(parts)


def _named(shots: Sequence[Shot]) -> list[tuple[str, str, Shot]]:
    """Each with its name and its screens, the first drawing last."""
    first, *others = shots
    special = [("narrow", f' media="{NARROW}"', shot) for shot in others]
    return [*special, ("clip", "", first)]


def _png(frame: Frame) -> str:
    file = BytesIO()
    Image.fromarray(frame).convert("RGB").save(file, "PNG", optimize=True)
    return b64encode(file.getvalue()).decode()
