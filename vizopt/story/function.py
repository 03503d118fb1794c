"""Function: what is told of a descent on one curve."""

import numpy as np

from vizopt.core.numbers import counted, setting
from vizopt.recording.events import Event
from vizopt.recording.minima import Minimum, is_flat, minima_of, poles
from vizopt.recording.readout import Readout
from vizopt.recording.store import Recording
from vizopt.scene.spec import Scene
from vizopt.story import descent
from vizopt.story.phrases import listed, sentence
from vizopt.train.problems import FunctionSpec

NAMES = 8  # minima that are told one by one
ACTED_ON = ("x", "f")  # what a rule changes, and what it makes small


def what(name: str, run: Recording, scene: Scene) -> str:
    """In a few words, for the alt text: `SGD descends a curve with 5 minima`."""
    function: FunctionSpec = scene.problem  # type: ignore[assignment]
    many = len(run["minima"])
    more = "more than " * function.has_more
    minima = more + counted(many, "minimum") if many or more else "no minimum"
    what = f"{name} descends a curve" if scene.epochs > 1 else "a curve"
    return f"{what} with {minima}"


def trained(run: Recording, scene: Scene) -> str:
    """The function and its minima."""
    return _function(scene.problem, run)  # type: ignore[arg-type]


def length(run: Recording, scene: Scene) -> str:
    """How many steps there are."""
    return f"on for {counted(scene.epochs - 1, run.header.unit)}"


def extras(scene: Scene) -> list[str]:
    """Nothing else is chosen."""
    return []


def happened(run: Recording, found: tuple[Event, ...]) -> str:
    """The paragraph of how it went."""
    return descent.happened(run)


def in_short(run: Recording, found: tuple[Event, ...]) -> list[str]:
    """The same for the alt text, the most important sentence first."""
    return descent.outcome_in_short(run)


def _function(function: FunctionSpec, run: Recording) -> str:
    left, right = (setting(end, span=function.width) for end in function.interval)
    what = "A descent on one curve" if run.header.epochs > 1 else "One curve"
    text = f"{what}, {function.equation}, drawn for x from {left} to {right}."
    if not np.isfinite(run["curve"][:, 1]).all():
        text += " It is broken where f jumps, has no value or no bound."
    told = Readout.of(run)
    minima = _minima(minima_of(run), function.has_more, told)
    return " ".join(filter(None, [text, minima, _lowest(run, told)]))


def _minima(minima: list[Minimum], has_more: bool, told: Readout) -> str:
    """How many minima there are, and where; nothing is said of lowest ends."""
    if has_more:
        found = counted(sum(m.kind != "end" for m in minima), "minimum")
        return f"It turns more often than can be told: it has more than {found}."
    inner = [m for m in minima if m.kind != "end"]
    best = [m for m in inner if m.is_global]
    if not inner:
        return "It has no minimum."
    if len(inner) == 1:
        which = "" if best else "; it is not the lowest point of the curve"
        return f"It has one minimum, at {_place(inner[0], told)}{which}."
    text = f"It has {counted(len(inner), 'minimum')}; {_best(best)}"
    ahead = sorted((m for m in inner if m.place), key=lambda m: m.place or 0)
    if not ahead or len(ahead) > NAMES:
        return (
            f"{text}, at {listed([_place(m, told) for m in best[:NAMES]])}." if best else f"{text}."
        )
    one = "the global one" if len(best) == 1 else "a global one"
    each = [f"{f'number {m.ordinal}' if m.ordinal else one} at {_place(m, told)}" for m in ahead]
    text = f"{text}. Downhill from the start they are {'; '.join(each)}."
    behind = len(inner) - len(ahead)
    return f"{text} {sentence(_behind(behind))}" if behind else text


def _best(best: list[Minimum]) -> str:
    if not best:
        return "none of them is the lowest point of the curve"
    if len(best) == 1:
        return "the lowest is called the global minimum"
    return f"{len(best)} are the lowest, and each is called a global minimum"


def _lowest(run: Recording, told: Readout) -> str:
    """Where the curve is lowest, if not in a minimum."""
    curve = run["curve"]
    if is_flat(curve):
        return "It is level everywhere."
    falls = [f"x = {told.x(x)}" for x in poles(curve, -1)[:NAMES]]
    if falls:
        return f"It falls without bound at {listed(falls)}."
    ends = [_end(m, told) for m in minima_of(run) if m.kind == "end"]
    return f"It is lowest at {listed(ends)}: that is called a lowest end." if ends else ""


def _end(end: Minimum, told: Readout) -> str:
    side = {told.left: "its left end, ", told.right: "its right end, "}.get(end.x, "")
    place = f"x = {told.x(end.x)} with f = {told.f(end.f)}"
    return f"{side}{place}{f', and level for {told.place(end)}' if end.is_stretch else ''}"


def _behind(many: int) -> str:
    return "one more lies behind the start" if many == 1 else f"{many} more lie behind the start"


def _place(minimum: Minimum, told: Readout) -> str:
    return f"{told.place(minimum)} with f = {told.f(minimum.f)}"
