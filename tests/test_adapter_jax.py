"""JAX and optax: parameters of any pytree, logged from the loop."""

from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pytest

import vizopt
from vizopt.core.errors import VizoptWarning

jax = pytest.importorskip("jax", reason="JAX is not installed")
jnp = jax.numpy

KERNEL, BIAS = np.arange(6.0).reshape(2, 3), np.arange(3.0)


class Layer(NamedTuple):
    kernel: Any
    bias: Any


@partial(jax.tree_util.register_dataclass, data_fields=["weight", "bias"], meta_fields=["name"])
class Module:
    """As those of Equinox: a dataclass that is a pytree, weights [outputs, inputs]."""

    def __init__(self, weight, bias, name="linear"):
        self.weight, self.bias, self.name = weight, bias, name


class Frozen(dict):
    """A mapping that is no plain dictionary, as Flax has one."""


@pytest.mark.parametrize(
    ("tree", "names"),
    [
        ({"Dense_0": {"bias": BIAS, "kernel": KERNEL}}, ["Dense_0.bias", "Dense_0.kernel"]),
        ({"params": {"a": {"kernel": KERNEL}}}, ["a.kernel"]),
        ({"params": {"a": KERNEL}, "other": BIAS}, ["other", "params.a"]),
        ([Layer(KERNEL, BIAS)], ["0.kernel", "0.bias"]),
        ((KERNEL, (BIAS,)), ["0", "1.0"]),
        (KERNEL, ["params"]),
        ({"w": KERNEL, "count": np.arange(3), "key": None, "act": jnp.tanh}, ["w"]),
    ],
)
def test_names_are_the_paths_in_the_tree(tree, names):
    found = vizopt.jax.named(jax.tree.map(lambda x: jnp.asarray(x) if _is(x) else x, tree))
    assert sorted(found) == sorted(names)
    assert all(isinstance(value, jax.Array) for value in found.values())


@pytest.mark.parametrize(
    "tree",
    [
        {"params": {"Dense_0": {"bias": BIAS, "kernel": KERNEL}}},
        {"params": [{"bias": BIAS, "kernel": KERNEL}]},
        {"params": KERNEL},
        {"params": {"a": {"kernel": KERNEL}}, "other": {"kernel": KERNEL}},
    ],
)
def test_names_are_the_same_without_the_adapter(tmp_path, tree):
    tree = jax.tree.map(jnp.asarray, tree)
    found = vizopt.jax.named(tree)
    for name, params in (("tree", tree), ("named", found)):
        with vizopt.Run(tmp_path / f"{name}.zarr") as run:
            for _ in range(2):
                run.log(params=params)
        recorded = vizopt.Recording(tmp_path / f"{name}.zarr")
        assert sorted(recorded.layout.shapes) == sorted(found)
        assert len(recorded["epoch"]) == 2


def _is(value):
    return isinstance(value, np.ndarray)


def test_random_keys_are_no_parameters():
    assert list(vizopt.jax.named({"key": jax.random.key(0), "w": jnp.ones(2)})) == ["w"]


def trained(path=None, steps=12):
    """A network of two layers and optax, with a schedule; recorded outside of jit."""
    optax = pytest.importorskip("optax", reason="optax is not installed")
    rng = np.random.RandomState(0)
    X = rng.randn(40, 2).astype(np.float32)
    y = (X[:, 0] * X[:, 1] > 0).astype(int)
    params = {
        "hidden": Layer(jnp.asarray(0.5 * rng.randn(2, 5)), jnp.zeros(5)),
        "output": Layer(jnp.asarray(0.5 * rng.randn(5, 2)), jnp.zeros(2)),
    }
    rate = optax.exponential_decay(0.1, 1, 0.5)
    optimizer = optax.chain(optax.clip(1.0), optax.inject_hyperparams(optax.adam)(rate))
    state = optimizer.init(params)

    def scores(params, x):
        hidden = jnp.tanh(x @ params["hidden"].kernel + params["hidden"].bias)
        return hidden @ params["output"].kernel + params["output"].bias

    @jax.jit
    def step(params, state):
        def loss(params):
            found = optax.softmax_cross_entropy_with_integer_labels(scores(params, X), y)
            return found.mean()

        value, grads = jax.value_and_grad(loss)(params)
        return value, *optimizer.update(grads, state, params)

    run = path and vizopt.Run(path, data=(X, y), predict=lambda points: scores(params, points))
    losses, every = [], []
    for _ in range(steps):
        loss, updates, state = step(params, state)
        if run:
            run.log(loss=loss, lr=vizopt.jax.lr(state), params=params)
        losses.append(float(loss))
        every.append(np.asarray(params["hidden"].kernel))
        params = optax.apply_updates(params, updates)
    if run:
        run.close()
    return losses, every


