"""The book's exponential and logarithm: the same bits with NumPy's own kernels and without."""

import hashlib
import os
import subprocess
import sys
import tempfile
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import numpy as np
import pytest

import vizopt
from vizopt.core import exponential
from vizopt.core.exponential import exp32, log32, numpy_has_its_own
from vizopt.recording.scores import to_margin_bytes
from vizopt.train.problems.activations import sigmoid
from vizopt.train.problems.heads import Targets, head
from vizopt.train.problems.precision import PRECISIONS

OFF = "X86_V3 X86_V4 AVX512_ICL AVX512_SPR"
EPOCHS = 301
TABLES = Path(__file__).parent / "data" / "epochs" / "simd-exp"
RUNS = {"sgd": "sgd_lr1", "adam-tuned": "adam_05_5e-7"}
# SHA-256 of float32 values, as NumPy computes them with AVX2 or AVX-512.
EXP, LOG = "276109bea04e8027", "dc35c3374adedfec"
SAMPLES = (
    np.linspace(-110, 90, 10_000, dtype=np.float32),
    np.linspace(1e-7, 1, 10_000, dtype=np.float32),
)


def sha(x):
    return hashlib.sha256(np.nan_to_num(x).astype("<f4").tobytes()).hexdigest()[:16]


with np.errstate(all="ignore"):
    SIMD = sha(np.exp(SAMPLES[0])) == EXP
needs_simd = pytest.mark.skipif(not SIMD, reason="NumPy has no vectorised functions here")
RUN = f"""
import hashlib
import numpy as np, vizopt
from numpy.random import RandomState
from vizopt.core.exponential import numpy_has_its_own
from vizopt.recording.scores import to_margin_bytes
from vizopt.train.loop import train
points = RandomState(0).uniform(-1, 1, (2, 4000)).astype(np.float32)
print(numpy_has_its_own())
for name in {list(RUNS)}:
    scene = vizopt.load_scene(name)
    rng = RandomState(scene.seed)
    network = scene.problem.build(rng)
    steps = list(train(network, scene.optimizer, epochs={EPOCHS}, rng=rng))
    for step in steps[::100]:
        found = step.evaluation
        accuracy = found.metrics["accuracy"]
        print(f"{{step.number}},{{accuracy:.6f}},{{found.loss:.6f}}")
    losses = np.array([step.evaluation.loss for step in steps])
    params = steps[-1].params
    scores = to_margin_bytes(network.scores(params, points))
    print(*(hashlib.sha256(x.tobytes()).hexdigest() for x in (params, losses, scores)))
"""


def bits(x):
    return x.view(np.int32)


