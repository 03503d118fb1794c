"""Told: which step a number is of that somebody's loop tells."""

from typing import Any

import numpy as np
import torch

from vizopt.adapters.torch_batches import Batches, has_numbers, value_of

LOSS = "loss"
nodes = getattr(torch.autograd, "_get_sequence_nr", int)  # of graphs so far: forwards are seen


class Told:
    """Numbers of the step that was done last, and of the one to come.

    A number is of the step that was done; of the one to come where there is none, and where a
    backward came since if that step has the number already, or the number was told before its step
    the last time. Of a forward alone only what was told before a backward is, or after the step.
    Of several losses of one step the mean counts, except of batches whose gradients were dropped.

    A backward is seen by the gradient of one array, a small one: it is another, or has changed.

    Args:
        batches: of the optimizer.
    """

    def __init__(self, batches: Batches) -> None:
        self._batches = batches
        self._early: dict[str, bool] = {}  # told before their step: before its backward too?
        self._done: dict[str, Any] | None = None
        self._coming: dict[str, Any] = {}
        self._look(is_skipped=False)

    def add(self, values: dict[str, Any]) -> None:
        """Numbers are told."""
        forward, backward = nodes() != self._nodes, self._has_backward()
        for name, told in values.items():
            value = _copied(told)
            if self._done is not None and not self._comes(name, forward, backward):
                is_part = self._early.pop(name, True) is False
                before = self._done.get(LOSS, []) if is_part else []
                self._done[name] = [*before, value] if name == LOSS else value
            elif name != LOSS:
                self._coming[name], self._early[name] = value, not backward
            elif backward or not self._is_skipped or (forward and self._early.get(LOSS)):
                is_early = self._early.setdefault(LOSS, not backward)
                self._batches.tell(value, is_applied=not is_early)

    def step(self, losses: list[Any], *, is_skipped: bool) -> None:
        """The optimizer was called.

        Args:
            losses: that were told of the batches whose gradients it had.
        """
        if not is_skipped:
            self._done, self._coming = self._coming | ({LOSS: losses} if losses else {}), {}
        self._look(is_skipped=is_skipped)

    def take(self) -> dict[str, Any]:
        """Those of the step that was done: nothing more is told of it."""
        done, self._done = self._done or {}, None
        return _plain(done)

    def rest(self) -> dict[str, Any]:
        """Those of a step that does not come."""
        losses = self._batches.take()[1]
        return _plain(self._coming | ({LOSS: losses} if losses else {}))

    def _comes(self, name: str, forward: bool, backward: bool) -> bool:
        assert self._done is not None
        early = self._early.get(name)
        if backward:
            return name in self._done or early is not None
        return forward and (early or (early is None and name in self._done))

    def _has_backward(self) -> bool:
        """Whether one came since the last step."""
        gradient = self._batches.watched.grad
        if gradient is None or gradient is not self._seen:
            return gradient is not None
        return gradient._version != self._version and has_numbers(gradient)

    def _look(self, *, is_skipped: bool) -> None:
        self._batches.look()
        self._seen = gradient = self._batches.watched.grad
        self._version = 0 if gradient is None else gradient._version
        self._nodes, self._is_skipped = nodes(), is_skipped


def mean(losses: list[Any]) -> Any:
    """Of the batches of a step."""
    if len(losses) == 1:
        return losses[0]
    try:
        values = [float(loss.detach() if hasattr(loss, "detach") else loss) for loss in losses]
    except (TypeError, ValueError, RuntimeError):
        return losses[0]
    return sum(values) / len(values)


def _copied(value: Any) -> Any:
    """As it is now: a loop may add to it in place, before its step is recorded."""
    if isinstance(value, torch.Tensor):
        return value_of(value)
    return value.copy() if isinstance(value, np.ndarray) else value


def _plain(told: dict[str, Any]) -> dict[str, Any]:
    return {k: mean(value) if k == LOSS else value for k, value in told.items()}
