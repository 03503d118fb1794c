"""The picture that a recording gets when its scene does not describe one."""

from collections.abc import Collection
from dataclasses import replace

from vizopt.core.arrays import Size
from vizopt.core.errors import hint
from vizopt.core.params import ParamLayout
from vizopt.draw.figure_spec import FigureSpec
from vizopt.draw.mosaic import Mosaic
from vizopt.draw.panels import (
    Curves,
    DecisionRegions,
    Descent,
    FittedCurve,
    Legend,
    Magnifier,
    Panel,
    PredictedTrue,
    StepArithmetic,
    Strip,
    Weights,
)
from vizopt.draw.whatever import Recorded, picture_of, recorded
from vizopt.recording.header import Kind
from vizopt.recording.store import Recording

HALF = 1.3  # heights: a slide's clip that is narrower stands beside another one
# What is predicted, by the kind of problem and whether there is a single feature.
FIELDS: dict[tuple[Kind, bool], tuple[str, Panel]] = {
    ("network", False): ("plane", DecisionRegions()),
    ("network", True): ("strip", Strip()),
    ("regression", False): ("predicted", PredictedTrue()),
    ("regression", True): ("fitted", FittedCurve()),
}
CURVES: dict[Kind, tuple[str, ...]] = {
    "network": ("loss", "accuracy", "lr"),
    "regression": ("loss", "r2", "lr"),
}
MOST_GRIDS = 24  # of layers: more are too small to be drawn in a square


def arranged_for(
    run: Recording, wanted: FigureSpec | None = None, slide: Size | None = None
) -> FigureSpec:
    """The picture of a recording; see `arranged`."""
    return arranged(run.header.kind, run.layout, wanted, slide, recorded(run))


def arranged(
    kind: Kind,
    layout: ParamLayout,
    wanted: FigureSpec | None = None,
    slide: Size | None = None,
    has: Recorded | None = None,
) -> FigureSpec:
    """The picture for a kind of problem.

    Args:
        kind: of the run's problem.
        layout: of the run.
        wanted: what a scene says of it: a stage of its own with a mosaic, or panels that take the
            places of those of the same names.
        slide: size of a clip for a slide, which on half of one has few panels, and these large.
        has: what there is of a run that was recorded elsewhere.

    Raises:
        ValueError: a panel whose name has no place in the arranged picture, or that joins none; or
            there is nothing to draw.
    """
    if wanted and wanted.mosaic:  # nothing is arranged, which may be impossible
        return with_panels(FigureSpec(), wanted)
    half = slide is not None and slide[0] < HALF * slide[1]
    return with_panels(_stage(kind, layout, has, half), wanted)


def with_panels(stage: FigureSpec, wanted: FigureSpec | None) -> FigureSpec:
    """An arranged picture with a scene's panels in the places of its own; or the scene's picture.

    Raises:
        ValueError: a panel whose name has no place in the arranged picture, or that joins none.
    """
    if not wanted:
        return stage
    if wanted.mosaic:
        return wanted.joined(wanted.add)
    for name in wanted.panels:
        if name not in stage.panels:
            way = hint(name, stage.panels)
            raise ValueError(
                f'stage.panels: "{name}" has no place without a mosaic: {way}, or put it into `add`'
            )
    return replace(stage, panels=stage.panels | wanted.panels).joined(wanted.add)


def _stage(kind: Kind, layout: ParamLayout, has: Recorded | None, half: bool) -> FigureSpec:
    if has:
        return picture_of(has, layout, half=half)
    stage = _descent() if kind == "function" else _network(kind, layout)
    return _halved(stage) if half else stage


def _descent() -> FigureSpec:
    """The curve, its numbers and the magnifier."""
    return FigureSpec(
        panels={"descent": Descent(), "worked": StepArithmetic(), "magnifier": Magnifier()},
        mosaic=Mosaic(
            rows=("descent worked", "descent magnifier"),
            widths=(770.0, 420.0),
            heights=(370.0, 170.0),
        ),
        standard=Mosaic(rows=("descent descent", "worked magnifier"), heights=(340.0, 250.0)),
        square=Mosaic(
            rows=("descent descent", "worked magnifier"),
            widths=(390.0, 240.0),
            heights=(328.0, 262.0),
        ),
        portrait=Mosaic(rows=("descent", "worked", "magnifier"), heights=(540.0, 330.0, 260.0)),
        banner=Mosaic(rows=("descent worked",), widths=(2.2, 1.0)),
        thumbnail=Mosaic(rows=("descent",)),
    )


def _network(kind: Kind, layout: ParamLayout) -> FigureSpec:
    """What is predicted, the layers in their order, the key and the curves."""
    layers = _chosen(layout)
    shown, panel = FIELDS[kind, layout.grid(layout.layers[0]).inputs == 1]
    panels: dict[str, Panel] = {shown: panel}
    panels |= {"curves": Curves(CURVES[kind]), "key": Legend()}
    grids = {_panel_name(layer, panels): Weights(layer) for layer in layers}
    panels |= grids
    mosaics = _two(shown, *grids) if len(grids) == 2 else _many(shown, tuple(grids))
    banner = Mosaic(rows=(f"{shown} curves",), widths=(1.0, 4.4))
    return FigureSpec(panels, *mosaics, banner, Mosaic(rows=(shown,)))


