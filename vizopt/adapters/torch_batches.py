"""Batches: those whose gradients a step of PyTorch applies, seen by the gradient of one array."""

from collections.abc import Iterable
from typing import Any

import torch

task = getattr(torch._C, "_current_graph_task_id", int)  # number of the backward that is running


class Noted:
    """A value of the criterion, and the backward that went through it.

    Args:
        value: as the criterion returned it.
    """

    def __init__(self, value: torch.Tensor) -> None:
        is_eager = not torch.compiler.is_compiling()
        self.value = value_of(value) if is_eager else value.detach().clone()
        self.is_applied = False  # the gradient has its share
        self._backward = -1
        if value.requires_grad and is_eager:
            value.register_hook(self._note)

    def reached(self) -> None:
        """The backward that is running has come to the parameters."""
        self.is_applied |= self._backward == task()

    def _note(self, gradient: torch.Tensor) -> None:
        self._backward = task()


class Batches:
    """Losses of the step to come: noted at a criterion, or told by a loop.

    A backward that finds no gradient in an array, or zeros, begins a step anew: what the batches
    before had led to was dropped, as of a step that a GradScaler skips.

    Args:
        params: those of the optimizer.
    """

    def __init__(self, params: Iterable[torch.Tensor]) -> None:
        self._params = sorted(params, key=torch.numel)
        self.watched = next((p for p in self._params if p.requires_grad), self._params[0])
        self._hooks: list[Any] = []
        self._hooked: torch.Tensor | None = None
        self._is_first = self._is_settled = False
        self._noted: list[Noted] = []
        self._told: list[Any] = []
        self._applied = 0  # of those that were told
        self.look()

    def note(self, value: torch.Tensor) -> None:
        """The criterion has a value."""
        self._noted.append(Noted(value))

    def tell(self, value: Any, *, is_applied: bool) -> None:
        """A loop tells one.

        Args:
            is_applied: its backward came before.
        """
        self._told.append(value)
        if is_applied:
            self._applied = len(self._told)

    def settle(self) -> None:
        """Until the step's end each backward is one that the optimizer only tries."""
        self._is_settled = True

    def take(self) -> tuple[list[Any], list[Any]]:
        """Those noted and those told of the step that is done. Where no backward of a noted one
        was seen, as inside of a compiled function, all are of it."""
        noted, told = self._noted, self._told
        self._noted, self._told, self._applied = [], [], 0
        self._is_first = self._is_settled = False
        applied = [each for each in noted if each.is_applied] or noted
        return [each.value for each in applied], told

    def look(self) -> None:
        """Watch an array that has a gradient."""
        if self.watched.grad is None:
            self.watched = next((p for p in self._params if p.grad is not None), self.watched)
        if self._hooked is not self.watched and self.watched.requires_grad:
            self.release()
            self._hooked = self.watched
            self._hooks = [
                self.watched.register_hook(self._begin),
                self.watched.register_post_accumulate_grad_hook(self._end),
            ]

    def release(self) -> None:
        """Leave the array as it was."""
        for hook in self._hooks:
            hook.remove()
        self._hooks = []

    def _begin(self, gradient: torch.Tensor) -> None:
        """A backward is about to add to the gradient."""
        if self._noted or self._applied:
            self._is_first = not has_numbers(self.watched.grad)

    def _end(self, watched: torch.Tensor) -> None:
        """It has."""
        if self._is_settled:
            return
        if self._is_first:
            self._noted = [each for each in self._noted if not each.is_applied]
            del self._told[: self._applied]
        for each in self._noted:
            each.reached()
        self._applied = len(self._told)


def value_of(value: torch.Tensor) -> Any:
    """As it is now, which a loop may divide in place: Python's number, which takes a tenth of the
    time of NumPy's way to it, or a copy."""
    plain = value.is_cpu and value.is_floating_point() and value.numel() == 1
    value = value.detach()
    try:
        return value.item() if plain else value.clone()
    except RuntimeError:  # inside of vmap it has none
        return value.clone()


def has_numbers(gradient: torch.Tensor | None) -> bool:
    """Whether something was added to it since it was set to zero."""
    if gradient is None:
        return False
    return bool((gradient.coalesce().values() if gradient.is_sparse else gradient).any())
