"""Balls: where several runs are on one curve, each with its badge."""

from math import floor

import numpy as np

from vizopt.core.arrays import Pixels
from vizopt.draw.paint import coloured, disc, paint_line, stamp_at
from vizopt.draw.panels.badge import badge, reach
from vizopt.draw.panels.base import Draw, DrawContext
from vizopt.draw.panels.plot import Plot
from vizopt.draw.views import Views

BADGE = 14  # size of the text that a badge would stand beside
ABOVE = 2.6  # radii of a badge, from a ball to the middle of it
APART = 2.1  # radii from one badge to the next
BALL = 6.5  # units


def rolling(slot: DrawContext, views: Views) -> Draw:
    """Draws a ball for each run and its badge above it; where balls are near, badges stand one
    above the other. A run outside the frame is at its edge."""
    every = list(views.values())
    plot = Plot.of(slot, every[0].run)
    radius = reach(slot, BADGE)
    badges = [badge(slot, view.role.number, BADGE) for view in every]
    ball = coloured(disc(slot.unit * BALL), slot.theme.ink)
    edges = plot.x0 + radius, plot.x0 + plot.width - radius
    ends = plot.y0 + slot.unit * BALL, plot.y0 + plot.height
    steps = [view.run["epoch"][view.rows] for view in every]
    with np.errstate(invalid="ignore"):
        x, y = (
            [
                np.nan_to_num(place(view.run[name][at]), nan=edge).clip(*limits)
                for view, at in zip(every, steps, strict=True)
            ]
            for name, place, limits, edge in (
                ("x", plot.px, edges, edges[1]),
                ("loss", plot.py, ends, ends[0]),
            )
        )

    def draw(window: Pixels, k: int) -> None:
        at = [(float(x[i][k]), float(y[i][k])) for i in range(len(every))]
        for (px, py), middle in zip(at, stacked(at, radius), strict=True):
            paint_line(window, (px, py, px, middle), slot.hairline, slot.theme.muted)
        for i, middle in enumerate(stacked(at, radius)):
            px, py = at[i]
            stamp_at(window, ball, floor(px), floor(py))
            stamp_at(window, badges[i], floor(px), floor(middle))

    return draw


def stacked(at: list[tuple[float, float]], radius: float) -> list[float]:
    """The heights of the badges of balls at x, y: none over another one."""
    placed: list[tuple[float, float]] = []
    for x, y in at:
        middle = y - ABOVE * radius
        while any(
            abs(x - other) < APART * radius and abs(middle - height) < APART * radius * 0.99
            for other, height in placed
        ):
            near = [
                height
                for other, height in placed
                if abs(x - other) < APART * radius and abs(middle - height) < APART * radius * 0.99
            ]
            middle = min(near) - APART * radius
        placed.append((x, middle))
    return [height for _, height in placed]
