"""vizopt.Run and what goes wrong: one clear line each, and the training goes on."""

import json
import re
import shutil
import signal
import subprocess
import sys
import textwrap
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
import pytest
from children import GUARD
from loops import Loop, X, Y, tight, trained

import vizopt
from vizopt.core.errors import RecordingError, VizoptError, VizoptWarning
from vizopt.recording import given, summary
from vizopt.recording.ending import OPEN
from vizopt.recording.logged import is_logged


@contextmanager
def said(*parts):
    """Exactly one warning of ours, with these words in it."""
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        yield
    lines = [str(w.message) for w in found if issubclass(w.category, VizoptWarning)]
    assert len(lines) == 1, lines
    assert "\n" not in lines[0]
    for part in parts:
        assert part in lines[0], lines[0]


def test_several_threads_log_one_run(tmp_path):
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with vizopt.Run(tmp_path / "a.zarr") as run, ThreadPoolExecutor(4) as threads:

            def log(first):
                for value in range(first, 2000, 4):
                    run.log(loss=float(value), params={"w": np.full((2, 2), float(value))})

            for done in [threads.submit(log, first) for first in range(4)]:
                done.result()
    finally:
        sys.setswitchinterval(before)
    found = vizopt.Recording(tmp_path / "a.zarr")
    assert sorted(found["loss"]) == [*range(2000)]
    rows = np.repeat(found["loss"][found["epoch"]][:, None], 4, axis=1)
    np.testing.assert_array_equal(found["params"], rows)


def weights(value=0.0, shape=(2, 2), name="w"):
    return {name: np.full(shape, value)}


@pytest.mark.parametrize(
    ("wrong", "line"),
    [
        (
            weights(shape=(3, 2)),
            "params: w: has [3, 2], and had [2, 2] before: left out from here on",
        ),
        ({}, "params: w: is missing: log the same arrays each time"),
        ({**weights(), "new": np.ones(1)}, "params: new: is new: log the same arrays each time"),
        (lambda: 1 / 0, "ZeroDivisionError: division by zero"),
        ({"w": "text"}, "params: w: <U4: needs real numbers"),
        ({"w": 1.0}, "params: w: has [], and had [2, 2] before"),
        ({"w": object()}, "params: w: object: is no array of numbers"),
        (weights(1j), "params: w: complex128: needs real numbers"),
    ],
)
def test_parameters_that_change_end_the_rows_and_not_the_curves(tmp_path, wrong, line):
    with said("a.zarr: ", line), vizopt.Run(tmp_path / "a.zarr") as run:
        for step in range(10):
            run.log(loss=float(step), params=weights(step) if step < 5 else wrong)
    run = vizopt.Recording(tmp_path / "a.zarr")
    assert run["epoch"].tolist() == [0, 1, 2, 3, 4]
    assert run["loss"].tolist() == [*range(10)]


class Model:
    """What predicts, called without anything."""

    def __call__(self):
        raise AssertionError("nobody asked it")


@pytest.mark.parametrize(
    ("params", "line"),
    [
        ({"w": np.ones((2, 2), complex)}, "params: w: complex128: needs real numbers"),
        ({"w": ["a", "b"]}, "params: w.0: <U1: needs real numbers"),
        ({"w": object()}, "params: w: object: is no array of numbers"),
        ({}, "params: there are none"),
        ({"w": None}, "params: there are none"),
        (Model(), "params: params: Model: is no array: give the arrays by name, or a function"),
        ({"a": {"b": np.ones(2)}, "a.b": np.ones(2)}, "params: two arrays of one name"),
        ({"w": np.ones((2, 3, 4))}, "params: w [2, 3, 4]: has no matrix [inputs, outputs]"),
    ],
)
def test_what_is_no_parameter_leaves_the_curves(tmp_path, params, line):
    with said(line, "left out from here on"), vizopt.Run(tmp_path / "a.zarr") as run:
        for step in range(3):
            run.log(loss=float(step), params=params)
    run = vizopt.Recording(tmp_path / "a.zarr")
    assert run["loss"].tolist() == [0, 1, 2]
    assert "params" not in run.columns


class OnMeta:
    """As a tensor of PyTorch that has a shape and no numbers."""

    is_meta = True

    def __array__(self, dtype=None, copy=None):
        raise NotImplementedError("Cannot copy out of meta tensor; no data!")


class Sparse:
    """As those of PyTorch and SciPy."""

    layout = "torch.sparse_coo"

    def __array__(self, dtype=None, copy=None):
        raise TypeError("can't convert Sparse layout tensor to numpy")


@pytest.mark.parametrize(
    ("bad", "line"),
    [
        (OnMeta(), 'params: s: OnMeta: is on "meta", without numbers: move the model'),
        (Sparse(), "params: s: Sparse: is sparse: log it as a dense one"),
        (np.ones((2, 2), complex), "params: s: complex128: needs real numbers"),
        (np.ones((2,) * 5), "params: s [2, 2, 2, 2, 2]: has no matrix [inputs, outputs]"),
        ("text", "params: s: <U4: needs real numbers"),
    ],
)
def test_an_array_that_is_none_is_left_out_alone(tmp_path, bad, line):
    path = tmp_path / "a.zarr"
    with said(line, "left out from here on"), vizopt.Run(path) as run:
        for step in range(3):
            run.log(loss=float(step), params={**weights(step), "s": bad})
    run = vizopt.Recording(path)
    assert run.layout.shapes == {"w": (2, 2)}
    assert run["params"].tolist() == [[float(step)] * 4 for step in range(3)]


