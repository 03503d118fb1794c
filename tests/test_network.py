"""The network's gradient against finite differences, its scores against a plain forward pass."""

from itertools import pairwise, product

import numpy as np
import pytest
from numpy.random import RandomState

import vizopt
from vizopt.train.loop import train
from vizopt.train.optimizers import SGD, per_batch
from vizopt.train.problems import DATASETS, Moons, NetworkSpec, Spiral
from vizopt.train.problems.activations import ACTIVATIONS
from vizopt.train.problems.heads import Targets, head
from vizopt.train.problems.precision import PRECISIONS
from vizopt.train.schedules import InverseDecay

HEADS = {"softmax": ((2, 5, 4, 3), Spiral(points=7)), "sigmoid": ((2, 5, 4, 1), Moons(points=8))}


def built(sizes=(2, 5, 3), data=None, **keys):
    rng = RandomState(3)
    keys = {"precision": "float64", "init": "he"} | keys
    problem = NetworkSpec(data=data or Spiral(points=7), sizes=sizes, **keys).build(rng)
    return problem, problem.init(rng) + RandomState(1).randn(problem.layout.size) * 0.05


def differences(f, params, h=1e-6):
    return np.array(
        [(f(params + h * e) - f(params - h * e)) / (2 * h) for e in np.eye(len(params))]
    )


@pytest.mark.parametrize(
    ("activation", "head", "init", "penalty"),
    list(product(ACTIVATIONS, HEADS, ["book", "he", "glorot"], [{}, {"l1": 0.01, "l2": 0.02}])),
    ids=str,
)
def test_gradient_is_that_of_the_loss(activation, head, init, penalty):
    sizes, data = HEADS[head]
    problem, params = built(sizes, data, activation=activation, init=init, **penalty)
    grad = problem.evaluate(params, 0).grad
    numeric = differences(lambda p: problem.evaluate(p, 0).loss, params)
    assert grad == pytest.approx(numeric, rel=1e-5, abs=2e-9)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("step", [2, -1])
@pytest.mark.parametrize("head", HEADS)
def test_gradient_of_a_batch_with_dropout_is_that_of_its_own_loss(head, step, activation):
    """The masks of a step are always the same, so its loss can be differentiated."""
    sizes, data = HEADS[head]
    problem, params = built(sizes, data, activation=activation, batch=5, dropout=0.3)
    step %= problem.batches  # the last batch is a smaller one
    chosen = problem._batch(step)
    assert (len(chosen) < 5) == (step == problem.batches - 1)

    def loss(p):
        problem._part.use(len(chosen))[...] = problem._x[:, chosen]
        masks = (0.3, problem._streams.dropout(step))
        outputs = problem._part.forward(problem.layout.matrices(p), masks)
        return problem._head.loss_and_accuracy(
            outputs, Targets.of(problem._y[chosen], problem.dtype), problem._precision
        ).loss

    grad = problem.evaluate(params, step).grad
    assert grad == pytest.approx(differences(loss, params), rel=1e-5, abs=2e-9)
    assert np.isnan(problem.evaluate(params, step).loss)


@pytest.mark.parametrize("precision", ["float32", "float64", "book"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_scores_are_a_plain_forward_pass(precision, activation):
    problem, params = built((2, 6, 4, 3), precision=precision, activation=activation)
    params = params.astype(problem.dtype)
    points = RandomState(2).randn(1300, 2).astype(params.dtype)  # several blocks and a rest
    f = {
        "relu": lambda z: np.maximum(z, 0),
        "leaky-relu": lambda z: np.where(z > 0, z, 0.01 * z),
        "tanh": np.tanh,
        "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
        "gelu": lambda z: 0.5 * z * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3))),
    }[activation]
    a = points.astype(np.float64)
    views = problem.layout.views(params.astype(np.float64))
    for i in (1, 2, 3):
        a = a @ views[f"dense{i}.weights"] + views[f"dense{i}.biases"]
        a = f(a) if i < 3 else a
    assert problem.scores(params, points.T) == pytest.approx(a.T, rel=1e-3, abs=1e-4)


def test_one_output_scores_two_classes():
    problem, params = built(*HEADS["sigmoid"])
    scores = problem.scores(params, RandomState(2).randn(2, 9))
    assert scores.shape == (2, 9)
    assert not scores[0].any()


def test_loss_and_accuracy_of_known_outputs():
    problem, params = built((2, 3))
    evaluation = problem.evaluate(np.zeros_like(params), 0)
    assert evaluation.loss == pytest.approx(np.log(3))
    assert evaluation.metrics["accuracy"] == pytest.approx(1 / 3)


def test_predictions_are_clipped_before_the_logarithm():
    problem, params = built((2, 3))
    params[:] = 0
    problem.layout.views(params)["dense1.biases"][:] = [1e4, 0, 0]
    assert problem.evaluate(params, 0).loss == pytest.approx(-np.log(1e-7) * 2 / 3, rel=1e-6)


