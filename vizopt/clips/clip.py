"""Clip: what is known of a finished file."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vizopt.clips.brief import clip_line, told_verdict
from vizopt.core.arrays import Size
from vizopt.core.errors import DecodeError
from vizopt.core.numbers import counted
from vizopt.flashes import Verdict
from vizopt.flashes.decode import pictures
from vizopt.flashes.grid import RGB
from vizopt.formats import ClipMetadata, find_format, is_sequence
from vizopt.formats.sequence import members

if TYPE_CHECKING:
    from vizopt.clips.notebook import Player


@dataclass(frozen=True)
class Clip:
    """A finished file.

    Args:
        path: where it is.
        size: width and height in pixels.
        fps: frames per second, as written.
        length: how many frames it has.
        took: seconds of drawing and encoding.
        verdict: what `vizopt check` finds in it; none for stills and sequences.
        metadata: what the file says of itself.
        at: what a still shows, "epoch 4500".
        harm: what was given up for a smaller file; empty where nothing was.
        unseen: what a picture of this shape has no room for.
        papered: on the look's paper, for its format has no transparency.
        asked: frames per second that were asked for; none where nobody did.
    """

    path: Path
    size: Size
    fps: float
    length: int
    took: float
    verdict: Verdict | None
    metadata: ClipMetadata
    at: str = ""
    harm: str = ""
    unseen: tuple[str, ...] = ()
    papered: bool = False
    asked: float | None = None

    def __str__(self) -> str:
        return clip_line(self)

    def __repr__(self) -> str:
        """`<Clip sgd.gif: 800×450, 20 frames at 20 fps, passes the flash check>`."""
        width, height = self.size
        length = self.at or f"{counted(self.length, 'frame')} at {self.fps:.4g} fps"
        parts = [f"{width}×{height}", length, told_verdict(self.verdict)]
        return f"<Clip {self.path}: {', '.join(filter(None, parts))}>"

    def player(self) -> "Player":
        """The page that plays and steps it, shown in a notebook's cell.

        Raises:
            VizoptError: it is no MP4 and no page.
        """
        from vizopt.clips.notebook import player

        return player(self)

    def images(self) -> Iterator[RGB]:
        """Its frames one by one, [H, W, 3] uint8, as a viewer sees them: decoded from the file.

        What is transparent is on white.

        Raises:
            VizoptError: the file is gone or damaged, or has no pixels of its own.
        """
        return images(self.path)

    def frames(self) -> RGB:
        """All of them at once, [N, H, W, 3] uint8, for a tracker of experiments.

        Raises:
            VizoptError: as images().
        """
        return np.stack(list(self.images()))

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        """How a notebook shows it."""
        from vizopt.clips.notebook import bundle

        return bundle(self)


def images(file: Path) -> Iterator[RGB]:
    """The frames [H, W, 3] of a clip, still or sequence.

    Raises:
        DecodeError: it cannot be read.
    """
    known = find_format(file)
    if known and not known.pixels:
        raise DecodeError(f"{file}: has no pixels of its own: render a .png")
    for member in members(file) if is_sequence(file) else [file]:
        yield from (picture.frame for picture in pictures(member))