@pytest.mark.parametrize(
    ("value", "line"),
    [
        (np.ones(3), "loss: [3] is not one number: log its mean"),
        ("low", "loss: 'low' is no real number"),
        (1j, "loss: '1j' is no real number"),
        ({"a": 1}, "loss: dict: is no array of numbers"),
        pytest.param(10**400, "loss: a whole number over 1e308: no float holds it", id="high"),
        pytest.param(-(10**400), "loss: a whole number over 1e308: no float holds it", id="low"),
        ([], "loss: [0] is not one number"),
        ([10**400], "loss: list: is no array of numbers"),
    ],
)
def test_what_is_no_number_is_left_out(tmp_path, value, line):
    with said(line, ": it and others like it: left out"), vizopt.Run(tmp_path / "a.zarr") as run:
        for step in range(4):
            run.log(loss=1.0 if step < 2 else value, lr=0.5)
    run = vizopt.Recording(tmp_path / "a.zarr")
    assert np.isnan(run["loss"]).tolist() == [False, False, True, True]
    assert run["lr"].tolist() == [0.5] * 4


@pytest.mark.parametrize("name", ["loss", "all", "predict", "number"])
@pytest.mark.parametrize("good", [float, np.float32, int])
def test_one_wrong_number_leaves_the_next_ones(tmp_path, name, good):
    values = [good(1), np.ones(2), good(3), "a", good(4)]
    with said(f"{name}: [2] is", "others like it"), vizopt.Run(tmp_path / "a.zarr") as run:
        for value in values:
            run.log(**{"lr": 0.5, name: value})
    found = vizopt.Recording(tmp_path / "a.zarr")[name]
    np.testing.assert_array_equal(found, [1, np.nan, 3, np.nan, 4])


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("epoch", "epoch: give its number as step=epoch"),
        ("scores", "scores: is what a recording calls something else: rename it"),
        ("..", "'..': is no name of a curve"),
        ("x" * 101, "is no name of a curve"),
    ],
)
def test_names_that_a_curve_cannot_have(tmp_path, name, line):
    with said(line), vizopt.Run(tmp_path / "a.zarr") as run:
        for _ in range(3):
            run.log(**{name: 1.0, "loss": 2.0})
    assert set(vizopt.Recording(tmp_path / "a.zarr").columns) == {"loss", "step", "epoch"}


def test_a_second_name_of_one_column_is_left_out(tmp_path):
    line = "'train_loss': is the column train_loss, as 'train/loss' is: rename one: left out"
    with said(line), vizopt.Run(tmp_path / "a.zarr") as run:
        for step in range(3):
            run.log(**{"train/loss": step, "train_loss": 9.0, "train loss2": 5.0})
    run = vizopt.Recording(tmp_path / "a.zarr")
    assert run["train_loss"].tolist() == [0, 1, 2]
    assert run["train_loss2"].tolist() == [5, 5, 5]


@pytest.mark.parametrize("labels", [Y, X[:, 0] / 3], ids=["classes", "numbers"])
def test_complex_predictions_leave_the_plane_out(tmp_path, labels):
    def predict(points):
        return np.zeros((len(points), 1 + 2 * (labels is Y)), np.complex64)

    line = "predict: gave complex64: needs real numbers: left out from here on"
    with said(line), vizopt.Run(tmp_path / "a.zarr", data=(X, labels), predict=predict) as run:
        run.log(loss=1.0, params=weights())
    assert set(vizopt.Recording(tmp_path / "a.zarr").columns) == {"loss", "step", "epoch", "params"}


@pytest.mark.parametrize(
    ("step", "line"),
    [
        (1, "step 1: should be over 2: it and others like it: left out"),
        (2, "step 2: should be over 2"),
        (-1, "step -1: should be over 2"),
        (20_000_000, "step 20000000: should be 19,999,999 at most"),
        (3.5, "step: 3.5: should be a whole number"),
        (float("nan"), "step: nan: should be a whole number"),
        ("a", "step: 'a' is no real number"),
    ],
)
def test_steps_that_cannot_be(tmp_path, step, line):
    with said(line), vizopt.Run(tmp_path / "a.zarr") as run:
        for good in range(3):
            run.log(step=np.int64(good), loss=float(good))
        run.log(step=step, loss=9.0)
        run.log(step=3, loss=3.0)
        run.log(step=step, loss=9.0)
        run.log(loss=4.0)
    assert vizopt.Recording(tmp_path / "a.zarr")["loss"].tolist() == [0, 1, 2, 3, 4]


def test_a_loss_without_value_for_a_while(tmp_path):
    with vizopt.Run(tmp_path / "a.zarr") as run:
        for loss in (1, np.nan, np.inf, 2):
            run.log(loss=loss, params=weights())
    run = vizopt.Recording(tmp_path / "a.zarr")
    assert np.isfinite(run["loss"]).tolist() == [True, False, False, True]
    assert (run.diverged, len(run)) == (None, 4)


@pytest.mark.parametrize("logged", [True, False])
def test_numbers_without_value_to_the_end(tmp_path, logged):
    with vizopt.Run(tmp_path / "a.zarr") as run:
        for step in range(6):
            lost = np.nan if step >= 3 else 1.0
            run.log(loss=lost if logged else None, lr=0.5, params=weights(lost))
    run = vizopt.Recording(tmp_path / "a.zarr")
    assert (run.diverged, run.epochs, run["epoch"].tolist()) == (3, 6, [0, 1, 2])


