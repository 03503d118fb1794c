"""The card in front of a clip that may flash."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import numpy as np

from vizopt.core.arrays import Frame, Size, Spot, Spots
from vizopt.draw.figure import FrameRenderer
from vizopt.draw.fonts import families, shown
from vizopt.draw.paint import ink
from vizopt.draw.theme import Theme
from vizopt.flashes.warning import WARNING, WHY

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SECONDS = 4.0


class WithWarning:
    """A picture with a few seconds of warning before its first frame."""

    def __init__(self, picture: FrameRenderer, theme: Theme, fps: float) -> None:
        self._picture = picture
        self.card = max(round(SECONDS * fps), 1)
        self._card = _card(picture.size, theme)
        self.size = picture.size

    def __len__(self) -> int:
        return self.card + len(self._picture)

    def __getitem__(self, k: int) -> Frame:
        """Frame k [H, W, 4], a fresh array."""
        return self._card.copy() if k < self.card else self._picture[k - self.card]

    def spots(self) -> Spots:
        """Where each of several runs is; while the card is shown, where it will be first."""
        found = self._picture.spots()
        return {name: [self._behind(spot) for spot in spots] for name, spots in found.items()}

    def unseen(self) -> list[str]:
        """What the picture has no room for."""
        return self._picture.unseen()

    def _behind(self, spot: Spot) -> Spot:
        return spot if len(spot) == 1 else np.concatenate([spot[:1].repeat(self.card, 0), spot])

    def printed(self, k: int) -> "AbstractContextManager[Figure]":
        """Frame k of the picture as a figure, as the picture prints it."""
        return self._picture.printed(k - self.card)

    def __iter__(self) -> Iterator[Frame]:
        return (self[k] for k in range(len(self)))


def _card(size: Size, theme: Theme) -> Frame:
    width, height = size
    unit, family = min(width / 1280, height / 720), theme.family

    def write(axes: "Axes", share: float, phrase: str, size: float, **style: Any) -> None:
        text = theme.words.told(phrase)
        style |= {"ha": "center", "va": "baseline", "color": theme.ink, "size": unit * size}
        style |= {"family": list(families(text, family))}
        axes.text(width / 2, height * share, shown(text, family), **style)

    def draw(axes: "Axes") -> None:
        axes.axhspan(0, height, color=theme.paper)
        write(axes, 0.46, WARNING, 44, weight="bold")
        for i, line in enumerate(WHY):
            write(axes, 0.54 + 0.06 * i, line, 22)

    with theme.applied():
        return ink(width, height, draw)
