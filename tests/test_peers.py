"""Update rules and schedules against PyTorch; Lion and Muon against their papers' pseudo-code.

PyTorch's side is stored (tests/traces.py), so none is needed; where it is installed, every step of
a live run is compared as well.
"""

from dataclasses import MISSING, fields

import numpy as np
import pytest
from peers import ALONE, FALLING, PROBLEMS, RATES, RULES, START, schedules
from traces import (
    EPOCHS,
    FOLDER,
    KEPT,
    PLACES,
    STEPS,
    mine,
    ours,
    stored,
    stored_rates,
    their_rates,
    theirs,
)

from vizopt.train.optimizers import OPTIMIZERS, Lion, Muon
from vizopt.train.optimizers.muon import orthogonal
from vizopt.train.schedules import SCHEDULES, InverseDecay, PerBatch

AT = np.array(KEPT) - 1


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("name", RULES)
def test_each_rule_follows_pytorchs_trace(name, problem):
    a, b = mine(name, problem)[AT, PLACES], stored(name)[problem]
    assert abs(a - b).max() <= 1e-9 * abs(b).max()
    assert abs(b[-1] - START[PLACES]).max() > 0.1  # it went somewhere


@pytest.mark.parametrize("name", RULES)
def test_each_rule_follows_pytorch_live(name):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    for problem in PROBLEMS:
        a, b = mine(name, problem), theirs(torch, name, problem)
        assert abs(a - b).max() <= 1e-9 * abs(b).max()
        again = abs(b[AT, PLACES] - stored(name)[problem]).max()
        assert again <= 1e-9 * abs(b).max(), "run: python tests/traces.py"


def test_the_traces_are_those_of_the_table():
    assert {file.stem for file in FOLDER.iterdir()} == {*RULES, "schedules"}
    assert list(stored_rates()) == list(RATES)


def test_each_rule_is_told_from_the_others():
    """Where two rules start with the same rate their traces differ, or the trace proves nothing."""
    apart = [("adam", "amsgrad"), ("adam", "adamw"), ("adam", "nadam"), ("adam", "radam"),
             ("adam", "adamax"), ("sgd", "sgd-falling"), ("momentum", "nesterov"),
             ("momentum-torch", "momentum-torch-falling"), ("adamw", "adamw-falling"),
             ("rprop", "rprop-bounds")]  # fmt: skip
    for one, other in apart:
        for problem in PROBLEMS:
            assert abs(stored(one)[problem] - stored(other)[problem]).max() > 1e-4, (one, other)


def test_every_rule_has_a_peer():
    assert set(OPTIMIZERS) == {rule.kind for rule in RULES.values()} | {*ALONE} & {*OPTIMIZERS}


# Keras' and the book's are 1e-7; the others are PyTorch's, or the authors' for Lion and Muon.
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
    "lion": {"beta_1": 0.9, "beta_2": 0.99, "weight_decay": 0.0},
    "muon": {"lr": 0.02, "momentum": 0.95, "weight_decay": 0.0, "adamw_lr": 3e-4},
}


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_the_defaults_are_those_of_the_sources(kind):
    has = {f.name: f.default for f in fields(OPTIMIZERS[kind]) if f.default is not MISSING}
    assert {name: getattr(v, "rate", v) for name, v in has.items()} == DEFAULTS[kind]


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("kind", ["momentum", "nesterov-keras"])
def test_a_velocity_keeps_the_rate_it_came_with(kind, problem):
    """The book's Optimizer_SGD and Keras' SGD.update_step, whose velocity holds the rate."""
    variable, velocity = START.copy(), np.zeros_like(START)
    path = []
    for step in range(STEPS):
        lr, gradient = 0.01 / (1 + 0.01 * step), PROBLEMS[problem](variable)
        velocity = 0.9 * velocity - lr * gradient
        variable = variable + (0.9 * velocity - lr * gradient if "keras" in kind else velocity)
        path.append(variable)
    a = ours(OPTIMIZERS[kind](lr=FALLING), PROBLEMS[problem])
    assert abs(a - np.array(path)).max() <= 1e-9 * abs(a).max()
    torchs = stored("nesterov-falling" if "keras" in kind else "momentum-torch-falling")[problem]
    assert abs(a[AT, PLACES] - torchs).max() > 1e-4


@pytest.mark.parametrize("problem", PROBLEMS)
def test_lion_follows_its_paper(problem):
    """Chen et al. 2023, algorithm 2, line by line, for one parameter after the other."""
    beta1, beta2, eta, lambda_ = 0.9, 0.99, 0.003, 0.1
    theta, m = [float(v) for v in START], [0.0] * len(START)
    path = []
    for _ in range(STEPS):
        g = PROBLEMS[problem](np.array(theta))
        for i in range(len(theta)):
            c = beta1 * m[i] + (1 - beta1) * g[i]
            sign = int(c > 0) - int(c < 0)
            theta[i] = theta[i] - eta * (sign + lambda_ * theta[i])
            m[i] = beta2 * m[i] + (1 - beta2) * g[i]
        path.append(list(theta))
    a = ours(Lion(lr=eta, weight_decay=lambda_), PROBLEMS[problem])
    assert abs(a - np.array(path)).max() <= 1e-9 * abs(a).max()