@pytest.mark.parametrize(
    ("data", "options", "line"),
    [
        (X, {}, "data: needs X and y: data=(X, y)"),
        ((X, None), {}, "data: y is missing: data=(X, y)"),
        ((X, Y[:50]), {}, "data: 60 samples and labels [50]"),
        ((X * np.nan, Y), {}, "data: X: holds no numbers, or some that are not finite"),
        ((X.astype(str), Y), {}, "data: X: <U32: needs real numbers"),
        ((X, Y), {"classes": ["a", "b"]}, "classes: 2 names for 3 classes of labels"),
        ((X, Y - 1), {"classes": [*"abcd"]}, "data: labels: should be 0 to 3, one for each class"),
        ((np.zeros((300, 1)), np.arange(300)), {}, "300 classes: 256 at most"),
        (None, {"size": "many"}, "size 'many': write it like \"200 MB\""),
        (None, {"size": 0}, "size 0: write it like"),
        (None, {"mode": "Resume"}, 'mode: \'Resume\': should be "new" or "resume"'),
        (None, {"unit": "batch"}, 'unit: \'batch\': should be "epoch" or "step"'),
        (None, {"epochs": 2.5}, "epochs: 2.5: should be a whole number up to 20,000,000, or None"),
        (None, {"epochs": -3}, "epochs: -3: should be a whole number"),
        (None, {"epochs": np.inf, "unit": "step"}, "steps: inf: should be a whole number"),
        (None, {"epochs": "10"}, "epochs: '10': should be a whole number"),
        (None, {"epochs": True}, "epochs: True: should be a whole number"),
        (None, {"predict": 3}, "predict=3: write it like predict=model.predict"),
        ((X, Y), {"classes": "setosa"}, 'classes=\'setosa\': write it like classes=["cat", "dog"]'),
        ((X, Y), {"classes": {"a", "b", "c"}}, 'write it like classes=["cat", "dog"]'),
        ((X, Y), {"features": "ab"}, 'features=\'ab\': write it like features=["length", "width"]'),
        ((X, Y), {"features": ["a"]}, "features: 1 name for 2"),
        ({"X": X, "y": Y}, {}, "data: needs X and y: data=(X, y)"),
        ((X,), {}, "data: needs X and y: data=(X, y)"),
        ((None, Y), {}, "data: X is missing: data=(X, y)"),
        (([], []), {}, "data: X: [0]: has no samples, or no features"),
        (None, {"size": -1}, "size -1: write it like"),
        (None, {"origin": "me"}, "origin='me': write it like origin=vizopt.External(\"JAX\")"),
        (None, {"convention": "flax"}, 'convention: \'flax\': should be "book" or "torch" or'),
        (None, {"modules": {"up": 3}}, "modules['up']=3: write it like modules['up']="),
        (None, {"versions": {"torch": 2.5}}, "versions['torch']=2.5: write it like"),
    ],
)
def test_wrong_data_are_told_before_the_training(tmp_path, data, options, line):
    with pytest.raises(VizoptError, match=re.escape(line)):
        vizopt.Run(tmp_path / "a.zarr", data=data, **options)
    assert [*tmp_path.iterdir()] == []


MISSING = ": missing: leave such samples out of X and y"


@pytest.mark.parametrize(
    ("y", "line"),
    [
        ([0, 1, None, 1], f"y[2]{MISSING}"),
        (["a", np.nan, "b", "a"], f"y[1]{MISSING}"),
        (np.array(["a", np.nan, None, "b"], object), f"y[1] and 1 other{MISSING}"),
        ([[1, 0], [np.nan, np.nan], [0, 1], [1, 0]], f"y[1, 0] and 1 other{MISSING}"),
        (np.array(["2020-01-01", "NaT"] * 2, "M8[D]"), f"y[1] and 1 other{MISSING}"),
        (np.ma.masked_array([0, 1, 0, 1], [0, 0, 0, 1]), f"y[3]{MISSING}"),
        ([[1], [1, 2], [0], [1]], "y[0] is [1]: needs one label, or a column a class"),
        ([[1, 0], [0, 1], [1, 1], [0, 1]], "y[2] is [1, 1]: of several classes, or of none"),
        ([[1, 0], [0, 1], [0, 1], [0, 0]], "y[3] is [0, 0]: of several classes, or of none"),
        (X[:4, :2], "y [4, 2] float64: needs one number or label for each sample, or a column a"),
        (np.array([[3, 1], [0, 2], [1, 0], [5, 4]]), "y [4, 2] int64: needs one number or label"),
        ([["a", "b"]] * 4, "y [4, 2] <U1: needs one label for each sample"),
    ],
)
def test_labels_that_are_none_or_several(tmp_path, y, line):
    with pytest.raises(RecordingError, match=rf"^data: {re.escape(line)}"):
        vizopt.Run(tmp_path / "a.zarr", data=(X[:4], y))
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize(
    "y",
    [
        [[0, 1], [1, 0]],
        [[-1.0, 1.0], [1.0, -1.0]],
        [[False, True], [True, False]],
        np.array([[0.33, 0.67], [0.9, 0.1]], np.float16),
    ],
    ids=["0 and 1", "signs", "booleans", "probabilities"],
)
def test_columns_of_classes(y):
    assert given.samples((X[:2], y), None).y.tolist() == [1, 0]


@pytest.mark.parametrize("kind", ["str", "category", "Int64", "boolean"])
def test_labels_that_a_table_lacks(tmp_path, kind):
    pandas = pytest.importorskip("pandas")
    values = {"Int64": [1, 3, 2], "boolean": [True, False, True]}.get(kind, ["b", "a", "b"])
    y = pandas.Series([*values, None], dtype=kind)
    with pytest.raises(RecordingError, match=re.escape(f"data: y[3]{MISSING}")):
        vizopt.Run(tmp_path / "a.zarr", data=(X[:4], y))
    whole = given.samples((X[:3], y[:3]), None)
    assert [whole.classes[code] for code in whole.y] == [str(value) for value in values]


@pytest.mark.parametrize(
    ("labels", "wide", "column"), [(Y, 3, "scores"), (X[:, 0] / 3, 1, "predictions")]
)
@pytest.mark.parametrize("params", [None, weights()])
def test_a_row_without_predicted_numbers_is_left_out(tmp_path, labels, wide, column, params):
    nan = False

    def predict(points):
        return np.full((len(points), wide), np.nan if nan else 1.0)

    path = tmp_path / "a.zarr"
    told = f"{path}: predict: gave NaN after 2 epochs: that row and others like it: left out"
    with said(told), vizopt.Run(path, data=(X, labels), predict=predict) as run:
        for step in range(9):
            nan = step in (2, 3, 6)
            run.log(loss=1.0, params=params)
    found = vizopt.Recording(path)
    assert found["epoch"].tolist() == [0, 1, 4, 5, 7, 8]
    assert len(found[column]) == 6
    assert len(found["loss"]) == 9


