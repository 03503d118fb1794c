"""Layers: what is told of a network of dense layers, whatever its outputs mean."""

from vizopt.core.numbers import count, counted, setting
from vizopt.core.sampling import size_before
from vizopt.recording.store import Recording
from vizopt.story.phrases import listed
from vizopt.train.problems.activations import ACTIVATIONS
from vizopt.train.problems.dense import DenseSpec

UNITS = {
    "relu": "passes its sum on where that is positive, and zero otherwise",
    "leaky-relu": "passes its sum on where that is positive, and a hundredth of it otherwise",
    "tanh": "bends its sum into the range from −1 to 1",
    "sigmoid": "bends its sum into the range from 0 to 1",
    "gelu": "passes its sum on where that is clearly positive, and fades to zero below",
}


def layers(network: DenseSpec, run: Recording) -> str:
    """How wide they are, how many weights there are, and what a hidden unit does."""
    outputs = network.sizes[-1]
    each = ", one for each class" if outputs > 1 else ""
    size = f"{counted(network.sizes[0], 'feature')} through {_hidden(network.sizes[1:-1])}"
    if not network.sizes[1:-1]:
        size = f"{counted(network.sizes[0], 'feature')} straight"
    text = (
        f"The network leads {size} to {counted(outputs, 'output')}{each}; it has "
        f"{count(size_before(run.layout, run.header.whole))} weights and biases."
    )
    return f"{text} {_unit(network.activation)}" if network.sizes[1:-1] else text


def _hidden(widths: tuple[int, ...]) -> str:
    if len(widths) == 1:
        return f"one hidden layer of {counted(widths[0], 'unit')}"
    if len(set(widths)) == 1:
        return f"{len(widths)} hidden layers of {counted(widths[0], 'unit')} each"
    return f"{len(widths)} hidden layers of {listed([count(width) for width in widths])} units"


def _unit(activation: str) -> str:
    return f"Each hidden unit ({ACTIVATIONS[activation].words}) {UNITS[activation]}."


def penalties(network: DenseSpec) -> list[str]:
    """What the loss has besides, and what a step leaves out."""
    parts = [
        f"The loss includes {setting(value)} times the sum of all {what} weights ({name})."
        for name, value, what in (("L1", network.l1, "absolute"), ("L2", network.l2, "squared"))
        if value
    ]
    if network.dropout:
        share = f"{setting(100 * network.dropout, 3)}\N{NO-BREAK SPACE}%"
        parts.append(f"Every step leaves out a random {share} of the hidden units (dropout).")
    return parts
