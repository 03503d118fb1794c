"""Fields: what is to be seen of what a network predicts, for those who do not see it."""

from typing import Any

from vizopt.core.numbers import count
from vizopt.draw.panels.legend import MAX_CLASSES
from vizopt.draw.panels.sample import PLANE_POINTS, STRIP_POINTS, sample
from vizopt.recording.store import Recording
from vizopt.recording.targets import shown
from vizopt.scene.spec import Presentation
from vizopt.story.phrases import plain


def plane(panels: list[Any], scene: Presentation, run: Recording) -> str:
    text = (
        "A square shows the points, coloured and shaped by their true class, over a background "
        "coloured by the class that the network predicts at each place; as the network learns, "
        "the borders of the background move."
    )
    if run.header.plane:
        text += f" The square is a plane through the features ({plain(run.header.plane)})."
    if run.header.axes:
        x, y = (plain(name) for name in run.header.axes)
        units = ", both in the units of the data" if "units" in run.names else ""
        text += f" To the right is {x}, upward {y}{units}."
    return f"{text}{_points(scene, run, PLANE_POINTS)}"


def strip(panels: list[Any], scene: Presentation, run: Recording) -> str:
    name = plain(run.header.axes[0]) if run.header.axes else "the feature"
    text = (
        "A strip shows the one feature. For each class a curve in its colour, with its marker, is "
        "the probability from 0 to 1 that the network predicts at each value; below lie the "
        "points, in a row for each true class. The background is coloured by the class with the "
        "largest probability; as the network learns, the curves and the borders of the background "
        f"move. To the right is {name}, in the units of the data."
    )
    return f"{text}{_points(scene, run, STRIP_POINTS)}"


def fitted(panels: list[Any], scene: Presentation, run: Recording) -> str:
    name = plain(run.header.axes[0]) if run.header.axes else "the feature"
    text = (
        f"To the right is {name}, upward {plain(run.header.target)}, in the units of the data: "
        "points are the data, and a curve is the number that the network predicts at each value; "
        "as the network learns, the curve comes nearer to the points."
    )
    return f"{text}{_samples(run)}"


def predicted(panels: list[Any], scene: Presentation, run: Recording) -> str:
    text = (
        f"Each sample is a point: to the right its true {plain(run.header.target)}, upward the one "
        "that the network predicts; on the diagonal line both are the same, and what is predicted "
        "beyond the window lies at its edge."
    )
    return f"{text}{_samples(run)}"


def _samples(run: Recording) -> str:
    every, some = len(run["targets"]), len(shown(len(run["targets"])))
    few = f" Of the {count(every)} points {count(some)} are shown, drawn at random."
    hollow = " Points held out of training are hollow."
    return few * (some < every) + hollow * bool(run["held_out"].any())


def _points(scene: Presentation, run: Recording, most: int) -> str:
    """What is to be said of how points are drawn, where it is not plain."""
    colours, classes = len(scene.colours.classes), len(run.header.classes)
    every, some = len(run["labels"]), len(sample(run["labels"], most))
    parts = [
        f"Of the {count(every)} points {count(some)} are shown, drawn at random from each class."
        if some < every
        else "",
        "Points held out of training are hollow." if run["held_out"].any() else "",
        f"After {count(colours)} classes the colours come again, with other markers."
        if classes > colours
        else "",
        f"More than {MAX_CLASSES} classes are hard to tell apart, and only the first are named."
        if classes > MAX_CLASSES
        else "",
    ]
    return "".join(f" {part}" for part in parts if part)
