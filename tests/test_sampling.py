"""A sample of a large layer: its own cells, the same in every row, and said wherever it is seen."""

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from test_resume import committing, cut

import vizopt
from vizopt import pipeline, story
from vizopt.clips.drawing import planned_picture
from vizopt.core import sampling
from vizopt.core.errors import RecordingError
from vizopt.core.params import ParamLayout
from vizopt.pipeline.reuse import Reuse
from vizopt.recording.store import Recording
from vizopt.scene.load import parse_scene

KEYS = {
    "problem.sizes": [2, 400, 300, 3],
    "problem.data.points": 10,
    "epochs": 6,
    "keep.first": 3,
    "keep.every": 2,
    "keep.grid": 6,
}
SAMPLE = {"record.large": "sample"}


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """The same training, recorded whole and as a sample."""
    folder = tmp_path_factory.mktemp("both")
    whole = vizopt.record(vizopt.load_scene("adam", KEYS), folder / "whole.zarr")
    sample = vizopt.record(vizopt.load_scene("adam", KEYS | SAMPLE), folder / "sample.zarr")
    return whole, sample


def test_places_are_evenly_spaced_from_end_to_end():
    assert sampling.evenly(9, 5).tolist() == [0, 2, 4, 6, 8]
    assert sampling.evenly(5, 5).tolist() == [0, 1, 2, 3, 4]
    places = sampling.evenly(4096)
    assert (len(places), places[0], places[-1]) == (128, 0, 4095)
    assert set(np.diff(places)) == {32, 33}


def test_a_layer_of_100_000_cells_is_whole():
    shapes = {"dense1.weights": (99, 1000), "dense1.biases": (1000,)}
    assert sampling.sampled(ParamLayout.of(shapes)).cells is None
    taken = sampling.sampled(ParamLayout.of({**shapes, "dense1.weights": (100, 1000)}))
    assert dict(taken.layout.shapes) == {"dense1.weights": (100, 128), "dense1.biases": (128,)}
    assert taken.whole == {"dense1.weights": (100, 1000), "dense1.biases": (1000,)}


def test_the_sample_is_cells_of_the_run_in_every_row(both):
    whole, sample = both
    a = {name: whole.weights(name, epoch=4) for name in ("dense1", "dense2", "dense3")}
    b = {name: sample.weights(name, epoch=4) for name in ("dense1", "dense2", "dense3")}
    down, across = sampling.evenly(400), sampling.evenly(300)
    assert b["dense2"].shape == (128, 128)
    assert np.array_equal(b["dense2"], a["dense2"][down][:, across])
    assert np.array_equal(b["dense1"], a["dense1"])
    assert np.array_equal(b["dense3"], a["dense3"])
    biases = [run.weights("dense2.biases", epoch=4) for run in both]
    assert np.array_equal(biases[1], biases[0][across])
    cells = sampling.sampled(whole.layout).cells
    for column in ("params", "delta"):
        assert np.array_equal(sample[column], whole[column][:, cells])
    for column in ("scores", "loss", "accuracy", "epoch"):
        assert np.array_equal(sample[column], whole[column])


def test_it_says_that_it_is_one(both, command):
    _, sample = both
    told = story.of(sample).text
    assert "dense1 2 × 400, dense2 128 × 128 of 400 × 300, dense3 300 × 3," in repr(sample)
    one = "Recorded are 128 × 128 evenly spaced of the 400 × 300 weights of layer 2."
    assert one in told
    assert told.count("evenly spaced") == 1
    assert "it has 122\u2009403 weights and biases" in told
    shown = command("table", sample.path, "--epoch", "4", "--weights").out
    assert "dense2.weights [128 × 128 of 400 × 300], before" in shown
    assert "dense1.weights [2 × 400], before" in shown


def test_the_picture_says_of_what_it_shows_a_part(both, texts):
    _, sample = both
    scene = parse_scene(sample.header.scene, "test", {}, {})
    shown = [text for text, _ in texts.still(planned_picture(sample, scene, (1280, 720), 30))]
    dense = shown.index("Dense 2")
    assert shown[dense + 1 : dense + 4] == ["128 × 128 of 400 × 300", "blocks", "128 × 128"]
    assert "of 2 × 400" not in shown
    stage = {"panels": {"a": {"kind": "weights", "layer": "dense2"}}, "mosaic": {"rows": ["a"]}}
    wide = parse_scene(sample.header.scene, "test", {}, {"stage": stage, "look.language": "de"})
    shown = [text for text, _ in texts.still(planned_picture(sample, wide, (1280, 720), 30))]
    assert "128 × 128 von 400 × 300" in " ".join(shown)


def test_exported_cells_have_the_places_of_the_whole(both, command):
    whole, sample = both
    command("table", sample.path, "--epoch", "4", "--weights", "-o", "w.csv")
    lines = csv.DictReader(Path("w.csv").read_text(encoding="utf-8").splitlines())
    rows = [line for line in lines if line["array"] == "dense2.weights"]
    last = rows[-1]
    assert (last["row"], last["column"]) == ("399", "299")
    second = rows[1]
    column = int(second["column"])
    assert column == sampling.evenly(300)[1]
    weights = whole.weights("dense2", epoch=4)
    assert np.float32(second["before_step"]) == weights[0, column]


def test_it_goes_on_and_is_reused(both, tmp_path, monkeypatch):
    _, sample = both
    scene = vizopt.load_scene("adam", KEYS | SAMPLE)
    committing(monkeypatch, 0, 2)
    cut(scene, tmp_path / "run.zarr", 4)
    run = vizopt.record(scene, tmp_path / "run.zarr", resume=True)
    assert np.array_equal(run["params"], sample["params"])
    said = []
    reuse = Reuse(tmp_path, said.append)
    again, _ = pipeline.make(scene, [tmp_path / "again.zarr"], reuse=reuse)
    assert "has the same training: reused" in said[0]
    assert np.array_equal(again["params"], sample["params"])
    other = vizopt.load_scene("adam", KEYS)
    whole, _ = pipeline.make(other, [tmp_path / "again.zarr"], reuse=reuse)
    assert all(line.endswith("training again") for line in said[1:])
    assert whole.layout.size == 122_403


@pytest.mark.parametrize(
    "wrong", [{"dense2.weights": [127, 300]}, {"dense2.weights": [400]}, {"else": [400, 300]}]
)
def test_what_cannot_be_a_sample_is_damage(both, tmp_path, wrong):
    _, sample = both
    copy = shutil.copytree(sample.path, tmp_path / "run.zarr")
    table = json.loads((copy / "zarr.json").read_text())
    table["attributes"]["vizopt"]["whole"] = wrong
    (copy / "zarr.json").write_text(json.dumps(table))
    with pytest.raises(RecordingError, match=r"damaged.*whole"):
        Recording(copy)
