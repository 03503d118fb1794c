"""Measured: how the norms and ratios went that a run records besides its loss."""

import numpy as np

from vizopt.core.numbers import count, number, setting
from vizopt.recording.quantities import MEASURED, layer_title, layered, parts, quantity
from vizopt.recording.store import Recording
from vizopt.story.phrases import listed, plain

TOLD = 4  # layers that are told one by one


def courses(run: Recording) -> str:
    """The paragraph of what is measured at every epoch; empty where nothing is."""
    told = [_course(run, name) for name in MEASURED if name in run.columns]
    return " ".join(filter(None, told))


def _course(run: Recording, name: str) -> str:
    """First, largest and last value of the whole, the last of each layer."""
    values, last = run[name], run.epochs - 1
    found = quantity(name)
    reference = f"; {setting(found.reference[0])} is a rule of thumb" if found.reference else ""
    if not last:
        return f"The {found.told} is {number(values[0])}{reference}."
    text = f"The {found.told} is {number(values[0])} at first and {number(values[last])} at the end"
    finite = np.where(np.isfinite(values), values, -np.inf)
    top = int(finite.argmax())
    if number(values[top]) not in (number(values[0]), number(values[last])):
        at = f"{run.header.unit} {count(top)}"
        text += f", and largest at {at}, with {number(values[top])}"
    layers = [column for column in layered(name, run.layout.layers)[1:] if column in run.columns]
    if layers and len(layers) <= TOLD:
        ends = [
            f"{number(run[column][last])} in {plain(layer_title(parts(column)[1]))}"
            for column in layers
        ]
        text += f"; by layer it ends at {listed(ends)}"
    return f"{text}{reference}."
