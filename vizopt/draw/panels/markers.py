"""Markers: a shape and a colour for each class, none heavier than another."""

from functools import cache
from math import lcm
from typing import TYPE_CHECKING, Any

import numpy as np

from vizopt.draw.theme import Theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHAPES = ("o", "s", "^", "D", "v", "P", "X", "*", "<", ">")  # as matplotlib calls them
HOLE = 0.45  # of the diameter
LARGE_SIZE = 1000  # a size at which curves become many short sides


def shape(c: int, colours: int) -> str:
    """Matplotlib's marker of class c.

    Of the first classes each has another. From where colour and marker would be those of an earlier
    class the markers move on by one: of two or more colours no two of 20 classes look the same.

    Args:
        c: number of the class.
        colours: how many there are before they come again.
    """
    return SHAPES[(c + c // lcm(colours, len(SHAPES))) % len(SHAPES)]


def markers(
    axes: "Axes", theme: Theme, x: Any, y: Any, c: int, diameter: float, *, hollow: bool = False
) -> None:
    """Draw points of class c.

    Args:
        axes: in pixels.
        theme: colours.
        x, y: of each point, in pixels.
        c: number of the class.
        diameter: of a disc with its outline, in pixels; the other shapes are as heavy.
        hollow: with a hole, for points held out.
    """
    outline = max(diameter / 7, 1.0)
    marker, fill = shape(c, len(theme.classes)), theme.classes[c % len(theme.classes)]
    area, edge = size(marker, diameter, outline) ** 2, theme.edge
    # Not snapped to whole pixels: that would make small shapes up to half larger or smaller.
    axes.scatter(x, y, area, fill, marker=marker, edgecolors=edge, linewidths=outline, snap=False)
    if hollow:
        hole = (HOLE * diameter) ** 2
        axes.scatter(x, y, hole, theme.ground or theme.paper, linewidths=0, snap=False)


def size(marker: str, diameter: float, outline: float) -> float:
    """Matplotlib's size of a marker that is as heavy as a disc of this diameter with its outline.

    A path of area A and perimeter P, its outline w wide, shows about A − P w / 2 of its colour and
    covers A + P w / 2 in all. No size makes both equal for a disc and a star, so what lies between
    is, A − P w / 4: then neither falls below two thirds of the largest marker's.
    """
    area, perimeter = measures(marker)
    disc, around = measures("o")
    inner = diameter - outline
    quarter = outline / 4
    wanted = disc * inner**2 - around * inner * quarter
    half = perimeter * quarter / 2
    return float((half + np.sqrt(half**2 + area * wanted)) / area)


@cache
def measures(marker: str) -> tuple[float, float]:
    """Area and perimeter of a marker of size 1."""
    from matplotlib.markers import MarkerStyle
    from matplotlib.transforms import Affine2D

    style = MarkerStyle(marker)
    path = style.get_path().transformed(style.get_transform() + Affine2D().scale(LARGE_SIZE))
    x, y = np.asarray(path.to_polygons()[0]).T / LARGE_SIZE
    area = abs(x[:-1] @ y[1:] - x[1:] @ y[:-1]) / 2
    return float(area), float(np.hypot(np.diff(x), np.diff(y)).sum())
