"""JAX: names for the arrays of any pytree, and the rate that optax keeps in its state.

A training in JAX is recorded from its loop, outside of jit: `run.log(params=named(params))`.
"""

from collections.abc import Mapping
from typing import Any

from vizopt.adapters.imports import required
from vizopt.recording.parameters import WHOLE


def named(tree: Any) -> dict[str, Any]:
    """The arrays of a pytree by their paths: `layers.0.weight`, `Dense_0.kernel`.

        run.log(loss=loss, params=vizopt.jax.named(params))

    Dictionaries, sequences and named tuples can be logged as they are; this also takes dataclasses,
    such as the modules of Equinox and the states of Flax. What is no array of real numbers, as an
    activation, a random key, a counter, is left out.

    Args:
        tree: parameters, or a model that holds them.

    Raises:
        RecordingError: JAX is not installed.
    """
    jax = required("jax", "jax")
    leaves, _ = jax.tree_util.tree_flatten_with_path(tree)
    found = {
        ".".join(map(_key, path)) or WHOLE: leaf for path, leaf in leaves if _is_parameter(leaf)
    }
    if all(name.startswith(f"{WHOLE}.") for name in found):
        return {name.removeprefix(f"{WHOLE}."): leaf for name, leaf in found.items()}
    return found


def lr(state: Any) -> float | None:
    """The learning rate of a step, from the state of an optimizer of optax.

        optimizer = optax.inject_hyperparams(optax.adam)(learning_rate=schedule)
        ...
        updates, state = optimizer.update(grads, state, params)
        run.log(loss=loss, lr=vizopt.jax.lr(state), params=params)
        params = optax.apply_updates(params, updates)

    It is the rate of the last `update`; before the first one, that which the first one will use.

    Args:
        state: of `optax.inject_hyperparams`, alone, in a chain or in a partition, of whose rates
            it is the first.

    Returns:
        The rate; none where the state has none.
    """
    settings = getattr(state, "hyperparams", None)
    if isinstance(settings, dict) and "learning_rate" in settings:
        return float(settings["learning_rate"])
    inner = state.values() if isinstance(state, Mapping) else state
    parts = inner if isinstance(state, Mapping | tuple) else ()
    return next((found for part in parts if (found := lr(part)) is not None), None)


def _key(entry: Any) -> str:
    """One step of a path: a key, an attribute, a number."""
    for name in ("key", "name", "idx"):
        if hasattr(entry, name):
            return str(getattr(entry, name)).strip("/.")
    return str(entry).strip("/.")


def _is_parameter(leaf: Any) -> bool:
    """Whether it is an array that training moves."""
    return hasattr(leaf, "shape") and getattr(leaf.dtype, "kind", "") in ("f", "V")
