"""Same seed, same everything that was not changed: data, weights, held out, order, masks."""

from itertools import combinations

import numpy as np
import pytest
from numpy.random import RandomState

import vizopt
from vizopt.train.problems import Moons, NetworkSpec, Xor
from vizopt.train.problems.streams import Streams

KEYS = [
    {"batch": 7},
    {"dropout": 0.3},
    {"validation": 0.3},
    {"batch": 8, "dropout": 0.1, "validation": 0.25, "l1": 0.1, "l2": 0.1},
]


def built(seed=3, points=25, sizes=(2, 6, 4, 2), **keys):
    rng = RandomState(seed)
    problem = NetworkSpec(data=Moons(points=points), sizes=sizes, init="he", **keys).build(rng)
    return problem, problem.init(rng)


def steps_of(problem, params, epochs):
    """What each step of some epochs really trains on: its samples and its masks."""
    found = []
    for step in range(epochs * problem.batches):
        problem.evaluate(params, step)
        seen = problem._part._inputs[0][:-1].T
        found.append(([tuple(x) for x in seen.tolist()], [m.copy() for m in problem._part._masks]))
    return found


def epochs_of(problem, params, epochs):
    """Batches of each epoch, lists of samples."""
    steps = [samples for samples, _ in steps_of(problem, params, epochs)]
    return [steps[k * problem.batches :][: problem.batches] for k in range(epochs)]


@pytest.mark.parametrize("keys", KEYS, ids=str)
@pytest.mark.parametrize("seed", [0, 3])
def test_a_key_that_draws_changes_neither_data_nor_first_weights(keys, seed):
    (plain, weights), (drawing, same) = built(seed), built(seed, **keys)
    assert np.array_equal(plain._all.x, drawing._all.x)
    assert np.array_equal(plain._all.y, drawing._all.y)
    assert np.array_equal(weights, same)
    assert not np.array_equal(weights, built(seed + 1, **keys)[1])


@pytest.mark.parametrize("keys", ["batch=32", "dropout=0.1", "validation=0.2"])
def test_a_scenes_overrides_leave_its_first_weights(keys):
    name, value = keys.split("=")
    starts = []
    for overrides in ({}, {f"problem.{name}": float(value) if "." in value else int(value)}):
        scene = vizopt.load_scene("sgd", overrides)
        rng = RandomState(scene.seed)
        starts.append(scene.problem.build(rng).init(rng))
    assert np.array_equal(*starts)


@pytest.mark.parametrize("batch", [1, 7, 10, 49])
def test_an_epoch_trains_on_every_sample_once_in_batches_of_their_size(batch):
    problem, params = built(batch=batch)
    every = sorted(map(tuple, problem._all.x.tolist()))
    for batches in epochs_of(problem, params, 2):
        assert [len(b) for b in batches] == [batch] * (50 // batch) + [50 % batch] * (
            50 % batch > 0
        )
        assert sorted(sample for b in batches for sample in b) == every


def test_the_batches_of_an_epoch_add_up_to_the_gradient_of_all():
    """So that nothing but the order of the samples is another: no label beside a wrong sample."""
    plain, params = built(precision="float64")
    whole = plain.evaluate(params, 0).grad
    problem, _ = built(precision="float64", batch=8)
    for epoch in range(2):
        steps = range(epoch * problem.batches, (epoch + 1) * problem.batches)
        parts = [problem.evaluate(params, step).grad * len(problem._batch(step)) for step in steps]
        assert sum(parts) / 50 == pytest.approx(whole, rel=1e-9, abs=1e-12)


def test_no_two_epochs_have_the_same_batches():
    epochs = epochs_of(*built(batch=10), 6)
    for one, other in combinations(epochs, 2):
        assert one != other
        assert {frozenset(b) for b in one} != {frozenset(b) for b in other}


def test_a_step_asked_for_again_is_the_same_wherever_it_is_asked_from():
    problem, params = built(batch=10, dropout=0.2)
    once = [problem.evaluate(params, step).grad for step in range(10)]
    for step in (9, 0, 5, 4, 9):
        assert np.array_equal(problem.evaluate(params, step).grad, once[step])


def test_the_order_of_an_epoch_is_the_same_for_every_batch_and_with_dropout():
    orders = [
        [sample for b in epoch for sample in b]
        for keys in ({"batch": 10}, {"batch": 7}, {"batch": 10, "dropout": 0.5})
        for epoch in epochs_of(*built(**keys), 1)
    ]
    assert orders[0] == orders[1] == orders[2]


