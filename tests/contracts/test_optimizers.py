"""What every entry of OPTIMIZERS promises."""

import copy
import pickle

import numpy as np
import pytest

from vizopt.core.params import ParamLayout
from vizopt.train.optimizers import OPTIMIZERS

RATES = {
    "sgd": 0.1,
    "momentum": 0.02,
    "momentum-torch": 0.02,
    "nesterov": 0.02,
    "nesterov-keras": 0.02,
    "adagrad": 2.0,
    "adadelta": 20.0,
    "rmsprop": 0.03,
    "lion": 0.02,
    "muon": 0.02,
}
LAYOUT = ParamLayout.of({"dense1.weights": (1, 2), "dense1.biases": (1,)})


@pytest.fixture(params=OPTIMIZERS)
def optimizer(request):
    more = {"adamw_lr": 0.1} if request.param == "muon" else {}
    return OPTIMIZERS[request.param](lr=RATES.get(request.param, 0.1), **more)


def descend(optimizer, steps=800):
    """Down the parabola (params − 3)², from several places at once."""
    params = np.array([-4.0, 0.0, 9.0])
    state = optimizer.init(params, LAYOUT)
    path = [params]
    for step in range(steps):
        delta, state = optimizer.update(step, params, 2 * (params - 3), state)
        params = params + delta
        path.append(params)
    return np.array(path)


def test_it_goes_down_a_parabola(optimizer):
    assert abs(descend(optimizer)[-1] - 3).max() < 0.05


def test_it_leaves_its_inputs_alone(optimizer):
    params, grad = np.array([1.0, -2.0, 3.0]), np.array([0.5, 0.25, -1.0])
    state = optimizer.init(params, LAYOUT)
    kept = copy.deepcopy(state)
    delta, _ = optimizer.update(0, params, grad, state)
    assert params.tolist() == [1.0, -2.0, 3.0]
    assert grad.tolist() == [0.5, 0.25, -1.0]
    assert repr(kept) == repr(state)
    assert not np.shares_memory(delta, grad)


def test_twice_is_the_same(optimizer):
    assert np.array_equal(descend(optimizer), descend(optimizer))


def test_it_pickles_prints_and_compares(optimizer):
    again = pickle.loads(pickle.dumps(optimizer))
    assert again == optimizer
    assert type(optimizer).__name__ in repr(optimizer)
    assert np.array_equal(descend(again), descend(optimizer))


def test_it_keeps_the_precision_of_the_params(optimizer):
    params = np.ones(3, np.float32)
    delta, state = optimizer.update(0, params, params, optimizer.init(params, LAYOUT))
    assert delta.dtype == np.float32
    assert all(part.dtype == np.float32 for part in state if isinstance(part, np.ndarray))


def test_the_equation_stands_in_the_docstring(optimizer):
    doc = type(optimizer).__doc__
    assert "delta" in doc
    assert "Reference:" in doc
    assert "lr:" in doc
