"""Picture: how the difference of two trainings grows, in one plot."""

from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from vizopt.comparison import Comparison
from vizopt.comparison.gaps import WEIGHTS, precision, weights_apart
from vizopt.core.atomic import finished
from vizopt.core.errors import VizoptError
from vizopt.draw.theme import THEMES

SUFFIXES = (".png", ".svg", ".pdf")
SIZE, DPI = (8.0, 4.5), 160  # inches, pixels of one
LEAST = 1e-17  # of a share on the axis: below the last digit of a float
NAMED = 6  # columns that are drawn, the first ones


def draw(found: Comparison, path: Path) -> None:
    """|here − there| of each column and of the weights, in shares of the value, over the epochs.

    Raises:
        VizoptError: the file cannot be of that kind, or not be written.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise VizoptError(f"{path}: a picture of the difference is {', '.join(SUFFIXES)}")
    theme = THEMES["light"]
    figure = Figure(SIZE, dpi=DPI, facecolor=theme.paper, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot(facecolor=theme.paper)
    curves = _curves(found)
    for (name, (epochs, apart)), colour in zip(curves.items(), theme.classes * 3, strict=False):
        axes.plot(epochs, np.maximum(apart, LEAST), ".-", color=colour, label=name, markersize=4)
    allowed = WEIGHTS[precision(found.here, found.there)]
    axes.axhline(allowed, color=theme.muted, dashes=(4, 3), linewidth=1, label="allowed of weights")
    if found.epoch is not None:
        axes.axvline(found.epoch, color=theme.muted, linewidth=1)
    axes.set_yscale("log")
    axes.set_ylim(LEAST / 2, None)
    axes.annotate(
        "equal",
        (0.0, LEAST),
        (6, 6),
        xycoords=axes.get_yaxis_transform(),
        textcoords="offset points",
        color=theme.muted,
    )
    axes.set_xlabel(found.unit, color=theme.ink)
    axes.set_ylabel("|here − there|, share of the value", color=theme.ink)
    first = "no difference" if found.epoch is None else f"differ from {found.unit} {found.epoch} on"
    names = f"{found.here.name} and {found.there.name}"
    axes.set_title(f"{names}: {first}", color=theme.ink, loc="left", wrap=True)
    axes.legend(frameon=False, labelcolor=theme.ink)
    axes.tick_params(colors=theme.muted)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(theme.rule)
    with finished(path) as part:
        figure.savefig(part, format=path.suffix[1:].lower())


def _curves(found: Comparison) -> "dict[str, tuple[np.ndarray, np.ndarray]]":
    """Epochs and shares by name: the weights, then the columns that differ anywhere."""
    curves = {}
    if found.rows and found.here.weights and found.there.weights:
        curves["weights"] = weights_apart(found.here.weights, found.there.weights)
    for gap in [gap for gap in found.gaps if gap.apart.any()][:NAMED]:
        name = found.there.titles.get(gap.name) or gap.name
        finite = np.isfinite(gap.apart)
        curves[name] = gap.epochs[finite], gap.apart[finite]
    return curves
