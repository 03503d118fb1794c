"""The card in front of a clip that may flash."""

from collections.abc import Iterator
from typing import Any

from matplotlib.axes import Axes

from vizopt.arrays import Frame, Size
from vizopt.paint import ink
from vizopt.stage import Picture
from vizopt.theme import Theme
from vizopt.words import phrase

SECONDS = 4.0
WARNING = phrase("may_flash")
WHY = phrase("seizures"), phrase("too_fast")
SAID = " ".join([f"{WARNING}.", *WHY])  # the card in one paragraph


class Carded:
    """A picture with a few seconds of warning before its first frame."""

    def __init__(self, picture: Picture, theme: Theme, fps: float) -> None:
        self._picture = picture
        self.card = max(round(SECONDS * fps), 1)
        self._card = _card(picture.size, theme)

    def __len__(self) -> int:
        return self.card + len(self._picture)

    def __getitem__(self, k: int) -> Frame:
        """Frame k [H, W, 4], a fresh array."""
        return self._card.copy() if k < self.card else self._picture[k - self.card]

    def __iter__(self) -> Iterator[Frame]:
        return (self[k] for k in range(len(self)))


def _card(size: Size, theme: Theme) -> Frame:
    width, height = size
    unit, say = min(width / 1280, height / 720), theme.words.told

    def draw(axes: Axes) -> None:
        axes.axhspan(0, height, color=theme.paper)
        style: dict[str, Any] = {"ha": "center", "va": "baseline", "color": theme.ink}
        axes.text(width / 2, height * 0.46, say(WARNING), size=unit * 44, weight="bold", **style)
        for i, line in enumerate(WHY):
            axes.text(width / 2, height * (0.54 + 0.06 * i), say(line), size=unit * 22, **style)

    with theme.applied():
        return ink(width, height, draw)
