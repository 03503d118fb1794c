"""Whatever: the picture of a training that was recorded elsewhere, of what there is of it."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from vizopt.core.params import ParamLayout
from vizopt.draw.arrangement import PLOTS, Parts, mosaics
from vizopt.draw.figure_spec import FigureSpec
from vizopt.draw.panels import (
    Curves,
    DecisionRegions,
    FittedCurve,
    Legend,
    Panel,
    PredictedTrue,
    Strip,
    Weights,
)
from vizopt.recording.scalars import telling
from vizopt.recording.store import Recording

ALONE = 10  # plots of a picture of curves alone
# Of a picture with a field of predictions or not, with curves or not.
GRIDS = {(True, True): 6, (True, False): 6, (False, True): 8, (False, False): 12}
FIELDS: dict[str, tuple[str, Panel]] = {
    "plane": ("scores", DecisionRegions()),
    "strip": ("probabilities", Strip()),
    "fitted": ("fitted", FittedCurve()),
    "predicted": ("predictions", PredictedTrue()),
}


class Recorded(NamedTuple):
    """What a recording has to show.

    Args:
        field: the panel of what is predicted, empty where nothing was.
        curves: columns with a plot each, the most telling first.
        layers: of the parameters, from the one that is shown first of all.
    """

    field: str
    curves: tuple[str, ...]
    layers: tuple[str, ...]

    @property
    def plots(self) -> tuple[str, ...]:
        """The columns that there is room for."""
        return self.curves[: PLOTS if self.field or self.layers else ALONE]

    @property
    def grids(self) -> tuple[str, ...]:
        """The layers that there is room for."""
        return self.layers[: GRIDS[bool(self.field), bool(self.curves)]]


@lru_cache(maxsize=2)
def recorded(run: Recording) -> Recorded | None:
    """What there is of a run; None of one that vizopt trained, which has all that its kind has."""
    if run.header.external is None:
        return None
    field = next((name for name, (column, _) in FIELDS.items() if column in run.names), "")
    return Recorded(field, telling(run), _layers(run))


def _layers(run: Recording) -> tuple[str, ...]:
    """The first and the last layer, then those that change most for their size; those without
    weights behind all others."""
    if "params" not in run.columns or not len(run):
        return ()
    first, last = (run.row("params", row).astype(np.float64) for row in (0, len(run) - 1))

    def change(layer: str) -> float:
        before, after = (run.layout.matrix(layer, row) for row in (first, last))
        size = float(np.linalg.norm(before))
        return float(np.linalg.norm(after - before)) / (size or 1.0)

    heavy = [layer for layer in run.layout.layers if run.layout.grid(layer).inputs]
    light = [layer for layer in run.layout.layers if layer not in heavy]
    ends = [*heavy[:1], *heavy[1:][-1:]]
    between = sorted(heavy[1:-1], key=change, reverse=True)
    return (*ends, *between, *light)


def picture_of(has: Recorded, layout: ParamLayout, *, half: bool = False) -> FigureSpec:
    """The picture of what there is, in every shape.

    Args:
        has: the recording.
        layout: of its parameters.
        half: whether it is for half a slide, where little can be read.

    Raises:
        ValueError: there is nothing that can be drawn.
    """
    if not (has.field or has.curves or has.layers):
        raise ValueError("holds nothing to draw: no number, parameters or predictions were logged")
    grids = sorted(has.grids[: 2 if half else None], key=layout.layers.index)
    grids = [] if half and has.field else grids
    panels = {name: panel for name, (_, panel) in FIELDS.items() if name == has.field}
    names = _named(grids, {*panels, "curves", "more", "curve", "key"})
    panels = panels | {name: Weights(layer) for name, layer in names.items()}
    if grids:
        panels["key"] = Legend()
    plots = has.plots
    panels |= _curves(plots)
    places = mosaics(Parts(has.field, tuple(names), len(plots)))
    return FigureSpec(panels, **places)  # type: ignore[arg-type]


def _named(layers: Sequence[str], taken: set[str]) -> dict[str, str]:
    """Layers by the names of their panels: without blanks, and none that stands already."""
    plain = {layer: "_".join(layer.split()) for layer in layers}
    return {f"{n}.weights" if n in taken else n: layer for layer, n in plain.items()}


def _curves(plots: tuple[str, ...]) -> dict[str, Panel]:
    """Up to three plots in a panel, of curves alone up to five in each of two; and the first of
    several alone, for small frames."""
    panels: dict[str, Panel] = {}
    if plots:
        first = plots if len(plots) <= PLOTS else plots[: -(-len(plots) // 2)]
        panels["curves"] = Curves(first)
        if rest := plots[len(first) :]:
            panels["more"] = Curves(rest)
        if len(plots) > 1:
            panels["curve"] = Curves(plots[:1])
    return panels
