"""Network: what is told of a network on its data."""

from pathlib import Path

from vizopt.core.docstrings import first_line
from vizopt.core.numbers import count, counted
from vizopt.recording.events import Event
from vizopt.recording.store import Recording
from vizopt.scene.spec import Scene
from vizopt.story import history
from vizopt.story.layers import layers, penalties
from vizopt.story.phrases import cut, listed, lower, plain
from vizopt.train.problems import NetworkSpec

NAMES = 8  # classes that are told one by one
NAME = 40  # characters of a class' or file's name
ACTED_ON = ("every weight", "the loss")  # what a rule changes, and what it makes small


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
    points = int((run["held_out"] == 0).sum())
    each = f"each is one step on all {count(points)} points together"
    if batch := run.header.batch:
        each = f"each goes once through the {count(points)} points, {count(batch)} at a step"
    unit, last = run.header.unit, count(scene.epochs - 1)
    return f"from {unit} 0 to {unit} {last}; {each}"


def extras(scene: Scene) -> list[str]:
    """Penalties, dropout, the seed."""
    network: NetworkSpec = scene.problem  # type: ignore[assignment]
    return [*penalties(network), f"Everything random is drawn with seed {scene.seed}."]


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
        scaled = f"Each feature is scaled to mean 0 and standard deviation 1{constant(run)}."
        text = f"The data are {what} with {features} in {classes}{told}. {scaled}"
    else:
        kind = lower(first_line(type(network.data))).rstrip(".") or "of somebody's own"
        text = f"The data are {counted(points, 'point')} in {classes}: {kind}."
    if held_out:
        text += f" {count(held_out)} of them are held out of training, to validate with."
    return text


def constant(run: Recording) -> str:
    """Where a feature may be the same in all samples: what becomes of it."""
    if "units" in run.names and run["units"][:, 1].all():
        return ""
    return ", but one that is the same in all samples to 0"


def _network(network: NetworkSpec, run: Recording) -> str:
    said = (
        "Softmax turns the outputs into shares that add up to 1; the class with the largest is "
        "predicted."
        if network.head == "softmax"
        else "A sigmoid turns the output into the share of the second class."
    )
    parts = [
        layers(network, run),
        said,
        "What training makes small is the loss, cross-entropy: it is large where the network "
        "gives the true class a small share.",
    ]
    if "accuracy" in run.columns:
        parts.append("Accuracy is the share of points that it classifies correctly.")
    return " ".join(parts)