@pytest.mark.parametrize(
    ("predict", "line"),
    [
        (lambda p: 1 / 0, "predict: raised ZeroDivisionError: division by zero"),
        (lambda p: np.zeros((len(p), 4)), "predict: gave [10000, 4] instead of [10000, 3]"),
        (lambda p: np.zeros((3, 3)), "instead of [10000, 3]"),
        (lambda p: np.zeros(len(p)), "predict: gave one number a sample for 3 classes"),
        (lambda p: np.full(len(p), 9), "predict: gave a class that the labels have not"),
        (lambda p: np.full((len(p), 3), np.nan), "predict: gave NaN: left out from here on"),
        (lambda p: None, "predict: NoneType: is no array of numbers: left out"),
        (lambda p: [p, p[:1]], "predict: list: is no array of numbers: of several outputs it"),
        (lambda p: {"a": p}, "predict: dict: is no array of numbers: of several outputs it"),
    ],
)
def test_a_model_that_cannot_be_asked_has_no_plane(tmp_path, predict, line):
    with said(line), vizopt.Run(tmp_path / "a.zarr", data=(X, Y), predict=predict) as run:
        trained(run, Loop(), 3)
    run = vizopt.Recording(tmp_path / "a.zarr")
    assert len(run) == 3
    assert not {"scores", "points"} & run.names


def test_a_model_that_cannot_be_asked_any_more_has_none_either(tmp_path):
    loop, asked = Loop(), []

    def predict(points):
        asked.append(1)
        assert len(asked) < 5, "out of memory"
        return loop.predict(points)

    with (
        said("predict: raised AssertionError: out of memory", "left out"),
        vizopt.Run(tmp_path / "a.zarr", data=(X, Y), predict=predict) as run,
    ):
        trained(run, loop, 20)
    run = vizopt.Recording(tmp_path / "a.zarr")
    assert len(run) == 20
    assert "scores" not in run.columns
    assert len(asked) == 5


def test_a_regression_that_looks_like_classes_is_told_its_way_out(tmp_path):
    data = np.arange(60.0).reshape(30, 2), np.arange(30.0)
    line = "predict: gave one number a sample for 30 classes: if y is a number to predict name it: "
    options = {"data": data, "predict": lambda points: points[:, 0]}
    with said(f'{line}target="price"'), vizopt.Run(tmp_path / "a.zarr", **options) as run:
        run.log(loss=1.0)


def test_planned_steps_may_be_a_whole_number_of_any_kind(tmp_path):
    for planned in (1e1, np.int64(10)):
        with vizopt.Run(tmp_path / "a.zarr", epochs=planned, mode="new") as run:
            run.log(loss=1.0)
    assert vizopt.Recording(tmp_path / "a.zarr").epochs == 1


def test_a_size_that_is_too_small_is_said(tmp_path):
    path = tmp_path / "a.zarr"
    line = " kB, over size 2 kB: no fewer rows are kept: allow more, or leave data or params out"
    with said("a.zarr: takes ", line), vizopt.Run(path, size="2 kB") as run:
        for _ in range(9):
            run.log(loss=1.0, params={"w": np.random.RandomState(0).rand(64, 64)})


def test_a_bool_is_no_number(tmp_path):
    for epochs in (True, np.True_):
        with pytest.raises(RecordingError, match=r"epochs: .*True.*: should be a whole number"):
            vizopt.Run(tmp_path / "a.zarr", epochs=epochs)
    with vizopt.Run(tmp_path / "a.zarr") as run:
        with said("step: True: should be a whole number: it and others like it"):
            run.log(step=True, loss=1.0)
        run.log(step=2, done=True)


@pytest.mark.parametrize(
    ("key", "names", "twice"),
    [
        ("features", ["a", "b", "a"], "'a'"),
        ("classes", [1, "1"], "'1'"),
        ("classes", ["", ""], "''"),
    ],
)
def test_two_of_one_name_are_told(tmp_path, key, names, twice):
    with pytest.raises(RecordingError, match=f"{key}: {twice} is there twice: give each a name"):
        vizopt.Run(tmp_path / "a.zarr", data=(np.c_[X, X[:, :1]], Y), **{key: names})


@pytest.mark.parametrize("threshold", [np.nan, np.inf, [0.5, 0.6], "half", True, np.False_])
def test_a_threshold_is_a_number(tmp_path, threshold):
    with pytest.raises(RecordingError, match=r"threshold: .* is no number: give one like 0.5"):
        vizopt.Run(tmp_path / "a.zarr", threshold=threshold)
    assert not [*tmp_path.iterdir()]


def test_what_an_end_has_measured_stays_where_the_next_step_is_a_later_one(tmp_path):
    with vizopt.Run(tmp_path / "a.zarr") as run:
        for step in range(3):
            run.log(loss=float(step))
        run.log_end(loss=9.0, accuracy=0.5)
    with vizopt.Run(tmp_path / "a.zarr", mode="resume") as run:
        run.log(step=5, loss=5.0)
    found = vizopt.Recording(tmp_path / "a.zarr")
    np.testing.assert_array_equal(found["loss"], [0, 1, 2, 9, np.nan, 5])
    np.testing.assert_array_equal(found["accuracy"], [np.nan] * 3 + [0.5] + [np.nan] * 2)
    assert found["step"].tolist() == [0, 1, 2, -1, -1, 5]


