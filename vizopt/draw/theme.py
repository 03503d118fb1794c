"""Themes: colours and type."""

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vizopt.core.library import look, looks
from vizopt.core.sizes import SIDE
from vizopt.core.words import ENGLISH, Language, language

if TYPE_CHECKING:
    from matplotlib.colors import Colormap

Text: TypeAlias = Literal["normal", "large"] | float
NORMAL_SCALE, LARGE_SCALE = 1.2, 1.55  # times a text's size
SMALLEST_SIZE = 11  # size of the smallest text
MIN_LARGE_SIZE = 19.0  # of large text


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
        diverging: colours of weights, negative to positive: matplotlib's name of a map, or two or
            three colours.
        accents: colours of curves by column.
        edge: outline of points, at least 3 : 1 from every region.
        border: the line between regions, at least 3 : 1 from both.
        path: colours of a descent from its first step to its last.
        text: "normal" or "large", which can be read from the last row of a hall; or how high the
            smallest is, in percent of the frame's shorter side.
        family: of the fonts.
        words: in the language of the labels.
        transparent: whether the paper is left out, where the format can do without.
        ground: of weights at zero and in hollow points, where that is not the paper.
    """

    paper: str
    ink: str
    muted: str
    rule: str
    classes: tuple[str, ...]
    regions: tuple[tuple[str, ...], ...]
    diverging: str | tuple[str, ...]
    accents: tuple[tuple[str, str], ...]
    edge: str
    border: str
    path: tuple[str, ...]
    text: Text = "normal"
    family: str = "DejaVu Sans"
    words: Language = ENGLISH
    transparent: bool = False
    ground: str = ""

    @property
    def large(self) -> bool:
        return self.text != "normal"

    @property
    def least(self) -> float:
        """Size of the smallest text as it is drawn, in 720ths of the frame's shorter side."""
        named = {"normal": NORMAL_SCALE * SMALLEST_SIZE, "large": MIN_LARGE_SIZE}
        return named[self.text] if isinstance(self.text, str) else self.text / 100 * SIDE

    def font(self, size: float) -> float:
        """Size of a text, in 720ths of the frame's shorter side.

        The smallest is 11: 1.8 % of the shorter side, and 2.6 % where text is large.
        """
        if self.text == "normal":
            return NORMAL_SCALE * size
        least = self.least
        normal = NORMAL_SCALE * SMALLEST_SIZE
        grown = (least - normal) / (MIN_LARGE_SIZE - normal)
        return max((NORMAL_SCALE + (LARGE_SCALE - NORMAL_SCALE) * grown) * size, least)

    def tints(self, classes: int) -> NDArray[np.uint8]:
        """Background colours [classes, RGBA] of the classes' regions.

        Any two are at least 10 CAM02-UCS apart with up to four classes and 6 with up to eight, for
        every kind of colour vision. In `light` and `dark` their luminances are less than 0.10
        apart, so that a place that changes class cannot flash (WCAG 2.2, 2.3.1); in `print` they
        differ in grey. When the row is used up its colours come again, greyer every time.
        """
        from matplotlib.colors import to_rgb

        row = next((row for row in self.regions if len(row) >= classes), self.regions[-1])
        colours = np.array([to_rgb(colour) for colour in row]) * 255
        turn, c = np.divmod(np.arange(classes), len(row))
        grey = colours.mean(axis=0)
        rgb = grey + (colours[c] - grey) / (1 + turn)[:, None]
        opaque = np.full((classes, 1), 255)
        return np.asarray(np.hstack([rgb.round(), opaque]), np.uint8)

    def solids(self, classes: int) -> NDArray[np.uint8]:
        """The classes' own colours [classes, RGBA], as the lesson has them; they flash."""
        from matplotlib.colors import to_rgba

        every = [to_rgba(self.classes[c % len(self.classes)]) for c in range(classes)]
        return np.asarray(np.round(np.array(every) * 255), np.uint8)

    def shades(self, count: int) -> NDArray[np.uint8]:
        """Colours [count, RGBA] of weights from the most negative to the most positive.

        The paper's colour, or the ground's, in the middle: matplotlib's map is moved there by what
        its own middle lacks.
        """
        from matplotlib.colors import to_rgba

        value = np.linspace(0, 1, count)
        colours = self._diverging(value) * 255
        lift = (
            np.array(to_rgba(self.ground or self.paper)) * 255
            - np.array(self._diverging(0.5)) * 255
        )
        lifted = colours + lift * (1 - abs(2 * value - 1))[:, None]
        return np.asarray(lifted.clip(0, 255).round(), np.uint8)

    @property
    def _diverging(self) -> "Colormap":
        from matplotlib import colormaps
        from matplotlib.colors import LinearSegmentedColormap

        if isinstance(self.diverging, str):
            return colormaps[self.diverging]
        return LinearSegmentedColormap.from_list("own", self.diverging)

    def accent(self, column: str) -> str:
        return dict(self.accents).get(column, self.ink)

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Matplotlib's settings while something is drawn; a user's own matplotlibrc has no say."""
        import matplotlib as mpl

        with mpl.rc_context():
            mpl.rcdefaults()
            mpl.rcParams.update(
                {"font.family": self.family, "text.color": self.ink, "path.simplify": True}
            )
            yield


def _read(name: str) -> Theme:
    """A theme from its file."""
    table = tomllib.loads(look(name))
    table["regions"] = tuple(map(tuple, table["regions"]))
    table["accents"] = tuple(table["accents"].items())
    table["family"], table["words"] = table.pop("font"), language(table.pop("language"))
    lists = {key: tuple(table[key]) for key in ("classes", "path")}
    return Theme(**table | lists)


THEMES = {name: _read(name) for name in looks()}
