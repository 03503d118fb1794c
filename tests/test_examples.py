"""The examples run as they stand, but for shorter trainings and a small still instead of a clip."""

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import vizopt

EXAMPLES = Path(__file__).parents[1] / "examples"
NEEDED = {
    "keras_digits": ("keras", "torch", "sklearn"),
    "sklearn_iris": ("sklearn",),
    "torch_digits_conv": ("torch", "sklearn"),
    "torch_moons": ("torch", "sklearn"),
}
# What is written → what is run, so that it takes a second.
SHORTER = {
    "keras_digits": ("epochs=8, batch_size=64", "epochs=1, batch_size=900"),
    "sklearn_iris": ("max_iter=150", "max_iter=8"),
    "numpy_moons": ("range(300)", "range(8)"),
    "torch_digits_conv": ("EPOCHS, BATCH = 12, 64", "EPOCHS, BATCH = 1, 900"),
    "torch_moons": ("STEPS = 400", "STEPS = 8"),
}
STEPS = {
    "keras_digits": 2,
    "sklearn_iris": 8,
    "numpy_moons": 8,
    "torch_digits_conv": 2,
    "torch_moons": 8,
}
TITLES = {
    "keras_digits": "Keras learns to read digits",
    "sklearn_iris": "scikit-learn tells irises apart",
    "numpy_moons": "Two moons in plain NumPy",
    "torch_digits_conv": "PyTorch learns to read digits",
    "torch_moons": "Two moons in PyTorch",
}


def replaced(text, old, new):
    assert text.count(old) == 1, old
    return text.replace(old, new)


def is_installed(name):
    return all(map(find_spec, NEEDED.get(name, ())))


def shortened(name, folder):
    """Write an example with a shorter training and a small still; the name of its recording."""
    text = (EXAMPLES / f"{name}.py").read_text(encoding="utf-8")
    text = replaced(text, *SHORTER[name])
    stem = re.search(r'vizopt.render\("(\w+).zarr", "\1.mp4"\)', text)[1]
    text = replaced(text, f'"{stem}.mp4")', f'"{stem}.png", size=(480, 270))')
    folder.mkdir()
    (folder / "short.py").write_text(text, encoding="utf-8")
    return stem


# Keras loads these two where it finds them, which takes a second; no example needs them.
ALL = """
import os, runpy, sys
sys.modules |= dict.fromkeys(("jax", "matplotlib.pyplot"))
for folder in sys.argv[1:]:
    os.chdir(folder)
    runpy.run_path("short.py", run_name="__main__")
"""


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """Where each example ran and its recording's name: in one process, a framework loads slowly."""
    base = tmp_path_factory.mktemp("examples")
    stems = {name: shortened(name, base / name) for name in SHORTER if is_installed(name)}
    process = subprocess.run(
        [sys.executable, "-c", ALL, *(base / name for name in stems)],
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert (process.returncode, process.stderr) == (0, "")
    return {name: (base / name, stem) for name, stem in stems.items()}


@pytest.mark.parametrize("name", SHORTER)
def test_it_runs_and_draws_its_clip(name, ran):
    if not is_installed(name):
        pytest.skip(f"not all of {', '.join(NEEDED[name])} is installed")
    folder, stem = ran[name]
    run = vizopt.Recording(folder / f"{stem}.zarr")
    assert TITLES[name] in repr(run)
    assert run.epochs == STEPS[name] + 1
    assert {"loss", "accuracy", "params", "scores"} <= run.columns.keys()
    assert (folder / f"{stem}.png").stat().st_size > 5000


def test_every_example_is_run():
    assert {path.stem for path in EXAMPLES.glob("*.py")} >= {*SHORTER}
