"""Flashplot: a clip's flashes against time, and where the worst second lies on its picture."""

from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from vizopt.core.atomic import atomic_write
from vizopt.core.marks import SOFTWARE, seal_png, sealed_note
from vizopt.flashes.check import MAX_FLASHES, Measure, Verdict
from vizopt.flashes.decode import pictures
from vizopt.flashes.frames import WHITE
from vizopt.flashes.grid import RGB

INCHES = (12.0, 4.0)
GENERAL, RED, LIMIT, SHADE, MUTED = "#0072B2", "#D55E00", "#333333", "#eeeeee", "#555555"


class Curve:
    """The flashes of every frame, as `check_flashes` reports them: its trace."""

    def __init__(self) -> None:
        self._rows: list[tuple[int, int, int]] = []

    def __call__(self, micros: int, counts: dict[str, int]) -> None:
        general, *reds = counts.values()
        self._rows.append((micros, general, max(reds)))

    def flashes(self, seconds: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Times and general and red flashes [n] within the clip; the most that any showing had."""
        rows = np.array(self._rows)
        inside = rows[:, 0] < seconds * 1e6
        times, most = rows[inside, 0], rows[inside, 1:]
        later = rows[~inside]
        places = np.searchsorted(times, later[:, 0] % round(seconds * 1e6), "right") - 1
        np.maximum.at(most, places, later[:, 1:])
        return times / 1e6, most[:, 0] / 2, most[:, 1] / 2


def draw(path: Path, verdict: Verdict, curve: Curve) -> None:
    """Write the picture, a PNG.

    Raises:
        EncodeError: it cannot be written.
    """
    with mpl.rc_context(), atomic_write(path) as part:
        _style()
        figure = Figure(INCHES, dpi=150, layout="constrained")
        FigureCanvasAgg(figure)
        left, right = figure.subplots(1, 2, width_ratios=(3, 2))
        _curves(left, verdict, curve)
        _place(right, verdict)
        about = {"Software": SOFTWARE, "Description": sealed_note()}
        figure.savefig(part, format="png", metadata=about)
        seal_png(part)


def _style() -> None:
    """Matplotlib's settings; a user's own matplotlibrc has no say."""
    mpl.rcdefaults()
    mpl.rcParams.update(
        {
            "font.family": "DejaVu Sans",
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.edgecolor": MUTED,
            "axes.titlelocation": "left",
            "axes.titlesize": 10,
            "axes.titlecolor": MUTED,
            "axes.labelcolor": MUTED,
            "xtick.color": MUTED,
            "ytick.color": MUTED,
        }
    )


def _worst(verdict: Verdict) -> Measure:
    return max(verdict.general, verdict.red, key=lambda measure: (measure.flashes, measure.area))


def _curves(axes: Axes, verdict: Verdict, curve: Curve) -> None:
    """Flashes in the second up to each moment."""
    times, general, red = curve.flashes(verdict.seconds)
    ends = np.append(times, verdict.seconds)
    top = max(4.0, general.max(), red.max()) * 1.15
    worst = _worst(verdict)
    if worst.start is not None and worst.end is not None:
        _shade(axes, worst.start, worst.end, verdict.seconds)
    axes.stairs(general, ends, baseline=None, color=GENERAL, lw=1.8, label="flashes")
    axes.stairs(red, ends, baseline=None, color=RED, lw=1.8, ls=(0, (4, 1.5)), label="red flashes")
    axes.axhline(MAX_FLASHES, color=LIMIT, lw=1, zorder=1)
    axes.text(
        1, MAX_FLASHES, "limit ", transform=axes.get_yaxis_transform(), ha="right", va="bottom"
    )
    axes.set(xlim=(0, verdict.seconds), ylim=(-0.02 * top, top))
    axes.set_xlabel("seconds of the clip")
    axes.set_title("flashes in the second before, over a quarter of 10° of view")
    axes.legend(loc="upper left", frameon=False, ncols=2)
    word = "passes" if verdict.passed else "fails"
    axes.figure.suptitle(f"{verdict.path.name}: {word}", x=0.01, ha="left", weight="bold")


def _shade(axes: Axes, start: float, end: float, seconds: float) -> None:
    """The worst second; in two parts if it goes over the seam."""
    spans = [(start, end)] if start < end else [(start, seconds), (0.0, end)]
    for span in spans:
        axes.axvspan(*span, color=SHADE, zorder=0)


def _place(axes: Axes, verdict: Verdict) -> None:
    """The picture at the end of the worst second, and the field of 10° on it."""
    worst = _worst(verdict)
    axes.imshow(_picture(verdict, worst.end or 0.0))
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(True)
    axes.set_anchor("N")
    if worst.box is None or worst.end is None:
        axes.set_title("no flash that large anywhere")
        return
    left, top, right, bottom = worst.box
    for colour, width in (("white", 4.0), ("black", 1.8)):
        axes.add_patch(
            Rectangle((left, top), right - left, bottom - top, fill=False, ec=colour, lw=width)
        )
    what = "flash" if worst.flashes == 1 else "flashes"
    text = f"{worst.flashes:.4g} {what} in the second up to {worst.end:.2f} s, {worst.where}"
    axes.set_title(text)


def _picture(verdict: Verdict, seconds: float) -> RGB:
    """What the clip shows at a time."""
    shown: RGB | None = None
    for picture in pictures(verdict.path, verdict.paper or WHITE):
        if shown is not None and picture.start > seconds * 1e6:
            break
        shown = picture.frame
    assert shown is not None
    return shown
