"""Conventions: the layers, roles and matrices of parameters as the book, PyTorch and Keras have
them; against the real frameworks where they are installed."""

import numpy as np
import pytest
from conventions import BOOK, EVERY_TORCH, KERAS, OWN, TORCH, shapes_of

from vizopt.core.conventions import tensors_of
from vizopt.core.params import ParamLayout

MODULES = {"up": "ConvTranspose2d", "tok": "Embedding", "bil": "Bilinear", "norm_of": "Own"}


@pytest.mark.parametrize(
    ("convention", "table"),
    [("torch", EVERY_TORCH | OWN), ("keras", KERAS), ("book", BOOK)],
    ids=["torch", "keras", "book"],
)
def test_layers_roles_and_matrices(convention, table):
    layout = ParamLayout.of(shapes_of(table), convention, MODULES)
    found = {t.name: (t.shape, t.layer, t.role, t.grid, t.words) for t in layout.tensors}
    assert list(found) == list(table)
    for name, line in table.items():
        assert found[name] == line, name


def test_what_names_cannot_tell_is_told_by_classes_or_by_the_modules_name():
    shapes = {"up.weight": (8, 4, 2, 2), "tok.weight": (10, 6), "word_emb.weight": (10, 6)}
    alone = {t.name: t.grid for t in ParamLayout.of(shapes, "torch").tensors}
    assert alone == {
        "up.weight": (16, 8),
        "tok.weight": (6, 10),
        "word_emb.weight": (10, 6),
    }
    told = ParamLayout.of(shapes, "torch", MODULES | {"word_emb": "Linear"}).tensors
    assert [t.grid for t in told] == [(32, 4), (10, 6), (6, 10)]
    for name in ("wte", "wpe", "h.embed_tokens", "pos_emb", "WordEmb", "member", "wtelike"):
        inputs = ParamLayout.of({f"{name}.weight": (10, 6)}, "torch").grid(name).inputs
        assert inputs == (6 if name in ("member", "wtelike") else 10), name
    biased = {"emb.weight": (10, 6), "emb.bias": (10,)}  # an embedding has none
    assert ParamLayout.of(biased, "torch").grid("emb").inputs == 6
    up = {"up.kernel": (2, 2, 5, 4)}
    assert ParamLayout.of(up, "keras", {"up": "Conv2DTranspose"}).grid("up").columns == 5
    assert ParamLayout.of(up, "keras").grid("up").columns == 4


@pytest.mark.parametrize(
    ("convention", "weight", "bias", "told"),
    [
        ("torch", (3, 2, 2, 2), (2,), (12, 2, "2×2 · 3 → 2")),  # a transposed convolution
        ("torch", (3, 3, 2, 2), (3,), (12, 3, "2×2 · 3 → 3")),
        ("torch", (4, 3), (3,), (4, 3, "4 → 3")),
        ("torch", (4, 3), (4,), (3, 4, "3 → 4")),
        ("torch", (4, 3), (5,), (3, 4, "3 → 4")),
        ("keras", (2, 2, 5, 4), (5,), (16, 5, "2×2 · 4 → 5")),
        ("keras", (4, 3), (4,), (3, 4, "3 → 4")),
        ("book", (4, 3), (4,), (3, 4, "3 → 4")),
        ("book", (4, 3), (4, 1), (3, 4, "3 → 4")),  # columns, as in deeplearning.ai's courses
        ("book", (4, 1), (4, 1), (1, 4, "1 → 4")),
        ("book", (1, 4), (1, 4), (1, 4, "1 → 4")),
        ("keras", (4, 12), (2, 12), (4, 12, "4 → 12")),  # the two biases of a GRU
    ],
)
def test_a_bias_tells_which_way_its_matrix_lies(convention, weight, bias, told):
    layer, names = "net", {"torch": "weight bias", "keras": "kernel bias", "book": "weights biases"}
    own = [f"{layer}.{name}" for name in names[convention].split()]
    layout = ParamLayout.of(dict(zip(own, (weight, bias), strict=True)), convention)
    matrix = layout.tensors[0]
    assert (*matrix.grid, matrix.words) == told
    fits = np.prod(bias) % told[1] == 0
    assert layout.layers == ((layer,) if fits else (layer, own[1]))
    assert layout.grid(layer).inputs == told[0]
    values = np.arange(np.prod(weight) + np.prod(bias), dtype=float)
    below = layout.matrix(layer, values)[told[0] :]
    assert np.array_equal(below.ravel(), values[np.prod(weight) :] if fits else [])


