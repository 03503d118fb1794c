"""vizopt.keras: a callback that records what `fit` does; each backend in a process of its own.

VIZOPT_KERAS=all has Keras train with JAX too; without it, with PyTorch.
"""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

import vizopt

if find_spec("keras") is None:
    pytest.skip("Keras is not installed", allow_module_level=True)

FITS = Path(__file__).with_name("keras_fits.py")
ONCE = {  # JAX compiles the same training once, with the callback and without
    "JAX_COMPILATION_CACHE_DIR": "compiled",
    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
}
# Keras loads these where it finds them, which takes half of its start; nothing here needs them.
ALONE = """
import os, runpy, sys
others = {"jax", "matplotlib", "pandas", "sklearn"} - {os.environ["KERAS_BACKEND"]}
sys.modules |= dict.fromkeys(others)
runpy.run_path(sys.argv[1], run_name="__main__")
"""
STEPS = 9  # 3 epochs of 3 batches
BACKENDS = [
    pytest.param(name, marks=pytest.mark.skipif(not find_spec(name), reason=f"{name} is missing"))
    for name in (["torch", "jax"] if os.environ.get("VIZOPT_KERAS") == "all" else ["torch"])
]


def run_fits(backend, folder):
    """What the trainings print, and where their recordings are."""
    ran = subprocess.run(
        [sys.executable, "-c", ALONE, FITS],
        cwd=folder,
        env={**os.environ, **ONCE, "KERAS_BACKEND": backend, "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout.splitlines()[-1])


@pytest.fixture(scope="module", params=BACKENDS)
def fits(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    return run_fits(request.param, folder), folder, request.param


def of_every_step(values):
    """Column of which the last row, behind the last step, has nothing."""
    return [*values, np.nan]


def test_training_is_the_same_to_the_last_bit_and_every_step_is_there(fits):
    found, folder, backend = fits
    assert found["callback"]
    assert found["equal"]
    run = vizopt.Recording(folder / "steps.zarr")
    assert run.epochs == len(run) == STEPS + 1
    assert run.header.unit == "step"
    assert run.layout.layers == ("first", "norm", "last")
    assert [t.name for t in run.layout.tensors][:3] == ["first/kernel", "first/bias", "norm/gamma"]
    rows = [run.weights("first", epoch=step)[:2] for step in range(STEPS + 1)]
    assert len({row.tobytes() for row in rows}) == STEPS + 1
    np.testing.assert_array_equal(rows[-1], found["final"])
    rates = 0.05 * 0.5 ** (np.arange(STEPS) / 2)
    np.testing.assert_allclose(run["lr"], of_every_step(rates), rtol=1e-5)
    by = run.header.external
    assert (by.framework, by.model, by.optimizer) == ("Keras", "Sequential", "Adam")
    assert by.settings["beta_1"] == 0.9
    assert "execution" not in by.note
    assert run.header.versions["its backend"] == backend
    assert run.header.classes == ("apart", "alike")


def test_a_batch_has_its_own_numbers_and_those_held_out_stand_where_they_were_measured(fits):
    found, folder, _ = fits
    run = vizopt.Recording(folder / "steps.zarr")
    sizes = [32, 32, 16]
    for name in ("loss", "accuracy"):
        epochs = run[name][:STEPS].reshape(3, 3)
        means = np.average(epochs, axis=1, weights=sizes)
        np.testing.assert_allclose(means, found["history"][name], rtol=1e-5)
        held_out = found["history"][f"val_{name}"]
        none = [np.nan] * 2  # until it is measured again
        expected = [np.nan, *none, held_out[0], *none, held_out[1], *none, held_out[2]]
        np.testing.assert_array_equal(run[f"val_{name}"], expected)
    right = run["accuracy"][:STEPS] * (sizes * 3)
    np.testing.assert_allclose(right, np.round(right), atol=1e-4)


def test_the_plane_changes_with_the_weights(fits):
    _, folder, _ = fits
    run = vizopt.Recording(folder / "steps.zarr")
    assert run["scores"].shape[:2] == (STEPS + 1, 2)
    assert len({row.tobytes() for row in run["scores"]}) == STEPS + 1


def test_several_batches_an_execution(fits):
    _, folder, backend = fits
    if backend != "jax":
        pytest.skip("Keras with torch refuses it")
    run = vizopt.Recording(folder / "executions.zarr")
    assert run.header.external.note == "a step is an execution of 2 batches"
    assert run.epochs == 3 * 2 + 1
    assert "scores" not in run.columns


@pytest.fixture
def others(fits):
    found, folder, backend = fits
    if backend != "torch":
        pytest.skip("is the same with every backend")
    return found, folder


def test_the_loss_is_that_of_the_batch_by_the_weights_before_it(others):
    found, folder = others
    run = vizopt.Recording(folder / "own.zarr")
    np.testing.assert_allclose(run["loss"][:STEPS], found["losses"], rtol=1e-5)
    assert not np.allclose(found["told"], found["losses"], rtol=1e-3), "Keras tells a mean"
    rows = [run.weights("dense", epoch=step)[:2] for step in range(STEPS)]
    np.testing.assert_array_equal(rows, found["weights"])


def test_epochs_have_the_means_and_the_weights_before_them(others):
    found, folder = others
    run, steps = (vizopt.Recording(folder / f"{name}.zarr") for name in ("epochs", "steps"))
    assert (run.header.unit, run.epochs) == ("epoch", 4)
    np.testing.assert_array_equal(run["loss"], of_every_step(found["history"]["loss"]))
    assert run["val_loss"][1:].tolist() == found["history"]["val_loss"]
    for epoch in range(4):
        mine, same = run.weights("first", epoch=epoch), steps.weights("first", epoch=3 * epoch)
        np.testing.assert_array_equal(mine, same)
    np.testing.assert_allclose(run["lr"][:3], steps["lr"][[0, 3, 6]], rtol=1e-6)


def test_a_resumed_training_goes_on_with_the_weights_that_it_ended_with(others):
    _, folder = others
    run = vizopt.Recording(folder / "parts.zarr")
    assert run["step"].tolist() == [*range(STEPS), -1]
    assert run["epoch"].tolist() == [*range(STEPS + 1)]
    assert np.isfinite(run["loss"]).tolist() == [True] * STEPS + [False]
    assert np.flatnonzero(np.isfinite(run["val_loss"])).tolist() == [3, 6, 9]


def test_a_training_that_was_broken_off_leaves_its_place_to_the_next_one(others):
    _, folder = others
    assert vizopt.Recording(folder / "again.zarr").epochs == STEPS + 1


def test_a_rate_that_another_callback_sets(others):
    _, folder = others
    rates = vizopt.Recording(folder / "rates.zarr")["lr"]
    np.testing.assert_allclose(rates, [0.5] * 3 + [0.25] * 3 + [0.5 / 3] * 3 + [np.nan], rtol=1e-6)


def test_samples_that_are_pictures(others):
    _, folder = others
    run = vizopt.Recording(folder / "image.zarr")
    assert run.layout.layers == ("conv", "last")
    assert run.weights("conv", epoch=0).shape == (2, 3)
    assert run["scores"].shape[:2] == (2, 2)


def test_what_cannot_be_recorded_is_a_line_and_the_training_goes_on(others):
    found, _ = others
    frozen, place = found["warnings"]
    assert frozen == "frozen.zarr: training: the model has nothing that can be trained: left out"
    assert place.startswith("not a recording: training: not a recording: a recording's name ends")
    unit, mode, size, data, number, option, path, backend = found["errors"]
    assert mode == 'mode: \'Resume\': should be "new" or "resume"'
    assert size == "size 'much': write it like \"200 MB\""
    assert unit == 'unit: \'batch\': should be "epoch" or "step"'
    assert data == "data: 100 samples and labels [3]"
    assert number == "data: needs X and y: data=(X, y)"
    assert option.startswith('keras.Recorder: unknown keyword "nope": there are: classes, ')
    assert path.startswith("3: should be one name or path")
    assert backend == "Keras' backend numpy cannot train: KERAS_BACKEND=torch, or jax"
