"""The badge of a run: its number in a disc of ink, which tells it from others without a colour."""

from typing import TYPE_CHECKING

from vizopt.core.arrays import Pixels
from vizopt.draw.paint import ink
from vizopt.draw.panels.base import DrawContext

if TYPE_CHECKING:
    from matplotlib.axes import Axes

RADIUS = 0.62  # of the size of the text beside it
DIGIT = 0.8  # of the same


def reach(slot: DrawContext, size: float) -> float:
    """Pixels from the middle of a badge to its edge, beside text of this size."""
    return slot.font(size) * RADIUS


def draw_badge(
    axes: "Axes", slot: DrawContext, x: float, y: float, number: int, size: float
) -> None:
    """Draw a badge whose middle is at x, y."""
    from matplotlib.patches import Circle

    theme, radius = slot.theme, reach(slot, size)
    axes.add_patch(Circle((x, y), radius, color=theme.ink, lw=0))
    letters = slot.font(size) * DIGIT * (1.0 if number < 10 else 0.82)
    axes.text(
        x,
        y + letters * 0.36,
        str(number),
        family=theme.family,
        weight="bold",
        size=letters,
        color=theme.paper,
        ha="center",
        va="baseline",
    )


def badge(slot: DrawContext, number: int, size: float) -> Pixels:
    """A badge to be stamped."""
    side = 2 * round(reach(slot, size) + 1) + 1
    return ink(side, side, lambda axes: draw_badge(axes, slot, side / 2, side / 2, number, size))
