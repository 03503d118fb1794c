"""Panels, one file each. A new one is its file and its line in the table."""

from vizopt.panels.base import Draw, Panel, Slot, Weight
from vizopt.panels.curves import Curves
from vizopt.panels.key import Key
from vizopt.panels.plane import Plane
from vizopt.panels.weights import Weights

PANELS: dict[str, type] = {
    "plane": Plane,
    "weights": Weights,
    "key": Key,
    "curves": Curves,
}

__all__ = ["PANELS", "Curves", "Draw", "Key", "Panel", "Plane", "Slot", "Weight", "Weights"]
