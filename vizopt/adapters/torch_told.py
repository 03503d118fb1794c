"""Told: which step a number is of that somebody's loop tells."""

from collections.abc import Iterable
from math import isfinite
from typing import Any

import numpy as np
import torch
from torch.utils.hooks import RemovableHandle

LOSS = "loss"
nodes = getattr(torch.autograd, "_get_sequence_nr", int)  # of graphs so far: forwards are seen


class Told:
    """Numbers of the step that was done last, and of the one to come.

    A number is of the step that was done; of the one to come where there is none, and where a
    backward came since if that step has the number already, or the number was told before its step
    the last time. Of a forward alone only what was told before a backward is, or after the step.
    Of several losses of one step the mean counts, except of batches whose gradients were dropped.

    A backward is seen by the gradient of one array, a small one: it is another, or has changed.
    Where that array is frozen, a number is told when it was the last time, until the next step. One
    that is told before its step and again after it comes before the next one it is told of, too.
    Where losses are told before their backward, a hook of that array tells that one came whose
    gradient was dropped before anybody saw it, as a GradScaler's is that skips the step.

    Args:
        params: those of the optimizer.
    """

    def __init__(self, params: Iterable[torch.Tensor]) -> None:
        self._params = sorted(params, key=torch.numel)
        self._watched = self._params[0]
        self._early: dict[str, bool] = {}  # told before their step: before its backward too?
        self._both: dict[str, bool] = {}  # the same, of those told after it as well
        self._done: dict[str, Any] | None = None
        self._coming: dict[str, Any] = {}
        self._gradient: torch.Tensor | None = None  # of the losses to come
        self._hooked: torch.Tensor | None = None
        self._hook: RemovableHandle | None = None
        self._is_past = False  # the backward of the losses to come, as far as a hook saw it
        self._look(is_skipped=False)

    def add(self, values: dict[str, Any]) -> None:
        """Numbers are told."""
        done, forward, backward = self._done, nodes() != self._nodes, self._has_backward()
        is_frozen = self._moves and not self._watched.requires_grad
        for name, told in values.items():
            value = _now(told)
            if is_frozen:
                backward = name in self._early
            if done is not None and not self._comes(name, forward, backward):
                is_part = self._is_part(name, done)
                before = done.get(LOSS, []) if is_part else []
                done[name] = [*before, value] if name == LOSS else value
            elif name != LOSS:
                self._coming[name], self._early[name] = value, not backward
            elif backward or not self._is_skipped or (forward and self._early.get(LOSS)):
                self._early.setdefault(LOSS, not backward)
                before = [] if self._is_dropped() else self._coming.get(LOSS, [])
                self._coming[LOSS] = [*before, value]
                self._gradient, self._is_past = self._watched.grad, False
                if not backward and self._hooked is not self._watched:
                    self._listen()

    def _is_part(self, name: str, done: dict[str, Any]) -> bool:
        """Whether a number that is told after its step adds to what was told before it."""
        early = self._early.pop(name, None)
        if early is not None and name in done:
            self._both[name] = early
        elif name not in done:
            self._both.pop(name, None)
        return early is False and not self._is_dropped()

    def step(self, *, is_skipped: bool) -> None:
        """The optimizer was called."""
        coming, self._coming, self._is_past = self._coming, {}, False
        if LOSS in coming and (is_skipped or (self._is_dropped() and not _finite(coming[LOSS]))):
            del coming[LOSS]
        if is_skipped:
            self._coming = coming
        else:
            self._done = coming
        self._look(is_skipped=is_skipped)

    def take(self) -> dict[str, Any]:
        """Those of the step that was done: nothing more is told of it."""
        done, self._done = self._done or {}, None
        return _plain(done)

    def rest(self) -> dict[str, Any]:
        """Those of a step that does not come."""
        return _plain(self._coming)

    def close(self) -> None:
        """Leave the array as it was."""
        if self._hook:
            self._hook.remove()

    def _listen(self) -> None:
        self.close()
        self._hooked = self._watched
        if self._watched.is_leaf and self._watched.requires_grad:
            self._hook = self._watched.register_post_accumulate_grad_hook(self._pass)

    def _pass(self, array: torch.Tensor) -> None:
        self._is_past = True

    def _comes(self, name: str, forward: bool, backward: bool) -> bool:
        assert self._done is not None
        early = self._early.get(name, self._both.get(name))
        if backward:
            return name in self._done or early is not None
        return forward and (early or (early is None and name in self._done))

    def _has_backward(self) -> bool:
        """Whether one came since the last step."""
        gradient = self._watched.grad
        if gradient is None:
            return False
        is_another = gradient is not self._seen
        if gradient._version == (0 if is_another else self._version):
            return is_another
        return gradient.is_sparse or bool(gradient.any())  # not if it was set to zero

    def _is_dropped(self) -> bool:
        """Whether there is another gradient than that of the losses to come, or none any more."""
        gradient = self._watched.grad
        if gradient is None:
            return self._is_past
        return not (self._gradient is None or gradient is self._gradient)

    def _look(self, *, is_skipped: bool) -> None:
        gradient = self._watched.grad
        if gradient is None or not self._watched.requires_grad:
            moved = (p for p in self._params if p.grad is not None and p.requires_grad)
            self._watched = next(moved, self._watched)
            gradient = self._watched.grad
        self._seen, self._moves = gradient, self._watched.requires_grad
        self._version = 0 if gradient is None else gradient._version
        self._nodes, self._is_skipped = nodes(), is_skipped


def mean(losses: list[Any]) -> Any:
    """Of the batches of a step; a batch whose step was skipped has left one that is not finite."""
    if len(losses) == 1:
        return losses[0] if type(losses[0]) is float else number(losses[0])
    try:
        values = [float(loss.detach() if hasattr(loss, "detach") else loss) for loss in losses]
    except (TypeError, ValueError, RuntimeError):
        return losses[0]
    finite = [value for value in values if isfinite(value)] or values
    return sum(finite) / len(finite)


def number(value: Any) -> Any:
    """A tensor of one number as Python's, in a tenth of the time that NumPy's way to it takes."""
    plain = type(value) is torch.Tensor and value.is_cpu and value.is_floating_point()
    return value.item() if plain and value.numel() == 1 else value


def _now(value: Any) -> Any:
    """As it is: a loop may add to it in place, before its step is recorded."""
    found = number(value)
    if type(found) is float:
        return found
    if isinstance(found, torch.Tensor):
        return found.detach().clone()
    return found.copy() if isinstance(found, np.ndarray) else found


def _plain(told: dict[str, Any]) -> dict[str, Any]:
    if LOSS in told:
        told[LOSS] = mean(told[LOSS])
    return told


def _finite(losses: list[Any]) -> bool:
    found = mean(losses)
    return not isinstance(found, float) or isfinite(found)
