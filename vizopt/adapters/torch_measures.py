"""Measures: norms and ratios of each update of a PyTorch optimizer, of all layers and of each."""

from collections.abc import Iterable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from vizopt.core.errors import RecordingError, hint
from vizopt.core.params import ParamLayout
from vizopt.core.wanted import wanted
from vizopt.recording.quantities import MEASURED, layered, quantity

GRADIENT = "grad_norm"


class Measures:
    """Quantities of each update; every one is one of the norms of its arrays.

    Args:
        quantities: their names.
        arrays: parameters by name.
        modules: class of the module of each array.

    Raises:
        RecordingError: a quantity that an update does not give.
    """

    def __init__(
        self, quantities: Sequence[str], arrays: dict[str, torch.Tensor], modules: dict[str, str]
    ) -> None:
        wanted("quantities", quantities, Iterable, '["grad_norm"]')
        if isinstance(quantities, str):
            raise RecordingError(f'quantities: needs a list: ["{quantities}"]')
        self._quantities = tuple(quantities)
        for name in map(str, self._quantities):
            if name not in MEASURED:
                raise RecordingError(f"quantities: {name}: {hint(name, MEASURED)}")
        shapes = {name: tuple(tensor.shape) for name, tensor in arrays.items()}
        layout = ParamLayout.of(shapes, "torch", modules)
        self._layers = layout.layers
        own = [
            frozenset(tensor.name for tensor in layout.tensors if tensor.layer == layer)
            for layer in self._layers
        ]
        self._parts = [frozenset(shapes), *own]  # names of the arrays of all, and of each layer
        self._before: dict[str, torch.Tensor] = {}

    def __bool__(self) -> bool:
        return bool(self._quantities)

    def hold(self, arrays: dict[str, torch.Tensor]) -> None:
        """Copy the parameters before an update."""
        self._before = {name: tensor.detach().clone() for name, tensor in arrays.items()}

    def found(self, arrays: dict[str, torch.Tensor]) -> dict[str, float]:
        """Every quantity of the update that was done, by its column; the gradient's norm of layers
        that have one."""
        before = self._before
        params = {name: _norm(tensor) for name, tensor in before.items()}
        grads = {n: _norm(t.grad) for n, t in arrays.items() if n in before and t.grad is not None}
        updates = {n: _norm(t.detach() - before[n]) for n, t in arrays.items() if n in before}
        values: dict[str, float] = {}
        for name in self._quantities:
            measure = quantity(name).measure
            assert measure
            for column, part in zip(layered(name, self._layers), self._parts, strict=False):
                norms = [_of(each, part) for each in (params, grads, updates)]
                if name != GRADIENT or len(norms[1]):
                    values[column] = measure(*norms)
        return values


def _of(norms: dict[str, float], part: frozenset[str]) -> NDArray[np.float64]:
    """Those of some arrays: their norm is that of all of the arrays' numbers."""
    return np.array([norm for name, norm in norms.items() if name in part])


def _norm(tensor: torch.Tensor) -> float:
    """‖v‖₂, of halves in float32, which does not overflow."""
    if tensor.is_sparse:
        tensor = tensor.coalesce().values()
    wide = torch.promote_types(tensor.dtype, torch.float32)
    return float(torch.linalg.vector_norm(tensor.detach(), dtype=wide))
