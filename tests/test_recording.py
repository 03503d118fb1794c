"""The recording: what goes in comes out, whatever happens to the process or the files."""

import json
import shutil
import signal
from pathlib import Path

import numpy as np
import pytest
import zarr
from children import COMMITS_SOON, committed, press, until, vizopt_child
from hypothesis import example, given, settings
from hypothesis import strategies as st

import vizopt
from vizopt.core.errors import RecordingError
from vizopt.core.params import ParamLayout
from vizopt.recording.header import Column, Header
from vizopt.recording.recorder import Recorder
from vizopt.recording.store import Recording

COLUMNS = (
    Column("loss", "history", "float64"),
    Column("epoch", "snapshots", "int64"),
    Column("params", "snapshots", "float32", (3,)),
)
HEADER = Header(
    "test", "title = 'x'", ParamLayout.of({"dense1.weights": (1, 3)}), 9999, {"vizopt": "0"}
)


# Long in epochs, each of which is short and kept: 1024 of them are committed together.
LONG = [
    f"--set={key}"
    for key in (
        "epochs=400001",
        "keep.first=10000",
        "keep.grid=4",
        "problem.data.points=9",
        "problem.sizes=[2, 4, 3]",
    )
] + ["-q"]


def write(path, rows, history):
    with Recorder(path, HEADER, COLUMNS, {"points": np.eye(2)}) as recorder:
        for i in range(history):
            recorder.append("history", {"loss": float(i)})
        for i in range(rows):
            recorder.append("snapshots", {"epoch": i, "params": np.full(3, i)})
    return Recording(path)


@settings(max_examples=7, deadline=None)
@given(rows=st.integers(0, 200), more=st.integers(0, 100))
@example(rows=0, more=3)
@example(rows=129, more=0)
def test_what_was_appended_is_read(tmp_path_factory, rows, more):
    history = rows + more
    run = write(tmp_path_factory.mktemp("r") / "run.zarr", rows, history)
    assert (len(run), run.epochs) == (rows, history)
    assert np.array_equal(run["epoch"], np.arange(rows))
    assert np.array_equal(run["loss"], np.arange(history))
    assert run["params"].shape == (rows, 3)
    assert sum(len(chunk) for chunk in run.chunks("params")) == rows
    assert run.header == HEADER


def test_any_row_in_any_order(tmp_path):
    run = write(tmp_path / "run.zarr", 150, 150)
    for row in (149, 0, 64, 63, 149):
        assert run.row("params", row).tolist() == [row] * 3


def test_any_zarr_tool_opens_it(run):
    group = zarr.open_group(run.path, mode="r")
    assert group.metadata.zarr_format == 3
    assert group["snapshots/params"].shape == (len(run), 387)
    assert group["snapshots/params"].chunks[0] == 256  # half a megabyte at most
    assert group["snapshots/epoch"].chunks[0] == 4096
    assert group["snapshots/scores"].chunks[0] == 64
    assert (run.path / "snapshots/params/c.0.0").is_file()
    assert group["constants/points"].shape == (300, 2)


def test_everything_the_issue_asks_for_is_recorded(run):
    assert set(run.columns) == {"loss", "accuracy", "lr", "epoch", "params", "delta", "scores"}
    assert run.epochs == 301
    epochs = run["epoch"]
    assert epochs[0] == 0
    assert epochs.tolist() == list(range(301))
    assert run["scores"].shape == (len(run), 3, 40, 40)
    assert np.array_equal(run["params"][0] + run["delta"][0], run["params"][1])


def test_scores_name_the_class_that_the_network_predicts(run):
    from numpy.random import RandomState

    scene = vizopt.load_scene("sgd")
    problem = scene.problem.build(RandomState(0))
    x0, x1, y0, y1 = run["extent"]
    x, y = np.meshgrid(np.linspace(x0, x1, 40), np.linspace(y1, y0, 40))
    points = np.stack([x.ravel(), y.ravel()]).astype(np.float32)
    for row in (0, 5, len(run) - 1):
        predicted = problem.scores(run["params"][row], points).argmax(axis=0)
        shown = run["scores"][row].reshape(3, -1)
        assert (shown[predicted, np.arange(1600)] == 255).all()
        assert (shown.argmax(axis=0) == predicted).mean() > 0.98  # ties within a 255th