def _chosen(layout: ParamLayout) -> tuple[str, ...]:
    """The layers that a picture has room for: of many those with weights, evenly from the first to
    the last."""
    if len(layout.layers) <= MOST_GRIDS:
        return layout.layers
    heavy = [layer for layer in layout.layers if layout.grid(layer).inputs] or [*layout.layers]
    count = min(len(heavy), MOST_GRIDS)
    steps = max(count - 1, 1)
    return tuple(heavy[i * (len(heavy) - 1) // steps] for i in range(count))


def _panel_name(layer: str, taken: Collection[str]) -> str:
    """A layer's name as that of its panel: without blanks, and none that stands already."""
    name = "_".join(layer.split())
    return f"{name}.weights" if name in taken else name


def _two(shown: str, first: str, last: str) -> tuple[Mosaic, Mosaic, Mosaic, Mosaic]:
    """The book's network: the first layer lies above the curves, the last one stands."""
    wide = Mosaic(
        rows=(f"{shown} {first} {last}", f"{shown} key {last}", f"{shown} curves {last}"),
        widths=(574.0, 430.0, 160.0),
        heights=(150.0, 40.0, 374.0),
    )
    standard = Mosaic(
        rows=(f"{shown} {first} {last}", f"{shown} curves {last}", f"key curves {last}"),
        widths=(440.0, 266.0, 138.0),
        heights=(140.0, 334.0, 66.0),
    )
    square = Mosaic(
        rows=(f"{first} {first} {last}", f"{shown} curves {last}", f"key key {last}"),
        widths=(330.0, 166.0, 108.0),
        heights=(130.0, 385.0, 42.0),
    )
    portrait = Mosaic(
        rows=(f"{shown} {shown}", f"{first} {last}", f"key {last}", f"curves {last}"),
        widths=(480.0, 150.0),
        heights=(690.0, 130.0, 42.0, 230.0),
    )
    return wide, standard, square, portrait


def _halved(stage: FigureSpec) -> FigureSpec:
    """On half a slide: the plane as large as it can be, and the curves beside it or below."""
    if "curves" not in stage.panels:
        return stage
    shown = next(iter(stage.panels))
    beside = Mosaic(rows=(f"{shown} curves",), widths=(410.0, 250.0))
    below = Mosaic(rows=(shown, "curves"), heights=(700.0, 170.0))
    every: Curves = stage.panels["curves"]  # type: ignore[assignment]
    panels = stage.panels | {"curves": Curves(every.columns[:2])}  # a line tells the rate
    return FigureSpec(panels, mosaic=beside, portrait=below)


def _many(shown: str, layers: tuple[str, ...]) -> tuple[Mosaic, Mosaic, Mosaic, Mosaic]:
    """Any number of layers in rows of up to four, with the key and the curves."""
    rows = _in_rows(layers, 4)
    across = len(rows[0])
    grids = [" ".join(row) for row in rows]

    def over(*names: str) -> list[str]:
        """A line of the mosaic: each name over its part of the columns."""
        return [" ".join([name] * across) for name in names]

    key, curves, plane = over("key", "curves", shown)
    halves = [" ".join([name] * across) for name in (shown, "curves")]
    pairs = [" ".join(f"{name} {name}" for name in row) for row in rows]
    each = 1.0 / len(rows)
    wide = Mosaic(
        rows=tuple(f"{shown} {line}" for line in (*grids, key, curves)),
        widths=(1.0, *(1.1 / across for _ in range(across))),
        heights=(*(340.0 * each for _ in rows), 40.0, 150.0),
    )
    standard = Mosaic(
        rows=(*(f"{shown} {line}" for line in (*grids, key)), f"curves {curves}"),
        widths=(1.0, *(1.1 / across for _ in range(across))),
        heights=(*(380.0 * each for _ in rows), 42.0, 120.0),
    )
    square = Mosaic(
        rows=(" ".join(halves), *pairs, f"{key} {key}"),
        heights=(370.0, *(210.0 * each for _ in rows), 42.0),
    )
    portrait = Mosaic(
        rows=(plane, curves, *grids, key),
        heights=(690.0, 110.0, *(240.0 * each for _ in rows), 42.0),
    )
    return wide, standard, square, portrait


def _in_rows(layers: tuple[str, ...], most: int) -> list[list[str]]:
    """Names in rows of equal length, filled up with empty cells."""
    rows = -(-len(layers) // most)
    across = max(-(-len(layers) // rows), 3)
    padded = [*layers, *["."] * (rows * across - len(layers))]
    return [padded[i * across : (i + 1) * across] for i in range(rows)]
