"""Elsewhere: what is told of a run whose rule, schedule or data are registered where it was made,
and not here: what its header says."""

from vizopt.core.numbers import count, counted
from vizopt.recording.store import Recording
from vizopt.story.external import data
from vizopt.story.phrases import plain
from vizopt.story.setup import rate


def what(run: Recording) -> str:
    """In a few words, for the alt text: `Lookahead trains a network on 300 points in 3 classes`."""
    name = rule(run)
    if run.header.kind == "function":
        return f"{name} descends a curve"
    if run.header.kind == "regression":
        points = counted(len(run["targets"]), "point")
        return f"{name} trains a network to predict {plain(run.header.target)} on {points}"
    points = counted(len(run["labels"]), "point")
    return f"{name} trains a network on {points} in {counted(len(run.header.classes), 'class')}"


def rule(run: Recording) -> str:
    """The name of the rule."""
    return plain(run.header.settings.partition(",")[0]) or "A rule"


def trained(run: Recording) -> str:
    """The paragraph of the data and the problem, as far as they were recorded."""
    if run.header.kind == "function":
        return "A descent on one curve."
    size = count(run.layout.size)
    return f"{data(run)} The network has {size} weights and biases.".strip()


def how(run: Recording) -> str:
    """The paragraph of the settings, the rates and the length."""
    told = "; ".join(plain(part) for part in run.header.settings.split("  ·  "))
    unit, last = run.header.unit, count(run.header.epochs - 1)
    return (
        f"It was trained with kinds of somebody's own, which are not registered here; the settings "
        f"were: {told}. {rate(run)} The run goes from {unit} 0 to {unit} {last}."
    )
