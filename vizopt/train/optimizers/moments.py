"""Moments: the means of the gradients and of their squares that Adam and its kin keep."""

from typing import NamedTuple

import numpy as np

from vizopt.core.arrays import Vector
from vizopt.train.optimizers.base import rest


class AdamState(NamedTuple):
    first_moment: Vector  # [P] mean of grad
    second_moment: Vector  # [P] mean of grad²


def adam_state(params: Vector) -> AdamState:
    """Both means at zero."""
    return AdamState(first_moment=np.zeros_like(params), second_moment=np.zeros_like(params))


def moments(beta_1: float, beta_2: float, grad: Vector, state: AdamState) -> AdamState:
    """Both means, one gradient later."""
    return AdamState(
        first_moment=beta_1 * state.first_moment + (1 - beta_1) * grad,
        second_moment=beta_2 * state.second_moment + (1 - beta_2) * grad**2,
    )


def moment_lines(beta_1: float, beta_2: float) -> tuple[str, str]:
    """The same for one parameter, as arithmetic."""
    return (
        f"m = {beta_1} * m + {rest(beta_1)} * slope",
        f"v = {beta_2} * v + {rest(beta_2)} * slope ** 2",
    )
