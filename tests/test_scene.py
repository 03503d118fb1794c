"""Scenes: loaded, checked before anything runs, written out and loaded again."""

import ast
import tomllib
from pathlib import Path

import pytest

import vizopt
from vizopt.core.errors import SceneError
from vizopt.core.library import bundled
from vizopt.scene.load import parse_scene
from vizopt.scene.spec import Scene
from vizopt.scene.written import scene_toml
from vizopt.train.optimizers import SGD
from vizopt.train.problems import NetworkSpec, Spiral
from vizopt.train.schedules import Constant, InverseDecay

MINE = """
title = "Mine"
epochs = 5
[problem]
kind = "network"
[problem.data]
kind = "spiral"
[optimizer]
kind = "sgd"
lr = { kind = "inverse-decay", initial = 1, decay = 1e-3 }
"""

STAGE = """
[stage.mosaic]
rows = ["plane w1"]
[stage.panels.plane]
kind = "plane"
[stage.panels.w1]
kind = "weights"
layer = "dense1"
"""


def parse(text=MINE, **overrides):
    return parse_scene(
        text, "mine.toml", {}, {k.replace("__", "."): v for k, v in overrides.items()}
    )


def test_a_scene_is_its_dataclasses():
    scene = parse()
    assert scene.optimizer == SGD(lr=InverseDecay(1.0, 1e-3))
    assert scene.problem == NetworkSpec(data=Spiral(points=100))
    assert scene.problem.precision == "float32"


def test_overrides_reach_every_key():
    scene = parse(optimizer__lr=0.5, problem__data__points=7, theme="dark", timeline__seconds=3)
    assert scene.optimizer.lr == Constant(0.5)
    assert scene.problem.data.points == 7
    assert scene.theme == "dark"
    assert scene.timeline.seconds == 3


@pytest.mark.parametrize("text", [MINE, MINE + STAGE])
def test_written_out_it_loads_as_the_same_scene(text):
    scene = parse(text)
    assert parse(scene_toml(scene)) == scene


def test_a_scene_built_in_python_is_the_same_as_from_toml():
    ours = Scene(
        title="Mine",
        epochs=5,
        problem=NetworkSpec(data=Spiral()),
        optimizer=SGD(lr=InverseDecay(1.0, 1e-3)),
    )
    assert ours == parse()


WRONG = {
    "titel = 1": 'titel: unknown key (did you mean "title"?)',
    "epochs = 0": "epochs: 0: should be greater than or equal to 1",
    'epochs = "many"': "epochs: 'many': should be a valid integer",
    "epochs = true": "epochs: True: should be a valid integer",
    "seed = -1": "seed: -1: should be greater than or equal to 0",
    'theme = "drak"': 'theme: unknown theme "drak" (did you mean "dark"?)',
    "problem.sizes = [2, 0]": "problem.sizes.1: 0: should be greater than or equal to 1",
    "problem.sizes = [2]": "problem.sizes: [2]: needs 2 values at least",
    "problem.sizes = [2, 8, 4]": "problem: sizes end with 4 outputs, but the data have 3 classes",
    "problem.sizes = [3, 8, 3]": "problem: sizes start with 3 features, but the data have 2",
    "problem.sizess = [2]": 'problem.sizess: unknown key (did you mean "sizes"?)',
    'problem.precision = "boo"': "problem.precision: 'boo': should be 'book', 'float32'",
    'problem.kind = "netwrk"': 'problem: unknown kind "netwrk" (did you mean "network"?)',
    "problem.data.noise = -1": "problem.data.noise: -1: should be greater than or equal to 0",
    'problem.data.kind = "spirl"': 'problem.data: unknown kind "spirl" (did you mean "spiral"?)',
    "optimizer.lr = 0": "optimizer.lr: 0: should be greater than 0",
    "optimizer.lr = -1.0": "optimizer.lr: -1.0: should be greater than 0",
    "optimizer.lr = nan": "optimizer.lr: nan: should be a finite number",
    'optimizer.lr = "1"': "optimizer.lr: '1': needs a table with a kind: constant, inverse-decay",
    "optimizer.momentm = 1": "optimizer.momentm: unknown key",
    "timeline.seconds = 0": "timeline.seconds: 0: should be greater than 0",
    'timeline.kind = "log"': 'timeline: unknown kind "log"',
    "keep = 3": "keep: 3: needs a table with first, every, grid",
    "keep.grid = 1": "keep.grid: 1: should be greater than or equal to 2",
}


