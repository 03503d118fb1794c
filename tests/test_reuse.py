"""A recording of the same training is drawn again; one that might differ in a bit is not."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

import vizopt
from vizopt import pipeline
from vizopt.core.errors import VizoptError
from vizopt.deck import making
from vizopt.pipeline import reuse as reuses
from vizopt.pipeline import training
from vizopt.pipeline.prepared import prepare
from vizopt.pipeline.reuse import Reuse, reused
from vizopt.recording.atomic import attributes
from vizopt.recording.store import Recording
from vizopt.scene.load import parse_scene

SMALL = {
    "epochs": 9,
    "keep.grid": 8,
    "problem.data.points": 9,
    "problem.sizes": [2, 4, 3],
    "timeline.seconds": 0.2,
}
SET = [f"--set={key}={value}" for key, value in SMALL.items()]
MAKE = ("make", "sgd", *SET, "--size", "320x180")
REUSED = "outputs/sgd.zarr: has the same training: reused (--again trains)"


@pytest.fixture(scope="module")
def stood(tmp_path_factory):
    path = tmp_path_factory.mktemp("stood") / "sgd.zarr"
    return vizopt.record(vizopt.load_scene("sgd", SMALL), path).path


@pytest.fixture
def outputs(stood, command):
    """The recording in outputs/ of the folder that the command runs in."""
    return Path(shutil.copytree(stood, "outputs/sgd.zarr"))


def said(ran):
    """What the command says of recordings that stand, and whether it trains."""
    told = [line for line in ran.err.splitlines() if ".zarr: " in line]
    return told, "training sgd" in ran.err


def changed(path, change):
    """Change the attributes of a recording."""
    file = path / "zarr.json"
    document = json.loads(file.read_text())
    change(document["attributes"])
    file.write_text(json.dumps(document))


def tried(scene):
    """Whether a scene reuses a recording in outputs/, and what is said of it."""
    told = []
    part = Path("part")
    part.mkdir()
    found = reused(part, prepare(scene), Reuse(Path("outputs"), told.append))
    assert found == bool(list(part.iterdir()))
    shutil.rmtree(part)
    return found, told


def small(**overrides):
    return vizopt.load_scene("sgd", SMALL | overrides)


def numbers(path):
    run = Recording(path)
    return {name: run[name].tobytes() for name in run.names}


SHOWN = {
    "title": "X",
    "theme": "dark",
    "timeline.kind": "uniform",
    "timeline.seconds": 3.0,
    "look.language": "de",
    "name": "other",
    "stage.panels": {"curves": {"kind": "curves"}},  # fewer
    "pause": [{"epoch": 3, "text": "?"}],
    "clip.size": [640, 360],
    "clip.fps": 7.0,
    "formats": ["gif"],
}


@pytest.mark.parametrize("shown", [{}, SHOWN])
def test_what_is_shown_may_differ(outputs, shown):
    assert tried(small(**shown)) == (True, [REUSED])


@pytest.mark.parametrize("files", [["a.png"], ["a.gif", "b.zarr"]])
def test_it_is_drawn_without_training(command, outputs, stood, files):
    ran = command(*MAKE, *(f"-o{file}" for file in files), "--at=3" if files == ["a.png"] else "-q")
    assert (ran.code, said(ran)) == (0, ([REUSED] if files == ["a.png"] else [], False))
    assert all(Path(file).exists() for file in files)
    assert numbers(outputs) == numbers(stood)
    assert [path.name for path in Path("outputs").iterdir()] == ["sgd.zarr"]


def test_the_picture_is_that_of_a_new_training(command, outputs):
    assert command(*MAKE, "-o", "a.png", "--theme", "dark", "-q").err == ""
    again = command(*MAKE, "-o", "b.png", "--theme", "dark", "--again")
    assert said(again) == ([], True)
    assert Path("a.png").read_bytes() == Path("b.png").read_bytes()
    assert Path("a.txt").read_bytes() == Path("b.txt").read_bytes()


TRAINED = {
    "optimizer.lr": 0.5,
    "optimizer.kind": "adam",
    "epochs": 8,
    "seed": 1,
    "keep.every": 3,
    "keep.grid": 9,
    "problem.data.points": 8,
    "problem.precision": "float64",
    "problem.batch": 5,
}


@pytest.mark.parametrize("key", TRAINED)
def test_what_changes_a_number_is_trained(outputs, key):
    assert tried(small(**{key: TRAINED[key]})) == (False, [])


def test_another_rate_is_trained(command, outputs):
    ran = command(*MAKE, "--set", "optimizer.lr=0.5", "-o", "a.png")
    assert (ran.code, said(ran)) == (0, ([], True))


def flip(outputs):
    chunk = outputs / "snapshots/delta/c.0.0"
    content = bytearray(chunk.read_bytes())
    content[len(content) // 2] ^= 1
    chunk.write_bytes(content)


def cut_short(known):
    known["interrupted"] = 5
    known["committed"] = {"history": 5, "snapshots": 5}


def other_version(known):
    known["vizopt"]["versions"]["vizopt"] = "0.0.9"


def no_scores(outputs):
    shutil.rmtree(outputs / "snapshots/scores")


UNFIT = {
    "older": (
        lambda path: changed(path, other_version),
        f"was recorded by vizopt 0.0.9, here is {vizopt.__version__}",
    ),
    "interrupted": (lambda path: changed(path, cut_short), "is not whole"),
    "flipped": (flip, "damaged: snapshots/delta, rows 0 to 8 "),
    "truncated": (lambda path: (path / "history/loss/c.0").unlink(), "damaged: "),
    "lacking": (no_scores, "lacks scores, which is to be recorded"),
}


@pytest.mark.parametrize("unfit", UNFIT)
def test_one_that_does_not_hold_the_training_is_not_reused_and_a_line_says_why(outputs, unfit):
    spoil, reason = UNFIT[unfit]
    spoil(outputs)
    found, (line,) = tried(small())
    assert not found
    assert line.startswith(f"outputs/sgd.zarr: {reason}")
    assert line.endswith(": training again")
    assert "part" not in line


def test_an_older_version_is_trained_again_in_its_place(command, outputs, stood):
    changed(outputs, other_version)
    ran = command(*MAKE, "-o", "outputs/sgd.zarr")
    line = f"was recorded by vizopt 0.0.9, here is {vizopt.__version__}: training again"
    assert said(ran) == ([f"outputs/sgd.zarr: {line}"], True)
    assert Recording(outputs).header.versions["vizopt"] == vizopt.__version__
    assert numbers(outputs) == numbers(stood)


def rewritten(path, column, change):
    """The same recording with other numbers, whole and sound."""
    import zarr

    array = zarr.open_group(path, mode="r+")[column]
    array[...] = change(np.asarray(array[...]))


@pytest.mark.parametrize("column", ["params", "delta", "scores", "epoch", "loss", "lr", "accuracy"])
def test_one_bit_of_the_first_steps_tells_other_numbers(outputs, column):
    group = "snapshots" if column in ("params", "delta", "scores", "epoch") else "history"

    def change(values):
        values[1] = values[1] + 1 if values.dtype.kind in "iu" else np.nextafter(values[1], 9)
        return values

    rewritten(outputs, f"{group}/{column}", change)
    found, (line,) = tried(small())
    assert not found
    assert line.endswith(": training again")


CSV = "a,b,c,kind\n" + "".join(f"{i},{i * i % 7},{i % 5},{'xy'[i % 2]}\n" for i in range(12))
OWN = """
title = "Own"
epochs = 6
keep = { grid = 8 }
timeline = { seconds = 0.2 }
optimizer = { kind = "sgd", lr = 0.1 }
[problem]
kind = "network"
sizes = [3, 4, 2]
plane = ["a", "b"]
data = { kind = "csv", path = "own.csv", label = "kind" }
"""


def test_data_that_no_picture_shows_are_held_against_the_first_steps(command):
    Path("own.toml").write_text(OWN)
    Path("own.csv").write_text(CSV)
    vizopt.record(vizopt.load_scene("own.toml"), "outputs/own.zarr")
    assert tried(vizopt.load_scene("own.toml"))[0]
    for was, now, reason in (
        ("3,2,3,y", "3,2,4,y", "its first steps are others"),  # a column that is not drawn
        ("3,2,3,y", "3,3,3,y", "its data are others"),
        ("y\n", "z\n", "its data are others"),  # the name of a class
    ):
        Path("own.csv").write_text(CSV.replace(was, now))
        said = [f"outputs/own.zarr: {reason}: training again"]
        assert tried(vizopt.load_scene("own.toml")) == (False, said)


def test_the_recording_that_is_made_says_what_it_was_asked_for(command, outputs, stood):
    before = Recording(outputs)
    ran = command(*MAKE, "-o", "outputs/sgd.zarr", "-o", "b.png", "--set", "title=New")
    assert said(ran) == ([REUSED], False)
    run = Recording(outputs)
    assert 'title = "New"' in run.header.scene
    assert numbers(outputs) == numbers(stood)
    anew = command(*MAKE, "-o", "anew.zarr", "--set", "title=New", "--again", "-q")
    assert anew.code == 0
    here, there = attributes(outputs), attributes(Path("anew.zarr"))
    assert here["id"] == attributes(stood)["id"] == before._id
    assert here | {"id": ""} == there | {"id": ""}


def test_one_named_with_o_comes_first_then_that_of_the_name_then_others(command, stood):
    for name in ("b", "a", "sgd"):
        shutil.copytree(stood, f"outputs/{name}.zarr")
    shutil.copytree(stood, "c.zarr")
    reuse = Reuse(Path("outputs"), print, [Path("c.zarr"), Path("d.zarr")])
    names = [path.name for path in reuse.standing("sgd")]
    assert names == ["c.zarr", "sgd.zarr", "a.zarr", "b.zarr"]
    for name in ("sgd", "a"):
        changed(Path(f"outputs/{name}.zarr"), other_version)
    told, trains = said(command(*MAKE, "-o", "a.png"))
    assert [line.split()[0] for line in told] == [
        "outputs/sgd.zarr:",
        "outputs/a.zarr:",
        "outputs/b.zarr:",
    ]
    assert not trains


def test_what_a_recording_was_trained_on_is_read_once_however_often_it_is_asked(
    outputs, monkeypatch
):
    """A search of n trainings looks at n recordings n times."""
    reuses._trained.cache_clear()
    scenes = [vizopt.load_scene("sgd", SMALL | {"seed": seed}) for seed in range(4)]
    read = []
    monkeypatch.setattr(
        reuses, "parse_scene", lambda *given: read.append(given) or parse_scene(*given)
    )
    assert [reuses.is_of(outputs, scene) for scene in scenes] == [True, False, False, False]
    assert len(read) == 1


def test_what_is_no_recording_is_left_alone(command):
    Path("outputs/sgd.zarr").mkdir(parents=True)
    Path("outputs/a.zarr").write_text("no folder")
    Path("outputs/b.zarr").mkdir()
    Path("outputs/b.zarr/zarr.json").write_text('{"attributes": {"vizopt": {"scene": 3}}}')
    assert said(command(*MAKE, "-o", "a.png")) == ([], True)


@pytest.mark.parametrize("name", ["make", "pack", "slides"])
def test_every_command_that_trains_to_draw_reuses(command, monkeypatch, name):
    given = []

    def noted(*_, reuse=None, **__):
        given.append(reuse)
        raise VizoptError("enough")

    monkeypatch.setattr(pipeline, "make", noted)
    monkeypatch.setattr(making, "trained", noted)
    for again in ([], ["--again"]):
        assert "enough" in command(name, "sgd", *again).err
    assert (given[0].folder, given[1]) == (Path("outputs"), None)


def test_from_python_make_trains_unless_told(outputs, monkeypatch):
    scene = vizopt.load_scene("sgd", SMALL | {"clip.size": [320, 180]})
    told = []
    steps = []
    original = training.record_steps
    monkeypatch.setattr(training, "record_steps", lambda *a: (steps.append(1), original(*a)))
    pipeline.make(scene, [Path("a.png")])
    assert steps == [1]
    pipeline.make(scene, [Path("a.png")], reuse=Reuse(Path("outputs"), told.append))
    assert steps == [1]
    assert told == [REUSED]


def test_it_goes_away_while_it_is_copied(outputs, monkeypatch, command):
    copy = shutil.copytree

    def gone(source, *rest, **kw):
        shutil.rmtree(source)
        return copy(source, *rest, **kw)

    monkeypatch.setattr(shutil, "copytree", gone)
    ran = command(*MAKE, "-o", "a.png")
    assert (ran.code, said(ran)[1]) == (0, True)
    assert "outputs/sgd.zarr: " in ran.err


def test_it_is_replaced_after_it_was_copied(outputs, stood, command, monkeypatch):
    """Another process puts a recording of other numbers there: it is not what is drawn."""
    original = reuses._check

    def replaced(part, wanted):
        shutil.rmtree(outputs)
        other = vizopt.load_scene("sgd", SMALL | {"seed": 3})
        vizopt.record(other, outputs)
        original(part, wanted)

    with monkeypatch.context() as patch:
        patch.setattr(reuses, "_check", replaced)
        assert command(*MAKE, "-o", "a.png").code == 0
    shutil.rmtree(outputs)
    shutil.copytree(stood, outputs)
    assert command(*MAKE, "-o", "b.png").code == 0
    assert Path("a.png").read_bytes() == Path("b.png").read_bytes()


def test_an_interruption_while_drawing_leaves_no_copy(outputs, stood, monkeypatch, command):
    def pressed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "drawn", pressed)
    ran = command(*MAKE, "-o", "outputs/sgd.zarr", "-o", "a.png")
    assert ran.code == 1
    assert ran.err.splitlines()[-1] == (
        "vizopt: interrupted: what was not complete has been removed"
    )
    assert [path.name for path in Path("outputs").iterdir()] == ["sgd.zarr"]
    assert numbers(outputs) == numbers(stood)


@pytest.mark.parametrize(
    ("name", "keys"), [("divergence", {"keep.grid": 8}), ("landscape", {}), ("too-big", {})]
)
def test_a_run_that_diverged_or_makes_no_step_is_whole(command, name, keys):
    scene = vizopt.load_scene(name, keys)
    vizopt.record(scene, f"outputs/{name}.zarr")
    assert tried(scene)[0]


def test_what_another_command_puts_there_meanwhile_is_not_taken(outputs, monkeypatch):
    """It starts as what is wanted does, and is longer."""
    copy = reuses._copy

    def meanwhile(path, part):
        shutil.rmtree(path)
        vizopt.record(vizopt.load_scene("sgd", SMALL | {"epochs": 12}), path)
        copy(path, part)

    monkeypatch.setattr(reuses, "_copy", meanwhile)
    told = f"{outputs}: another training came there meanwhile: training again"
    assert tried(vizopt.load_scene("sgd", SMALL)) == (False, [told])
