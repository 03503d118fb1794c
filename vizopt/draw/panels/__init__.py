"""Panels, one file each. A new one is its file and its line in the table."""

from vizopt.draw.panels.base import Comparing, Draw, DrawContext, Panel, Weight, is_of_one
from vizopt.draw.panels.curves import Curves
from vizopt.draw.panels.descent import Descent
from vizopt.draw.panels.fitted import FittedCurve
from vizopt.draw.panels.key import Legend
from vizopt.draw.panels.magnifier import Magnifier
from vizopt.draw.panels.plane import DecisionRegions
from vizopt.draw.panels.predictions import PredictedTrue
from vizopt.draw.panels.small_plane import SmallPlane
from vizopt.draw.panels.standings import Standings
from vizopt.draw.panels.strip import Strip
from vizopt.draw.panels.weights import Weights
from vizopt.draw.panels.worked import StepArithmetic

PANELS: dict[str, type] = {
    "plane": DecisionRegions,
    "strip": Strip,
    "fitted": FittedCurve,
    "predicted": PredictedTrue,
    "weights": Weights,
    "key": Legend,
    "curves": Curves,
    "descent": Descent,
    "worked": StepArithmetic,
    "magnifier": Magnifier,
    "small-plane": SmallPlane,
    "standings": Standings,
}

__all__ = [
    "PANELS",
    "Comparing",
    "Curves",
    "DecisionRegions",
    "Descent",
    "Draw",
    "DrawContext",
    "FittedCurve",
    "Legend",
    "Magnifier",
    "Panel",
    "PredictedTrue",
    "SmallPlane",
    "Standings",
    "StepArithmetic",
    "Strip",
    "Weight",
    "Weights",
    "is_of_one",
]
