"""The spec of a figure: its panels, where they lie, and those that join the arranged ones."""

from dataclasses import field, replace
from math import inf
from typing import Annotated

from pydantic import Field

from vizopt.core.arrays import Size
from vizopt.core.errors import hint
from vizopt.core.kinds import OneOf
from vizopt.core.specs import spec
from vizopt.draw.mosaic import Mosaic
from vizopt.draw.panels import PANELS, Curves, Panel
from vizopt.draw.small import kind_of

# A frame narrower than this many heights takes the mosaic of that name, or the next that is there.
SHAPES = (("portrait", 0.8), ("square", 1.3), ("standard", 1.5), ("mosaic", inf))
# Width over height of what the panels of a frame of each shape have, about.
ROOMS = {"mosaic": 2.1, "standard": 1.5, "square": 1.1, "portrait": 0.6}
SIDES = ("beside", "above", "below")


@spec
class Join:
    """A panel that joins those of the arranged picture.

    Args:
        panel: what is shown: a table with a kind, as in `panels`.
        beside: the panel that it stands next to, by its name or that of a curve in it: to the
            right, or below where that one is higher than wide.
        above: the panel that it stands above.
        below: the panel that it stands below.
        name: what others call it; its kind when left out, numbered where that is taken.
    """

    panel: Annotated[Panel, OneOf(PANELS)]
    beside: str = ""
    above: str = ""
    below: str = ""
    name: Annotated[
        str,
        Field(pattern=r"^[\w-]*$", description="a panel's name has letters, digits, _ and - only"),
    ] = ""

    def __post_init__(self) -> None:
        given = [side for side in SIDES if getattr(self, side)]
        if len(given) != 1:
            told = " and ".join(given) or "no place"
            raise ValueError(f'{told}: say one of {", ".join(SIDES)}, like beside = "curves"')

    @property
    def side(self) -> str:
        """Where it stands of the panel that it names."""
        return next(side for side in SIDES if getattr(self, side))

    @property
    def kind(self) -> str:
        """The panel's kind."""
        return next(kind for kind, cls in PANELS.items() if isinstance(self.panel, cls))


@spec
class FigureSpec:
    """The panels of a picture and where they lie.

    Args:
        panels: what is shown, each panel by a name of its own.
        mosaic: their places on a wide frame; when left out, the panels take the places that the
            arranged picture has for theirs: `plane`, `key`, `curves`, a layer's name, `descent`, …
        standard: their places on a frame like a 4:3 slide, narrower than 1.5 heights; the wide ones
            when left out.
        square: their places on a frame narrower than 1.3 heights; the wide ones when left out.
        portrait: their places on a frame narrower than 0.8 heights; the square ones when left out.
        banner: their places on a frame wider than 2.5 heights; the wide ones when left out.
        thumbnail: their places on a frame smaller than 480 × 270; those of its shape when left out.
        add: panels that join them, on every frame but banners and thumbnails.
    """

    panels: dict[str, Annotated[Panel, OneOf(PANELS)]] = field(default_factory=dict)
    mosaic: Mosaic | None = None
    standard: Mosaic | None = None
    square: Mosaic | None = None
    portrait: Mosaic | None = None
    banner: Mosaic | None = None
    thumbnail: Mosaic | None = None
    add: tuple[Join, ...] = ()

    def __post_init__(self) -> None:
        for shape, mosaic in self.mosaics.items():
            if not self.panels:
                own = f'[stage.panels.{mosaic.names[0]}] with its kind, like kind = "curves"'
                raise ValueError(f"{shape}: places panels, and there are none: add {own}")
            if not self.mosaic:
                raise ValueError(f"{shape}: give a mosaic for wide frames too")
            for name in mosaic.names:
                if name not in self.panels:
                    raise ValueError(f'mosaic names "{name}", no panel: {hint(name, self.panels)}')

    @property
    def needs(self) -> frozenset[str]:
        """The recorded columns that the panels show."""
        return frozenset().union(*(panel.needs for panel in self.panels.values()))

    def needs_of(self, run: str) -> frozenset[str]:
        """Those that the panels show of the run of this name."""
        every = self.stated.values()
        shown = (panel for panel in every if getattr(panel, "of", None) in (None, run))
        return frozenset().union(*(panel.needs for panel in shown))

    @property
    def names(self) -> tuple[str, ...]:
        """The panels that have a place, in reading order."""
        return self.mosaic.names if self.mosaic else ()

    @property
    def stated(self) -> dict[str, Panel]:
        """All panels that it says something of, by their keys."""
        own = {f"panels.{name}": panel for name, panel in self.panels.items()}
        return own | {f"add.{i}.panel": join.panel for i, join in enumerate(self.add)}

    @property
    def mosaics(self) -> dict[str, Mosaic]:
        """Those that there are, by their keys."""
        shapes = [shape for shape, _ in SHAPES]
        every = ((shape, getattr(self, shape)) for shape in (*shapes, "banner", "thumbnail"))
        return {shape: mosaic for shape, mosaic in every if mosaic}

    def mosaic_for(self, size: Size) -> Mosaic:
        """The mosaic of a frame's shape; arranged() gives every stage a wide one at least."""
        return self.mosaics[self.shape_for(size)]

    def shape_for(self, size: Size) -> str:
        """The key of that mosaic."""
        if (small := kind_of(size)) in self.mosaics:
            return small
        wide = [shape for shape, ratio in SHAPES if size[0] < ratio * size[1]]
        fits = [shape for shape in wide if shape != "standard" or wide[0] == "standard"]
        return next(shape for shape in fits if shape in self.mosaics)

    def joined(self, joins: tuple[Join, ...]) -> "FigureSpec":
        """The same with panels more, which have a place where the panel that they name has one.

        Raises:
            ValueError: no panel of that name, or another one that has the new one's.
        """
        made = self
        for i, join in enumerate(joins):
            made = made._with(join, f"stage.add.{i}")
        return made

    def _with(self, join: Join, place: str) -> "FigureSpec":
        wanted = getattr(join, join.side)
        target = self._standing(wanted)
        if target is None:
            known = [*self.names, *self._curves]
            raise ValueError(f'{place}.{join.side}: no panel "{wanted}": {hint(wanted, known)}')
        if join.name in self.panels:
            raise ValueError(f'{place}.name: "{join.name}" is the name of another panel')
        name = join.name or self._free(join.kind)
        try:
            mosaics = {
                shape: mosaic.joined(name, target, join.side, ROOMS[shape])
                for shape, mosaic in self.mosaics.items()
                if shape in ROOMS and target in mosaic.names
            }
        except ValueError as error:  # one part of the picture over 100 times another
            told = f'no room {join.side} "{wanted}", which others joined before'
            raise ValueError(f"{place}: {told}: add fewer, or at other panels") from error
        return replace(self, panels=self.panels | {name: join.panel}, **mosaics)  # type: ignore[arg-type]

    def _standing(self, wanted: str) -> str | None:
        """The panel of a name, or with a curve of it."""
        return wanted if wanted in self.names else self._curves.get(wanted)

    @property
    def _curves(self) -> dict[str, str]:
        """The panels that have a place, by the curves that they show; the first of each."""
        placed = reversed([(name, self.panels[name]) for name in self.names])
        curves = [(name, panel) for name, panel in placed if isinstance(panel, Curves)]
        return {column: name for name, panel in curves for column in panel.columns}

    def _free(self, kind: str) -> str:
        """The kind as a name, or with a number that is not taken."""
        names = [kind, *(f"{kind}-{number}" for number in range(2, len(self.panels) + 3))]
        return next(name for name in names if name not in self.panels)