def newton_schulz(G, steps=5):
    """Jordan's zeropower_via_newtonschulz5, for a matrix as PyTorch stores it [outputs, inputs]."""
    a, b, c = 3.4445, -4.7750, 2.0315
    X = G / (np.sqrt((G * G).sum()) + 1e-7)
    if G.shape[0] > G.shape[1]:
        X = X.T
    for _ in range(steps):
        A = X.dot(X.T)
        B = b * A + c * A.dot(A)
        X = a * X + B.dot(X)
    return X.T if G.shape[0] > G.shape[1] else X


@pytest.mark.parametrize("problem", PROBLEMS)
def test_muon_follows_its_paper(problem):
    """Jordan et al. 2024 for the 3×4 matrix, AdamW as in the authors' code for the 4 biases."""
    lr, beta, adam_lr, decay = 0.01, 0.95, 3e-4, 0.1
    W, bias = START[:12].reshape(3, 4).T.copy(), START[12:].copy()
    buffer = np.zeros_like(W)
    m, v = np.zeros(4), np.zeros(4)
    path = []
    for t in range(1, STEPS + 1):
        g = PROBLEMS[problem](np.concatenate([W.T.ravel(), bias]))
        G, g = g[:12].reshape(3, 4).T, g[12:]
        buffer = buffer + (G - buffer) * (1 - beta)  # lerp
        update = G + (buffer - G) * beta  # lerp again: Nesterov
        update = newton_schulz(update) * max(1, W.shape[0] / W.shape[1]) ** 0.5
        W = W * (1 - lr * decay) - lr * update
        m, v = 0.9 * m + 0.1 * g, 0.95 * v + 0.05 * g * g
        bias = bias - adam_lr * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.95**t)) + 1e-10)
        path.append(np.concatenate([W.T.ravel(), bias]))
    a = ours(Muon(lr=lr, weight_decay=decay), PROBLEMS[problem])
    # Small singular values are enlarged up to 485-fold (3.4445⁵), and the last bit with them: both
    # agree to 1e-15 for 200 steps, to 2e-7 (bowl) and 0.02 (cosh, long converged) at step 500.
    assert abs(a[:200] - np.array(path)[:200]).max() <= 1e-9 * abs(a).max()


def test_orthogonal_brings_all_singular_values_near_one():
    for shape in ((3, 7), (7, 3), (5, 5)):
        values = np.linalg.svd(orthogonal(np.random.RandomState(1).randn(*shape)))[1]
        assert values.min() > 0.4
        assert values.max() < 1.3
    assert not orthogonal(np.zeros((2, 3))).any()


@pytest.mark.parametrize("name", RATES)
def test_each_schedule_follows_pytorchs_trace(name):
    schedule = SCHEDULES[RATES[name].kind](**RATES[name].mine)
    rates = [schedule(epoch) for epoch in EPOCHS]
    assert rates == pytest.approx(stored_rates()[name], rel=1e-12, abs=1e-12 * 0.3)


@pytest.mark.filterwarnings("ignore:The epoch parameter")
@pytest.mark.parametrize("name", RATES)
def test_each_schedule_follows_pytorch_live(name):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    schedule, rates = SCHEDULES[RATES[name].kind](**RATES[name].mine), their_rates(torch, name)
    for epoch in range(STEPS):
        assert schedule(epoch) == pytest.approx(rates[epoch], rel=1e-12, abs=1e-12 * 0.3), epoch


def test_cosine_restarts_of_equal_length():
    schedule = SCHEDULES["cosine-restarts"](initial=1.0, epochs=10)
    assert [schedule(e) for e in (0, 10, 20, 990)] == [1.0] * 4
    assert schedule(5) == pytest.approx(0.5)


def test_the_others_by_hand():
    assert InverseDecay(1.0, 1e-3)(1000) == pytest.approx(0.5)
    line = SCHEDULES["piecewise"](points=[[10, 0.1], [20, 0.3], [40, 0.1]])
    assert [line(e) for e in (0, 10, 15, 20, 30, 40, 99)] == pytest.approx(
        [0.1, 0.1, 0.2, 0.3, 0.2, 0.1, 0.1]
    )
    held = PerBatch(of=InverseDecay(1.0, 1.0), batches=4)
    assert [held(step) for step in (0, 3, 4, 8)] == pytest.approx([1, 1, 1 / 2, 1 / 3])


def test_every_schedule_says_what_it_is():
    made = schedules()
    assert {type(schedule) for schedule in made} == {*SCHEDULES.values()}
    for schedule in made:
        assert schedule.describe()
        assert schedule(0) > 0
