"""Picture: what there is to be seen in a clip, for those who do not see it."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from vizopt.core.docstrings import first_line
from vizopt.core.numbers import count, counted, setting
from vizopt.core.oklab import luminance
from vizopt.core.params import Grid
from vizopt.draw.figure_spec import FigureSpec
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
from vizopt.draw.panels.curves.names import layers_of, own_of
from vizopt.draw.theme import Theme
from vizopt.draw.timeline import Timeline
from vizopt.recording.quantities import title
from vizopt.recording.scalars import second, telling
from vizopt.recording.store import Recording
from vizopt.scene.spec import Presentation
from vizopt.story.fields import fitted, plane, predicted, strip
from vizopt.story.phrases import listed, lower, plain

# The colours of a map's ends: where a weight is positive and where it is negative.
SIGNS = {
    "RdBu_r": ("red", "blue"),
    "bwr": ("red", "blue"),
    "coolwarm": ("red", "blue"),
    "seismic": ("red", "blue"),
    "berlin": ("red", "blue"),
    "PuOr_r": ("orange", "purple"),
    "PRGn": ("green", "purple"),
}
BRIGHT = 0.35  # luminance of a paper that is brighter than the ends of a map

ORDER_OF_CURVES = "loss, accuracy and learning rate come first, what never changes last"
UPDATE = (
    "An update is the change over half a second of the clip. Where weights or updates would flash "
    "they are those of the middle of half a second, and the key says of which {unit}s."
)
HELD_WORDS = (
    "Where the background would flash, each place mixes the colours of the classes by the share "
    "of the {unit}s of half a second that each won there, and a line below says of which."
)
HELD_STRIP = (
    "Where the curves would flash they are the mean of the {unit}s of half a second, the "
    "background is the mixture of its colours in them, and a line below says of which."
)
HELD_NUMBERS = (
    "Where the predictions would flash they are the mean of the {unit}s of half a second, and a "
    "line below says of which."
)
FREE_WORDS = (
    "The background is in the classes' own colours and may change in every picture; an update is "
    "that up to the next picture."
)


def seen(scene: Presentation, stage: FigureSpec, run: Recording, *, held: bool) -> str:
    """The paragraph of the head, the panels and the pace.

    Args:
        scene: title, theme, timeline.
        stage: the panels that are drawn.
        run: the recording.
        held: whether what could flash is held.
    """
    shown = [stage.panels[name] for name in dict.fromkeys(stage.names)]
    parts = [_head(scene, run)]
    for kind in dict.fromkeys(type(panel) for panel in shown):
        same = [panel for panel in shown if type(panel) is kind]
        tell = PANELS_TOLD.get(kind, _documented)
        parts.append(tell(same, scene, run))
    parts += _changes(shown, run.header.unit, held=held)
    if run.header.epochs > 1:
        parts.append(_pace(scene.timeline, run.header.unit))
    return " ".join(parts)


def _changes(shown: Sequence[Panel], unit: str, *, held: bool) -> list[str]:
    """What an update is, and what is done where something would flash."""
    ways = [(Weights, UPDATE), (DecisionRegions, HELD_WORDS), (Strip, HELD_STRIP)]
    ways += [(FittedCurve, HELD_NUMBERS), (PredictedTrue, HELD_NUMBERS)]
    told = [text for kind, text in ways if any(isinstance(panel, kind) for panel in shown)]
    return [text.format(unit=unit) for text in told] if held else [FREE_WORDS] * bool(told)


def _head(scene: Presentation, run: Recording) -> str:
    unit, last = run.header.unit, count(run.header.epochs - 1)
    title = "the title" if scene.title else ""
    if run.header.epochs == 1:
        head = f"are {title} and" if title else "is"
        return f"At the top of the picture {head} a line with the settings."
    return (
        f"At the top of the picture are {title}{', ' * bool(title)}a line with the settings"
        f"{',' * bool(title)} and a counter of the {unit} that is shown, of {last}."
    )


def _weights(panels: list[Weights], scene: Presentation, run: Recording) -> str:
    signs = _signs(scene.colours)
    alike: dict[str, list[str]] = {}
    for panel in panels:
        held = _held(run.layout.grid(panel.layer))
        alike.setdefault(held, []).append(plain(panel.layer.removeprefix("dense")))
    whose = {
        held: f"Layer {names[0]} has" if len(names) == 1 else f"Layers {listed(names)} each have"
        for held, names in alike.items()
    }
    told = [
        f"{layers} two grids of cells: {held}, and their update; both are {signs}."
        for held, layers in whose.items()
    ]
    told += [text for panel in panels if (text := _sampled(panel.layer, run))]
    return " ".join([*told, _chosen(panels, run)]).strip()


def _chosen(panels: list[Weights], run: Recording) -> str:
    """How many of the layers are shown, if not all of them."""
    shown, every = {panel.layer for panel in panels}, run.layout.layers
    if run.header.external is None or len(shown) == len(every):
        return ""
    few = f"Shown are {count(len(shown))} of {counted(len(every), 'layer')}"
    heavy = [layer for layer in every if run.layout.grid(layer).inputs]
    if shown == {*heavy}:
        return f"{few}, those with weights."
    if not {*heavy[:1], *heavy[-1:]} <= shown:
        return f"{few}."
    return f"{few}: the first, the last and those that change most for their size."


def _sampled(layer: str, run: Recording) -> str:
    """Which of its cells a recording has; empty where it has all."""
    name = run.layout.grid(layer).tensors[0].name
    if name not in run.header.whole:
        return ""
    shapes = run.layout.shapes[name], run.header.whole[name]
    taken, whole = (" × ".join(map(count, shape)) for shape in shapes)
    number = plain(layer.removeprefix("dense"))
    return f"Recorded are {taken} evenly spaced of the {whole} weights of layer {number}."


def _held(grid: Grid) -> str:
    """What the cells of a layer are."""
    roles = [tensor.role for tensor in grid.tensors]
    if roles == ["scale", "bias"]:
        return "a row of factors and a row that is added"
    if "weight" not in roles:
        return "its numbers in a row"
    added = grid.rows - grid.inputs
    rows = "row" if added == 1 else "rows"
    return f"the weights, with the biases as the last {rows}" if added else "the weights"


def _signs(theme: Theme) -> str:
    """What the colours of weights tell; a map that has no words here only that it tells."""
    from matplotlib.colors import to_rgb

    name = theme.diverging if isinstance(theme.diverging, str) else ""
    ends = SIGNS.get(name) or SIGNS.get(_reversed(name), ())[::-1]
    if not ends:
        return "coloured by sign and size"
    positive, negative = ends
    bright = luminance(np.array(to_rgb(theme.paper))) > BRIGHT
    smaller = "paler" if bright else "darker"
    return f"{positive} where positive, {negative} where negative, {smaller} the smaller"


def _reversed(name: str) -> str:
    """Matplotlib's name of the same map from its other end."""
    return name.removesuffix("_r") if name.endswith("_r") else f"{name}_r"