def test_the_same_samples_are_held_out_whatever_else_is_drawn():
    held = [
        built(validation=0.3, **keys)[0]._held_out
        for keys in ({}, {"batch": 8}, {"batch": 9, "dropout": 0.2}, {"sizes": (2, 9, 2)})
    ]
    assert held[0].sum() == 15
    assert all(np.array_equal(held[0], other) for other in held)
    assert not np.array_equal(held[0], built(seed=4, validation=0.3)[0]._held_out)
    more = built(validation=0.5)[0]._held_out
    assert more.sum() == 25
    assert more[held[0]].all()  # a larger share holds out those and others


def test_no_stream_follows_what_the_data_have_drawn():
    """Other data of as many samples: the same places are held out, in the same order."""
    problems = []
    for data in (Moons(points=25), Moons(points=25, noise=0.0), Xor(points=25)):
        spec = NetworkSpec(data=data, sizes=(2, 4, 2), batch=5, validation=0.2)
        problems.append(spec.build(RandomState(3)))
    for other in problems[1:]:
        assert np.array_equal(problems[0]._held_out, other._held_out)
        assert problems[0]._batch(9).tolist() == other._batch(9).tolist()


@pytest.mark.parametrize("keys", [{}, {"batch": 8}])
def test_held_out_samples_do_not_train_and_are_those_drawn_hollow(keys):
    problem, params = built(validation=0.3, dropout=0.1, **keys)
    x, hollow = problem._all.x, problem.constants["held_out"].astype(bool)
    assert hollow.sum() == 15
    trained = {sample for samples, _ in steps_of(problem, params, 2) for sample in samples}
    assert trained == set(map(tuple, x[~hollow].tolist()))
    assert not trained & set(map(tuple, x[hollow].tolist()))
    metrics = problem.evaluate(params, 0).metrics
    assert set(metrics) == {"accuracy", "validation_loss", "validation_accuracy"}
    outputs = problem.scores(params, x[hollow].T)
    right = (outputs.argmax(axis=0) == problem._all.y[hollow]).mean()
    assert metrics["validation_accuracy"] == pytest.approx(right)


@pytest.mark.parametrize("keys", [{}, {"batch": 10}])
def test_dropout_leaves_out_its_share_anew_in_every_step(keys):
    problem, params = built(dropout=0.2, sizes=(2, 40, 60, 2), **keys)
    steps = [masks for _, masks in steps_of(problem, params, 6)]
    for masks in steps:
        assert [m.shape[0] for m in masks] == [40, 60]
        for mask in masks:
            assert set(np.unique(mask)) == {0, np.float32(1 / 0.8)}  # the others make up for it
    kept = np.mean([(m > 0).mean() for masks in steps for m in masks])
    assert kept == pytest.approx(0.8, abs=0.02)
    for one, other in combinations(steps, 2):
        assert all((a != b).mean() > 0.2 for a, b in zip(one, other, strict=True))  # 0.32 by chance
    assert (steps[0][0][:40] != steps[0][1][:40]).mean() > 0.2  # nor do layers share one


def test_a_higher_rate_leaves_out_those_units_and_others():
    few, many = (steps_of(*built(dropout=rate), 1)[0][1] for rate in (0.2, 0.5))
    assert all((b[a == 0] == 0).all() for a, b in zip(few, many, strict=True))
    assert sum((b == 0).sum() for b in many) > sum((a == 0).sum() for a in few)


def test_streams_of_other_purposes_epochs_and_seeds_have_nothing_in_common():
    first = []
    for seed in (0, 1, 2, 2**32 - 1):
        rng = RandomState(seed)
        streams = Streams.beside(rng)
        drawn = [streams.validation(), rng]
        drawn += [make(k) for make in (streams.shuffle, streams.dropout) for k in range(200)]
        first += [tuple(stream.randint(2**32, size=2, dtype=np.int64)) for stream in drawn]
    assert len(set(first)) == len(first) == 4 * 402


def test_nothing_is_drawn_from_the_stream_that_they_stand_beside():
    rng, other = RandomState(7), RandomState(7)
    Streams.beside(rng)
    assert rng.randn(5).tolist() == other.randn(5).tolist()


def test_a_seed_means_the_same_for_ever():
    streams = Streams.beside(RandomState(0))
    assert streams.validation().permutation(8).tolist() == [7, 0, 2, 5, 6, 4, 3, 1]
    assert streams.shuffle(0).permutation(8).tolist() == [1, 0, 6, 4, 7, 3, 5, 2]
    assert streams.shuffle(1).permutation(8).tolist() == [0, 2, 1, 5, 3, 7, 6, 4]
    assert streams.dropout(0).random_sample(2) == pytest.approx(
        [0.8543050171488054, 0.08676346469383245], abs=1e-15
    )
