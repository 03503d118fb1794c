"""Picture: how the difference of two trainings grows, in one plot."""

from collections.abc import Collection
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vizopt.clips.plan import check_place
from vizopt.comparison import Comparison
from vizopt.comparison.gaps import Gap, weights_apart
from vizopt.core.atomic import atomic_write
from vizopt.core.errors import VizoptError
from vizopt.core.marks import SOFTWARE, seal_png, sealed_note
from vizopt.draw.theme import THEMES, Theme
from vizopt.formats import pdf, svg
from vizopt.formats.ours import guard

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ABOUT = {
    ".png": {"Software": SOFTWARE, "Description": sealed_note()},
    ".svg": {"Creator": SOFTWARE, "Description": sealed_note()},
    ".pdf": {"Creator": SOFTWARE, "Subject": sealed_note()},
}
SEALED = {".png": seal_png, ".svg": svg.sealed, ".pdf": pdf.sealed}
SIZE, DPI = (8.0, 4.5), 160  # inches, pixels of one
MIN_SHARE = 1e-17  # of a share on the axis: below the last digit of a float
DASHES = (4, 3), (1, 2), (9, 3)  # of what is allowed of one curve and of another
NAMED = 6  # columns that are drawn, the first ones


def check_picture(path: Path, overwrite: bool) -> None:
    """Find out before a training that there can be no such picture.

    Raises:
        VizoptError: it cannot be of that kind or in that place, or is somebody else's.
    """
    if path.suffix.lower() not in ABOUT:
        raise VizoptError(f"{path}: a picture of the difference is {', '.join(ABOUT)}")
    check_place(path)
    guard(path, overwrite)


def draw(found: Comparison, path: Path) -> None:
    """|here − there| of each column and of the weights, in shares of the value, over the epochs.

    Raises:
        VizoptError: the file cannot be written.
    """
    theme = THEMES["light"]
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(SIZE, dpi=DPI, facecolor=theme.paper, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot(facecolor=theme.paper)
    curves = _curves(found)
    for (name, (epochs, apart)), colour in zip(curves.items(), theme.classes * 3, strict=False):
        shown = np.maximum(apart, MIN_SHARE)
        axes.plot(epochs, shown, ".-", color=colour, label=name, markersize=4)
    for (share, names), dashes in zip(_allowed(found, curves).items(), cycle(DASHES)):
        label = f"allowed of {', '.join(names)}"
        axes.axhline(share, color=theme.muted, dashes=dashes, linewidth=1, label=label)
    if found.epoch is not None:
        axes.axvline(found.epoch, color=theme.muted, linewidth=1)
    _scale(axes, theme, found.unit)
    first = "no difference" if found.epoch is None else f"differ from {found.unit} {found.epoch} on"
    both = f"{found.here.name} and {found.there.name}"
    title = axes.set_title(f"{both}: {first}", color=theme.ink, loc="left", wrap=True)
    legend = axes.legend(frameon=False, labelcolor=theme.ink)
    for text in (title, *legend.get_texts()):  # names of files and columns
        text.set_parse_math(False)
    axes.tick_params(colors=theme.muted)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(theme.rule)
    with atomic_write(path) as part:
        suffix = path.suffix.lower()
        figure.savefig(part, format=suffix[1:], metadata=ABOUT[suffix])
        SEALED[suffix](part)


def _scale(axes: "Axes", theme: Theme, unit: str) -> None:
    """Both axes, and the height at which there is no difference."""
    from matplotlib.ticker import MaxNLocator

    axes.set_yscale("log")
    axes.set_ylim(MIN_SHARE / 2, None)
    axes.annotate(
        "equal",
        (0.0, MIN_SHARE),
        (6, 6),
        xycoords=axes.get_yaxis_transform(),
        textcoords="offset points",
        color=theme.muted,
    )
    axes.xaxis.set_major_locator(MaxNLocator("auto", integer=True))
    axes.set_xlabel(unit, color=theme.ink)
    axes.set_ylabel("|here − there|, share of the value", color=theme.ink)


def _allowed(found: Comparison, curves: Collection[str]) -> dict[float, list[str]]:
    """The shares of the value that are no difference, each with the curves that it is for."""
    shares = {_name(found, gap): gap.tolerance for gap in found.gaps} | {"weights": found.share}
    every = sorted({shares[name] for name in curves if shares[name] >= MIN_SHARE}, reverse=True)
    return {share: [name for name in curves if shares[name] == share] for share in every}


def _name(found: Comparison, gap: Gap) -> str:
    return found.there.titles.get(gap.name) or gap.name


def _curves(found: Comparison) -> "dict[str, tuple[np.ndarray, np.ndarray]]":
    """Epochs and shares by name: the weights, then the columns that differ anywhere."""
    curves = {}
    if found.rows and found.here.weights and found.there.weights:
        curves["weights"] = weights_apart(found.here.weights, found.there.weights)
    for gap in [gap for gap in found.gaps if gap.apart.any()][:NAMED]:
        finite = np.isfinite(gap.apart)
        curves[_name(found, gap)] = gap.epochs[finite], gap.apart[finite]
    return curves