@pytest.mark.parametrize("measured", [{}, {"loss": 9.0}])
def test_the_weights_of_an_end_stay_where_the_next_step_is_a_later_one(tmp_path, measured):
    with vizopt.Run(tmp_path / "a.zarr", data=(X, Y), predict=Loop().predict) as run:
        run.log(params=weights(1))
        run.log_end(params=weights(2), **measured)
    for later in (3, 4):  # a later one, and the next one: its weights take their place
        with vizopt.Run(
            tmp_path / "a.zarr", data=(X, Y), predict=Loop().predict, mode="resume"
        ) as run:
            run.log(step=later, params=weights(later))
            run.log_end(params=weights(later + 1))
    found = vizopt.Recording(tmp_path / "a.zarr")
    assert found["step"].tolist() == [0, -1, -1, 3, 4, -1]
    assert found["epoch"].tolist() == [0, 1, 3, 4, 5]
    assert found["params"][:, 0].tolist() == [1, 2, 3, 4, 5]
    assert len(found["scores"]) == 5


@pytest.mark.parametrize("mode", ["new", "resume"])
def test_a_run_that_nobody_closed_gives_way(tmp_path, mode):
    path = tmp_path / "a.zarr"
    former = vizopt.Run(path)
    former.log(loss=1.0)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        run = vizopt.Run(path, mode=mode)
    assert {each.filename for each in told} == {__file__}
    assert [str(each.message) for each in told] == [
        f"{path}: the run before was not closed: it ends here",
        f"{path}: interrupted: has the 1 epoch before: draw it with: vizopt render {path}",
        f"{path}: was interrupted at epoch 1: goes on from there",
    ][: 3 if mode == "resume" else 2]
    former.log(loss=9.0)  # has ended
    former.close()
    run.log(loss=2.0)
    run.close()
    found = vizopt.Recording(path)
    assert found["loss"].tolist() == ([1.0, 2.0] if mode == "resume" else [2.0])
    assert len([*tmp_path.iterdir()]) == 1


@pytest.mark.parametrize("closed", [False, True])
def test_a_run_that_broke_off_beside_a_finished_one_is_resumed(tmp_path, closed):
    path, kept = tmp_path / "a.zarr", tmp_path / "a.interrupted.zarr"
    logged(path, range(8))
    run = vizopt.Run(path)
    run.log(loss=20.0)
    run.log(loss=21.0)
    if closed:
        with said(f"{kept}: interrupted: has the 2 epochs before"):
            run.break_off()
    with pytest.warns(VizoptWarning) as told:
        run = vizopt.Run(path, mode="resume")
    assert str(told[-1].message) == (
        f"{kept}: was interrupted at epoch 2: goes on from there, then replaces {path}: "
        f"to go on with that one move {kept.name} away"
    )
    run.log(loss=22.0)
    with said(f"{kept}: interrupted: has the 3 epochs before"):
        run.break_off()  # again: keeps its name
    assert {each.name for each in tmp_path.iterdir()} == {path.name, kept.name}
    with said(f"{kept}: was interrupted at epoch 3"):
        logged(path, [23.0], mode="resume")
    assert vizopt.Recording(path)["loss"].tolist() == [20, 21, 22, 23]
    assert [*tmp_path.iterdir()] == [path]


def test_of_a_finished_run_and_an_older_one_that_broke_off_the_finished_one_is_resumed(tmp_path):
    path = tmp_path / "a.zarr"
    logged(path, [1.0])
    run = vizopt.Run(path)
    run.log(loss=2.0)
    with said("a.interrupted.zarr: interrupted: has the 1 epoch before"):
        run.break_off()
    logged(path, [3.0])
    logged(path, [4.0], mode="resume")
    assert vizopt.Recording(path)["loss"].tolist() == [3, 4]
    assert vizopt.Recording(tmp_path / "a.interrupted.zarr")["loss"].tolist() == [2]


def test_a_training_of_vizopts_that_broke_off_beside_it_is_none_to_resume(tmp_path):
    path, kept = tmp_path / "a.zarr", tmp_path / "a.interrupted.zarr"
    logged(path, [1.0])
    shutil.copytree(path, kept)
    document = json.loads((kept / "zarr.json").read_text())
    document["attributes"] |= {"state": {}, "interrupted": 1}
    (kept / "zarr.json").write_text(json.dumps(document))
    logged(path, [2.0], mode="resume")
    assert vizopt.Recording(path)["loss"].tolist() == [1, 2]
    assert kept.is_dir()


def logged(path, losses, mode="new"):
    """A finished run."""
    with vizopt.Run(path, mode=mode) as run:
        for loss in losses:
            run.log(loss=float(loss))


def test_a_run_of_another_thread_does_not_give_way(tmp_path):
    run = vizopt.Run(tmp_path / "a.zarr")
    with ThreadPoolExecutor(1) as thread:
        error = thread.submit(vizopt.Run, tmp_path / "a.zarr").exception()
    assert "is being written at this moment: close() the run that" in str(error)
    run.log(loss=1.0)
    run.close()
    assert vizopt.Recording(tmp_path / "a.zarr")["loss"].tolist() == [1.0]


def test_an_error_before_the_first_step_leaves_nothing(tmp_path):
    run = vizopt.Run(tmp_path / "a.zarr")
    run.take({"w": np.ones((2, 2))})
    run.break_off()
    assert not [*tmp_path.iterdir()]


def test_an_error_before_a_resumed_step_leaves_all_that_there_was(tmp_path):
    with vizopt.Run(tmp_path / "a.zarr") as run:
        run.log(loss=1.0, params=weights(1))
        run.log_end(loss=0.5, params=weights(2))
    run = vizopt.Run(tmp_path / "a.zarr", mode="resume")
    run.take(weights(2))
    with said("a.zarr: interrupted: has the 1 epoch before"):
        run.break_off()
    found = vizopt.Recording(tmp_path / "a.zarr")
    assert found["loss"].tolist() == [1.0, 0.5]
    assert found["params"][:, 0].tolist() == [1, 2]
    assert found.interrupted == 1


