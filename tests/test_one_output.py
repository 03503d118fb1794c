"""One output for two classes: what it means is decided once for a run, the same everywhere."""

from types import SimpleNamespace

import numpy as np
import pytest
from loops import X

import vizopt
from vizopt.adapters.keras_model import threshold_of_model
from vizopt.adapters.thresholds import threshold_of
from vizopt.core.errors import VizoptWarning
from vizopt.recording.given import samples
from vizopt.recording.outputs import ClassScores

ZERO_ONE, SIGNS = np.arange(60) % 2, np.arange(60) % 2 * 2 - 1


def winners(outputs, labels=ZERO_ONE, threshold=None):
    """The class of each output, row after row of one run."""
    found = ClassScores(samples((X, labels), None), threshold)
    return [found(np.array(row), len(row)).argmax(axis=0).tolist() for row in outputs]


@pytest.mark.parametrize(
    ("outputs", "labels", "threshold", "classes"),
    [
        ([[0.3, -0.3], [0.3, 0.2], [1.3, 0.6]], SIGNS, None, [[1, 0], [1, 1], [1, 1]]),
        ([[0.3, 0.2], [0.3, -0.3]], SIGNS, None, [[1, 1], [1, 0]]),
        ([[0.3, 0.7], [0.6, 0.1]], SIGNS, 0.5, [[0, 1], [1, 0]]),
        ([[0.3, 0.7], [0.6, 0.1]], ZERO_ONE, None, [[0, 1], [1, 0]]),
        ([[0.3, -0.7], [0.3, 0.1]], ZERO_ONE, None, [[1, 0], [1, 1]]),
        ([[0.0, 0.0], [0.3, -0.1], [0.3, 0.1]], ZERO_ONE, None, [[0, 0], [1, 0], [1, 1]]),
        ([[0.6, 0.7], [0.3, 0.1], [0.8, 0.3]], ZERO_ONE, None, [[1, 1], [0, 0], [1, 0]]),
        ([[0.3, 0.1], [1.3, 0.1]], ZERO_ONE, 0.0, [[1, 1], [1, 1]]),
        ([[0.3, 0.1], [1.3, 0.1]], ZERO_ONE, 0.5, [[0, 0], [1, 0]]),
    ],
)
def test_one_decision_for_the_run(outputs, labels, threshold, classes):
    assert winners(outputs, labels, threshold) == classes


def test_what_seemed_to_be_probabilities_and_is_not_is_said_once(tmp_path):
    rows = iter([0.3] * 3 + [1.3] * 9)
    run = vizopt.Run(
        tmp_path / "a.zarr", data=(X, ZERO_ONE), predict=lambda p: np.full(len(p), next(rows))
    )
    run.log(loss=1.0)
    with pytest.warns(VizoptWarning, match="gave 1.3 after numbers from 0 to 1 .* thresh"):
        run.log(loss=1.0)
    for _ in range(3):
        run.log(loss=1.0)
    run.close()
    found = vizopt.Recording(tmp_path / "a.zarr")
    assert len(found["loss"]) == 5
    assert "scores" not in found.columns


@pytest.mark.parametrize("probabilities", [True, False])
def test_the_strip_has_the_probability_itself(tmp_path, probabilities):
    x = X[:, 0]

    def predict(points):
        p = 1 / (1 + np.exp(-3 * points[:, 0]))
        return p if probabilities else 3 * points[:, 0]

    with vizopt.Run(tmp_path / "a.zarr", data=(x, ZERO_ONE), predict=predict) as run:
        run.log(loss=1.0)
    found = vizopt.Recording(tmp_path / "a.zarr")
    ends, (mean, deviation) = found["extent"][:2], found["units"][0]
    places = np.linspace(*ends, found["probabilities"].shape[-1]) * deviation + mean
    wanted = 1 / (1 + np.exp(-3 * places))
    assert np.allclose(found["probabilities"][0, 1], wanted, atol=1e-5)


@pytest.mark.parametrize(
    ("loss", "end", "labels", "threshold"),
    [
        ("BCEWithLogitsLoss", "Linear", ZERO_ONE, 0.0),
        ("BCELoss", "Net", ZERO_ONE, 0.5),
        ("", "Sigmoid", SIGNS, 0.5),
        ("", "Linear", ZERO_ONE, 0.0),
        ("", "Net", ZERO_ONE, None),
        ("MSELoss", "Linear", ZERO_ONE, 0.5),
        ("MSELoss", "Linear", SIGNS, 0.0),
        ("MSELoss", "Linear", ["a", "b"], None),
        ("binary_crossentropy", "sigmoid", ZERO_ONE, 0.5),
        ("mse", "tanh", SIGNS, 0.0),
    ],
)
def test_a_loss_and_a_last_layer_tell_the_threshold(loss, end, labels, threshold):
    assert threshold_of(loss, end, labels) == threshold


def test_pytorch_s_logits_are_none_of_probabilities(tmp_path):
    torch = pytest.importorskip("torch")
    model = torch.nn.Sequential(torch.nn.Linear(2, 1), torch.nn.Flatten(0))
    with torch.no_grad():
        model[0].weight.mul_(0.001)
        model[0].bias.fill_(0.2)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    with vizopt.torch.record(model, optimizer, tmp_path / "a.zarr", data=(X, ZERO_ONE)):
        pass
    scores = vizopt.Recording(tmp_path / "a.zarr")["scores"]
    assert (scores[:, 1] > scores[:, 0]).all()


@pytest.mark.parametrize(
    ("loss", "activation", "threshold"),
    [
        ("binary_crossentropy", "sigmoid", 0.5),
        (SimpleNamespace(from_logits=True, __name__="x"), "linear", 0.0),
        (None, "linear", 0.0),
        ("mse", "linear", 0.5),
        ("my_loss", "my_activation", None),
    ],
)
def test_keras_says_by_its_loss_and_last_activation(loss, activation, threshold):
    last = SimpleNamespace(activation=SimpleNamespace(__name__=activation))
    model = SimpleNamespace(loss=loss, layers=[last], outputs=[0])
    assert threshold_of_model(model, ZERO_ONE) == threshold
    model.outputs, model.loss = None, None
    assert threshold_of_model(model, ZERO_ONE) is None


class Dense:
    def __init__(self, bias):
        self.weights, self.biases = np.full((2, 1), 1e-3), np.full((1, 1), bias)

    def forward(self, inputs):
        return inputs @ self.weights + self.biases


class Descent:
    learning_rate = 0.1

    def update_params(self, layer):
        layer.biases = layer.biases + 0.1


@pytest.mark.parametrize(("threshold", "accuracy"), [(0.0, [0.5] * 4), (None, [0.5] * 4)])
def test_the_books_accuracy_is_of_the_plane_s_decision(tmp_path, threshold, accuracy):
    labels = np.where(X[:, 0] > 0, 1, -1)
    layer, optimizer = Dense(0.2), Descent()
    with vizopt.numpy.record(
        [layer], optimizer, tmp_path / "a.zarr", data=(X, labels), threshold=threshold
    ):
        for _ in range(3):
            optimizer.update_params(layer)
    run = vizopt.Recording(tmp_path / "a.zarr")
    assert (run["accuracy"] == np.mean(labels == 1)).all()
    assert (run["scores"].argmax(axis=1) == 1).all()


def test_numbers_that_both_thresholds_judge_alike_are_probabilities_meanwhile():
    labels = np.arange(len(X)) % 2
    found = ClassScores(samples((X, labels), None), None)(np.array([0.6, 0.9]), 2)
    np.testing.assert_allclose(found, [[0.4, 0.1], [0.6, 0.9]])
