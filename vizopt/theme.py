"""Themes: colours and type."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, TypeAlias

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
Text: TypeAlias = Literal["normal", "large"]
NORMAL, LARGE = 1.2, 1.55  # times a text's size
LEAST = 19.0  # of large text
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])  # of linear red, green and blue


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours by their use. Text on `paper` has a contrast of at least 4.5 : 1.

    Args:
        paper: the background.
        ink: titles and values.
        muted: labels and ticks.
        rule: frames and grid lines.
        classes: one colour for each class, for points.
        regions: colours of the classes' regions, each class' own hue: the first row that is long
            enough for the classes at hand, since few can be paler than many (docs/palettes.py).
        diverging: matplotlib's name of the map for weights, negative to positive.
        accents: colours of curves by column.
        edge: outline of points, at least 3 : 1 from every region.
        border: the line between regions, at least 3 : 1 from both.
        path: colours of a descent from its first step to its last.
        text: "normal" or "large", which can be read from the last row of a hall.
    """

    paper: str
    ink: str
    muted: str
    rule: str
    classes: tuple[str, ...]
    regions: tuple[tuple[str, ...], ...]
    diverging: str
    accents: tuple[tuple[str, str], ...]
    edge: str
    border: str
    path: tuple[str, ...] = ("#1a9850", "#fdae61", "#d73027")
    text: Text = "normal"

    @property
    def large(self) -> bool:
        return self.text == "large"

    def font(self, size: float) -> float:
        """Size of a text, in 720ths of the frame's shorter side.

        The smallest is 11: 1.8 % of the shorter side, and 2.6 % where text is large.
        """
        return max(LARGE * size, LEAST) if self.large else NORMAL * size

    def tints(self, classes: int) -> NDArray[np.uint8]:
        """Background colours [classes, RGBA] of the classes' regions.

        Any two are at least 10 CAM02-UCS apart with up to four classes and 6 with up to eight, for
        every kind of colour vision. In `light` and `dark` their luminances are less than 0.10
        apart, so that a place that changes class cannot flash (WCAG 2.2, 2.3.1); in `print` they
        differ in grey. When the row is used up its colours come again, greyer every time.
        """
        row = next((row for row in self.regions if len(row) >= classes), self.regions[-1])
        colours = np.array([to_rgb(colour) for colour in row]) * 255
        turn, c = np.divmod(np.arange(classes), len(row))
        grey = colours.mean(axis=0)
        rgb = grey + (colours[c] - grey) / (1 + turn)[:, None]
        opaque = np.full((classes, 1), 255)
        return np.asarray(np.hstack([rgb.round(), opaque]), np.uint8)

    def solids(self, classes: int) -> NDArray[np.uint8]:
        """The classes' own colours [classes, RGBA], as the lesson has them; they flash."""
        every = [to_rgba(self.classes[c % len(self.classes)]) for c in range(classes)]
        return np.asarray(np.round(np.array(every) * 255), np.uint8)

    def shades(self, count: int) -> NDArray[np.uint8]:
        """Colours [count, RGBA] of weights from the most negative to the most positive.

        The paper's colour in the middle: matplotlib's map is moved there by what its own middle
        lacks.
        """
        value = np.linspace(0, 1, count)
        colours = colormaps[self.diverging](value) * 255
        lift = np.array(to_rgba(self.paper)) * 255 - np.array(colormaps[self.diverging](0.5)) * 255
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


def luminance(rgb: NDArray[np.floating]) -> NDArray[np.floating]:
    """Relative luminance 0.2126 R + 0.7152 G + 0.0722 B of sRGB values [..., 3] in 0 to 1.

    Reference: WCAG 2.2, definition of relative luminance.
    """
    rgb = np.asarray(rgb)
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ LUMINANCE)


# Found by docs/palettes.py.
PALE = (
    ("#fad6aa", "#acd4fe", "#e2d9e7"),
    ("#f8b97f", "#a5cffd", "#cbc2d4", "#eaccc5"),
    (
        "#f7ce62", "#b5d8f8", "#c1c2ff", "#fdb79c", "#c5d9c7",
        "#e9b9da", "#e2d586", "#d4c3ca", "#aed6ac", "#84d6e0",
    ),
)  # fmt: skip
DEEP = (
    ("#775e3f", "#45607b", "#41304e", "#664038"),
    (
        "#3e2b11", "#182f45", "#62526f", "#613f38", "#51615f",
        "#513128", "#775647", "#353944", "#5b5433", "#2d5a5c",
    ),
)  # fmt: skip
GREYED = (
    (
        "#fff1db", "#bbddfd", "#b09dc1", "#e5b6a8", "#a8bcba",
        "#f1c9c3", "#cea693", "#e7ecfc", "#eae1b8", "#9dd2d4",
    ),
)  # fmt: skip

THEMES: dict[str, Theme] = {
    "light": Theme(
        paper="#ffffff",
        ink="#1b2733",
        muted="#5b6773",
        rule="#d5dae0",
        classes=PETROFF,
        regions=PALE,
        diverging="RdBu_r",
        accents=(("loss", "#b3361e"), ("accuracy", "#1f7a5c"), ("lr", "#31445a")),
        edge="#26323f",
        border="#5c6874",
    ),
    "dark": Theme(
        paper="#11161c",
        ink="#eef2f6",
        muted="#9aa7b4",
        rule="#2c3640",
        classes=PETROFF,
        regions=DEEP,
        diverging="berlin",
        accents=(("loss", "#ff8a70"), ("accuracy", "#5fd0a5"), ("lr", "#a9bdd3")),
        edge="#dfe6ee",
        border="#b7c0ca",
    ),
    # For paper and photocopies: signs and classes differ in grey too.
    "print": Theme(
        paper="#ffffff",
        ink="#000000",
        muted="#404040",
        rule="#b4b4b4",
        classes=PETROFF,
        regions=GREYED,
        diverging="PuOr_r",
        accents=(("loss", "#7f3b08"), ("accuracy", "#2d004b"), ("lr", "#404040")),
        edge="#000000",
        border="#4a4a4a",
        path=("#fdb863", "#998ec3", "#2d004b"),
    ),
}
