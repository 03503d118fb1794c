"""Update rules and schedules against PyTorch; what it has not is in tests/alone.

PyTorch's side is stored (tests/traces.py), so none is needed; where it is installed, every step of
a live run is compared as well.
"""

from dataclasses import MISSING, fields

import numpy as np
import pytest
from peers import ALONE, DEFAULTS, FALLING, PROBLEMS, RATES, RULES, START, schedules
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

from vizopt.train.optimizers import OPTIMIZERS
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
    traced = {file.stem for file in FOLDER.iterdir()}, list(stored_rates())
    assert traced == ({*RULES, "schedules"}, list(RATES)), "run: python tests/traces.py"


def test_each_rule_is_told_from_the_others():
    """Where two rules start with the same rate their traces differ, or the trace proves nothing."""
    apart = [("adam", "amsgrad"), ("adam", "adamw"), ("adam", "nadam"), ("adam", "radam"),
             ("adam", "adamax"), ("sgd", "sgd-falling"), ("momentum", "nesterov"),
             ("momentum-torch", "momentum-torch-falling"), ("adamw", "adamw-falling"),
             ("rprop", "rprop-bounds")]  # fmt: skip
    for one, other in apart:
        for problem in PROBLEMS:
            assert abs(stored(one)[problem] - stored(other)[problem]).max() > 1e-4, (one, other)


@pytest.mark.parametrize("kind", [*OPTIMIZERS, *SCHEDULES])
def test_every_rule_and_schedule_is_held_against_another(kind):
    rows = [row.kind for row in (*RULES.values(), *RATES.values())]
    test = f"tests/alone/test_{kind.replace('-', '_')}.py"
    way = f"write its row in RULES or RATES of tests/peers.py, or {test} if PyTorch has it not"
    own = any(name.startswith("test_") for name in vars(ALONE.get(kind, object)))
    assert (kind in rows) != own, f"{kind}: {way}"


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_the_defaults_are_those_of_the_sources(kind):
    has = {f.name: f.default for f in fields(OPTIMIZERS[kind]) if f.default is not MISSING}
    told = getattr(ALONE.get(kind), "DEFAULTS", DEFAULTS.get(kind))
    assert {name: getattr(v, "rate", v) for name, v in has.items()} == told, (
        f"{kind}: DEFAULTS has its source's: in tests/peers.py, or in its own file of tests/alone"
    )


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


def test_a_rate_per_batch_holds_for_its_epoch():
    held = PerBatch(of=InverseDecay(1.0, 1.0), batches=4)
    assert [held(step) for step in (0, 3, 4, 8)] == pytest.approx([1, 1, 1 / 2, 1 / 3])


def test_every_schedule_says_what_it_is():
    made = schedules()
    assert {type(schedule) for schedule in made} == {*SCHEDULES.values()}
    for schedule in made:
        assert schedule.describe()
        assert schedule(0) > 0
