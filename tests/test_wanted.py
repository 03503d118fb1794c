"""Wrong arguments from Python are one line of ours, which says how they are written."""

import numpy as np
import pytest

import vizopt
from vizopt import VizoptError
from vizopt.recording.budget import bytes_of

PAIR = np.array([1, 2])  # has no truth of its own
ARRAY = r"array\(\[1, 2\]\)"
PATH = 'should be one name or path, like "sgd" or "sgd.gif"'
SEVERAL = "races are of names, paths, scenes, races and recordings, several in a list"
RUN = {"data": (np.zeros((4, 2)), np.array([0, 1, 0, 1])), "predict": lambda points: points}
WRONG = {
    "render no file": (lambda: vizopt.render("a.zarr", None), f"None: {PATH}"),
    "render a number": (lambda: vizopt.render("a.zarr", ["a.gif", 3]), f"3: {PATH}"),
    "make a list": (lambda: vizopt.make(["sgd", 3], "a.gif"), rf"\['sgd', 3\]: {PATH}"),
    "make a key": (lambda: vizopt.make("sgd", "a.gif", overrides={3: 1}), "make: overrides: 3: a"),
    "record": (lambda: vizopt.record("sgd", None), f"None: {PATH}"),
    "race a generator": (lambda: vizopt.race((s for s in "ab"), "a.gif"), f"<generator.*{SEVERAL}"),
    "race a number": (lambda: vizopt.race(["sgd", 3], "a.gif"), f"3: {SEVERAL}"),
    "race no core": (lambda: vizopt.race("rates", "a.gif", cores=0), "race: cores: 0: one at le"),
    "race flag": (lambda: vizopt.race("rates", "a.gif", cores=True), "race: cores=True: .*=2"),
    "tune": (lambda: vizopt.tune("rates", target="high"), "tune: target='high': .* target=0.8"),
    "tune list": (lambda: vizopt.tune("rates", overrides=[1]), r"tune: overrides=\[1\]: write it"),
    "find": (lambda: vizopt.find("good", within="10"), "find: within='10': .* within=100"),
    "slides none": (lambda: vizopt.slides([], "a.pptx"), "slides: no scene, recording or clip"),
    "slides title": (lambda: vizopt.slides("sgd", "a.pptx", titles="A"), "slides: titles='A': .*"),
    "slides ratio": (lambda: vizopt.slides("sgd", "a.pptx", ratio="3:2"), "ratio='3:2': there are"),
    "pack": (lambda: vizopt.pack(None), f"None: {PATH}"),
    "check": (lambda: vizopt.check(["a.gif"]), PATH),
    "load_scene": (lambda: vizopt.load_scene({"title": "a"}), PATH),
    "overrides": (lambda: vizopt.load_scene("sgd", [1]), r"load_scene: overrides=\[1\]: write it"),
    "overrides of NumPy": (lambda: vizopt.load_scene("good", PAIR), f"overrides={ARRAY}: write it"),
    "render options": (lambda: vizopt.render("a.zarr", "a.gif", PAIR), f"{ARRAY}: is no ClipOpt"),
    "pack folder": (lambda: vizopt.pack("good", PAIR), f"{ARRAY}: {PATH}"),
    "pack overrides": (lambda: vizopt.pack("good", overrides=PAIR), f"overrides={ARRAY}: write it"),
    "tune overrides": (lambda: vizopt.tune("rates", overrides=PAIR), f"overrides={ARRAY}: write"),
    "tune folder": (lambda: vizopt.tune("rates", folder=PAIR), f"{ARRAY}: {PATH}"),
    "register table": (lambda: vizopt.register(3, "a", int), 'register: table=3: .*="optimizer"'),
    "register list": (lambda: vizopt.register([], "a"), r"register: table=\[\]: write it like"),
    "register name": (lambda: vizopt.register("optimizer", 3, int), "register: name=3: write it"),
    "register class": (lambda: vizopt.register("optimizer", "a", 0), 'a": 0 is no class: give the'),
    "Run size": (lambda: vizopt.Run("a.zarr", size=True), 'size True: write it like "200 MB"'),
    "Run versions": (lambda: vizopt.Run("a.zarr", versions=3), "Run: versions=3: write it like"),
    "Run modules": (lambda: vizopt.Run("a.zarr", modules=3), "Run: modules=3: write it like"),
    "Run features": (lambda: vizopt.Run("a.zarr", features=3), "Run: features=3: write it like"),
    "Run classes": (
        lambda: vizopt.Run("a.zarr", **RUN, classes=3),
        "Run: classes=3: write it like",
    ),
}


@pytest.mark.parametrize(("call", "told"), WRONG.values(), ids=WRONG)
def test_a_wrong_argument_is_one_line_of_ours(tmp_path, monkeypatch, call, told):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(VizoptError, match=told) as caught:
        call()
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_whole_numbers_of_numpy_are_numbers(descent):
    assert descent.at(np.int64(0)).epoch == 0
    assert bytes_of(np.int64(10**8)) == bytes_of(np.float32(1e8)) == bytes_of("100 MB") == 1e8


@pytest.mark.parametrize("name", [PAIR, np.array("x"), 3, None])
def test_weights_of_what_is_no_name(run, name):
    with pytest.raises(VizoptError, match=r'no weights ".*": there are: dense1, '):
        run.weights(name, epoch=0)
    assert run.weights(np.array("dense1"), epoch=0).shape == (2, 64)


def test_the_way_out_is_an_argument_in_python_and_an_option_in_the_command(command, tmp_path):
    file = tmp_path / "a.toml"
    file.write_text("mine")
    with pytest.raises(VizoptError, match=r"or replace it with overwrite=True$"):
        vizopt.find("good", file=file)
    assert command("find", "good", "-o", file).err.endswith("or replace it with --overwrite\n")


BROKEN = {
    "scene": lambda run: vizopt.load_scene("x\ny"),
    "weights": lambda run: run.weights("x\ny", epoch=0),
    "size": lambda run: vizopt.render(run, "a.gif", size="x\ny"),
    "check": lambda run: vizopt.check("x\ny.gif"),
    "recipe": lambda run: vizopt.recipe("x\ny.gif"),
    "recording": lambda run: vizopt.Recording("x\ny.zarr"),
}


@pytest.mark.parametrize("call", BROKEN.values(), ids=BROKEN)
def test_a_name_of_two_lines_is_told_in_one(descent, call):
    with pytest.raises(VizoptError, match=r"x\\+ny") as caught:
        call(descent)
    assert "\n" not in str(caught.value)
    assert str(VizoptError(caught.value)) == str(caught.value)  # escaped once
