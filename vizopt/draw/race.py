"""The picture of several runs: a plane for each, their curves in common, and who leads."""

from collections.abc import Mapping

from vizopt.core.errors import VizoptError, hint
from vizopt.core.params import ParamLayout
from vizopt.core.words import Language
from vizopt.draw.defaults import with_panels
from vizopt.draw.figure_spec import FigureSpec
from vizopt.draw.mosaic import Mosaic
from vizopt.draw.panels import (
    Curves,
    Descent,
    Legend,
    Panel,
    SmallPlane,
    Standings,
    Weights,
)
from vizopt.draw.race_mosaics import on_slide, with_planes, with_weights, without_planes
from vizopt.draw.views import BADGES, Pictured, Views
from vizopt.recording.differences import SEPARATOR, differences, own
from vizopt.recording.standings import score

PLANES = 6  # that there is room for
MAX_RUNS = len(BADGES)  # runs of a picture
GRIDS = 4  # runs whose weights there is room for
# What a small plane shows, by what was recorded.
FIELDS = {
    "plane": "scores",
    "strip": "probabilities",
    "fitted": "fitted",
    "predicted": "predictions",
}
MAX_RUNS_TOLD = 3  # of which the settings of each are told


def raced(
    runs: Mapping[str, Pictured],
    wanted: FigureSpec | None = None,
    layer: str = "",
    *,
    large: bool = False,
    slide: bool = False,
) -> FigureSpec:
    """The picture of several runs: of up to 6 the planes, of up to 20 curves and standings.

    Args:
        runs: by their names.
        wanted: what a scene says of it; see `arranged`.
        layer: whose weights and updates stand below each plane; none when empty.
        large: whether the text is.
        slide: whether it is for a slide.

    Raises:
        VizoptError: more than there is room for, or no such layer.
        ValueError: a panel whose name has no place in the picture, or that joins none.
    """
    if len(runs) > MAX_RUNS:
        raise VizoptError(
            f"{len(runs)} runs: a picture has room for {MAX_RUNS}, and for the planes of {PLANES}: "
            "leave some out"
        )
    if layer:
        check_layer(layer, {name: run.layout for name, run in runs.items()})
    return with_panels(_arranged(runs, layer, large=large, slide=slide), wanted)


def check_layer(layer: str, layouts: Mapping[str, ParamLayout]) -> None:
    """Raises VizoptError where runs, by their names, have no such layer, or are too many for it."""
    if len(layouts) > GRIDS:
        raise VizoptError(
            f"weights: {len(layouts)} runs: there is room for the weights of {GRIDS}: "
            'leave some out, or say weights = ""'
        )
    for name, layout in layouts.items():
        if layer not in layout.layers:
            way = hint(layer, layout.layers)
            raise VizoptError(f'weights: {name} has no layer "{layer}": {way}')


def _arranged(runs: Mapping[str, Pictured], layer: str, *, large: bool, slide: bool) -> FigureSpec:
    common = frozenset.intersection(*(run.names for run in runs.values()))
    if all(run.header.kind == "function" for run in runs.values()):
        return _descents()
    shown = next((kind for kind, column in FIELDS.items() if column in common), None)
    small = shown is not None and len(runs) <= PLANES
    # Rates are written above small planes, and need a plot of their own where there are none.
    drawn = ("loss", "accuracy", "r2") if small else ("loss", "accuracy", "r2", "lr")
    curves = Curves(tuple(name for name in drawn if name in common))
    decides = score(runs)
    panels: dict[str, Panel] = {"curves": curves, "standings": Standings(decides, small)}
    if not small:
        return FigureSpec(panels, *without_planes())
    written = tuple(name for name in ("accuracy", "loss", "r2", "lr") if name in common)
    named = any(_has_names(run) for run in runs.values())
    for number, name in enumerate(runs, 1):
        panels[f"run-{number}"] = SmallPlane(shown, written, named, of=name)  # type: ignore[arg-type]
    if not layer:
        places = with_planes(len(runs), large)
        if slide:
            places = (*on_slide(len(runs), *places[:2]), *places[2:])
        return FigureSpec(panels, *places)
    for number, name in enumerate(runs, 1):
        panels[f"weights-{number}"] = Weights(layer, of=name)
    panels["key"] = Legend(of=max(runs, key=lambda name: runs[name].epochs))
    return FigureSpec(panels, *with_weights(len(runs)))


def what_differs(views: Views, words: Language) -> str:
    """In what the update rules differ: of few runs each one's settings, of more which of them."""
    runs = {name: view.run for name, view in views.items()}
    every = differences(runs)
    found = dict.fromkeys(_called(each.what, words) for each in every if not each.beyond)
    if every and not found:
        return ""
    if len(runs) <= MAX_RUNS_TOLD:
        parts = [f"{views[name].role.badge} {what}" for name, what in own(runs).items() if what]
        return SEPARATOR.join(parts)
    return words.say("differ", what=", ".join(found)) if found else ""


def _called(what: str, words: Language) -> str:
    """What differs, as the picture says it."""
    key = what.removeprefix("optimizer.")
    if key.partition(".")[0] == "lr":
        return words.say("learning_rate")
    return words.say("update_rule") if key == "kind" else key.replace("_", " ")


def _has_names(run: Pictured) -> bool:
    """Whether classes are more than numbers."""
    return any(name != f"class {c}" for c, name in enumerate(run.header.classes))


def _descents() -> FigureSpec:
    """The one curve, f of every step and who is lowest."""
    panels: dict[str, Panel] = {
        "descent": Descent(),
        "curves": Curves(("loss",)),
        "standings": Standings("loss"),
    }
    wide = Mosaic(
        ("descent standings", "descent curves"), widths=(790.0, 400.0), heights=(300.0, 264.0)
    )
    square = Mosaic(
        ("descent descent", "standings curves"), widths=(300.0, 330.0), heights=(328.0, 226.0)
    )
    tall = Mosaic(("descent", "standings", "curves"), heights=(500.0, 260.0, 312.0))
    banner = Mosaic(("descent standings",), widths=(2.2, 1.0))
    return FigureSpec(panels, wide, square, square, tall, banner, Mosaic(("standings",)))
