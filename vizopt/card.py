"""The card in front of a clip that may flash."""

from collections.abc import Iterator
from typing import Any

from matplotlib.axes import Axes

from vizopt.arrays import Frame, Size
from vizopt.paint import ink
from vizopt.stage import Picture
from vizopt.theme import Theme

SECONDS = 4.0
WARNING = "This clip may flash"
WHY = (
    "It can trigger seizures in people with photosensitive epilepsy.",
    "Its colours may change faster than WCAG 2.2, criterion 2.3.1, allows.",
)
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
    unit = min(width / 1280, height / 720)

    def draw(axes: Axes) -> None:
        axes.axhspan(0, height, color=theme.paper)
        style: dict[str, Any] = {"ha": "center", "va": "baseline", "color": theme.ink}
        axes.text(width / 2, height * 0.46, WARNING, size=unit * 44, weight="bold", **style)
        for i, line in enumerate(WHY):
            axes.text(width / 2, height * (0.54 + 0.06 * i), line, size=unit * 22, **style)

    with theme.applied():
        return ink(width, height, draw)