def wide(count):
    rng = np.random.RandomState(1)
    exponents = rng.randint(-45, 2, count // 4).astype(np.float64)
    ranges = [(-100, 0), (-110, -80), (0, 95)]
    values = [rng.uniform(*ends, count // 4) for ends in ranges]
    return np.concatenate([*values, rng.uniform(-1, 1, count // 4) * 10**exponents])


def test_they_are_the_lessons_on_every_machine():
    assert (sha(exp32(SAMPLES[0])), sha(log32(SAMPLES[1]))) == (EXP, LOG)
    assert numpy_has_its_own() == SIMD


@needs_simd
def test_the_exponential_is_numpys_to_the_last_bit():
    x = wide(1_200_000).astype(np.float32)
    with np.errstate(all="ignore"):
        assert np.array_equal(bits(exp32(x)), bits(np.exp(x)))


@needs_simd
def test_at_its_ends_and_between_them():
    ends = [np.inf, -np.inf, np.nan, 0.0, -0.0, 1e30, -1e30]
    near = [end + np.arange(-40, 40) * 7.62939453125e-06 for end in (88.7228394, -103.97208)]
    x = np.concatenate([ends, *near]).astype(np.float32)
    with np.errstate(all="ignore"):
        assert np.array_equal(bits(exp32(x)), bits(np.exp(x)))
    assert exp32(np.float32([-104, 89])).tolist() == [0, np.inf]
    assert 0 < exp32(np.float32([-103.9]))[0] < 1e-44


@needs_simd
def test_the_logarithm_is_numpys_to_the_last_bit():
    rng = np.random.RandomState(2)
    x = np.concatenate([rng.uniform(1e-7, 1, 600_000), 10 ** rng.uniform(-30, 30, 600_000)])
    x = np.append(x, [1e-7, 0.5, np.sqrt(0.5), 1, 2, 1 - 1e-7]).astype(np.float32)
    assert np.array_equal(bits(log32(x)), bits(np.log(x)))


def test_they_are_what_their_names_say():
    x = np.linspace(-20, 20, 1001, dtype=np.float32)
    assert exp32(x) == pytest.approx(np.exp(x.astype(float)), rel=3e-7)
    assert log32(exp32(x)) == pytest.approx(x, rel=1e-6, abs=1e-6)


def test_written_out_where_numpy_has_others(monkeypatch):
    x = np.linspace(-9, 0, 50, dtype=np.float32)
    ours = exp32(x), log32(exp32(x))
    monkeypatch.setattr(np, "exp", None)
    monkeypatch.setattr(np, "log", None)
    monkeypatch.setattr(exponential, "numpy_has_its_own", lambda: False)
    exponential.exp(x)
    assert np.array_equal(x, ours[0])
    assert np.array_equal(exponential.log(x), ours[1])
    book = PRECISIONS["book"]
    for outputs in (1, 3):
        x = np.linspace(-9, 9, outputs * 4, dtype=np.float32).reshape(outputs, 4)
        judged = head(outputs).loss_and_accuracy(
            x, Targets.of(np.array([0, 1, 0, 1]), "float32"), book
        )
        assert np.isfinite(judged.loss)
    out = np.empty(3, np.float32)
    sigmoid(np.float32([-200, 0, 200]), out, book)
    assert out.tolist() == [0, 0.5, 1]


@pytest.mark.parametrize(("rest", "ulps"), [(2.0**-80, 1), (-(2.0**-80), 0), (0.0, 0)])
def test_what_decides_a_tie_is_not_lost(rest, ulps):
    """(1 + 2⁻¹²)² lies between two float32; a rest that float64 cannot add says which is nearer."""
    one = np.float32([1 + 2.0**-12])
    found = exponential._fma(one, one, np.float32(rest))[0]
    assert found == np.float32(1 + 2.0**-11 + ulps * 2.0**-23)
    assert exponential._fma(-one, one, np.float32(-rest))[0] == -found


def test_another_kernel_is_noticed(monkeypatch):
    numpy_has_its_own.cache_clear()
    exact = np.exp
    monkeypatch.setattr(np, "exp", lambda x: exact(x.astype(np.float64)).astype(np.float32))
    assert not numpy_has_its_own()
    numpy_has_its_own.cache_clear()


def test_scores_are_the_same_bytes_on_every_machine():
    outputs = np.random.RandomState(0).uniform(-1, 1, (3, 1_000_000)).astype(np.float32)
    assert hashlib.sha256(to_margin_bytes(outputs).tobytes()).hexdigest()[:16] == "71cabada91efa0b7"


def here():
    """What is said of the runs: NumPy's kernels, rows of both, hashes."""
    with redirect_stdout(StringIO()) as said:
        exec(RUN, {})
    return said.getvalue().split("\n")[:-1]


def without_kernels():
    """The same of a process that has none."""
    env = os.environ | {"NPY_DISABLE_CPU_FEATURES": OFF}
    command = [sys.executable, "-W", "ignore", "-c", RUN]
    away = tempfile.gettempdir()  # from here Python would find the tree and not what is installed
    done = subprocess.run(command, env=env, cwd=away, capture_output=True, text=True, check=True)
    return done.stdout.split("\n")[:-1]


def test_the_lessons_runs_need_no_vectorised_kernel():
    """Rows of the tables; parameters, losses and scores to the last bit after 301 epochs."""
    with_simd, without = here(), without_kernels()
    if without[0] == "True":
        pytest.skip("NumPy's own kernels cannot be switched off here")
    assert with_simd[1:] == without[1:]
    rows = without[1:5], without[6:10]
    for name, found in zip(RUNS, rows, strict=True):
        table = (TABLES / f"{RUNS[name]}.csv").read_text().split()
        assert found == table[1:5]


def test_with_other_matrix_products_only_a_plane_may_differ_and_by_one_step(tmp_path):
    """OpenBLAS takes those of the processor that it is told."""
    command = [sys.executable, "-m", "vizopt", "record", "adam", "--set", "epochs=101"]
    env = os.environ | {"OPENBLAS_CORETYPE": "Nehalem"}
    subprocess.run([*command, "-o", "other.zarr"], env=env, cwd=tmp_path, check=True)
    other = vizopt.Recording(tmp_path / "other.zarr")
    one = vizopt.record(vizopt.load_scene("adam", {"epochs": 101}), tmp_path / "one.zarr")
    for name in ("params", "delta", "loss", "accuracy", "lr"):
        np.testing.assert_array_equal(one[name], other[name])
    assert abs(one["scores"].astype(int) - other["scores"]).max() <= 1
