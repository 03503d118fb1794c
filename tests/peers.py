"""The update rules and schedules that PyTorch has too: one table of each, both names of all."""

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from vizopt.train.schedules import SCHEDULES, InverseDecay


def bowl(x):
    """A stretched bowl: curvatures from 0.1 to 10."""
    scale = np.geomspace(0.1, 10, len(x))
    return scale * (x - 1)


def cosh(x):
    """Nearly straight far away, round in the middle: the gradient of Σ log cosh."""
    return np.tanh(x) + 0.1 * x


RANDOM = np.random.RandomState(7)
FEATURES, LABELS = RANDOM.randn(40, 16), RANDOM.randint(0, 2, 40)


def logistic(x):
    """Logistic regression on 40 samples with a little L2."""
    p = 1 / (1 + np.exp(-FEATURES @ x))
    return FEATURES.T @ (p - LABELS) / 40 + 0.01 * x


PROBLEMS = {"bowl": bowl, "cosh": cosh, "logistic": logistic}
START = np.random.RandomState(3).randn(16)


class Rule(NamedTuple):
    kind: str  # in OPTIMIZERS
    name: str  # in torch.optim
    lr: Any  # of both; a schedule's rates are given to torch step by step
    mine: Mapping[str, Any] = MappingProxyType({})  # what differs from our defaults
    theirs: Mapping[str, Any] = MappingProxyType({})  # what differs from torch's


FALLING = InverseDecay(initial=0.01, decay=0.01)
MOMENTUM = {"momentum": 0.9}
NESTEROV = {"momentum": 0.9, "nesterov": True}
MEANS, THEIRS = (
    {"beta_1": 0.8, "beta_2": 0.95, "epsilon": 0.1},
    {"betas": (0.8, 0.95), "eps": 0.1},
)
BOUNDS = {"eta_minus": 0.4, "eta_plus": 1.5, "step_min": 1e-3, "step_max": 0.05}

RULES = {
    "sgd": Rule("sgd", "SGD", 0.05),
    "sgd-falling": Rule("sgd", "SGD", FALLING),
    "momentum": Rule("momentum", "SGD", 0.01, {}, MOMENTUM),
    "momentum-half": Rule("momentum", "SGD", 0.01, {"momentum": 0.5}, {"momentum": 0.5}),
    "momentum-torch": Rule("momentum-torch", "SGD", 0.01, {}, MOMENTUM),
    "momentum-torch-falling": Rule("momentum-torch", "SGD", FALLING, {}, MOMENTUM),
    "nesterov": Rule("nesterov", "SGD", 0.01, {}, NESTEROV),
    "nesterov-falling": Rule("nesterov", "SGD", FALLING, {}, NESTEROV),
    "nesterov-keras": Rule("nesterov-keras", "SGD", 0.01, {}, NESTEROV),
    "adagrad": Rule("adagrad", "Adagrad", 0.1, {"epsilon": 1e-10}),
    "adagrad-eps": Rule("adagrad", "Adagrad", 0.1, {"epsilon": 0.01}, {"eps": 0.01}),
    "adadelta": Rule("adadelta", "Adadelta", 1.0),
    "adadelta-rho": Rule(
        "adadelta", "Adadelta", 2.0, {"rho": 0.8, "epsilon": 1e-4}, {"rho": 0.8, "eps": 1e-4}
    ),
    "rmsprop": Rule("rmsprop", "RMSprop", 0.01, {"rho": 0.99, "epsilon": 1e-8}),
    "rmsprop-eps": Rule(
        "rmsprop", "RMSprop", 0.001, {"epsilon": 0.01}, {"alpha": 0.9, "eps": 0.01}
    ),
    "adam": Rule("adam", "Adam", 0.01, {"epsilon": 1e-8}),
    "adam-means": Rule("adam", "Adam", 0.01, MEANS, THEIRS),
    "amsgrad": Rule("amsgrad", "Adam", 0.01, {}, {"amsgrad": True}),
    "amsgrad-means": Rule("amsgrad", "Adam", 0.01, MEANS, {**THEIRS, "amsgrad": True}),
    "adamw": Rule("adamw", "AdamW", 0.01),
    "adamw-decay": Rule(
        "adamw", "AdamW", 0.01, {**MEANS, "weight_decay": 0.3}, {**THEIRS, "weight_decay": 0.3}
    ),
    "adamw-falling": Rule("adamw", "AdamW", FALLING),
    "adamax": Rule("adamax", "Adamax", 0.01),
    "adamax-means": Rule("adamax", "Adamax", 0.01, MEANS, THEIRS),
    # Torch's default rate; at 0.01 the logistic run swings and doubles rounding in every step.
    "nadam": Rule("nadam", "NAdam", 0.002),
    "nadam-decay": Rule(
        "nadam",
        "NAdam",
        0.002,
        {**MEANS, "momentum_decay": 0.05},
        {**THEIRS, "momentum_decay": 0.05},
    ),
    "radam": Rule("radam", "RAdam", 0.01),
    "radam-means": Rule("radam", "RAdam", 0.01, MEANS, THEIRS),
    "rprop": Rule("rprop", "Rprop", 0.01),
    "rprop-bounds": Rule(
        "rprop", "Rprop", 0.01, BOUNDS, {"etas": (0.4, 1.5), "step_sizes": (1e-3, 0.05)}
    ),
}