def test_of_several_matrices_the_name_tells_whose_bias_it_is():
    shapes = {"W1": (4, 3), "b1": (4, 1), "W2": (2, 4), "b2": (2, 1)}
    assert [ParamLayout.of(shapes).grid(f"W{n}")[1:4] for n in (1, 2)] == [(4, 4, 3), (5, 2, 4)]
    rbm = {"W": (6, 4), "v_bias": (6,), "h_bias": (4,)}  # one bias fits each side
    assert ParamLayout.of(rbm).grid("W")[1:4] == (7, 4, 6)


def test_a_model_that_is_one_module_has_its_arrays_names():
    layout = ParamLayout.of({"weight": (3, 2), "bias": (3,)}, "torch")
    assert layout.layers == ("weight",)
    assert layout.grid("weight").rows == 3
    assert ParamLayout.of({"weight": (3,), "bias": (3,)}, "torch").grid("weight").rows == 2


@pytest.mark.parametrize(
    ("name", "shape", "convention", "told"),
    [
        ("moe.experts", (8, 64, 128), "torch", r"moe\.experts \[8, 64, 128\]: has no matrix"),
        ("a.weight", (2,) * 6, "torch", r"a\.weight .*leave it out, or reshape it to two axes"),
        ("a.kernel", (2,) * 6, "keras", r"a\.kernel .*reshape it to two axes"),
        ("a.weights", (2, 3, 4), "book", "has no matrix"),
        ("bn.running_mean", (3,), "torch", r"bn\.running_mean: is a statistic"),
        ("bn/moving_variance", (3,), "keras", "no step moves: leave it out"),
    ],
)
def test_what_has_no_matrix_is_one_line(name, shape, convention, told):
    with pytest.raises(ValueError, match=told) as found:
        ParamLayout.of({name: shape}, convention)
    assert "\n" not in str(found.value)


def test_many_arrays_of_one_module_are_told_apart_in_no_time():
    shapes = {
        f"{letter}_{i}": (3, 3) if letter == "W" else (3,) for i in range(4000) for letter in "Wb"
    }
    layout = ParamLayout.of(shapes)
    assert len(layout.layers) == 4000
    assert layout.grid("W_3999").rows == 4


def real_torch():
    nn = pytest.importorskip("torch", reason="needs PyTorch").nn
    norm = nn.utils.parametrizations.weight_norm
    return nn.ModuleDict(
        {
            "net": nn.Sequential(nn.Linear(4, 2), nn.ReLU()),
            "c1": nn.Conv1d(2, 3, 5),
            "conv1": nn.Conv2d(8, 16, 3),
            "c3": nn.Conv3d(2, 4, (1, 2, 3)),
            "up": nn.ConvTranspose2d(8, 4, (2, 3), stride=(2, 3)),
            "tok": nn.Embedding(10, 6),
            "bn": nn.BatchNorm2d(16),
            "ln": nn.LayerNorm((8, 4)),
            "attn": nn.MultiheadAttention(4, 2),
            "a": nn.MultiheadAttention(4, 2, kdim=3, vdim=3, add_bias_kv=True),
            "lstm": nn.LSTM(3, 4),
            "act": nn.PReLU(),
            "bil": nn.Bilinear(2, 3, 4),
            "wn": norm(nn.Linear(2, 3)),
        }
    )


def test_the_names_and_shapes_are_those_of_pytorch():
    model = real_torch()
    assert {n: tuple(p.shape) for n, p in model.named_parameters()} == shapes_of(EVERY_TORCH)
    kinds = {name: type(module).__name__ for name, module in model.named_modules()}
    for name, kind in MODULES.items():
        assert kinds.get(name, kind) == kind
    assert set(TORCH) >= {"Linear", "LSTM"}