@pytest.mark.parametrize("column", ["scores", "loss"])
def test_a_missing_chunk_is_damage(run, tmp_path, column):
    copy = shutil.copytree(run.path, tmp_path / "run.zarr")
    chunk = next(p for p in copy.glob(f"*/{column}/c.*") if p.is_file())
    chunk.unlink()
    with pytest.raises(RecordingError, match="damaged"):
        Recording(copy)


def test_a_cut_chunk_is_damage(run, tmp_path):
    copy = shutil.copytree(run.path, tmp_path / "run.zarr")
    chunk = next(p for p in (copy / "snapshots/params").glob("c.*") if p.is_file())
    chunk.write_bytes(chunk.read_bytes()[:100])
    with pytest.raises(RecordingError, match="damaged"):
        Recording(copy)["params"]


def test_a_newer_format_says_what_to_do(run, tmp_path):
    copy = shutil.copytree(run.path, tmp_path / "run.zarr")
    attributes = json.loads((copy / "zarr.json").read_text())
    attributes["attributes"]["vizopt"]["format"] = 99
    attributes["attributes"]["vizopt"]["new_field"] = 1
    (copy / "zarr.json").write_text(json.dumps(attributes))
    with pytest.raises(RecordingError, match=r"newer vizopt.*upgrade"):
        Recording(copy)


def test_what_is_no_recording(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file.zarr").write_text("x")
    zarr.open_group(tmp_path / "other.zarr", mode="w")
    (tmp_path / "torn").mkdir()
    (tmp_path / "torn" / "zarr.json").write_text('{"attributes": ')
    for name in ("empty", "file.zarr", "other.zarr", "torn", "nowhere"):
        with pytest.raises(RecordingError, match=name):
            Recording(tmp_path / name)


@pytest.mark.parametrize("of", [1, 2])
def test_the_permanent_recordings_open_and_draw(tmp_path, of):
    run = Recording(Path(__file__).parent / "data" / f"format-{of}.zarr")
    assert len(run) == 5
    assert run["epoch"].tolist() == [0, 1, 2, 3, 4]
    assert run["loss"][0] == pytest.approx(1.098594, abs=1e-6)
    assert run.weights("dense2", epoch=4).shape == (64, 3)
    clip = vizopt.render(run, tmp_path / "old.gif", seconds=0.5, size=(320, 180))
    assert clip.length == 10


def test_the_permanent_recording_of_a_training_elsewhere_opens_and_draws(tmp_path):
    run = Recording(Path(__file__).parent / "data" / "format-2-elsewhere.zarr")
    assert run["loss"].tolist() == [1, 1 / 2, 1 / 3, 1 / 4, 1 / 5]
    assert run.header.external == vizopt.External(
        "PyTorch", model="Linear", optimizer="SGD", settings={"lr": 0.5}
    )
    assert run.weights("net.0", epoch=0).tolist() == [[0.5, -0.25], [0, 0.125], [1, -1]]
    clip = vizopt.render(run, tmp_path / "mine.gif", seconds=0.5, size=(320, 180))
    assert clip.length == 10


def test_a_killed_process_leaves_what_it_committed(tmp_path):
    arguments = ("record", "sgd", "-o", "run.zarr", *LONG)
    with vizopt_child(*arguments, folder=tmp_path, first=COMMITS_SOON) as process:
        until(process, lambda: committed(tmp_path))
        press(process, signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    run = Recording(next(tmp_path.glob("run.zarr.*.part")))
    assert len(run) > 0  # by the number of its rows, or after five seconds
    assert run["epoch"][0] == 0
    clip = vizopt.render(run, tmp_path / "cut.gif", seconds=0.5, size=(320, 180))
    assert clip.length == 10


def test_later_epochs_are_kept_now_and_then(tmp_path):
    keys = {"epochs": 47, "keep.first": 5, "keep.every": 20, "keep.grid": 4}
    run = vizopt.record(vizopt.load_scene("sgd", keys), tmp_path / "run.zarr")
    assert run["epoch"].tolist() == [0, 1, 2, 3, 4, 20, 40, 46]
    assert run.epochs == 47
