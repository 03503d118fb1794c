"""Schedules of the learning rate. A new one is its file and its line in the table."""

from vizopt.train.schedules.base import SCHEDULES, Schedule
from vizopt.train.schedules.constant import Constant
from vizopt.train.schedules.cosine import Cosine
from vizopt.train.schedules.cosine_restarts import CosineRestarts
from vizopt.train.schedules.exponential import Exponential
from vizopt.train.schedules.inverse_decay import InverseDecay
from vizopt.train.schedules.multi_step import MultiStep
from vizopt.train.schedules.one_cycle import OneCycle
from vizopt.train.schedules.per_batch import PerBatch
from vizopt.train.schedules.piecewise import Piecewise
from vizopt.train.schedules.polynomial import Polynomial
from vizopt.train.schedules.step import StepDecay
from vizopt.train.schedules.warm_up import WarmUp

SCHEDULES |= {
    "constant": Constant,
    "inverse-decay": InverseDecay,
    "step": StepDecay,
    "multi-step": MultiStep,
    "exponential": Exponential,
    "polynomial": Polynomial,
    "cosine": Cosine,
    "cosine-restarts": CosineRestarts,
    "one-cycle": OneCycle,
    "piecewise": Piecewise,
    "warm-up": WarmUp,
}

__all__ = [
    "SCHEDULES",
    "Constant",
    "Cosine",
    "CosineRestarts",
    "Exponential",
    "InverseDecay",
    "MultiStep",
    "OneCycle",
    "PerBatch",
    "Piecewise",
    "Polynomial",
    "Schedule",
    "StepDecay",
    "WarmUp",
]
