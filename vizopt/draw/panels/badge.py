"""The badge of a run: its number in a disc of ink, which tells it from others without a colour."""

from functools import lru_cache
from math import inf
from typing import TYPE_CHECKING, NamedTuple

from vizopt.draw.paint import Mark, ink
from vizopt.draw.panels.base import DrawContext

if TYPE_CHECKING:
    from matplotlib.axes import Axes

RADIUS = 0.62  # of the size of the text beside it
DIGIT = 0.8  # of the same


def reach(slot: DrawContext, size: float) -> float:
    """Pixels from the middle of a badge to its edge, beside text of this size."""
    return slot.font(size) * RADIUS


class _Look(NamedTuple):
    """Of a badge."""

    number: int
    font: float  # size in pixels of the text beside it
    ink: str
    paper: str
    family: str

    @classmethod
    def of(cls, slot: DrawContext, number: int, size: float, radius: float = inf) -> "_Look":
        theme, font = slot.theme, min(slot.font(size), radius / RADIUS)
        return cls(number, font, theme.ink, theme.paper, theme.family)


def draw_badge(
    axes: "Axes", slot: DrawContext, x: float, y: float, number: int, size: float
) -> None:
    """Draw a badge whose middle is at x, y."""
    _draw(axes, x, y, _Look.of(slot, number, size))


def _draw(axes: "Axes", x: float, y: float, look: _Look) -> None:
    from matplotlib.patches import Circle

    number = look.number
    axes.add_patch(Circle((x, y), look.font * RADIUS, color=look.ink, lw=0))
    letters = look.font * DIGIT * (1.0 if number < 10 else 0.82)
    axes.text(
        x,
        y + letters * 0.36,
        str(number),
        family=look.family,
        weight="bold",
        size=letters,
        color=look.paper,
        ha="center",
        va="baseline",
    )


def badge(slot: DrawContext, number: int, size: float, radius: float = inf) -> Mark:
    """A badge to be put anywhere, with this radius at most."""
    return _stamped(_Look.of(slot, number, size, radius))


@lru_cache(maxsize=64)
def _stamped(look: _Look) -> Mark:
    """The plots of a picture share one."""
    side = 2 * round(look.font * RADIUS + 1) + 1
    return Mark(ink(side, side, lambda axes: _draw(axes, side / 2, side / 2, look)))
