"""The network's gradient against finite differences, its scores against a plain forward pass."""

import numpy as np
import pytest
from numpy.random import RandomState

from vizopt.problems import NetworkSpec, Spiral


def built(sizes, arithmetic="float64"):
    rng = RandomState(3)
    problem = NetworkSpec(data=Spiral(points=7), sizes=sizes, arithmetic=arithmetic).build(rng)
    return problem, problem.init(rng) * 40


@pytest.mark.parametrize("sizes", [(2, 3), (2, 5, 3), (2, 6, 4, 3)])
def test_gradient_is_that_of_the_loss(sizes):
    problem, params = built(sizes)
    params += RandomState(1).randn(len(params)) * 0.05
    grad = problem.evaluate(params, 0).grad
    h = 1e-6
    for i in range(len(params)):
        step = np.eye(len(params))[i] * h
        up, down = (problem.evaluate(params + s, 0).loss for s in (step, -step))
        assert grad[i] == pytest.approx((up - down) / (2 * h), rel=2e-5, abs=1e-8)


@pytest.mark.parametrize("arithmetic", ["float32", "float64", "book"])
def test_scores_are_a_plain_forward_pass(arithmetic):
    problem, params = built((2, 6, 4, 3), arithmetic)
    points = RandomState(2).randn(5000, 2).astype(params.dtype)  # several blocks and a rest
    a = points.astype(np.float64)
    views = problem.layout.views(params.astype(np.float64))
    for i in (1, 2, 3):
        a = a @ views[f"dense{i}.weights"] + views[f"dense{i}.biases"]
        a = np.maximum(a, 0) if i < 3 else a
    assert problem.scores(params, points) == pytest.approx(a.T, rel=1e-4, abs=1e-5)


def test_loss_and_accuracy_of_known_outputs():
    problem, params = built((2, 3))
    evaluation = problem.evaluate(np.zeros_like(params), 0)
    assert evaluation.loss == pytest.approx(np.log(3))
    assert evaluation.metrics["accuracy"] == pytest.approx(1 / 3)


def test_predictions_are_clipped_before_the_logarithm():
    problem, params = built((2, 3))
    problem.layout.views(params)["dense1.biases"][:] = [1e4, 0, 0]
    assert problem.evaluate(params, 0).loss == pytest.approx(-np.log(1e-7) * 2 / 3, rel=1e-6)