def _key(panels: list[Any], scene: Presentation, run: Recording) -> str:
    unit = run.header.unit
    return f"A key explains the colours and says from which {unit} to which the update leads."


def _curves(panels: list[Curves], scene: Presentation, run: Recording) -> str:
    unit = run.header.unit
    names = [title(column, run.header.kind) for panel in panels for column in panel.columns]
    what = "A curve shows" if len(names) == 1 else "Curves show"
    shown = f"up to the shown {unit}, with the value"
    text = f"{what} {listed([plain(name) for name in names])} {shown}"
    notes = ["in digits"]
    columns = {column for panel in panels for column in panel.columns}
    if any(second(run.columns, column) for column in columns):
        notes.append("thinner ones are those of the points held out")
    if any(own_of(run, column) for column in columns):
        notes.append("thinner ones are those of what is named after it: lr.group2 after lr")
    if any(layers_of(run, column) and not own_of(run, column) for column in columns):
        line = "what is measured has a line for each layer"
        notes.append(f"{line}, and the value, where it has room, is the network's")
    return f"{text} {'; '.join(notes)}.{_left_out(columns, run)}"


def _left_out(columns: set[str], run: Recording) -> str:
    """How many of the numbers that somebody logged have a plot, if not all of them."""
    every = telling(run) if run.header.external else ()
    if not set(every) - columns:
        return ""
    return (
        f" These are {count(len(columns & set(every)))} of {count(len(every))}: {ORDER_OF_CURVES}."
    )


def _descent(panels: list[Any], scene: Presentation, run: Recording) -> str:
    names = {0: "", 1: " with the name of its minimum"}
    text = f"The curve is drawn{names.get(len(run['minima']), ' with the names of its minima')}"
    if run.header.epochs == 1:
        return f"{text} and the start as a large point."
    return (
        f"{text}. Each step is a dot on it, joined by a thin line to the one before; its colour "
        "tells early from late steps, and the present one is larger. Outside the drawn part an "
        "arrow at the edge gives its x, above or below it its f."
    )


def _worked(panels: list[Any], scene: Presentation, run: Recording) -> str:
    return (
        "Beside it stand x, f(x) and the slope in digits, and the arithmetic of the next step with "
        "its numbers put in."
    )


def _magnifier(panels: list[Any], scene: Presentation, run: Recording) -> str:
    return "A magnifier shows the surroundings of the point where it moves little."


def _documented(panels: list[Any], scene: Presentation, run: Recording) -> str:
    return first_line(type(panels[0]))


# A panel that is not here tells its docstring.
PANELS_TOLD: dict[type, Callable[[list[Any], Presentation, Recording], str]] = {
    DecisionRegions: plane,
    Strip: strip,
    FittedCurve: fitted,
    PredictedTrue: predicted,
    Weights: _weights,
    Legend: _key,
    Curves: _curves,
    Descent: _descent,
    StepArithmetic: _worked,
    Magnifier: _magnifier,
}


def _pace(timeline: Timeline, unit: str) -> str:
    kind = lower((type(timeline).__doc__ or "").split("\n")[0]).replace("epoch", unit)
    unit = "second" if timeline.seconds == 1 else "seconds"
    return f"Played, it takes {setting(timeline.seconds)} {unit}: {kind}."
