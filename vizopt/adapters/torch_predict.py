"""Asks somebody's PyTorch model what it predicts, so that its training notices nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from vizopt.recording.source import Predict

RESHAPING = (torch.nn.Identity, torch.nn.Flatten, torch.nn.Unflatten)


class Asked(torch.nn.Module):  # type: ignore[misc]
    """Calls `predict` while the model evaluates.

    Nothing of the model is another one afterwards: each module trains or evaluates as before
    (`eval()` and `train()` would also thaw a frozen BatchNorm), and what is written to a buffer is
    written to a copy.

    Args:
        model: the one that trains.
        predict: samples [M, …] → scores; by default the model's own.
    """

    def __init__(self, model: torch.nn.Module, predict: Predict | None) -> None:
        super().__init__()
        self.model = model
        self._predict = predict or self._of_model

    def forward(self, points: NDArray[Any]) -> Any:
        return self._predict(points)

    def quietly(self, points: NDArray[np.float64]) -> Any:
        """What is predicted for samples [M, …]."""
        with _evaluating(self.model), torch.no_grad(), _without_autocast(self._device):
            buffers = {name: value.clone() for name, value in self.named_buffers()}
            return torch.func.functional_call(self, buffers, (points,))

    @property
    def _device(self) -> torch.device:
        return next(self.model.parameters()).device

    def _of_model(self, points: NDArray[Any]) -> Any:
        floating = (p.dtype for p in self.model.parameters() if p.is_floating_point())
        dtype = next(floating, torch.float32)
        given = torch.as_tensor(points, dtype=dtype, device=self._device)
        return self.model(given)


def end_of(model: torch.nn.Module) -> str:
    """The class of what gives the model's output; of a `forward` of its own nobody knows it."""
    while isinstance(model, torch.nn.Sequential):
        parts = [part for part in model if not isinstance(part, RESHAPING)]
        if not parts:
            break
        model = parts[-1]
    return type(model).__name__


@contextmanager
def _evaluating(model: torch.nn.Module) -> Iterator[None]:
    """Every module evaluates; then each does what it did."""
    before = [(module, module.training) for module in model.modules()]
    try:
        for module, _ in before:
            module.training = False
        yield
    finally:
        for module, training in before:
            module.training = training


@contextmanager
def _without_autocast(device: torch.device) -> Iterator[None]:
    if not torch.amp.is_autocast_available(device.type):
        yield
        return
    with torch.autocast(device.type, enabled=False):
        yield
