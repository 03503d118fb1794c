import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vizopt.core.params import Layout

SIZES = st.lists(st.integers(1, 7), min_size=2, max_size=5)


def dense(sizes):
    shapes = {}
    for i, (rows, columns) in enumerate(itertools.pairwise(sizes), start=1):
        shapes |= {f"dense{i}.weights": (rows, columns), f"dense{i}.biases": (columns,)}
    return Layout.of(shapes)


@given(SIZES)
def test_views_cover_the_vector_once_and_share_its_memory(sizes):
    layout = dense(sizes)
    params = np.zeros(layout.size)
    for view in layout.views(params).values():
        view += 1
    assert (params == 1).all()


@given(SIZES)
def test_a_layer_is_its_weights_with_the_biases_below(sizes):
    layout = dense(sizes)
    params = np.arange(layout.size, dtype=float)
    views = layout.views(params)
    for layer in layout.layers:
        stacked = np.vstack([views[f"{layer}.weights"], views[f"{layer}.biases"]])
        assert np.array_equal(layout.matrix(layer, params), stacked)


def test_views_of_many_rows_keep_the_rows():
    layout = dense([2, 3])
    rows = np.arange(2 * layout.size).reshape(2, -1)
    assert layout.views(rows)["dense1.weights"].shape == (2, 2, 3)
    assert layout.matrix("dense1", rows).shape == (2, 3, 3)


def test_layers_in_order():
    assert dense([2, 64, 3]).layers == ("dense1", "dense2")
    with pytest.raises(KeyError):
        dense([2, 3]).matrix("dense9", np.zeros(9))