@pytest.mark.parametrize("mode", ["new", "resume"])
@pytest.mark.parametrize("again", [False, True])
def test_two_runs_into_one_path(tmp_path, again, mode):
    path = tmp_path / "a.zarr"
    if again:  # an earlier one stays until this one ends
        with vizopt.Run(path) as run:
            run.log(loss=7.0)
    with vizopt.Run(path) as run:
        for _ in range(2):  # before and after its first step
            told = r"a\.zarr: is being written at this moment: close\(\) the run that this"
            with pytest.raises(RecordingError, match=told):
                vizopt.Run(path, mode=mode)
            run.log(loss=1.0)
        if again:
            assert vizopt.Recording(path)["loss"].tolist() == [7]
    assert vizopt.Recording(path)["loss"].tolist() == [1, 1]
    with vizopt.Run(path, mode=mode) as run:
        run.log(loss=2.0)
    assert vizopt.Recording(path)["loss"].tolist() == ([2] if mode == "new" else [1, 1, 2])
    assert [*tmp_path.iterdir()] == [path]


def test_a_worker_that_outlives_a_run_does_not_hold_its_place(tmp_path):
    process = script(
        tmp_path,
        """
        import time
        with vizopt.Run("a.zarr") as run:
            run.log(loss=1.0)
            if not (worker := os.fork()):  # of a data loader
                time.sleep(20)
                os._exit(0)
        with vizopt.Run("a.zarr") as run:
            run.log(loss=2.0)
        os.kill(worker, signal.SIGKILL)
        """,
    )
    assert process.communicate(timeout=GUARD) == ("", "")
    assert vizopt.Recording(tmp_path / "a.zarr")["loss"].tolist() == [2]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("a.txt", "a recording's name ends in .zarr: a.txt.zarr"),
        ("taken.zarr", "exists and is no recording: choose another name"),
        ("file/a.zarr", "cannot write: "),
    ],
)
def test_places_that_cannot_be_written(tmp_path, name, line):
    (tmp_path / "file").write_text("")
    (tmp_path / "taken.zarr").mkdir()
    (tmp_path / "taken.zarr/mine").write_text("")
    with pytest.raises(RecordingError, match=line):
        vizopt.Run(tmp_path / name)
    assert (tmp_path / "taken.zarr/mine").exists()


def test_ctrl_c_before_the_first_step_is_there_leaves_nothing(tmp_path):
    def predict(points):
        raise KeyboardInterrupt

    def loop():
        with vizopt.Run(tmp_path / "a.zarr", data=(X, Y), predict=predict) as run:
            run.log(loss=1.0)

    with pytest.raises(KeyboardInterrupt):
        loop()
    assert [*tmp_path.iterdir()] == []


def test_nothing_logged_of_a_resumed_run_leaves_what_was_there(tmp_path):
    with vizopt.Run(tmp_path / "a.zarr") as run:
        run.log(loss=1.0)
    with said("a.zarr: nothing was logged: what was recorded before stays"):
        vizopt.Run(tmp_path / "a.zarr", mode="resume").close()
    assert vizopt.Recording(tmp_path / "a.zarr").epochs == 1


def test_nothing_logged_leaves_nothing(tmp_path):
    with said("a.zarr: nothing was logged: there is no recording of it"):
        vizopt.Run(tmp_path / "new" / "a.zarr").close()
    assert not [*tmp_path.iterdir()]
    with vizopt.Run(tmp_path / "b.zarr") as run:
        run.log()
    assert vizopt.Recording(tmp_path / "b.zarr").epochs == 1
    with said("nothing was logged"), vizopt.Run(tmp_path / "b.zarr"):
        pass
    assert [*tmp_path.iterdir()] == [tmp_path / "b.zarr"]


@pytest.mark.parametrize(
    ("error", "again"),
    [(ValueError, False), (KeyboardInterrupt, False), (SystemExit, True), (ValueError, True)],
)
def test_an_error_in_the_loop_keeps_what_was_before(tmp_path, error, again):
    path = tmp_path / "a.zarr"
    if again:
        with vizopt.Run(path) as run:
            run.log(loss=7.0)
    kept = tmp_path / "a.interrupted.zarr" if again else path
    run = vizopt.Run(path, epochs=10)

    def loop():
        with run:
            for step in range(3):
                run.log(loss=float(step), params=weights(step))
            raise error

    line = f"{kept}: interrupted: has the 3 epochs before: draw it with: vizopt render {kept}"
    with said(line), pytest.raises(error):
        loop()
    run.log(loss=9.0)  # too late, and no error
    assert run.close not in OPEN
    run = vizopt.Recording(kept)
    assert (run.interrupted, run.epochs, run.header.epochs) == (3, 3, 10)
    assert run["params"][:, 0].tolist() == [0, 1, 2]
    with said(f"{kept}: was interrupted at epoch 3: goes on from there"):
        run = vizopt.Run(kept, mode="resume")
    with run:
        run.log(loss=3.0, params=weights(3))
    assert vizopt.Recording(kept).interrupted is None
    if again:
        assert vizopt.Recording(path)["loss"].tolist() == [7]


# A shell that starts pytest in the background has Ctrl-C ignored, and children inherit that.
FROM_A_TERMINAL = "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"


def script(tmp_path, text, **options):
    code = f"{FROM_A_TERMINAL}import numpy as np, vizopt, os, sys\n{textwrap.dedent(text)}"
    return subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **options,
    )


def test_a_run_that_nobody_closes_is_whole(tmp_path):
    process = script(
        tmp_path,
        """
        def train():
            run = vizopt.Run("a.zarr", epochs=9)
            for step in range(5):
                run.log(loss=step, params=[np.full((2, 2), step)])
        train()
        if not os.fork():  # a loader's process ends first
            sys.exit()
        os.wait()
        """,
    )
    assert process.communicate() == ("", "")
    run = vizopt.Recording(tmp_path / "a.zarr")
    assert run["loss"].tolist() == [0, 1, 2, 3, 4]
    assert run["epoch"].tolist() == [0, 1, 2, 3, 4]
    assert (run.header.epochs, run.resumable) == (5, False)


