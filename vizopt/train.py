"""The only training loop."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from numpy.random import RandomState

from vizopt.arrays import Vector
from vizopt.optimizers import Optimizer
from vizopt.problems import Evaluation, Problem


class Step(NamedTuple):
    number: int  # 0 at the first update
    lr: float
    params: Vector  # [P] before the update
    delta: Vector  # [P] about to be added
    evaluation: Evaluation  # at params


def train(
    problem: Problem, optimizer: Optimizer[Any], *, steps: int, rng: RandomState
) -> Iterator[Step]:
    """Every step of a training run, in order; nothing in a Step changes afterwards.

    params ← params + delta,  delta from the optimizer's rule at the gradient of params

    Args:
        problem: what to make small.
        optimizer: the update rule.
        steps: number of evaluations; the last one's update is computed but leads nowhere.
        rng: draws the first parameters.
    """
    params = problem.init(rng)
    state = optimizer.init(params)
    for number in range(steps):
        evaluation = problem.evaluate(params, number)
        delta, state = optimizer.update(number, params, evaluation.grad, state)
        yield Step(number, optimizer.lr(number), params, delta, evaluation)
        params = params + delta
