"""Recordings from strangers: headers through a spec, chunks held against their files."""

import json
import os
import re
import shutil
from pathlib import Path

import pytest

from vizopt.core.errors import RecordingError
from vizopt.recording import chunks
from vizopt.recording.atomic import check_free
from vizopt.recording.store import Recording
from vizopt.scene.load import load_scene
from vizopt.scene.written import scene_toml


@pytest.fixture
def copy(run, tmp_path):
    return Path(shutil.copytree(run.path, tmp_path / "run.zarr"))


def edit(document: Path, *path, to):
    """Change one place of a zarr.json."""
    table = json.loads(document.read_text())
    at = table
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = to
    document.write_text(json.dumps(table))


def tensor(name, shape, **others):
    """A tensor as a header has it."""
    known = {"layer": "a", "role": "weight", "axis_in": None, "axes_out": [len(shape) - 1]}
    return {"name": name, "shape": shape, **known, **others}


def refusal(path):
    with pytest.raises(RecordingError) as found:
        Recording(path)
    told = str(found.value)
    assert told.startswith(f"{path}: damaged")
    assert "\n" not in told
    return told


@pytest.mark.parametrize(
    ("key", "to", "told"),
    [
        ("classes", [f"c{i}" for i in range(100_000)], "classes"),
        ("classes", ["a", "b"], "does not fit 2 classes"),
        ("classes", [], "does not fit 0 classes"),
        ("classes", [1, 2, 3], "classes.0"),
        ("unit", "week", "unit"),
        ("name", 5, "name"),
        ("scene", ["x"], "scene"),
        ("epochs", 0, "epochs"),
        ("epochs", 10**30, "epochs"),
        ("epochs", 5, "more rows than epochs"),
        ("layout", {"shapes": []}, "0 arrays"),
        ("layout", {"shapes": [["dense1.weights", [2, 64]]]}, r"\[387\] does not fit"),
        ("layout", {"shapes": [["dense1.weights", [10**12, 10**12]]]}, "a shape of no array"),
        ("layout", {"shapes": [["a.w", [2, 3, 4]]]}, r"a.w \[2, 3, 4\]: has no matrix"),
        ("layout", {"shapes": [["a.w", [2, 3]], ["a.w", [2, 3]]]}, "two arrays"),
        ("layout", {"shapes": [["a.w", ["x"]]]}, "layout.0.1.0"),
        ("layout", {"tensors": []}, "0 arrays"),
        ("layout", {"tensors": [tensor("a.w", [2, 64])]}, r"\[387\] does not fit"),
        ("layout", {"tensors": [tensor("a.w", [10**12, 10**12])]}, "a shape of no array"),
        ("layout", {"tensors": [tensor("a.w", [-2, -3])]}, "a shape of no array"),
        ("layout", {"tensors": [tensor("a.w", [2, 3])] * 2}, "two arrays"),
        ("layout", {"tensors": [tensor("a.w", [2, 3], axes_out=[2])]}, "are no axes of it"),
        ("layout", {"tensors": [tensor("a.w", [2, 3], axes_out=[1, 1])]}, "are no axes of it"),
        ("layout", {"tensors": [tensor("a.w", [2, 3], axis_in=-1)]}, "are no axes of it"),
        ("layout", {"tensors": [tensor("a.w", [2, 3], role="boss")]}, "tensors.0.role"),
        ("layout", {"tensors": [tensor("a.w", [2, 3]), tensor("a.b", [4], axes_out=[0])]},
         r"a.b \[4\]: has 4 columns, not 3 as the rest of a"),
        ("versions", {"numpy": 2}, "versions.numpy"),
        ("worked", "x" * 100_001, "worked"),
        ("more", 1, "more"),
    ],
)  # fmt: skip
def test_a_header_that_cannot_be_is_named(copy, key, to, told):
    edit(copy / "zarr.json", "attributes", "vizopt", key, to=to)
    message = refusal(copy)
    assert re.search(told, message), message


@pytest.mark.parametrize(
    ("was", "to"),
    [
        ("    64,", "    8,"),
        ("epochs = 301", "epochs = 300"),
        (None, "local-minimum-1"),
    ],
)
def test_a_scene_that_does_not_fit_the_arrays_is_one_line(copy, command, was, to):
    scene = Recording(copy).header.scene
    assert was is None or was in scene
    other = scene_toml(load_scene(to, {"epochs": 301})) if was is None else scene.replace(was, to)
    edit(copy / "zarr.json", "attributes", "vizopt", "scene", to=other)
    told = f"vizopt: {copy}: damaged: its scene is of another training than its rows\n"
    ran = command("render", copy, "-o", "a.png")
    assert (ran.code, ran.err) == (1, told)
    assert command("race", copy, "sgd", "-o", "a.png").err == told


@pytest.mark.parametrize(
    ("key", "to"),
    [
        ("committed", {"history": 301}),
        ("committed", {"history": 1, "snapshots": 2}),
        ("committed", {"history": -1, "snapshots": -1}),
        ("committed", {"history": "301", "snapshots": 301}),
        ("committed", {"history": 10**12, "snapshots": 301}),
        ("diverged", "soon"),
        ("id", 5),
        ("interrupted", -1),
    ],
)
def test_attributes_that_cannot_be_are_one_line(copy, key, to):
    edit(copy / "zarr.json", "attributes", key, to=to)
    assert "header: " in refusal(copy)


