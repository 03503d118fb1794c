"""Themes: colours and type."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
from matplotlib import colormaps
from matplotlib.colors import to_rgb, to_rgba
from numpy.typing import NDArray

# Petroff's ten colours (arXiv:2107.02270): the worst pair under simulated colour blindness is
# 14.5 CAM02-UCS apart. Ordered so that the first three differ in lightness too.
PETROFF = (
    "#ffa90e", "#3f90da", "#832db6", "#bd1f01", "#94a4a2",
    "#a96b59", "#e76300", "#717581", "#b9ac70", "#92dadd",
)  # fmt: skip
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])  # of linear red, green and blue
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*", "<", "h")


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours by their use. Text on `paper` has a contrast of at least 4.5 : 1.

    Args:
        paper: the background.
        ink: titles and values.
        muted: labels and ticks.
        rule: frames and grid lines.
        classes: one colour for each class, for points.
        tint: darkest and lightest luminance and OKLab chroma of the predicted-class background.
        diverging: matplotlib's name of the map for weights, negative to positive.
        accents: colours of curves by column.
        edge: outline of points.
        path: colours of a descent from its first step to its last.
    """

    paper: str
    ink: str
    muted: str
    rule: str
    classes: tuple[str, ...]
    tint: tuple[float, float, float]
    diverging: str
    accents: tuple[tuple[str, str], ...]
    edge: str
    path: tuple[str, ...] = ("#1a9850", "#fdae61", "#d73027")

    def tints(self, classes: int) -> NDArray[np.uint8]:
        """Background colours [classes, RGBA]: each class' hue, their luminances spread evenly.

        In `light` and `dark` the spread is below 0.10, so that a place that changes class cannot
        flash (WCAG 2.2, 2.3.1). Neighbours in number are far apart in luminance.
        """
        darkest, lightest, chroma = self.tint
        order = np.argsort(np.argsort((0.5 - 0.618 * np.arange(classes)) % 1))
        levels = darkest + (lightest - darkest) * order / max(classes - 1, 1)
        every = [
            tinted(self.classes[c % len(self.classes)], float(level), chroma)
            for c, level in enumerate(levels)
        ]
        return np.array(every, np.uint8)

    def solids(self, classes: int) -> NDArray[np.uint8]:
        """The classes' own colours [classes, RGBA], as the lesson has them; they flash."""
        every = [to_rgba(self.classes[c % len(self.classes)]) for c in range(classes)]
        return np.asarray(np.round(np.array(every) * 255), np.uint8)

    def shades(self, count: int) -> NDArray[np.uint8]:
        """Colours [count, RGBA] of weights from the most negative to the most positive.

        White in the middle: matplotlib's map is lifted by what its own middle lacks.
        """
        value = np.linspace(0, 1, count)
        colours = colormaps[self.diverging](value) * 255
        lift = 255 - np.array(colormaps[self.diverging](0.5)) * 255
        lifted = colours + lift * (1 - abs(2 * value - 1))[:, None]
        return np.asarray(lifted.clip(0, 255).round(), np.uint8)

    def accent(self, column: str) -> str:
        return dict(self.accents).get(column, self.ink)

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Matplotlib's settings while something is drawn; a user's own matplotlibrc has no say."""
        with mpl.rc_context():
            mpl.rcdefaults()
            mpl.rcParams.update(
                {"font.family": "DejaVu Sans", "text.color": self.ink, "path.simplify": True}
            )
            yield


def _linear(rgb: NDArray[np.floating]) -> NDArray[np.floating]:
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def luminance(rgb: NDArray[np.floating]) -> NDArray[np.floating]:
    """Relative luminance 0.2126 R + 0.7152 G + 0.0722 B of sRGB values [..., 3] in 0 to 1.

    Reference: WCAG 2.2, definition of relative luminance.
    """
    return np.asarray(_linear(np.asarray(rgb)) @ LUMINANCE)


# OKLab from linear sRGB, and its cube roots. Reference: Björn Ottosson 2020.
_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def tinted(colour: str, wanted: float, chroma: float) -> tuple[int, int, int, int]:
    """RGBA of a colour's hue with the wanted luminance (0 to 1) and OKLab chroma."""
    _, a, b = _LAB @ np.cbrt(_CONES @ _linear(np.array(to_rgb(colour))))
    a, b = (chroma * part / max(np.hypot(a, b), 1e-9) for part in (a, b))
    low, high = 0.0, 1.0
    for _ in range(30):
        lightness = (low + high) / 2
        linear = np.linalg.inv(_CONES) @ (np.linalg.inv(_LAB) @ [lightness, a, b]) ** 3
        if linear @ LUMINANCE < wanted:
            low = lightness
        else:
            high = lightness
    linear = linear.clip(0, 1)
    rgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    red, green, blue = (round(float(value) * 255) for value in rgb)
    return red, green, blue, 255


THEMES: dict[str, Theme] = {
    "light": Theme(
        paper="#ffffff",
        ink="#1b2733",
        muted="#5b6773",
        rule="#d5dae0",
        classes=PETROFF,
        tint=(0.66, 0.75, 0.055),
        diverging="RdBu_r",
        accents=(("loss", "#b3361e"), ("accuracy", "#1f7a5c"), ("lr", "#31445a")),
        edge="#ffffff",
    ),
    "dark": Theme(
        paper="#11161c",
        ink="#eef2f6",
        muted="#9aa7b4",
        rule="#2c3640",
        classes=PETROFF,
        tint=(0.03, 0.12, 0.05),
        diverging="RdBu_r",
        accents=(("loss", "#ff8a70"), ("accuracy", "#5fd0a5"), ("lr", "#a9bdd3")),
        edge="#dfe6ee",
    ),
    # For paper and photocopies: signs and classes differ in grey too.
    "print": Theme(
        paper="#ffffff",
        ink="#000000",
        muted="#404040",
        rule="#b4b4b4",
        classes=PETROFF,
        tint=(0.40, 0.90, 0.055),
        diverging="PuOr_r",
        accents=(("loss", "#7f3b08"), ("accuracy", "#2d004b"), ("lr", "#404040")),
        edge="#000000",
        path=("#fdb863", "#998ec3", "#2d004b"),
    ),
}
