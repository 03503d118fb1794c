"""Params: what a vector's tensors are, as views and as matrices, in all conventions."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vizopt.core.params import ParamLayout
from vizopt.core.tensors import Tensor
from vizopt.train.optimizers import OPTIMIZERS
from vizopt.train.optimizers.muon import orthogonal
from vizopt.train.problems.network import NetworkSpec

SIZES = st.lists(st.integers(1, 7), min_size=2, max_size=5)


def dense(sizes):
    shapes = {}
    for i, (rows, columns) in enumerate(itertools.pairwise(sizes), start=1):
        shapes |= {f"dense{i}.weights": (rows, columns), f"dense{i}.biases": (columns,)}
    return ParamLayout.of(shapes)


@st.composite
def tensors(draw):
    """A tensor of up to five axes, any of them its outputs."""
    shape = tuple(draw(st.lists(st.integers(1, 4), max_size=5)))
    axes = draw(st.permutations(range(len(shape))))
    out = tuple(axes[: draw(st.integers(0, len(shape)))])
    down = [axis for axis in range(len(shape)) if axis not in out]
    return Tensor("a", shape, "a", "weight", down[0] if down else None, out)


@st.composite
def layouts(draw):
    """Modules as the three conventions have them, in an order of their own."""
    side = st.integers(1, 4)
    convention = draw(st.sampled_from(["book", "torch", "keras"]))
    weight, bias = {"book": ("weights", "biases"), "torch": ("weight", "bias")}.get(
        convention, ("kernel", "bias")
    )
    shapes = {}
    for i in range(draw(st.integers(1, 4))):
        axes = 2 if convention == "book" else draw(st.integers(1, 5))
        shape = tuple(draw(side) for _ in range(axes))
        shapes[f"m.{i}.{weight}"] = shape
        if draw(st.booleans()):
            out = shape[0] if convention == "torch" else shape[-1]
            shapes[f"m.{i}.{bias}"] = (draw(st.sampled_from([out, out + 1])),)
    names = draw(st.permutations(list(shapes)))
    return ParamLayout.of({name: shapes[name] for name in names}, convention)


@settings(max_examples=40, deadline=None)
@given(SIZES)
def test_views_cover_the_vector_once_and_share_its_memory(sizes):
    layout = dense(sizes)
    params = np.zeros(layout.size)
    for view in layout.views(params).values():
        view += 1
    assert (params == 1).all()


@settings(max_examples=40, deadline=None)
@given(SIZES)
def test_a_layer_is_its_weights_with_the_biases_below(sizes):
    layout = dense(sizes)
    params = np.arange(layout.size, dtype=float)
    views = layout.views(params)
    for layer, together in zip(layout.layers, layout.matrices(params), strict=True):
        stacked = np.vstack([views[f"{layer}.weights"], views[f"{layer}.biases"]])
        assert np.array_equal(layout.matrix(layer, params), stacked)
        assert np.array_equal(together, stacked)
        assert np.shares_memory(together, params)
        assert np.shares_memory(layout.matrix(layer, params), params)
        assert np.array_equal(layout.weights_of(layer, params), views[f"{layer}.weights"])


@settings(max_examples=40, deadline=None)
@given(layouts())
def test_layers_hold_every_parameter_once_and_it_can_be_put_back(layout):
    params = np.arange(layout.size) + 100
    where = np.arange(layout.size)
    seen = np.concatenate([layout.matrix(layer, where).ravel() for layer in layout.layers])
    assert sorted(seen.tolist()) == where.tolist()
    back = np.zeros_like(params)
    for layer, matrix in zip(layout.layers, layout.matrices(params), strict=True):
        back[layout.matrix(layer, where)] = matrix
    assert np.array_equal(back, params)
    for name, view in layout.views(params).items():
        assert np.shares_memory(view, params), name


@settings(max_examples=40, deadline=None)
@given(tensors())
def test_a_matrix_turns_back_into_its_tensor(tensor):
    array = np.arange(tensor.size).reshape(tensor.shape)
    matrix = tensor.matrix(array)
    assert matrix.shape == tensor.grid
    assert np.array_equal(tensor.array(matrix), array)
    rows = np.stack([array, array + 7])
    assert np.array_equal(tensor.matrix(rows), [matrix, matrix + 7])
    row, column = tensor.grid
    assert row * column == tensor.size
    if tensor.is_row_major:  # then it need not be copied
        assert np.array_equal(matrix.ravel(), array.ravel())


def test_views_of_many_rows_keep_the_rows():
    layout = dense([2, 3])
    rows = np.arange(2 * layout.size).reshape(2, -1)
    assert layout.views(rows)["dense1.weights"].shape == (2, 2, 3)
    assert layout.matrix("dense1", rows).shape == (2, 3, 3)
    turned = ParamLayout.of({"a.bias": (3,), "a.weight": (3, 2)}, "torch")
    assert turned.matrix("a", np.arange(18).reshape(2, 9))[1].tolist() == [
        [12, 14, 16],
        [13, 15, 17],
        [9, 10, 11],
    ]


def test_layers_in_order():
    assert dense([2, 64, 3]).layers == ("dense1", "dense2")
    with pytest.raises(KeyError):
        dense([2, 3]).matrix("dense9", np.zeros(9))


def test_layers_that_are_no_matrix_are_refused():
    row = Tensor("a.b", (4,), "a", "bias", None, (0,))
    with pytest.raises(ValueError, match=r"a\.b \[4\]: has 4 columns, not 3 as the rest of a"):
        ParamLayout((Tensor("a.w", (2, 3), "a", "weight", 0, (1,)), row))
    with pytest.raises(ValueError, match="two arrays of one name"):
        ParamLayout((row, row))
    with pytest.raises(ValueError, match=r"a\.b \[4\]: has no matrix: .*axis None .*\[1\]"):
        Tensor("a.b", (4,), "a", "bias", None, (1,))


def test_penalties_and_first_weights_are_of_weights_alone():
    problem = NetworkSpec({"kind": "spiral"}, sizes=(2, 4, 3), init="he", l1=0.5, l2=0.25)
    rng = np.random.RandomState(0)
    built = problem.build(rng)
    params = built.init(rng)
    views = built.layout.views(params)
    assert list(built.layout.weights(params)) == ["dense1.weights", "dense2.weights"]
    assert [bool(view.any()) for view in views.values()] == [True, False, True, False]
    views["dense1.biases"][:] = 1e3
    weights = [views["dense1.weights"], views["dense2.weights"]]
    wanted = sum(0.5 * abs(w).sum() + 0.25 * (w**2).sum() for w in weights)
    assert built._penalty(params) == pytest.approx(wanted)


def test_muon_turns_the_matrices_of_any_convention_and_leaves_embeddings_to_adam():
    shapes = {"c.weight": (4, 2, 3), "c.bias": (4,), "tok.weight": (5, 2), "n.weight": (4,)}
    layout = ParamLayout.of(shapes, "torch", {"tok": "Embedding"})
    muon = OPTIMIZERS["muon"](lr=0.1, momentum=0.0)
    rng = np.random.RandomState(0)
    params, grad = rng.randn(layout.size), rng.randn(layout.size)
    state = muon.init(params, layout)
    delta, _ = muon.update(0, params, grad, state)
    turned = orthogonal(layout.views(grad)["c.weight"].reshape(4, 6).T)
    assert layout.weights_of("c", delta) == pytest.approx(-0.1 * turned)
    assert [view.all() for view in layout.views(state.matrices).values()] == [1, 0, 0, 0]
    others = muon._rest()
    alone, _ = others.update(0, params, grad, others.init(params, layout))
    assert layout.views(delta)["tok.weight"] == pytest.approx(layout.views(alone)["tok.weight"])


def test_single_numbers_are_read_and_drawn_wherever_they_lie():
    """As the scale of a layer may be; those of a layer need not lie together."""
    layout = ParamLayout.of({"a.weight": (), "b.weight": (), "a.bias": ()})
    params = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    for ahead in (params, params[0]):
        assert [view.shape for view in layout.views(ahead).values()] == [ahead.shape[:-1]] * 3
        matrix = layout.matrix("a", ahead)
        assert matrix.reshape(*ahead.shape[:-1], -1).tolist() == ahead[..., [0, 2]].tolist()
        assert layout.matrix("b", ahead).shape == (*ahead.shape[:-1], 1, 1)
