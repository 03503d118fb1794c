"""Clear paper: the frames of a picture with what stands on its paper alone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from vizopt.core.arrays import Frame
from vizopt.draw.figure import FrameRenderer
from vizopt.draw.warning_card import WithWarning

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Drawn = TypeVar("Drawn", bound="FrameRenderer | WithWarning")


def opposite(paper: str) -> str:
    """The paper that differs most from another one: each channel dark or bright."""
    from matplotlib.colors import to_hex, to_rgb

    red, green, blue = (0.0 if channel >= 0.5 else 1.0 for channel in to_rgb(paper))
    return to_hex((red, green, blue))


class Clear:
    """Frames [H, W, 4] with straight alpha; laid on the look's paper they are its opaque frames.

    Each is drawn on that paper and on the opposite one. What a pixel lets through of the difference
    of the papers is 1 − alpha, however many things were blended there:

    seen = alpha · colour + (1 − alpha) · paper

    Args:
        paper: of the look.
        draw: the picture on a paper.
    """

    def __init__(self, paper: str, draw: Callable[[str], Drawn]) -> None:
        from matplotlib.colors import to_rgb

        other = opposite(paper)
        self._papers = [np.round(np.array(to_rgb(each)) * 255) for each in (paper, other)]
        self._words = [np.array([*rgb, 255], np.uint8).view(np.uint32)[0] for rgb in self._papers]
        self._picture, self._other = draw(paper), draw(other)
        self.size, self.spots = self._picture.size, self._picture.spots
        self.unseen = self._picture.unseen
        self.card = self._picture.card if isinstance(self._picture, WithWarning) else 0

    def __len__(self) -> int:
        return len(self._picture)

    def __getitem__(self, k: int) -> Frame:
        """Frame k [H, W, 4], a fresh array; where nothing stands it has the paper's colour."""
        frame, other = self._picture[k], self._other[k]
        seen, below = (each.view(np.uint32)[..., 0] for each in (frame, other))
        paper, opposite = self._words
        bare = (seen == paper) & (below == opposite)
        some = (seen != below) & ~bare
        frame[some] = self._solved(
            *(each[some][:, :3].astype(np.float32) for each in (frame, other))
        )
        frame[..., 3][bare] = 0
        return frame

    @contextmanager
    def printed(self, k: int) -> "Iterator[Figure]":
        """Frame k as a figure without paper, as the picture prints it."""
        with self._picture.printed(k) as figure:
            paper = figure.get_facecolor()
            figure.set_facecolor("none")
            try:
                yield figure
            finally:
                figure.set_facecolor(paper)

    def __iter__(self) -> Iterator[Frame]:
        return (self[k] for k in range(len(self)))

    def _solved(self, seen: NDArray[np.floating], other: NDArray[np.floating]) -> Frame:
        """Straight alpha [n, 4] of pixels that look so on the two papers [n, 3]."""
        paper, opposite = self._papers
        through = ((seen - other) / (paper - opposite)).mean(axis=1)
        # As much as a colour needs that is farther from the paper than any ink is.
        room = np.where(seen > paper, 255 - paper, paper)
        least = (abs(seen - paper) / np.maximum(room, 1)).max(axis=1)
        alpha = np.ceil(np.maximum(1 - through, least).clip(0, 1) * 255 - 1e-6)
        colour = paper + (seen - paper) * (255 / np.maximum(alpha, 1))[:, None]
        return np.column_stack([colour.clip(0, 255).round(), alpha]).astype(np.uint8)