def test_a_forked_process_neither_waits_nor_writes(tmp_path):
    """As a data loader's, begun while another thread of its parent logs."""
    process = script(
        tmp_path,
        """
        import threading
        run, logs, ends = vizopt.Run("a.zarr"), threading.Event(), threading.Event()
        run.log(loss=1.0)
        def log():
            with run._lock:
                logs.set()
                ends.wait()
                run.log(loss=2.0)
        threading.Thread(target=log).start()
        logs.wait()
        for end in ("close", "break_off", "__enter__", "log", "log_end", "exit"):
            if not os.fork():
                signal.alarm(5)
                getattr(run, end, sys.exit)()
                with run:
                    run.log(loss=9.0)
                sys.exit()
            print(os.wait()[1])
        ends.set()
        """,
    )
    assert process.communicate(timeout=GUARD) == (6 * "0\n", "")
    assert vizopt.Recording(tmp_path / "a.zarr")["loss"].tolist() == [1, 2]


LONG = """
from vizopt.recording import recorder
recorder.WAITING_ROWS = 10
run = vizopt.Run("a.zarr")
for step in range(100_000):
    run.log(step=step, loss=step, params=[np.full((2, 2), step, np.float32)])
    if step == 100:
        print("far", flush=True)
"""


@pytest.mark.parametrize("again", [False, True])
def test_killed_it_has_every_committed_row_and_goes_on(tmp_path, again):
    path = tmp_path / "a.zarr"
    if again:
        with vizopt.Run(path) as run:
            run.log(loss=7.0, params=[np.zeros((2, 2), np.float32)])
    process = script(tmp_path, LONG)
    assert process.stdout.readline() == "far\n"
    folder = next(p for p in tmp_path.iterdir() if p != path) if again else path
    assert vizopt.Recording(folder).interrupted is None  # it goes on
    process.send_signal(signal.SIGKILL)
    process.communicate()
    killed = vizopt.Recording(folder)
    told = f"interrupted at epoch {killed.epochs}"
    assert [line.split(maxsplit=1)[1] for line in summary.lines(killed) if "interr" in line] == [
        told
    ]
    assert len(killed) >= 80
    assert killed["loss"].tolist() == [*range(killed.epochs)]
    assert np.array_equal(killed["params"][:, 0], killed["epoch"])
    before = killed.epochs
    with said(f"a.zarr: was {told}: goes on from there"):
        run = vizopt.Run(path, mode="resume")
    with run:
        assert run.steps == before
        for step in range(before, before + 20):
            run.log(loss=step, params=[np.full((2, 2), step, np.float32)])
    run = vizopt.Recording(path)
    assert run["loss"].tolist() == [*range(before + 20)]
    assert run["step"].tolist() == [*range(before + 20)]
    assert np.array_equal(run["params"][:, 0], run["epoch"])
    assert run["epoch"][-1] == before + 19
    assert run.interrupted is None
    assert [*tmp_path.iterdir()] == [path]


def test_killed_before_its_first_commit_it_begins_again(tmp_path):
    with vizopt.Run(tmp_path / "a.zarr") as run:
        run.log(loss=7.0)
        shutil.copytree(run.path, tmp_path / "b.zarr")  # what a killed one leaves
    assert vizopt.Recording(tmp_path / "b.zarr").epochs == 0
    with vizopt.Run(tmp_path / "b.zarr", mode="resume") as run:
        assert run.steps == 0
        run.log(loss=8.0)
        run.log(loss=9.0)
    assert vizopt.Recording(tmp_path / "b.zarr")["loss"].tolist() == [8, 9]


def first(path, **options):
    loop = Loop()
    with vizopt.Run(path, data=(X, Y), predict=loop.predict, **options) as run:
        trained(run, loop, 10)
    return loop


def test_resuming_goes_back_to_the_step_that_is_logged(tmp_path):
    path = tmp_path / "a.zarr"
    loop = first(path)
    with vizopt.Run(path, mode="resume", data=(X, Y), predict=loop.predict) as run:
        assert run.steps == 10
        for step in range(7, 12):
            run.log(step=step, loss=float(step), params=loop.params)
    run = vizopt.Recording(path)
    assert run["loss"][7:].tolist() == [7, 8, 9, 10, 11]
    assert np.isnan(run["lr"][7:]).all()
    assert (run["lr"][:7] == 0.5).all()
    assert run["epoch"].tolist() == [*range(12)]


@tight
def test_resuming_replaces_the_row_after_the_last_update(tmp_path):
    path = tmp_path / "a.zarr"
    loop = Loop()
    with vizopt.Run(path, data=(X, Y), predict=loop.predict, size=20_000) as run:
        trained(run, loop, 101)
    assert vizopt.Recording(path).epochs == 102
    with vizopt.Run(
        path, mode="resume", data=(X, Y), predict=loop.predict, size=20_000, epochs=105
    ) as run:
        trained(run, loop, 4)
    run = vizopt.Recording(path)
    assert run["step"].tolist() == [*range(105)]
    assert run["epoch"][-1] == 104
    assert (np.diff(run["epoch"]) > 0).all()


def test_what_a_training_ends_with_is_where_the_resumed_one_begins(tmp_path):
    def logged(run, steps):
        for step in steps:
            run.log(loss=10.0 - step, params=weights(step))
        run.log_end(params=weights(steps.stop), val_loss=0.5 * steps.stop)

    whole, parts = tmp_path / "whole.zarr", tmp_path / "parts.zarr"
    with vizopt.Run(whole) as run:
        logged(run, range(6))
    with vizopt.Run(parts) as run:
        logged(run, range(3))
    assert vizopt.Recording(parts)["step"].tolist() == [0, 1, 2, -1]
    for _ in range(2):  # at the second time with nothing but the end
        with vizopt.Run(parts, mode="resume") as run:
            logged(run, range(run.steps, 6))
    runs = [vizopt.Recording(path) for path in (whole, parts)]
    for run in runs:
        assert run["step"].tolist() == [0, 1, 2, 3, 4, 5, -1]
        assert run["epoch"].tolist() == [*range(7)]
        assert run["params"][:, 0].tolist() == [*range(7)]
        assert run["loss"][:6].tolist() == [10, 9, 8, 7, 6, 5]
    assert is_logged(runs[0]["val_loss"]).tolist() == [False] * 6 + [True]
    assert is_logged(runs[1]["val_loss"]).tolist() == [False] * 3 + [True] + [False] * 2 + [True]
    assert runs[1]["val_loss"][[3, 6]].tolist() == [1.5, 3.0]


