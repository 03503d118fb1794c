"""Update rules. A new one is its file and its line in the table."""

from vizopt.train.optimizers.adadelta import Adadelta
from vizopt.train.optimizers.adagrad import AdaGrad
from vizopt.train.optimizers.adam import Adam
from vizopt.train.optimizers.adamax import Adamax
from vizopt.train.optimizers.adamw import AdamW
from vizopt.train.optimizers.amsgrad import AMSGrad
from vizopt.train.optimizers.base import (
    LEARNING_RATE,
    LearningRate,
    Optimizer,
    acting,
    name_of,
    per_batch,
    rate_of,
    rates,
    said,
    worked,
)
from vizopt.train.optimizers.lion import Lion
from vizopt.train.optimizers.momentum import Momentum, MomentumTorch
from vizopt.train.optimizers.muon import Muon
from vizopt.train.optimizers.nadam import NAdam
from vizopt.train.optimizers.nesterov import Nesterov, NesterovKeras
from vizopt.train.optimizers.radam import RAdam
from vizopt.train.optimizers.rmsprop import RMSProp
from vizopt.train.optimizers.rprop import Rprop
from vizopt.train.optimizers.sgd import SGD

OPTIMIZERS: dict[str, type] = {
    "sgd": SGD,
    "momentum": Momentum,
    "momentum-torch": MomentumTorch,
    "nesterov": Nesterov,
    "nesterov-keras": NesterovKeras,
    "adagrad": AdaGrad,
    "adadelta": Adadelta,
    "rmsprop": RMSProp,
    "adam": Adam,
    "amsgrad": AMSGrad,
    "adamw": AdamW,
    "adamax": Adamax,
    "nadam": NAdam,
    "radam": RAdam,
    "rprop": Rprop,
    "lion": Lion,
    "muon": Muon,
}

__all__ = [
    "LEARNING_RATE",
    "OPTIMIZERS",
    "SGD",
    "AMSGrad",
    "AdaGrad",
    "Adadelta",
    "Adam",
    "AdamW",
    "Adamax",
    "LearningRate",
    "Lion",
    "Momentum",
    "MomentumTorch",
    "Muon",
    "NAdam",
    "Nesterov",
    "NesterovKeras",
    "Optimizer",
    "RAdam",
    "RMSProp",
    "Rprop",
    "acting",
    "name_of",
    "per_batch",
    "rate_of",
    "rates",
    "said",
    "worked",
]
