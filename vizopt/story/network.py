"""Network: what is told of a network on its data."""

from pathlib import Path

from vizopt.core.docstrings import first_line
from vizopt.core.numbers import count, counted, setting
from vizopt.core.sampling import size_before
from vizopt.recording.events import Event
from vizopt.recording.store import Recording
from vizopt.scene.spec import Scene
from vizopt.story import history
from vizopt.story.phrases import cut, listed, lower, plain
from vizopt.train.problems import NetworkSpec
from vizopt.train.problems.activations import ACTIVATIONS
from vizopt.train.problems.heads import head

NAMES = 8  # classes that are told one by one
NAME = 40  # characters of a class' or file's name
ACTED_ON = ("every weight", "the loss")  # what a rule changes, and what it makes small
UNITS = {
    "relu": "passes its sum on where that is positive, and zero otherwise",
    "leaky-relu": "passes its sum on where that is positive, and a hundredth of it otherwise",
    "tanh": "bends its sum into the range from −1 to 1",
    "sigmoid": "bends its sum into the range from 0 to 1",
    "gelu": "passes its sum on where that is clearly positive, and fades to zero below",
}


def what(name: str, run: Recording, scene: Scene) -> str:
    """In a few words, for the alt text: `Adam trains a network on 300 points in 3 classes`."""
    classes = counted(len(run.header.classes), "class")
    points = counted(len(run["labels"]), "point")
    return f"{name} trains a network on {points} in {classes}"


def trained(run: Recording, scene: Scene) -> str:
    """The data and the network."""
    network: NetworkSpec = scene.problem  # type: ignore[assignment]
    return " ".join([_data(network, run), _network(network, run)])


def length(run: Recording, scene: Scene) -> str:
    """What an epoch is."""
    points = len(run["labels"]) - int(run["held_out"].sum())
    each = f"each is one step on all {count(points)} points together"
    if batch := run.header.batch:
        each = f"each goes once through the {count(points)} points, {count(batch)} at a step"
    unit, last = run.header.unit, count(scene.epochs - 1)
    return f"from {unit} 0 to {unit} {last}; {each}"


def extras(scene: Scene) -> list[str]:
    """Penalties, dropout, the seed."""
    network: NetworkSpec = scene.problem  # type: ignore[assignment]
    return [*_penalties(network), f"Everything random is drawn with seed {scene.seed}."]


def happened(run: Recording, found: tuple[Event, ...]) -> str:
    """The paragraph of how it went."""
    return history.happened(run, found)


def in_short(run: Recording, found: tuple[Event, ...]) -> list[str]:
    """The same for the alt text, the most important sentence first."""
    return history.outcome_in_short(run, found)


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
        kind = lower(first_line(type(network.data))).rstrip(".") or "of somebody's own"
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
        f"{count(size_before(run.layout, run.header.whole))} weights and biases.",
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
