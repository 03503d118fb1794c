"""Balls: where several runs are on one curve, each with its badge."""

from collections.abc import Callable
from math import floor

import numpy as np

from vizopt.core.arrays import Pixels, Spots
from vizopt.draw.paint import Mark, coloured, disc, paint_line, wedge
from vizopt.draw.panels.badge import badge, reach
from vizopt.draw.panels.base import Draw, DrawContext
from vizopt.draw.panels.plot import Floats, Plot
from vizopt.draw.views import Views

BADGE = 14  # size of the text that a badge would stand beside
BADGE_HEIGHT_RADII = 2.6  # radii of a badge, from a ball to the middle of it
BADGE_STEP_RADII = 2.1  # radii from one badge to the next
BALL = 6.5  # units
ARROW = 9  # units: half a side of an arrow at the edge


def rolling(slot: DrawContext, views: Views) -> Draw:
    """Draws a ball for each run and its badge above it; where balls are near, badges stand one
    above the other. A run outside the frame is an arrow at its edge, that points to where it is."""
    every = list(views.values())
    plot = Plot.of(slot, every[0].run)
    badges = [badge(slot, view.role.number, BADGE) for view in every]
    shapes = _shapes(slot)
    places = _places(slot, plot, views)
    steps = [view.run["epoch"][view.rows] for view in every]
    with np.errstate(invalid="ignore"):
        where = [
            sides(plot, view.run["x"][at], view.run["loss"][at])
            for view, at in zip(every, steps, strict=True)
        ]

    def draw(window: Pixels, k: int) -> None:
        at, heights = places(k)
        for (px, py), middle in zip(at, heights, strict=True):
            paint_line(window, (px, py, px, middle), slot.hairline, slot.theme.muted)
        for i, middle in enumerate(heights):
            px, py = at[i]
            shapes[where[i][k]](window, floor(px), floor(py))
            badges[i](window, floor(px), floor(middle))

    return draw


def spots_of(slot: DrawContext, views: Views) -> Spots:
    """Each run's ball and its badge."""
    places = _places(slot, Plot.of(slot, next(iter(views.values())).run), views)
    ball, radius = slot.unit * ARROW, reach(slot, BADGE)
    frames = [places(k) for k in range(len(next(iter(views.values())).rows))]
    balls, badges = [
        np.rint([[(x - half, y - half, 2 * half, 2 * half) for x, y in each] for each in every])
        for half, every in (
            (ball, [at for at, _ in frames]),
            (radius, [[(x, y) for (x, _), y in zip(*each, strict=True)] for each in frames]),
        )
    ]
    return {
        name: [balls[:, i].astype(np.intp), badges[:, i].astype(np.intp)]
        for i, name in enumerate(views)
    }


def _places(
    slot: DrawContext, plot: Plot, views: Views
) -> Callable[[int], tuple[list[tuple[float, float]], list[float]]]:
    """Of each frame, where the runs' balls are and the heights of their badges."""
    radius = reach(slot, BADGE)
    edges = plot.x0 + radius, plot.x0 + plot.width - radius
    ends = plot.y0 + slot.unit * ARROW, plot.y0 + plot.height - slot.unit * ARROW
    top = plot.y0 - slot.font(11) * 1.9
    with np.errstate(invalid="ignore"):
        x, y = (
            [
                np.nan_to_num(place(view.run[name][view.run["epoch"][view.rows]]), nan=edge).clip(
                    *limits
                )
                for view in views.values()
            ]
            for name, place, limits, edge in (
                ("x", plot.px, edges, edges[1]),
                ("loss", plot.py, ends, ends[0]),
            )
        )

    def places(k: int) -> tuple[list[tuple[float, float]], list[float]]:
        at = [(float(x[i][k]), float(y[i][k])) for i in range(len(x))]
        return at, stacked(at, radius, top)

    return places


def _shapes(slot: DrawContext) -> dict[str, Mark]:
    """A ball, and the arrows of those outside the frame by the side where they are."""
    head = wedge(round(slot.unit * ARROW))
    shapes = {"": disc(slot.unit * BALL), "right": head, "left": head[:, ::-1]}
    shapes |= {"above": head.T[::-1], "below": head.T}
    return {side: Mark(coloured(shape, slot.theme.ink)) for side, shape in shapes.items()}


def sides(plot: Plot, x: Floats, f: Floats) -> list[str]:
    """On which side of the frame each point [F] is; on none of it where it is inside."""
    beyond = [x < plot.left, x > plot.right, f < plot.low, ~(f <= plot.high)]
    return np.select(beyond, ["left", "right", "below", "above"], "").tolist()  # type: ignore[no-any-return]


def stacked(
    at: list[tuple[float, float]], radius: float, top: float = float("-inf")
) -> list[float]:
    """The heights of the badges of balls at x, y: none over another one, and none cut at the top:
    where there is no room above a ball they stand below it."""
    placed: list[tuple[float, float]] = []
    for x, y in at:
        up = -1 if y - (BADGE_HEIGHT_RADII + 1) * radius > top else 1
        middle = y + up * BADGE_HEIGHT_RADII * radius
        while any(
            abs(x - other) < BADGE_STEP_RADII * radius
            and abs(middle - height) < BADGE_STEP_RADII * radius * 0.99
            for other, height in placed
        ):
            near = [
                height
                for other, height in placed
                if abs(x - other) < BADGE_STEP_RADII * radius
                and abs(middle - height) < BADGE_STEP_RADII * radius * 0.99
            ]
            middle = (min(near) if up < 0 else max(near)) + up * BADGE_STEP_RADII * radius
        placed.append((x, middle))
    return [height for _, height in placed]
