"""Setup: what is trained, and how."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from vizopt.core.numbers import count, counted, setting
from vizopt.recording.minima import Minimum, is_flat, minima_of, poles
from vizopt.recording.readout import Readout
from vizopt.recording.store import Recording
from vizopt.scene.spec import Scene
from vizopt.scene.written import KINDS
from vizopt.story.phrases import cut, listed, lower, plain, sentence
from vizopt.story.rules import FIELDS
from vizopt.train.optimizers import LEARNING_RATE, acting, name_of, rate_of
from vizopt.train.problems import FunctionSpec, NetworkSpec
from vizopt.train.problems.activations import ACTIVATIONS
from vizopt.train.problems.heads import head

NAMES = 8  # classes or minima that are told one by one
NAME = 40  # characters of a class' or file's name

UNITS = {
    "relu": "passes its sum on where that is positive, and zero otherwise",
    "leaky-relu": "passes its sum on where that is positive, and a hundredth of it otherwise",
    "tanh": "bends its sum into the range from −1 to 1",
    "sigmoid": "bends its sum into the range from 0 to 1",
    "gelu": "passes its sum on where that is clearly positive, and fades to zero below",
}


def trained(scene: Scene, run: Recording) -> str:
    """The paragraph of what is made small."""
    match scene.problem:
        case NetworkSpec() as network:
            return " ".join([_data(network, run), _network(network, run)])
        case FunctionSpec() as function:
            return _function(function, run)
    return sentence(plain(run.header.settings))


def _data(network: NetworkSpec, run: Recording) -> str:
    points, held_out = len(run["labels"]), int(run["held_out"].sum())
    features = counted(network.sizes[0], "feature")
    names = [cut(plain(name), NAME) for name in run.header.classes]
    classes = counted(len(names), "class")
    path = getattr(network.data, "path", "")
    if path:
        what = f"{counted(points, 'sample')} from the file {cut(plain(Path(path).name), NAME)}"
        told = f": {listed(names)}" if len(names) <= NAMES else ""
        scaled = " Each feature is scaled to mean 0 and standard deviation 1."
        text = f"The data are {what} with {features} in {classes}{told}.{scaled}"
    else:
        kind = lower((type(network.data).__doc__ or "").split("\n")[0])
        text = f"The data are {counted(points, 'point')} in {classes}: {kind}."
    if held_out:
        text += f" {count(held_out)} of them are held out of training, to validate with."
    return text


def _network(network: NetworkSpec, run: Recording) -> str:
    outputs = network.sizes[-1]
    said = (
        "Softmax turns the outputs into shares that add up to 1; the class with the largest is "
        "predicted."
        if head(outputs).words == "softmax"
        else "A sigmoid turns the output into the share of the second class."
    )
    each = ", one for each class" if outputs > 1 else ""
    size = f"{counted(network.sizes[0], 'feature')} through {_hidden(network.sizes[1:-1])}"
    if not network.sizes[1:-1]:
        size = f"{counted(network.sizes[0], 'feature')} straight"
    parts = [
        f"The network leads {size} to {counted(outputs, 'output')}{each}; it has "
        f"{count(run.layout.size)} weights and biases.",
        _unit(network.activation) if network.sizes[1:-1] else "",
        said,
        "What training makes small is the loss, cross-entropy: it is large where the network "
        "gives the true class a small share.",
    ]
    if "accuracy" in run.columns:
        parts.append("Accuracy is the share of points that it classifies correctly.")
    return " ".join(filter(None, parts))


def _hidden(widths: tuple[int, ...]) -> str:
    if len(widths) == 1:
        return f"one hidden layer of {counted(widths[0], 'unit')}"
    if len(set(widths)) == 1:
        return f"{len(widths)} hidden layers of {counted(widths[0], 'unit')} each"
    return f"{len(widths)} hidden layers of {listed([count(width) for width in widths])} units"


def _unit(activation: str) -> str:
    return f"Each hidden unit ({ACTIVATIONS[activation].words}) {UNITS[activation]}."


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


def how(scene: Scene, run: Recording) -> str:
    """The paragraph of the rule, its rates, the length, and what else was chosen."""
    if scene.epochs == 1:
        return ""
    parts = [rule(scene), _rate(scene, run), _length(scene, run)]
    if isinstance(scene.problem, NetworkSpec):
        parts += _penalties(scene.problem)
        parts.append(f"Everything random is drawn with seed {scene.seed}.")
    return " ".join(filter(None, parts))


def rule(scene: Scene) -> str:
    """The optimizer, what it does, and its settings."""
    acts = acting(scene.optimizer, scene.problem.layout)
    cls = type(acts)
    descends = isinstance(scene.problem, FunctionSpec)
    it, loss = ("x", "f") if descends else ("every weight", "the loss")
    what = getattr(cls, "TOLD", lower((cls.__doc__ or "").split("\n")[0]))
    name = name_of(scene.optimizer)
    if cls is not type(scene.optimizer):
        name = f"{name}, of which only {name_of(acts)} acts on {it}"
    text = f"The optimizer is {name}, {what.format(it=it, loss=loss)}."
    meanings = FIELDS | getattr(cls, "MEANINGS", {})
    names = {field.name: field.name.replace("_", " ") for field in fields(acts)}  # type: ignore[arg-type]
    if rate_of(acts) == LEARNING_RATE:
        del names["lr"]  # told in a sentence of its own
    else:
        names["lr"] = rate_of(acts)
    chosen = [
        f"{told} = {_described(getattr(acts, field))}{_meaning(meanings.get(field, ''), it)}"
        for field, told in names.items()
    ]
    whose = "Its setting is" if len(chosen) == 1 else "Its settings are"
    return f"{text} {whose} {listed(chosen)}." if chosen else text


def _described(value: Any) -> str:
    return setting(value) if isinstance(value, float) else str(value.describe())


def _meaning(text: str, it: str) -> str:
    return f" ({text.format(it=it)})" if text else ""


def _rate(scene: Scene, run: Recording) -> str:
    """The learning rate, as recorded."""
    acts = acting(scene.optimizer, scene.problem.layout)
    if rate_of(acts) != LEARNING_RATE:
        return ""
    lr, unit = run["lr"], run.header.unit
    if np.ptp(lr) == 0:
        return f"The learning rate is {setting(float(lr[0]))} throughout."
    top, last = int(lr.argmax()), len(lr) - 1
    ends = [f"starts at {setting(float(lr[0]), 4)}"]
    if lr[top] > max(lr[0], lr[last]):
        ends.append(f"rises to {setting(float(lr[top]), 4)} at {unit} {count(top)}")
    ends.append(f"is {setting(float(lr[last]), 4)} at {unit} {count(last)}")
    after = getattr(acts.lr, "after", None)
    kinds = [KINDS[type(lr_)] for lr_ in (acts.lr, after) if lr_ is not None]
    schedule = ", then ".join(kind.replace("-", " ") for kind in kinds)
    return f"The learning rate follows a schedule ({schedule}): it {listed(ends)}."


def _length(scene: Scene, run: Recording) -> str:
    unit, last = run.header.unit, count(scene.epochs - 1)
    whole = "goes" if run.epochs == scene.epochs else "was to go"
    if not isinstance(scene.problem, NetworkSpec):
        return f"The run {whole} on for {counted(scene.epochs - 1, unit)}."
    points = len(run["labels"]) - int(run["held_out"].sum())
    batch = scene.problem.batch
    each = f"each is one step on all {count(points)} points together"
    if batch:
        each = f"each goes once through the {count(points)} points, {count(batch)} at a step"
    return f"The run {whole} from {unit} 0 to {unit} {last}; {each}."


def _penalties(network: NetworkSpec) -> list[str]:
    parts = [
        f"The loss includes {setting(value)} times the sum of all {what} weights ({name})."
        for name, value, what in (("L1", network.l1, "absolute"), ("L2", network.l2, "squared"))
        if value
    ]
    if network.dropout:
        share = f"{setting(100 * network.dropout, 3)}\N{NO-BREAK SPACE}%"
        parts.append(f"Every step leaves out a random {share} of the hidden units (dropout).")
    return parts
