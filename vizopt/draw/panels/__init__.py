"""Panels, one file each. A new one is its file and its line in the table."""

from vizopt.draw.panels.base import Draw, Panel, Slot, Weight
from vizopt.draw.panels.curves import Curves
from vizopt.draw.panels.descent import Descent
from vizopt.draw.panels.key import Key
from vizopt.draw.panels.magnifier import Magnifier
from vizopt.draw.panels.plane import Plane
from vizopt.draw.panels.small_plane import SmallPlane
from vizopt.draw.panels.standings import Standings
from vizopt.draw.panels.strip import Strip
from vizopt.draw.panels.weights import Weights
from vizopt.draw.panels.worked import Worked

PANELS: dict[str, type] = {
    "plane": Plane,
    "strip": Strip,
    "weights": Weights,
    "key": Key,
    "curves": Curves,
    "descent": Descent,
    "worked": Worked,
    "magnifier": Magnifier,
    "small-plane": SmallPlane,
    "standings": Standings,
}

__all__ = [
    "PANELS",
    "Curves",
    "Descent",
    "Draw",
    "Key",
    "Magnifier",
    "Panel",
    "Plane",
    "Slot",
    "SmallPlane",
    "Standings",
    "Strip",
    "Weight",
    "Weights",
    "Worked",
]
