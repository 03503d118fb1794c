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
from vizopt.draw.views import BADGES, Pictured, Views
from vizopt.recording.differences import SEPARATOR, differences, own
from vizopt.recording.standings import score

PLANES = 6  # that there is room for
MAX_RUNS = len(BADGES)  # runs of a picture
GRIDS = 4  # runs whose weights there is room for
PAIRS = (230.0, 116.0, 230.0, 116.0, 36.0, 150.0, 200.0)  # heights in portrait, of more than two
# What a small plane shows, by what was recorded.
FIELDS = {
    "plane": "scores",
    "strip": "probabilities",
    "fitted": "fitted",
    "predicted": "predictions",
}
LOW = {2: (336.0, 100.0, 110.0), 3: (282.0, 124.0, 132.0)}  # heights in a square
LOW_LARGE = {2: (272.0, 146.0, 128.0), 3: (206.0, 172.0, 160.0)}  # and of large text
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
        return FigureSpec(panels, *_without())
    written = tuple(name for name in ("accuracy", "loss", "r2", "lr") if name in common)
    named = any(_has_names(run) for run in runs.values())
    for number, name in enumerate(runs, 1):
        panels[f"run-{number}"] = SmallPlane(shown, written, named, of=name)  # type: ignore[arg-type]
    if not layer:
        places = _with(len(runs), large)
        if slide:
            places = (*_on_slide(len(runs), *places[:2]), *places[2:])
        return FigureSpec(panels, *places)
    for number, name in enumerate(runs, 1):
        panels[f"weights-{number}"] = Weights(layer, of=name)
    panels["key"] = Legend(of=max(runs, key=lambda name: runs[name].epochs))
    return FigureSpec(panels, *_with_weights(len(runs)))


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


def _with(many: int, large: bool) -> tuple[Mosaic, Mosaic, Mosaic, Mosaic, Mosaic, Mosaic]:
    """The places of planes, curves and standings: wide, standard, square, portrait, small ones."""
    names = [f"run-{number}" for number in range(1, many + 1)]
    wide = {2: _beside_two, 3: _above, 4: _above}.get(many, _beside_six)(names)
    six = _low_six if large else _compact_six
    four = _beside_four if large else _low_four
    square = {2: _stacked, 3: _stacked, 4: four}.get(many, six)(names)
    portrait = {2: _stacked, 3: _filled, 4: _stacked_four}.get(many, _stacked_six)(names)
    tall = {
        2: (383.0, 150.0, 520.0),
        3: (383.0, 383.0, 330.0),
        4: (306.0, 306.0, 190.0, 270.0),
    }.get(many, (250.0, 250.0, 220.0, 350.0))
    low = (LOW_LARGE if large else LOW).get(many)
    square = Mosaic(square.rows, square.widths, low) if low else square
    portrait = Mosaic(portrait.rows, portrait.widths, tall)
    standard = {2: _above, 3: _above, 4: _beside_four}.get(many, _beside_six)(names)
    return wide, standard, square, portrait, *_small()


def _on_slide(many: int, wide: Mosaic, standard: Mosaic) -> tuple[Mosaic, Mosaic]:
    """Those of a wide and a standard one whose text is large: planes have no more width than they
    can use, and curves the rest, with a height in which they can be read."""
    names = [f"run-{number}" for number in range(1, many + 1)]
    if many == 2:
        rows = _beside_two(names).rows
        wide = Mosaic(rows, widths=(420.0, 420.0, 480.0), heights=(450.0, 114.0))
        standard = Mosaic(rows, widths=(330.0, 330.0, 300.0), heights=(430.0, 134.0))
    if many == 3:
        rows = (f"{' '.join(names)} curves", "standings standings standings curves")
        wide = Mosaic(rows, widths=(305.0, 305.0, 305.0, 390.0), heights=(380.0, 184.0))
        standard = Mosaic(standard.rows, heights=(364.0, 200.0))
    if many == 4:
        standard = Mosaic(standard.rows, widths=(260.0, 260.0, 440.0))
    return wide, standard


