"""Measures: norms and ratios of each update of a PyTorch optimizer and of its state, of all layers
and of each."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from vizopt.core.errors import RecordingError, hint
from vizopt.core.params import ParamLayout
from vizopt.core.wanted import wanted
from vizopt.recording.quantities import MEASURED, STATES, layered, norm, quantity

GRADIENT = "grad_norm"


class Measures:
    """Quantities of each update and of what the optimizer keeps: norms of their arrays.

    Args:
        quantities: their names.
        arrays: parameters by name.
        modules: class of the module of each array.

    Raises:
        RecordingError: a quantity that neither an update nor a state gives.
    """

    def __init__(
        self, quantities: Sequence[str], arrays: dict[str, torch.Tensor], modules: dict[str, str]
    ) -> None:
        wanted("quantities", quantities, Iterable, '["grad_norm"]')
        if isinstance(quantities, str):
            raise RecordingError(f'quantities: needs a list: ["{quantities}"]')
        self._quantities = tuple(quantities)
        for name in map(str, self._quantities):
            if name not in (*MEASURED, *STATES):
                raise RecordingError(f"quantities: {name}: {hint(name, (*MEASURED, *STATES))}")
        shapes = {name: tuple(tensor.shape) for name, tensor in arrays.items()}
        layout = ParamLayout.of(shapes, "torch", modules)
        self._layers = layout.layers
        own = [
            frozenset(tensor.name for tensor in layout.tensors if tensor.layer == layer)
            for layer in self._layers
        ]
        self._parts = [frozenset(shapes), *own]  # names of the arrays of all, and of each layer
        self._before: dict[str, torch.Tensor] = {}
        self._grads: dict[str, float] = {}  # norms, where they are noted inside of a step

    def __bool__(self) -> bool:
        return bool(self._quantities)

    def hold(self, arrays: dict[str, torch.Tensor]) -> None:
        """Copy the parameters before an update."""
        self._grads = {}
        if any(name in MEASURED for name in self._quantities):
            self._before = {name: tensor.detach().clone() for name, tensor in arrays.items()}

    def note(self, arrays: dict[str, torch.Tensor]) -> None:
        """The gradients are now those of the update: what comes later in the step is not."""
        self._grads = {name: _norm(t.grad) for name, t in arrays.items() if t.grad is not None}

    def found(
        self, arrays: dict[str, torch.Tensor], optimizer: torch.optim.Optimizer
    ) -> dict[str, float]:
        """Every quantity of the update that was done, by its column; the gradient's norm of layers
        that have one, a state's of those whose parameters have one of their shape."""
        values = self._of_update(arrays)
        for name in self._quantities:
            kept = _kept(name, arrays, optimizer)
            for column, part in self._columns(name):
                if len(own := _of(kept, part)):
                    values[column] = norm(own)
        return values

    def _of_update(self, arrays: dict[str, torch.Tensor]) -> dict[str, float]:
        before = self._before
        if not self._grads:
            self.note({name: tensor for name, tensor in arrays.items() if name in before})
        params, grads = {name: _norm(tensor) for name, tensor in before.items()}, self._grads
        updates = {n: _norm(t.detach() - before[n]) for n, t in arrays.items() if n in before}
        values: dict[str, float] = {}
        for name in self._quantities:
            measure = quantity(name).measure
            for column, part in self._columns(name) if measure else ():
                norms = [_of(each, part) for each in (params, grads, updates)]
                if measure and (name != GRADIENT or len(norms[1])):
                    values[column] = measure(*norms)
        return values

    def _columns(self, name: str) -> Iterator[tuple[str, frozenset[str]]]:
        """Those of a quantity, and the arrays that each is of."""
        return zip(layered(name, self._layers), self._parts, strict=False)

    def lacking(self, values: Mapping[str, float]) -> list[str]:
        """Quantities of which an update has no value, as its optimizer keeps no such state."""
        return [name for name in self._quantities if name in STATES and name not in values]


def _kept(
    name: str, arrays: dict[str, torch.Tensor], optimizer: torch.optim.Optimizer
) -> dict[str, float]:
    """The norms of what an optimizer keeps of each parameter, in an array of its shape."""
    states = {array: optimizer.state.get(tensor, {}) for array, tensor in arrays.items()}
    found = {
        array: value
        for key in quantity(name).state.split()
        for array, state in states.items()
        if isinstance(value := state.get(key), torch.Tensor) and value.shape == arrays[array].shape
    }
    return {array: _norm(value) for array, value in found.items()}


def _of(norms: dict[str, float], part: frozenset[str]) -> NDArray[np.float64]:
    """Those of some arrays: their norm is that of all of the arrays' numbers."""
    return np.array([norm for name, norm in norms.items() if name in part])


def _norm(tensor: torch.Tensor) -> float:
    """‖v‖₂, of halves in float32, which does not overflow."""
    if tensor.is_sparse:
        tensor = tensor.coalesce().values()
    wide = torch.promote_types(tensor.dtype, torch.float32)
    return float(torch.linalg.vector_norm(tensor.detach(), dtype=wide))