@pytest.mark.parametrize(
    ("array", "path", "to"),
    [
        ("history/loss", ["shape"], [10]),
        ("history/loss", ["data_type"], "bool"),
        ("snapshots/epoch", ["data_type"], "float64"),
        ("snapshots/scores", ["shape"], [301, 3, 40, 41]),
        ("snapshots/scores", ["data_type"], "float32"),
        ("snapshots/params", ["shape"], [301, 386]),
        ("snapshots/params", ["chunk_grid", "configuration", "chunk_shape"], [64, 10]),
        ("snapshots/params", ["chunk_grid", "configuration", "chunk_shape"], [10**12, 387]),
        ("history/loss", ["chunk_grid", "configuration", "chunk_shape"], [10**12]),
        ("history/loss", ["chunk_grid", "configuration", "chunk_shape"], [2 * 10**8]),
        ("constants/points", ["shape"], [10**12, 2]),
        ("constants/points", ["shape"], [300, 3]),
        ("constants/held_out", ["fill_value"], 257),
        ("constants/labels", ["shape"], [299]),
        ("constants/extent", ["shape"], [5]),
        ("history/loss", ["codecs"], [{"name": "bytes", "configuration": {"endian": "little"}},
                                      {"name": "gzip", "configuration": {"level": 1}}]),
    ],
)  # fmt: skip
def test_arrays_that_do_not_fit_are_one_line_and_nothing_is_read(
    copy, array, path, to, monkeypatch
):
    read = []
    monkeypatch.setattr(Recording, "_read", lambda *wanted: read.append(wanted))
    edit(copy / array / "zarr.json", *path, to=to)
    refusal(copy)
    assert read == []


@pytest.mark.parametrize(
    ("array", "to"),
    [
        ("snapshots/probabilities", [61, 3]),
        ("snapshots/probabilities", [61, 4, 200]),
        ("snapshots/probabilities", [61, 3, 1]),
        ("constants/points", [60, 2]),
        ("constants/points", [60]),
        ("constants/units", [2, 2]),
        ("constants/extent", [4]),
    ],
)
def test_arrays_of_one_feature_that_do_not_fit_are_one_line(line, tmp_path, array, to):
    path = Path(shutil.copytree(line.path, tmp_path / "line.zarr"))
    assert len(Recording(path)) == 61
    document = path / array / "zarr.json"
    chunks = [min(8, side) for side in to]
    edit(document, "shape", to=to)
    edit(document, "chunk_grid", "configuration", "chunk_shape", to=chunks)
    assert "does not fit" in refusal(path)


def test_rows_that_are_claimed_in_the_millions_of_millions_cost_nothing(copy):
    for array in ("history/loss", "snapshots/params"):
        shape = json.loads((copy / array / "zarr.json").read_text())["shape"]
        edit(copy / array / "zarr.json", "shape", to=[10**12, *shape[1:]])
    assert Recording(copy)["loss"].shape == (301,)  # only committed rows are read


def test_epochs_and_classes_are_of_the_run(copy, run):
    edit(copy / "zarr.json", "attributes", "committed", to={"history": 300, "snapshots": 300})
    assert len(Recording(copy)) == 300
    edit(copy / "zarr.json", "attributes", "vizopt", "classes", to=["a", "b"])
    shutil.rmtree(copy / "snapshots" / "scores")
    assert "constants/labels: of more classes than the 2" in refusal(copy)


def test_epochs_that_were_not_recorded_are_damage(copy):
    shutil.rmtree(copy / "snapshots" / "epoch")
    shutil.copytree(copy / "constants" / "labels", copy / "snapshots" / "epoch")
    edit(copy / "zarr.json", "attributes", "committed", to={"history": 301, "snapshots": 300})
    assert "no epochs of this run" in refusal(copy)


@pytest.mark.parametrize("name", ["zarr.json", "history/loss/zarr.json", "history/loss/c.0"])
@pytest.mark.parametrize("target", ["/dev/zero", "/dev/null", "itself"])
def test_devices_in_the_place_of_files_are_not_read(copy, name, target):
    file = copy / name
    file.unlink()
    file.symlink_to(file.name if target == "itself" else target)
    with pytest.raises(RecordingError):
        Recording(copy)["loss"]
    if name == "zarr.json":
        with pytest.raises(RecordingError, match="exists and is no recording"):
            check_free(copy)


def test_files_larger_than_any_of_ours_are_not_read(copy, monkeypatch):
    monkeypatch.setattr(chunks, "CHUNK", 1)
    refusal(copy)
    monkeypatch.undo()
    os.truncate(copy / "zarr.json", 17_000_000)
    with pytest.raises(RecordingError, match="no file of a recording"):
        Recording(copy)


def test_a_folder_in_the_place_of_an_array(copy, capfd):
    shutil.rmtree(copy / "history" / "loss")
    shutil.copytree(copy / "constants", copy / "history" / "loss")
    shutil.rmtree(copy / "history" / "lr")
    (copy / "history" / "lr").mkdir()
    refusal(copy)
    assert capfd.readouterr().err == ""


def test_a_curve_without_points_is_one_line(descent, tmp_path):
    copy = Path(shutil.copytree(descent.path, tmp_path / "run.zarr"))
    edit(copy / "constants" / "curve" / "zarr.json", "shape", to=[0, 2])
    assert "constants/curve: float64 [0, 2] does not fit" in refusal(copy)