def _with_weights(many: int) -> tuple[Mosaic, Mosaic, Mosaic, Mosaic, Mosaic, Mosaic]:
    """The same with the weights of each run below its plane."""
    planes, grids = (
        [f"{what}-{number}" for number in range(1, many + 1)] for what in ("run", "weights")
    )
    rows = [" ".join(" ".join([name] * 3) for name in each) for each in (planes, grids)]
    ends = ["curves"] * many * 2 + ["standings"] * many
    rows += [" ".join(["key"] * 3 * many), " ".join(ends)]
    wide = Mosaic(tuple(rows), heights=(230.0, 132.0, 36.0, 166.0))
    square = Mosaic(tuple(rows), heights=(200.0, 140.0, 36.0, 180.0))
    pairs = [(each[i : i + 2]) for i in range(0, many, 2) for each in (planes, grids)]
    upright = [" ".join([*pair, "."][:2]) for pair in pairs]
    upright += [" ".join([name] * 2) for name in ("key", "standings", "curves")]
    heights = (300.0, 150.0, 36.0, 150.0, 380.0) if many == 2 else PAIRS
    portrait = Mosaic(tuple(upright), heights=heights)
    return wide, wide, square, portrait, *_small()


def _beside_two(names: list[str]) -> Mosaic:
    """Two large planes, the curves to the right, the standings below."""
    first, second = names
    rows = (f"{first} {second} curves", "standings standings curves")
    return Mosaic(rows, widths=(400.0, 400.0, 364.0), heights=(452.0, 112.0))


def _above(names: list[str]) -> Mosaic:
    """Planes in a row, curves and standings below."""
    rows = [" ".join(" ".join([name] * 3) for name in names)]
    left = len(names) * 2
    rows.append(" ".join(["curves"] * left + ["standings"] * (3 * len(names) - left)))
    heights = {2: (430.0, 134.0), 3: (408.0, 156.0)}.get(len(names), (346.0, 218.0))
    return Mosaic(tuple(rows), heights=heights)


def _beside_four(names: list[str]) -> Mosaic:
    """Two by two, curves and standings to the right."""
    a, b, c, d = names
    rows = (f"{a} {b} curves", f"{c} {d} standings")
    return Mosaic(rows, widths=(190.0, 190.0, 224.0))


def _low_four(names: list[str]) -> Mosaic:
    """Two by two, the curves to the right, the standings below."""
    a, b, c, d = names
    rows = (f"{a} {b} curves", f"{c} {d} curves", "standings standings standings")
    return Mosaic(rows, widths=(190.0, 190.0, 224.0), heights=(218.0, 218.0, 128.0))


def _beside_six(names: list[str]) -> Mosaic:
    """Three by two, curves and standings to the right."""
    first, second = names[:3], [*names[3:], *["standings"] * (6 - len(names))]
    rows = (f"{' '.join(first)} curves", f"{' '.join(second)} standings")
    return Mosaic(rows, widths=(240.0, 240.0, 240.0, 418.0))


def _stacked(names: list[str]) -> Mosaic:
    """Planes in a row, below them the standings, below those the curves."""
    many = len(names)
    return Mosaic((" ".join(names), " ".join(["standings"] * many), " ".join(["curves"] * many)))


def _stacked_four(names: list[str]) -> Mosaic:
    a, b, c, d = names
    return Mosaic((f"{a} {b}", f"{c} {d}", "standings standings", "curves curves"))


def _stacked_six(names: list[str]) -> Mosaic:
    """Three by two; curves and standings below."""
    first, second = names[:3], [*names[3:], *["."] * (6 - len(names))]
    over = [" ".join([name] * 3) for name in ("standings", "curves")]
    return Mosaic((" ".join(first), " ".join(second), *over))


def _compact_six(names: list[str]) -> Mosaic:
    """Three by two; the curves and beside them the standings below."""
    first, second = names[:3], [*names[3:], *["."] * (6 - len(names))]
    rows = [" ".join(f"{name} {name}" for name in row) for row in (first, second)]
    rows.append("curves curves curves standings standings standings")
    return Mosaic(tuple(rows), heights=(185.0, 185.0, 155.0))


def _low_six(names: list[str]) -> Mosaic:
    """Three by two and the standings below; of large text there is no room for curves."""
    first, second = names[:3], [*names[3:], *["."] * (6 - len(names))]
    rows = (" ".join(first), " ".join(second), " ".join(["standings"] * 3))
    return Mosaic(rows, heights=(152.0, 152.0, 230.0))


def _filled(names: list[str]) -> Mosaic:
    """Two by two, of which the standings are one."""
    a, b, c = names
    return Mosaic((f"{a} {b}", f"{c} standings", "curves curves"))


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


def _without() -> tuple[Mosaic, Mosaic, Mosaic, Mosaic, Mosaic, Mosaic]:
    """Curves and standings alone."""
    wide = Mosaic(("curves standings",), widths=(1.5, 1.0))
    high = Mosaic(("standings", "curves"))
    return wide, wide, high, high, *_small()


def _small() -> tuple[Mosaic, Mosaic]:
    return Mosaic(("curves standings",), widths=(2.4, 1.0)), Mosaic(("standings",))
