"""Layers: the arrays of classes such as the book's, whatever their reader called them."""

import copy
import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

WEIGHTS = ("weights", "weight", "W", "w", "kernel", "synaptic_weights")
BIASES = ("biases", "bias", "b")
Predict = Callable[[NDArray[Any]], Any]


def arrays(layers: Mapping[str, Any]) -> dict[str, Any]:
    """The weights and biases as they are now, by name: `dense1.weights`."""
    if are_arrays(layers):
        return dict(layers)
    found: dict[str, Any] = {}
    for name, layer in layers.items():
        found |= {f"{name}.{key}": value for key, value in of_layer(layer).items()}
    return found


def named(layers: Iterable[Any]) -> dict[str, Any]:
    """Layers by the name of their class and their number: `Layer_Dense` is dense1."""
    found: dict[str, Any] = {}
    counts: dict[str, int] = {}
    for layer in layers:
        name = type(layer).__name__.lower().replace("layer", "").strip("_") or "layer"
        counts[name] = counts.get(name, 0) + 1
        found[f"{name}{counts[name]}"] = layer
    return found


def are_arrays(layers: Mapping[str, Any]) -> bool:
    """Whether it is arrays that are told by name, not layers."""
    return any(isinstance(value, np.ndarray) for value in layers.values())


def of_layer(layer: Any) -> dict[str, Any]:
    """The arrays of one layer, by the book's names."""
    found = {}
    for own, names in (("weights", WEIGHTS), ("biases", BIASES)):
        name = next((n for n in names if isinstance(getattr(layer, n, None), np.ndarray)), None)
        if name:
            found[own] = getattr(layer, name)
    return found


def chain(layers: list[Any]) -> Predict | None:
    """Samples through all layers; none where activations are not among them."""
    steps = [layer for layer in layers if "dropout" not in type(layer).__name__.lower()]
    if not all(callable(getattr(layer, "forward", None)) for layer in steps):
        return None
    if len(steps) > 1 and all(of_layer(layer) for layer in steps):
        return None

    def predict(points: NDArray[Any]) -> Any:
        values: Any = points
        for layer in steps:
            values = _forward(copy.copy(layer), values)
        return values

    return predict


def is_sigmoid(layer: Any) -> bool:
    """Whether what it gives are probabilities, by its name: the book's is `Activation_Sigmoid`."""
    return "sigmoid" in type(layer).__name__.lower()


def _forward(layer: Any, values: Any) -> Any:
    """What one layer makes of them; the book's is asked for its `output`."""
    takes = inspect.signature(layer.forward).parameters
    found = layer.forward(values, False) if "training" in takes else layer.forward(values)
    return layer.output if found is None else found