@pytest.mark.parametrize("line", WRONG)
def test_every_mistake_is_named_in_one_line(line, tmp_path, monkeypatch):
    key, value = line.split(" = ")
    monkeypatch.chdir(tmp_path)
    Path("mine.toml").write_text(MINE)
    with pytest.raises(SceneError) as caught:
        vizopt.load_scene("mine.toml", {key: tomllib.loads(f"v = {value}")["v"]})
    assert str(caught.value).startswith(f"mine.toml: {WRONG[line]}")
    assert "\n" not in str(caught.value)


STAGES = {
    'rows = ["plane w1"]|rows = ["plane w2"]': 'stage: mosaic names "w2", no panel',
    'rows = ["plane w1"]|rows = ["plane", "w1 w1"]': "stage.mosaic: every row needs the same",
    'rows = ["plane w1"]|rows = []': "stage.mosaic: every row needs the same",
    'rows = ["plane w1"]|rows = ["plane w1", "w1 plane"]': 'stage.mosaic: "plane" does not cover',
    'rows = ["plane w1"]|rows = ["plane w1"]\nwidths = [1]': "stage.mosaic: widths: should be",
    'layer = "dense1"|layr = "dense1"': 'stage.panels.w1.layr: unknown key (did you mean "layer"?)',
    'kind = "weights"|kind = "weight"': 'stage.panels.w1: unknown kind "weight" (did you mean',
    'layer = "dense1"|layer = "dense3"': 'stage.panels.w1.layer: no layer "dense3": did you mean',
}


@pytest.mark.parametrize("change", STAGES)
def test_every_mistake_on_the_stage_is_named(change):
    old, new = change.split("|")
    with pytest.raises(SceneError) as caught:
        parse((MINE + STAGE).replace(old, new))
    assert str(caught.value).startswith(f"mine.toml: {STAGES[change]}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title = ", "not TOML: Invalid value"),
        ("", "problem: missing: add this key"),
        ('title = "x"', "problem: missing: add this key"),
        ("x", "not TOML"),
    ],
)
def test_a_file_that_is_no_scene(text, message):
    with pytest.raises(SceneError, match=message):
        parse(text)


def test_an_override_below_a_value_says_so():
    with pytest.raises(SceneError, match=r"epochs is 5, not a table: set epochs itself"):
        parse(epochs__x=1)


def test_sources(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run = tmp_path / "mine.zarr"
    with vizopt.Run(run) as recorded:
        recorded.log(loss=1.0)
    (tmp_path / "mine.toml").write_text(MINE)
    assert vizopt.load_scene(tmp_path / "mine.toml").name == "mine"
    assert vizopt.load_scene("sgd").name == "sgd"
    (tmp_path / "latin.toml").write_bytes(b'title = "\xe9"')
    for source, message in (
        ("sgdd", 'no such scene: did you mean "sgd"'),
        (tmp_path / "none.toml", "cannot read: No such file"),
        (tmp_path, "cannot read: Is a directory"),
        (run, f"is a recording and no scene: draw it with: vizopt render {run} -o mine.mp4"),
        ("mine.zarr", "is a recording and no scene: draw it with: vizopt render mine.zarr -o mine"),
        (tmp_path / "latin.toml", "not a text file in UTF-8"),
    ):
        with pytest.raises(SceneError, match=message):
            vizopt.load_scene(source)


@pytest.mark.parametrize(
    ("kind", "key", "value"),
    [
        ("adam", "beta_1", 1.0),
        ("adam", "beta_2", -0.1),
        ("momentum", "momentum", 1.0),
        ("rmsprop", "rho", 1.5),
        ("adam", "epsilon", 0.0),
        ("adamw", "weight_decay", -1.0),
        ("lion", "lr", float("inf")),
    ],
)
def test_hyper_parameters_out_of_range(kind, key, value):
    with pytest.raises(SceneError, match=rf"optimizer\.{key}: .*: should be"):
        parse(**{"optimizer__kind": kind, f"optimizer__{key}": value})


def test_a_frame_is_written_as_a_number_too():
    text = bundled("sgd") + "\n[clip]\nat = 20\nposter = 3\n"
    clip = parse_scene(text, "a.toml", {}, {}).clip
    assert (clip.at, clip.poster) == ("20", "3")
    assert vizopt.load_scene("sgd", {"clip.at": 20}).clip.at == "20"


def test_every_pattern_is_told_in_words():
    files = (file.read_text("utf-8") for file in Path(vizopt.__file__).parent.rglob("*.py"))
    fields = [
        {keyword.arg for keyword in node.keywords}
        for text in files
        if "pattern=" in text
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Field"
    ]
    patterns = [keys for keys in fields if "pattern" in keys]
    assert len(patterns) >= 4
    assert all("description" in keys for keys in patterns)