def test_first_weights_have_the_spread_of_their_rule():
    for init, spread in (("he", np.sqrt(2 / 50)), ("glorot", np.sqrt(2 / 350)), ("book", 0.01)):
        rng = RandomState(0)
        problem = NetworkSpec(data=Spiral(), sizes=(2, 50, 300, 3), init=init).build(rng)
        weights = problem.layout.views(problem.init(rng))["dense2.weights"]
        assert weights.std() == pytest.approx(spread, rel=0.03)


def test_an_epochs_update_is_the_sum_of_its_batches_and_its_rate_holds():
    rng = RandomState(3)
    problem = NetworkSpec(data=Moons(points=25), sizes=(2, 5, 2), batch=8).build(rng)
    optimizer = per_batch(SGD(lr=InverseDecay(0.5, 1.0)), problem.batches)
    steps = list(train(problem, optimizer, epochs=4, rng=rng))
    assert [s.lr for s in steps] == pytest.approx([0.5, 0.25, 0.5 / 3, 0.125])
    for before, after in pairwise(steps):
        assert before.params + before.delta == pytest.approx(after.params, abs=1e-6)
    assert all(np.isfinite(s.evaluation.loss) for s in steps)


@pytest.mark.parametrize("kind", [k for k in DATASETS if k not in ("csv", "npz", "sine")])
def test_data_sets_are_what_they_say(kind):
    data = DATASETS[kind](points=40).make(RandomState(1))
    again = DATASETS[kind](points=40).make(RandomState(1))
    assert np.array_equal(data.x, again.x)
    assert data.x.dtype == np.float32
    assert data.x.shape == (len(data.y), 2)
    assert set(data.y) == set(range(len(data.classes)))
    assert np.isfinite(data.x).all()
    assert str(len(data.y)) in data.words
    noisy = DATASETS[kind](points=40, noise=0.5).make(RandomState(1))
    assert not np.array_equal(data.x, noisy.x)


IRIS = "iris.csv"


def spec_of(data, **keys):
    return NetworkSpec(data=data, **{"sizes": (4, 8, 3)} | keys)


def test_more_features_are_shown_on_a_plane_that_says_what_it_is():
    problem = spec_of(DATASETS["csv"](path=IRIS)).build(RandomState(0))
    assert problem.plane.words == "principal components 1 × 2: 96% of the variance"
    axes = problem.plane.axes
    assert axes @ axes.T == pytest.approx(np.eye(2), abs=1e-9)
    places = problem.plane.project(problem._all.x)
    assert problem.plane.project(problem.plane.lift(places)) == pytest.approx(places, abs=1e-9)
    named = spec_of(DATASETS["csv"](path=IRIS), plane=("petal length", "sepal width"))
    plane = named.build(RandomState(0)).plane
    assert plane.words == "petal length × sepal width: 50% of the variance"
    lifted = plane.lift(np.array([[1.0, 2.0]]))[0]
    assert lifted == pytest.approx([0, 2, 1, 0], abs=1e-6)  # the others at their mean


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"batch": 151}, "batch 151 is larger than the 150 training samples"),
        ({"batch": 121, "validation": 0.2}, "batch 121 is larger than the 120 training samples"),
        ({"sizes": (2, 8, 3)}, "sizes start with 2 features, but the data have 4"),
        ({"sizes": (4, 8, 1)}, "sizes end with 1 output, but the data have 3 classes"),
        ({"sizes": (4, 8, 2)}, "sizes end with 2 outputs, but the data have 3 classes"),
        ({"plane": ("petal length",)}, "needs the names of two features"),
        ({"plane": ("petal length", "colour")}, 'no feature "colour"'),
        ({"validation": 0.999}, "leaves no sample to train on"),
    ],
)
def test_what_does_not_fit_is_said_before_training(keys, message):
    with pytest.raises(ValueError, match=message):
        spec_of(DATASETS["csv"](path=IRIS), **keys).check()


def test_a_divergence_is_a_result(tmp_path):
    scene = vizopt.load_scene("divergence", {"keep.grid": 20})
    run = vizopt.record(scene, tmp_path / "run.zarr")
    assert run.diverged == run.epochs
    assert run["epoch"][-1] == run.diverged - 1
    assert np.isfinite(run["params"]).all()
    assert np.isfinite(run["loss"]).all()
    assert vizopt.render(run, tmp_path / "a.gif", seconds=1.0, size=(480, 270)).length == 20


@pytest.mark.parametrize("precision", ["book", "float32", "float64"])
def test_accuracy_and_loss_of_both_heads_are_those_of_the_outputs(precision):
    """Three of four right, the last one an equal draw, which the first class wins."""
    chosen = PRECISIONS[precision]
    targets = Targets.of(np.array([0, 1, 1, 1]), np.dtype(chosen.dtype).name)
    margin = np.array([-2.0, 1.0, 3.0, 0.0])  # of class 1 over class 0
    p = 1 / (1 + np.exp(-margin))
    loss = -np.log([1 - p[0], *p[1:]]).mean()
    for outputs in (margin[None], np.stack([np.zeros(4), margin])):
        judged = head(len(outputs)).loss_and_accuracy(outputs.astype(chosen.dtype), targets, chosen)
        assert judged.accuracy == 0.75
        assert judged.loss == pytest.approx(loss, rel=1e-6)
