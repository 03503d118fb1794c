"""Panels, one file each. A new one is its file and its line in the table."""

from vizopt.panels.base import Draw, Panel, Slot, Weight
from vizopt.panels.curves import Curves
from vizopt.panels.descent import Descent
from vizopt.panels.key import Key
from vizopt.panels.magnifier import Magnifier
from vizopt.panels.plane import Plane
from vizopt.panels.strip import Strip
from vizopt.panels.weights import Weights
from vizopt.panels.worked import Worked

PANELS: dict[str, type] = {
    "plane": Plane,
    "strip": Strip,
    "weights": Weights,
    "key": Key,
    "curves": Curves,
    "descent": Descent,
    "worked": Worked,
    "magnifier": Magnifier,
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
    "Strip",
    "Weight",
    "Weights",
    "Worked",
]