# Keras' and the book's are 1e-7; the others are PyTorch's.
DEFAULTS = {
    "sgd": {},
    "momentum": {"momentum": 0.9},
    "momentum-torch": {"momentum": 0.9},
    "nesterov": {"momentum": 0.9},
    "nesterov-keras": {"momentum": 0.9},
    "adagrad": {"epsilon": 1e-7},
    "adadelta": {"rho": 0.9, "epsilon": 1e-6},
    "rmsprop": {"rho": 0.9, "epsilon": 1e-7},
    "adam": {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7},
    "amsgrad": {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8},
    "adamw": {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8, "weight_decay": 0.01},
    "adamax": {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8},
    "nadam": {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8, "momentum_decay": 4e-3},
    "radam": {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8},
    "rprop": {"eta_minus": 0.5, "eta_plus": 1.2, "step_min": 1e-6, "step_max": 50.0},
}


class Rates(NamedTuple):
    kind: str  # in SCHEDULES
    mine: dict[str, Any]
    make: Callable[[Any, Any], Any]  # theirs, of torch.optim.lr_scheduler and an optimizer


def cycle(s, o, **more):
    return s.OneCycleLR(o, 0.3, total_steps=1000, cycle_momentum=False, **more)


def warmed(s, o, start, epochs):
    parts = [s.LinearLR(o, start, 1.0, epochs), s.ExponentialLR(o, 0.99)]
    return s.SequentialLR(o, parts, [epochs])


FIRST = {"initial": 0.3}
THEN = {"kind": "exponential", "initial": 0.3, "gamma": 0.99}
STEEP = {"warmup_share": 0.1, "div_factor": 10.0, "final_div_factor": 100.0}
THEIRS_STEEP = {"pct_start": 0.1, "div_factor": 10.0, "final_div_factor": 100.0}

RATES = {
    "constant": Rates("constant", {"rate": 0.3}, lambda s, o: s.ConstantLR(o, 1.0)),
    "step": Rates("step", {**FIRST, "every": 40}, lambda s, o: s.StepLR(o, 40)),
    "step-half": Rates(
        "step", {**FIRST, "every": 30, "gamma": 0.5}, lambda s, o: s.StepLR(o, 30, 0.5)
    ),
    "multi-step": Rates(
        "multi-step",
        {**FIRST, "milestones": [100, 400, 401]},
        lambda s, o: s.MultiStepLR(o, [100, 400, 401]),
    ),
    "multi-step-half": Rates(
        "multi-step",
        {**FIRST, "milestones": [400, 100, 100], "gamma": 0.5},
        lambda s, o: s.MultiStepLR(o, [400, 100, 100], 0.5),
    ),
    "exponential": Rates(
        "exponential", {**FIRST, "gamma": 0.99}, lambda s, o: s.ExponentialLR(o, 0.99)
    ),
    "polynomial": Rates(
        "polynomial", {**FIRST, "epochs": 800}, lambda s, o: s.PolynomialLR(o, 800)
    ),
    "polynomial-squared": Rates(
        "polynomial",
        {**FIRST, "epochs": 800, "power": 2.0},
        lambda s, o: s.PolynomialLR(o, 800, 2.0),
    ),
    "cosine": Rates("cosine", {**FIRST, "epochs": 1000}, lambda s, o: s.CosineAnnealingLR(o, 1000)),
    "cosine-least": Rates(
        "cosine",
        {**FIRST, "epochs": 1000, "minimum": 0.01},
        lambda s, o: s.CosineAnnealingLR(o, 1000, 0.01),
    ),
    "cosine-restarts": Rates(
        "cosine-restarts",
        {**FIRST, "epochs": 40},
        lambda s, o: s.CosineAnnealingWarmRestarts(o, 40),
    ),
    "cosine-restarts-grow": Rates(
        "cosine-restarts",
        {**FIRST, "epochs": 10, "t_mult": 2, "minimum": 0.01},
        lambda s, o: s.CosineAnnealingWarmRestarts(o, 10, 2, 0.01),
    ),
    "one-cycle": Rates("one-cycle", {"peak": 0.3, "epochs": 1000}, cycle),
    "one-cycle-steep": Rates(
        "one-cycle",
        {"peak": 0.3, "epochs": 1000, **STEEP},
        lambda s, o: cycle(s, o, **THEIRS_STEEP),
    ),
    "warm-up": Rates("warm-up", {"epochs": 50, "after": THEN}, lambda s, o: warmed(s, o, 0.1, 50)),
    "warm-up-quarter": Rates(
        "warm-up",
        {"epochs": 20, "start": 0.25, "after": THEN},
        lambda s, o: warmed(s, o, 0.25, 20),
    ),
}

# The tests of what PyTorch has not, by kind: of a rule with its DEFAULTS, of a schedule with the
# arguments MADE_OF of one.
ALONE = {
    file.stem.removeprefix("test_").replace("_", "-"): import_module(f"alone.{file.stem}")
    for file in sorted((Path(__file__).parent / "alone").glob("test_*.py"))
}


def schedules():
    """One of each, and more."""
    made = [(rates.kind, rates.mine) for rates in RATES.values()]
    made += [(kind, test.MADE_OF) for kind, test in ALONE.items() if kind in SCHEDULES]
    return [SCHEDULES[kind](**mine) for kind, mine in made]