def test_a_matrix_does_what_its_module_does():
    """Inputs of one place times the matrix, and the biases, are the outputs of real modules."""
    model = real_torch()
    torch = pytest.importorskip("torch", reason="needs PyTorch")
    named = dict(model.named_parameters())
    kinds = {name: type(module).__name__ for name, module in model.named_modules()}
    layout = ParamLayout.of({n: tuple(p.shape) for n, p in named.items()}, "torch", kinds)
    params = np.concatenate([p.detach().numpy().ravel() for p in named.values()])
    shapes = {"net.0": (4,), "c1": (2, 5), "conv1": (8, 3, 3), "c3": (2, 1, 2, 3)}
    modules = dict(model.named_modules())
    rng = np.random.RandomState(0)
    for layer, shape in shapes.items():
        x = rng.randn(*shape).astype(np.float32)
        matrix = layout.matrix(layer, params)
        mine = x.ravel() @ matrix[:-1] + matrix[-1]
        with torch.no_grad():
            assert mine == pytest.approx(modules[layer](torch.tensor(x[None])).ravel(), abs=1e-5)
    x = rng.randn(8).astype(np.float32)
    matrix = layout.matrix("up", params)
    spread = np.einsum("i,ikn->kn", x, matrix[:-1].reshape(8, 6, 4)) + matrix[-1]
    with torch.no_grad():
        whole = modules["up"](torch.tensor(x[None, :, None, None]))[0]  # [4, 2, 3]
    assert spread.T.ravel() == pytest.approx(whole.ravel(), abs=1e-5)


def test_the_names_and_shapes_are_those_of_keras(monkeypatch):
    pytest.importorskip("torch", reason="needs PyTorch, as Keras' backend")
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    keras = pytest.importorskip("keras", reason="needs Keras")
    layers = keras.layers
    x = image = keras.Input((9, 9, 3))
    for layer in (
        layers.Conv2D(4, (3, 2), name="conv2d"),
        layers.BatchNormalization(name="batch_normalization"),
        layers.DepthwiseConv2D(3, depth_multiplier=2, name="depthwise_conv2d"),
        layers.SeparableConv2D(4, 1, name="separable_conv2d"),
        layers.Conv2DTranspose(5, 2, name="conv2d_transpose"),
    ):
        x = layer(x)
    y = words = keras.Input((6,))
    y = layers.Embedding(10, 8, name="embedding")(y)
    y = layers.MultiHeadAttention(2, 3, name="mha")(y, y)
    for layer in (
        layers.LSTM(5, return_sequences=True, name="lstm"),
        layers.Conv1D(4, 2, name="conv1d"),
        layers.GRU(3, name="gru"),
        layers.Dense(2, name="dense"),
    ):
        y = layer(y)
    models = keras.Model(image, x), keras.Model(words, y)
    found = {v.path: tuple(v.shape) for model in models for v in model.trainable_variables}
    assert found == shapes_of(KERAS)


def test_a_square_matrix_lies_as_those_do_whose_biases_tell_it():
    """Named as PyTorch's, stored [inputs, outputs]."""
    shapes = {"a.weight": (2, 8), "a.bias": (8,), "b.weight": (8, 8), "b.bias": (8,)}
    own = {tensor.name: tensor.axis_in for tensor in tensors_of(shapes, "torch", {})}
    assert (own["a.weight"], own["b.weight"]) == (0, 0)
    theirs = {**shapes, "a.weight": (8, 2)}
    own = {tensor.name: tensor.axis_in for tensor in tensors_of(theirs, "torch", {})}
    assert (own["a.weight"], own["b.weight"]) == (1, 1)
    both = {**shapes, "c.weight": (3, 8), "c.bias": (3,)}  # as torch has it
    own = {tensor.name: tensor.axis_in for tensor in tensors_of(both, "torch", {})}
    assert (own["a.weight"], own["b.weight"], own["c.weight"]) == (0, 1, 1)
    alone = {"b.weight": (8, 8)}
    assert tensors_of(alone, "torch", {})[0].axis_in == 1