def test_a_loop_is_recorded_and_the_training_the_same_to_the_last_bit(tmp_path):
    losses, weights = trained()
    same, mine = trained(tmp_path / "mine.zarr")
    assert losses == same
    np.testing.assert_array_equal(weights, mine)
    run = vizopt.Recording(tmp_path / "mine.zarr")
    assert run["loss"][:12].tolist() == losses
    np.testing.assert_allclose(run["lr"][:12], 0.1 * 0.5 ** np.arange(12), rtol=1e-6)
    assert run.layout.layers == ("hidden", "output")
    rows = [run.weights("hidden", epoch=step) for step in range(12)]
    np.testing.assert_array_equal(rows, weights)
    assert run["scores"].shape[1] == 2


def test_weights_of_a_module_are_turned(tmp_path):
    module = Module(jnp.asarray(KERNEL.T), jnp.asarray(BIAS))
    with vizopt.Run(tmp_path / "mine.zarr") as run:
        run.log(params=vizopt.jax.named({"linear": module}))
    run = vizopt.Recording(tmp_path / "mine.zarr")
    np.testing.assert_array_equal(run.weights("linear", epoch=0), KERNEL)


def test_the_rate_is_none_where_the_state_has_none():
    optax = pytest.importorskip("optax", reason="optax is not installed")
    params = {"w": jnp.ones(2)}
    assert vizopt.jax.lr(optax.adam(0.1).init(params)) is None
    injected = optax.inject_hyperparams(optax.sgd)(learning_rate=0.25)
    assert vizopt.jax.lr(injected.init(params)) == 0.25


@pytest.mark.parametrize("kind", ["chain", "named_chain", "multi_transform", "partition", "masked"])
def test_the_rate_is_found_in_what_holds_others(kind):
    optax = pytest.importorskip("optax", reason="optax is not installed")
    params = {"w": jnp.ones(2), "b": jnp.ones(1)}
    adam, sgd = optax.inject_hyperparams(optax.adam)(0.25), optax.sgd(0.5)
    labels = {"w": "a", "b": "s"}
    holder = {
        "chain": lambda: optax.chain(optax.clip(1.0), optax.chain(adam)),
        "named_chain": lambda: optax.named_chain(("clip", optax.clip(1.0)), ("adam", adam)),
        "multi_transform": lambda: optax.multi_transform({"s": sgd, "a": adam}, labels),
        "partition": lambda: optax.partition({"s": sgd, "a": adam}, labels),
        "masked": lambda: optax.masked(adam, {"w": True, "b": False}),
    }[kind]()
    state = holder.init(params)
    assert vizopt.jax.lr(state) == 0.25
    _, state = holder.update(params, state, params)
    assert vizopt.jax.lr(state) == 0.25


def test_inside_jit_is_one_line_and_the_training_goes_on(tmp_path):
    run = vizopt.Run(tmp_path / "mine.zarr")

    @jax.jit
    def step(w):
        run.log(params={"w": w}, loss=w.sum())
        return w * 2

    with pytest.warns(VizoptWarning, match="is inside jit: log it outside"):
        found = step(jnp.ones((2, 2)))
    assert found.tolist() == [[2, 2], [2, 2]]
    run.close()
