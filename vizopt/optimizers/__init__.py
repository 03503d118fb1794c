"""Update rules, one file each. A new one is its file and its line in the table."""

from vizopt.optimizers.base import Optimizer, worked
from vizopt.optimizers.momentum import Momentum
from vizopt.optimizers.sgd import SGD

OPTIMIZERS: dict[str, type] = {
    "sgd": SGD,
    "momentum": Momentum,
}

__all__ = ["OPTIMIZERS", "SGD", "Momentum", "Optimizer", "worked"]