@tight
def test_a_resumed_run_keeps_as_many_rows_as_one_that_was_not(tmp_path):
    def logged(run, steps):
        for _ in steps:
            run.log(lr=0.5, accuracy=0.6, params=weights())

    whole, parts = tmp_path / "whole.zarr", tmp_path / "parts.zarr"
    with vizopt.Run(whole, size=2000) as run:
        logged(run, range(300))
    for steps in (range(128), range(128, 300)):
        with vizopt.Run(parts, size=2000, mode="resume" if steps[0] else "new") as run:
            logged(run, steps)
    kept = [vizopt.Recording(path)["epoch"].tolist() for path in (whole, parts)]
    assert kept[0] == sorted({*kept[1]} - {127})  # the last of the first part


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"data": None}, "cannot go on: a row has "),
        ({"data": (X + 1, Y)}, "data: is not that of the recording that is to be resumed"),
        ({"params": weights()}, "params: are not those of the recording"),
    ],
)
def test_another_training_is_not_gone_on_with(tmp_path, change, line):
    loop, path = first(tmp_path / "a.zarr"), tmp_path / "a.zarr"
    options = {"data": (X, Y), "predict": loop.predict, "params": loop.params} | change
    params = options.pop("params")
    if "params" in change:
        params = {"w": np.zeros((3, 3))}
    with said(line, "the recording ends here"), vizopt.Run(path, mode="resume", **options) as run:
        run.log(loss=1.0, params=params)
    assert vizopt.Recording(path).epochs == 10


def test_nothing_to_resume(tmp_path, run):
    with pytest.raises(RecordingError, match=r"nothing to resume: begin with mode=\"new\"$"):
        vizopt.Run(tmp_path / "a.zarr", mode="resume")
    with pytest.raises(RecordingError, match="was trained by vizopt: go on with: vizopt record"):
        vizopt.Run(run.path, mode="resume")
    assert [*tmp_path.iterdir()] == []


def test_a_full_disk_in_the_middle_ends_the_recording_and_not_the_training(tmp_path):
    process = script(
        tmp_path,
        """
        import warnings, resource
        from vizopt.recording import recorder
        recorder.WAITING_ROWS = 10
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        rng = np.random.RandomState(0)
        with warnings.catch_warnings(record=True) as found:
            warnings.simplefilter("always")
            run = vizopt.Run("a.zarr")
            for step in range(200):
                run.log(loss=step, params=[rng.rand(20, 20)])
                if step == 50:
                    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
            run.close()
            early = vizopt.Run("new/b.zarr")  # whose first rows find no place
            resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
            early.log(loss=1.0)
            early.close()
        print(step, len(found), found[0].message)
        """,
    )
    out, err = process.communicate()
    assert err == ""
    line = "a.zarr: cannot write: File too large: the recording ends here, the training goes on"
    assert out == f"199 2 {line}\n"
    assert [*tmp_path.iterdir()] == [tmp_path / "a.zarr"]
    run = vizopt.Recording(tmp_path / "a.zarr")
    assert 30 <= run.epochs <= 60
    assert run["loss"].tolist() == [*range(run.epochs)]
    assert len(run["params"]) == len(run)


def test_a_full_disk_over_an_older_recording_says_where_the_new_one_is(tmp_path):
    with vizopt.Run(tmp_path / "a.zarr") as run:
        run.log(loss=7.0)
    process = script(
        tmp_path,
        """
        import warnings, resource
        from vizopt.recording import recorder
        recorder.WAITING_ROWS = 10
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        rng = np.random.RandomState(0)
        with warnings.catch_warnings(record=True) as found:
            warnings.simplefilter("always")
            with vizopt.Run("a.zarr") as run:
                for step in range(200):
                    run.log(loss=step, params=[rng.rand(20, 20)])
                    if step == 50:
                        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        print(len(found), found[0].message)
        """,
    )
    out, err = process.communicate()
    assert err == ""
    ends = "the recording ends here, the training goes on: what was complete is in"
    assert out == f"1 a.zarr: cannot write: File too large: {ends} a.interrupted.zarr\n"
    assert vizopt.Recording(tmp_path / "a.zarr")["loss"].tolist() == [7]
    assert 30 <= vizopt.Recording(tmp_path / "a.interrupted.zarr").epochs <= 60


def test_ctrl_c_in_the_middle_of_a_step(tmp_path):
    process = script(
        tmp_path,
        """
        with vizopt.Run("a.zarr") as run:
            for step in range(10_000_000):
                run.log(loss=step, params=[np.full((2, 2), step, np.float32)])
                if step == 300:
                    print("far", flush=True)
        """,
    )
    assert process.stdout.readline() == "far\n"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=GUARD)
    assert "KeyboardInterrupt" in err
    assert "a.zarr: interrupted: has the" in err
    run = vizopt.Recording(tmp_path / "a.zarr")
    assert run.epochs > 300
    assert run["loss"].tolist() == [*range(run.epochs)]
    assert np.array_equal(run["params"][:, 0], run["epoch"])


def test_more_steps_than_planned_and_fewer(tmp_path):
    for planned in (3, 30):
        with vizopt.Run(tmp_path / "a.zarr", epochs=planned) as run:
            for step in range(10):
                run.log(loss=float(step))
        run = vizopt.Recording(tmp_path / "a.zarr")
        assert (run.epochs, run.header.epochs, run.interrupted) == (10, 10, None)
