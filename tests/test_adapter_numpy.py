"""vizopt.numpy: the book's classes as their readers write them."""

import books
import numpy as np
import pytest

import vizopt
from vizopt.core.errors import VizoptWarning

STEPS = 30
rng = np.random.RandomState(1)
X = rng.randn(60, 2)
y = (np.arctan2(X[:, 1], X[:, 0]) // 2.1 % 3).astype(int)


def recorded(train, path, **options):
    """What a recorded training returns, and its recording."""
    runs = []

    def seen(layers, optimizer, loss):
        runs.append(vizopt.numpy.record(layers, optimizer, path, loss=loss, **options))

    found = train(X, y, STEPS, seen)
    runs[0].close()
    return found, vizopt.Recording(path)


@pytest.mark.parametrize("train", [books.book, books.turned, books.arrays])
def test_every_step_as_it_was_and_the_training_the_same_to_the_last_bit(train, tmp_path):
    losses, weights, *_ = train(X, y, STEPS)
    (same, mine, optimizer, loss), run = recorded(train, tmp_path / "mine.zarr", data=(X, y))
    assert losses == same
    np.testing.assert_array_equal(np.array(weights), np.array(mine))
    np.testing.assert_array_equal(run["loss"], [*losses, np.nan])
    layer = run.layout.layers[0]
    rows = np.array([run.weights(layer, epoch=step)[:2] for step in range(STEPS + 1)])
    np.testing.assert_array_equal(rows, np.array(weights))
    assert not {"update", "update_params"} & set(vars(optimizer)), "the hooks are gone"
    assert "forward" not in vars(loss)


def test_names_rate_settings_accuracy_and_the_plane(tmp_path):
    _, run = recorded(
        books.book, tmp_path / "mine.zarr", data=(X, y), classes=[*"abc"], title="Mine"
    )
    assert run.layout.layers == ("dense1", "dense2")
    rates = 1 / (1 + 0.01 * np.arange(STEPS))
    np.testing.assert_array_equal(run["lr"], [*rates, np.nan])
    by = run.header.external
    assert (by.framework, by.optimizer) == ("NumPy", "Momentum")
    assert by.settings == {"learning_rate": 1.0, "decay": 0.01, "momentum": 0.9}
    assert run.header.classes == ("a", "b", "c")
    found = []
    books.book(X, y, STEPS, lambda layers, *_: found.extend(layers))
    found[0].forward(X)
    found[1].forward(found[0].output)
    found[2].forward(found[1].output)
    assert run["accuracy"][-1] == np.mean(found[2].output.argmax(axis=1) == y)
    assert run["scores"].shape[:2] == (STEPS + 1, 3)
    assert len({row.tobytes() for row in run["scores"]}) == STEPS + 1


def test_an_accuracy_of_ones_own_and_a_loss_that_is_a_function(tmp_path):
    values = iter(np.arange(0, 1, 0.01))
    path = tmp_path / "mine.zarr"

    def seen(layers, optimizer, loss):
        runs.append(
            vizopt.numpy.record(
                layers, optimizer, path, loss=lambda: 7.5, accuracy=lambda: next(values)
            )
        )

    runs = []
    books.book(X, y, 3, seen)
    runs[0].close()
    run = vizopt.Recording(path)
    np.testing.assert_array_equal(run["loss"], [7.5] * 3 + [np.nan])
    np.testing.assert_array_equal(run["accuracy"], [0.0, 0.01, 0.02, np.nan])
    assert "scores" not in run.columns


def test_without_activations_there_is_no_plane(tmp_path):
    def dense_alone(X, y, steps, seen):
        return books.book(X, y, steps, lambda layers, *parts: seen(layers[::2], *parts))

    _, run = recorded(dense_alone, tmp_path / "mine.zarr", data=(X, y))
    assert "scores" not in run.columns
    assert run.layout.layers == ("dense1", "dense2")


def test_what_predict_raises_is_said_and_the_training_goes_on(tmp_path):
    losses, *_ = books.book(X, y, STEPS)

    def broken(points):
        raise ValueError("no")

    with pytest.warns(VizoptWarning) as told:
        (same, *_), run = recorded(books.book, tmp_path / "mine.zarr", data=(X, y), predict=broken)
    assert losses == same
    assert np.isfinite(run["loss"]).all()
    assert sum("no" in str(warning.message) for warning in told) == len(told)
    assert all("\n" not in str(warning.message) for warning in told)


class Nothing:
    pass


@pytest.mark.parametrize(
    ("layers", "optimizer", "options", "words"),
    [
        ([Nothing()], books.Momentum(), {}, "layers: have no arrays: none is called weights, "),
        ([], books.Momentum(), {}, "layers: have no arrays"),
        ([books.Dense(2, 3, rng)], Nothing(), {}, "Nothing: has no update_params or update"),
        (
            [books.Dense(2, 3, rng)],
            books.Momentum(),
            {"loss": 3.0},
            "loss: float: has no calculate",
        ),
        ([books.Dense(2, 3, rng)], books.Momentum(), {"data": (X, y[:3])}, "60 samples and labels"),
    ],
)
def test_what_cannot_be_recorded_is_one_line_before_the_training(
    layers, optimizer, options, words, tmp_path
):
    with pytest.raises(vizopt.VizoptError, match=words) as error:
        vizopt.numpy.record(layers, optimizer, tmp_path / "mine.zarr", **options)
    assert "\n" not in str(error.value)
    assert list(tmp_path.iterdir()) == []
    assert "update_params" not in vars(optimizer)


def test_an_optimizer_is_recorded_once_at_a_time(tmp_path):
    layers, optimizer = [books.Dense(2, 3, rng)], books.Momentum()
    first = vizopt.numpy.record(layers, optimizer, tmp_path / "a.zarr")
    with pytest.raises(vizopt.VizoptError, match="Momentum: is recorded already: close"):
        vizopt.numpy.record(layers, optimizer, tmp_path / "b.zarr")
    with pytest.warns(VizoptWarning, match="nothing was logged"):
        first.close()
    with pytest.warns(VizoptWarning, match="nothing was logged"):
        vizopt.numpy.record(layers, optimizer, tmp_path / "b.zarr").close()


def test_a_cell_that_broke_off_can_be_run_again(tmp_path):
    layers, optimizer = [books.Dense(2, 3, rng)], books.Momentum()
    vizopt.numpy.record(layers, optimizer, tmp_path / "a.zarr")
    with pytest.warns(VizoptWarning, match="a.zarr: the run before was not closed: it ends here"):
        run = vizopt.numpy.record(layers, optimizer, tmp_path / "a.zarr")
    with pytest.warns(VizoptWarning, match="nothing was logged"):
        run.close()
    assert "update_params" not in vars(optimizer)


WRONG = [
    ({"data": 3}, r"data: needs X and y: data=\(X, y\)"),
    ({"epochs": "many"}, "epochs: "),
    ({"size": "big"}, "size 'big': write it like"),
    ({"layers": 3}, r"numpy.record: layers=3: write it like layers=\[dense1"),
    ({"nope": 3}, 'numpy.record: unknown keyword "nope": there are: classes'),
    ({"path": 3}, "3: should be one name or path"),
]


@pytest.mark.parametrize(("wrong", "words"), WRONG)
def test_what_is_asked_wrongly_lets_the_open_run_go_on(tmp_path, wrong, words):
    layers, optimizer, path = [books.Dense(2, 3, rng)], books.Momentum(), tmp_path / "a.zarr"
    run = vizopt.numpy.record(layers, optimizer, path)
    with pytest.raises(vizopt.VizoptError, match=words):
        vizopt.numpy.record(**{"layers": layers, "optimizer": optimizer, "path": path, **wrong})
    run.log(loss=1.0)
    run.close()
    assert vizopt.Recording(path)["loss"].tolist() == [1.0]


def test_an_optimizer_with_slots_is_refused(tmp_path):
    class Slots:
        __slots__ = ()

        def update(self, layer):
            pass

    with pytest.raises(vizopt.VizoptError, match=r"Slots: has __slots__ .* use vizopt.Run"):
        vizopt.numpy.record([books.Dense(2, 3, rng)], Slots(), tmp_path / "a.zarr")


def test_an_error_in_the_training_leaves_objects_as_they_were_and_keeps_what_there_is(tmp_path):
    layer, optimizer = books.Dense(2, 3, rng), books.Momentum()
    layer.dweights, layer.dbiases = np.ones((2, 3)), np.ones((1, 3))

    def broken():
        with vizopt.numpy.record([layer], optimizer, tmp_path / "a.zarr"):
            optimizer.update_params(layer)
            optimizer.update_params(layer)
            raise ZeroDivisionError

    with pytest.warns(VizoptWarning, match="interrupted"), pytest.raises(ZeroDivisionError):
        broken()
    assert "update_params" not in vars(optimizer)
    assert vizopt.Recording(tmp_path / "a.zarr").epochs == 3


def test_a_resumed_training_goes_on_with_the_weights_that_it_ended_with(tmp_path):
    layer, optimizer = books.Dense(2, 3, rng), books.Momentum()
    for mode in ("new", "resume"):
        run = vizopt.numpy.record([layer], optimizer, tmp_path / "a.zarr", mode=mode)
        for _ in range(3):
            layer.dweights, layer.dbiases = np.ones((2, 3)), np.ones((1, 3))
            optimizer.update_params(layer)
        run.close()
    run = vizopt.Recording(tmp_path / "a.zarr")
    assert run["step"].tolist() == [0, 1, 2, 3, 4, 5, -1]
    assert run["epoch"].tolist() == [*range(7)]
    assert (np.diff(run["params"][:, 0]) < 0).all()


class Noise:
    """A layer that draws whenever it is asked, as the book's dropout does."""

    def forward(self, inputs):
        self.output = inputs * np.random.binomial(1, 0.9, inputs.shape)


def test_a_layer_that_draws_is_asked_without_a_trace(tmp_path):
    ends = []
    for recorded in (False, True):
        np.random.seed(0)
        layers, optimizer = [Noise(), books.Dense(2, 3, np.random)], books.Momentum()
        if recorded:
            run = vizopt.numpy.record(layers, optimizer, tmp_path / "a.zarr", data=(X, y))
        for _ in range(3):
            layers[0].forward(X)
            layers[1].forward(layers[0].output)
            layers[1].backward(np.ones((60, 3)))
            optimizer.update_params(layers[1])
        ends.append((layers[1].weights.tolist(), np.random.rand()))
    run.close()
    assert ends[0] == ends[1]
    assert {"scores", "accuracy"} <= set(vizopt.Recording(tmp_path / "a.zarr").columns)
