"""Training: the lesson's figures to the last digit, and what an Epoch promises."""

import csv
import hashlib
import itertools
from pathlib import Path

import numpy as np
import pytest
from numpy.random import RandomState

import vizopt
from vizopt.train.loop import train
from vizopt.train.optimizers import SGD, Momentum
from vizopt.train.problems import NetworkSpec, Spiral

TABLES = Path(__file__).parent / "data" / "epochs" / "simd-exp"
# Bundled scene → table of the lesson.
RUNS = {
    "sgd": "sgd_lr1",
    "sgd-decay-1e-3": "sgd_decay1e-3",
    "momentum-09": "sgd_mom09",
    "adam-tuned": "adam_05_5e-7",
}


def short_hash(array):
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()[:12]


def network(precision="float32", **data):
    rng = RandomState(0)
    return NetworkSpec(data=Spiral(**data), precision=precision).build(rng), rng


def test_data_and_first_weights_are_the_lessons():
    problem, rng = network()
    assert short_hash(problem._all.x) == "ce93f1d0d63e"
    assert short_hash(problem._all.y.astype(np.uint8)) == "7508b74b341a"
    views = problem.layout.views(problem.init(rng))
    assert short_hash(views["dense1.weights"]) == "f582d9d06dea"
    assert short_hash(views["dense2.weights"]) == "177d2455e29d"
    assert not views["dense1.biases"].any()
    assert not views["dense2.biases"].any()


@pytest.mark.parametrize("name", RUNS)
def test_book_arithmetic_meets_every_row_of_the_lesson(name):
    scene = vizopt.load_scene(name)
    rng = RandomState(scene.seed)
    problem = scene.problem.build(rng)
    steps = train(problem, scene.optimizer, epochs=scene.epochs, rng=rng)
    ours = {
        step.number: (
            f"{step.evaluation.metrics['accuracy']:.6f}",
            f"{step.evaluation.loss:.6f}",
        )
        for step in steps
        if step.number % 100 == 0
    }
    with (TABLES / f"{RUNS[name]}.csv").open() as file:
        rows = {int(row["epoch"]): (row["acc"], row["loss"]) for row in csv.DictReader(file)}
    assert len(rows) == 101
    assert ours == rows


def test_plain_float32_starts_on_the_same_path():
    book, plain = (
        [s.evaluation.loss for s in train(problem, SGD(lr=1.0), epochs=20, rng=rng)]
        for problem, rng in (network("book"), network("float32"))
    )
    assert book == pytest.approx(plain, rel=1e-5)


def test_a_step_is_never_changed_afterwards():
    problem, rng = network(points=5)
    steps = list(train(problem, Momentum(lr=0.5), epochs=6, rng=rng))
    for before, after in itertools.pairwise(steps):
        assert np.array_equal(before.params + before.delta, after.params)
        assert not np.shares_memory(before.params, after.params)
        assert not np.shares_memory(before.evaluation.grad, after.evaluation.grad)


def test_the_same_seed_gives_the_same_run():
    first, second = (
        [s.params for s in train(problem, SGD(lr=1.0), epochs=30, rng=rng)]
        for problem, rng in (network(), network())
    )
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
