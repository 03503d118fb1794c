"""Room: if the panels of which a scene says something have enough to be drawn in, as far as that
is known before anything is trained."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeAlias

from vizopt.core.arrays import Size
from vizopt.core.errors import VizoptError
from vizopt.core.sizes import Box
from vizopt.draw.figure_spec import FigureSpec
from vizopt.draw.header import GAP, body_of
from vizopt.draw.panels import (
    Curves,
    DecisionRegions,
    Descent,
    FittedCurve,
    Panel,
    PredictedTrue,
    SmallPlane,
    Strip,
    Weights,
)
from vizopt.draw.panels.curves.boxes import stacked
from vizopt.draw.panels.curves.compared import WIDE_ASPECT
from vizopt.draw.small import kind_of, unit_of
from vizopt.draw.theme import Theme
from vizopt.recording.quantities import quantity

StageOf: TypeAlias = Callable[[FigureSpec], FigureSpec]  # the picture for what a scene says of it
MIN_PANEL_SIDE = 20  # units of width and height of a panel
# What others need, in lines of text: their titles and keys have no room in less.
LINES: Mapping[type, tuple[float, float]] = {
    **dict.fromkeys((DecisionRegions, Strip, FittedCurve, PredictedTrue), (8, 8)),
    SmallPlane: (8, 10),
    Weights: (4, 3.5),
    Descent: (18, 10),
}
CURVE, CURVES = 4.5, 6.0  # lines of width of a curve with its numbers, where others join


def check_room(stage_of: StageOf, wanted: FigureSpec | None, size: Size, theme: Theme) -> None:
    """Hold the panels of a scene against a frame: those of its own layout, then those that join it,
    one after the other.

    Raises:
        VizoptError: a panel has no room, or another one has none left beside it.
    """
    small = kind_of(size)  # has few panels, and none joins them; of its own layout a banner has all
    if wanted is None or (small and not (small == "banner" and wanted.mosaic)):
        return
    before: set[str] = set()  # that are small whatever the scene says
    for many in range(len(wanted.add) + 1):
        short = _short(stage_of(replace(wanted, add=wanted.add[:many])), size, theme, many > 0)
        for name, box in short.items():
            if name not in before and (key := _key(wanted, many, name, size)):
                way = "add fewer, or at other panels" if many else "give it more room"
                at, room = f"{size[0]}x{size[1]}", f"{max(box.width, 0)}x{max(box.height, 0)}"
                told = f'the panel "{name}" would have {room} pixels at {at}: too few to draw it'
                raise VizoptError(f"stage.{key}: {told}: {way}")
        before |= {*short}


def _key(wanted: FigureSpec, many: int, name: str, size: Size) -> str:
    """What takes a panel its room; nothing where the scene says nothing of it."""
    if many:
        return f"add.{many - 1}"
    if wanted.mosaic:
        return wanted.shape_for(size)
    return f"panels.{name}" if name in wanted.panels else ""


def _short(stage: FigureSpec, size: Size, theme: Theme, joined: bool) -> dict[str, Box]:
    """The panels that have no room in a frame, and what they have."""
    unit = unit_of(size)
    boxes = stage.mosaic_for(size).boxes(body_of(size, theme), GAP * unit)
    return {
        name: box
        for name, box in boxes.items()
        if not _has_room(stage.panels[name], box.width / unit, box.height / unit, theme, joined)
    }


def _has_room(panel: Panel, width: float, height: float, theme: Theme, joined: bool) -> bool:
    """Whether a panel can be drawn, in so many units."""
    if min(width, height) < MIN_PANEL_SIDE:
        return False
    line = theme.font(13)
    if isinstance(panel, Curves):
        still = sum(not quantity(column).made for column in panel.columns)
        moving = len(panel.columns) - still
        least = (CURVES if joined else CURVE) * line
        over = height >= stacked(theme, moving, still, 0) and width >= least
        beside = height >= stacked(theme, 1, 0, 0) and width >= least * max(moving, 1)
        return over or (beside and width > WIDE_ASPECT * height)
    wide, high = next((own for kind, own in LINES.items() if isinstance(panel, kind)), (0, 0))
    return width >= wide * line and height >= high * line
