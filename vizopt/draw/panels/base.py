"""What a panel is: one part of the picture, drawn in two halves."""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, runtime_checkable

from vizopt.core.arrays import Pixels, Spots
from vizopt.core.specs import spec
from vizopt.draw.fonts import families, shown
from vizopt.draw.glyphs import Glyphs, drawn_width, strip, text_width
from vizopt.draw.grids import Grids
from vizopt.draw.paint import DPI, pixel_axes
from vizopt.draw.playback import Playback
from vizopt.draw.theme import Theme
from vizopt.draw.views import View, Views, chosen

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text

Draw: TypeAlias = Callable[[Pixels, int], None]  # (window [h, w, 4], frame index)
NARROWEST = 0.1  # of the font's size: no letter that one reads is narrower
Weight: TypeAlias = Literal["normal", "bold"]


@dataclass(frozen=True)
class DrawContext:
    """A panel's window: where it draws and with what.

    Args:
        axes: invisible, in pixels from the window's top left corner; what it holds stands still.
        width, height: of the window in pixels.
        theme: colours.
        unit: pixels of a 720th of the frame's shorter side.
        playback: how the frames follow each other.
        grids: those of the whole picture.
    """

    axes: "Axes"
    width: int
    height: int
    theme: Theme
    unit: float
    playback: Playback
    grids: Grids = field(default_factory=Grids)

    def font(self, size: float) -> float:
        """Font size in pixels of a text's size in units, as the theme's text is set."""
        return round(self.theme.font(size) * self.unit, 1)

    @property
    def hairline(self) -> int:
        """Pixels of the thinnest line, one unit at least."""
        return max(round(self.unit), 1)

    def text_width(self, text: str, size: float = 13, weight: Weight = "normal") -> float:
        """Width in pixels of a text of this size."""
        return text_width(text, self.font(size), weight, self.theme.family)

    def say(self, key: str, **values: object) -> str:
        """The words of a label in the picture's language."""
        return self.theme.words.say(key, **values)

    def told(self, phrase: str) -> str:
        """A phrase in the picture's language; any other text as it is."""
        return self.theme.words.told(phrase)

    def fitted(self, text: str, size: float, width: float, weight: Weight = "normal") -> str:
        """The text, its end replaced by an ellipsis where it would not fit into width pixels."""
        font = self.font(size)
        most = int(width / (font * NARROWEST)) + 1
        family = self.theme.family
        if len(text) <= most and drawn_width(text, font, weight, family) <= width:
            return text

        def shortened(letters: int) -> str:
            return text[:letters].rstrip() + "…"

        def width_of(letters: int) -> float:
            return drawn_width(shortened(letters), font, weight, family)

        return shortened(bisect_right(range(1, min(most, len(text)) + 1), width, key=width_of))

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float = 13,
        *,
        colour: str = "",
        weight: Weight = "normal",
        align: Literal["left", "center", "right"] = "left",
    ) -> "Text":
        """Text that stands still, its baseline at y."""
        family = self.theme.family
        return self.axes.text(
            x,
            y,
            shown(text, family),
            family=list(families(text, family)),
            size=self.font(size),
            color=colour or self.theme.muted,
            weight=weight,
            ha=align,
            va="baseline",
            parse_math=False,
        )

    def glyphs(self, size: float = 13, *, colour: str = "", weight: Weight = "normal") -> Glyphs:
        """A strip to write text that changes."""
        theme = self.theme
        return strip(self.font(size), colour or theme.muted, theme.paper, weight, theme.family)

    def part(self, x: int, y: int, width: int, height: int) -> "DrawContext":
        """A window of its own within this one."""
        left, top = self.place
        axes = pixel_axes(self.axes.figure, left + x, top + y, width, height)  # type: ignore[arg-type]
        return replace(self, axes=axes, width=width, height=height)

    @property
    def place(self) -> tuple[int, int]:
        """Its left and its top in the frame, in pixels."""
        place = self.axes.get_position()
        W, H = self.axes.figure.get_size_inches() * DPI  # type: ignore[union-attr]
        return round(place.x0 * W), round((1 - place.y1) * H)

    def frame(self, x: float, y: float, width: float, height: float) -> None:
        """A hairline just around a box."""
        half = self.hairline / 2
        left, right, top, bottom = x - half, x + width + half, y - half, y + height + half
        self.axes.plot(
            [left, right, right, left, left],
            [top, top, bottom, bottom, top],
            color=self.theme.rule,
            lw=self.hairline,
            clip_on=False,
            snap=False,
        )


@spec
class OneRun:
    """A panel of one run of the picture.

    Args:
        of: name of the run, in a picture of several.
    """

    of: str | None = field(default=None, kw_only=True)

    def view(self, views: Views) -> View:
        """The one that it shows."""
        return chosen(views, self.of)


class Panel(Protocol):
    """One part of the picture; a frozen dataclass of what a scene can say about it.

    It is given the views of all runs of the picture. A panel of one run is a OneRun; one that
    compares takes them all.
    """

    @property
    def needs(self) -> frozenset[str]:
        """The recorded columns it shows; they decide which probes run."""
        ...

    def static(self, slot: DrawContext, views: Views) -> None:
        """Draw what stands still into slot.axes, once."""
        ...

    def dynamic(self, slot: DrawContext, views: Views) -> Draw:
        """Prepare once what moves; the returned draw(window, k) paints frame k alone."""
        ...


@runtime_checkable
class Comparing(Protocol):
    """A panel in which several runs are drawn together."""

    def spots(self, slot: DrawContext, views: Views) -> Spots:
        """Where each of them is in the window, so that a page can let one stand out."""
        ...


def is_of_one(panel: Panel) -> bool:
    """Whether a panel shows a single run of several, which it has to name."""
    return isinstance(panel, OneRun) and not isinstance(panel, Comparing)
