"""Update rules. A new one is its file and its line in the table."""

from vizopt.optimizers.adagrad import Adadelta, AdaGrad
from vizopt.optimizers.adam import Adam, Adamax, AdamW, AMSGrad, NAdam, RAdam
from vizopt.optimizers.base import (
    LEARNING_RATE,
    Optimizer,
    acting,
    name_of,
    per_batch,
    rate_of,
    rates,
    worked,
)
from vizopt.optimizers.lion import Lion
from vizopt.optimizers.momentum import Momentum, MomentumTorch
from vizopt.optimizers.muon import Muon
from vizopt.optimizers.nesterov import Nesterov, NesterovKeras
from vizopt.optimizers.rmsprop import RMSProp
from vizopt.optimizers.rprop import Rprop
from vizopt.optimizers.sgd import SGD

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
    "worked",
]
