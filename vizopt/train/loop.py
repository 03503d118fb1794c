"""The only training loop."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.random import RandomState

from vizopt.core.arrays import Vector
from vizopt.recording.state import State, rebuilt
from vizopt.train.optimizers import Optimizer
from vizopt.train.problems import Evaluation, Problem


class Epoch(NamedTuple):
    number: int  # 0 at the first update
    lr: float
    params: Vector  # [P] before the update
    delta: Vector  # [P] about to be added
    evaluation: Evaluation  # at params
    state: Any = ()  # the optimizer's before the update
    update: Vector = np.empty(0)  # [P] of the epoch's first mini-batch, whose gradient is evaluated


def train(
    problem: Problem,
    optimizer: Optimizer[Any],
    *,
    epochs: int,
    rng: RandomState,
    since: State | None = None,
) -> Iterator[Epoch]:
    """Every epoch of a training run, in order; nothing in an Epoch changes afterwards.

    params ← params + delta,  delta from the optimizer's rule at the gradient of params

    An epoch is one update, or with mini-batches one pass over the data: its delta is then the
    sum of its batches' and its evaluation is that of the whole data before the first of them.
    Where numbers overflow NumPy warns, or not, as the caller's `np.errstate` says.

    Args:
        problem: what to make small.
        optimizer: the update rule.
        epochs: how many; the last one's update is computed but leads nowhere.
        rng: draws the first parameters.
        since: go on from there; its own epoch comes first.
    """
    params = problem.init(rng)
    state = optimizer.init(params, problem.layout)
    if since:
        params = since.leaves[0]
        state = rebuilt(state, iter(since.leaves[1:]))
    for epoch in range(since.epoch if since else 0, epochs):
        start, first, before = params, epoch * problem.batches, state
        evaluation = problem.evaluate(params, first)
        update, state = optimizer.update(first, params, evaluation.grad, state)
        params, delta = params + update, update
        for step in range(first + 1, first + problem.batches):
            grad = problem.evaluate(params, step).grad
            part, state = optimizer.update(step, params, grad, state)
            params, delta = params + part, delta + part
        yield Epoch(epoch, optimizer.lr(first), start, delta, evaluation, before, update)
