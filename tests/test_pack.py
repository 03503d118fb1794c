"""Packs and decks of what is no scene: recordings, and races, which fill a slide."""

import re
from pathlib import Path

import pytest
from pptx import Presentation

import vizopt
from vizopt.api import sharing
from vizopt.clips.recipe import read
from vizopt.core.errors import VizoptError, VizoptWarning
from vizopt.deck import sources
from vizopt.formats.ours import is_ours
from vizopt.pipeline import racing, workers
from vizopt.scene.load import load_scene
from vizopt.scene.load_race import load_race

TINY = {
    "epochs": 9,
    "problem.data.points": 9,
    "problem.sizes": [2, 4, 3],
    "keep.grid": 8,
    "timeline.seconds": 0.2,
    "clip.size": (480, 270),
    "clip.fps": 10.0,
    "clip.narrow": False,
}
SHORT = {"timeline.seconds": 0.1}
SET = [
    f"--set={key}={str(list(v) if isinstance(v, tuple) else v).lower()}" for key, v in TINY.items()
]
RACE = """
title = "Two"
epochs = 9
problem = {kind = "network", sizes = [2, 4, 3], data = {kind = "spiral", points = 9}}
timeline = {kind = "uniform", seconds = 0.2}
clip = {size = [480, 270], fps = 10, narrow = false}
[[run]]
name = "SGD"
optimizer = {kind = "sgd", lr = 0.1}
[[run]]
name = "Adam"
optimizer = {kind = "adam", lr = 0.02}
"""


@pytest.fixture
def race(command):
    Path("two.toml").write_text(RACE)
    return "two.toml"


def names(folder):
    return sorted(path.name for path in Path(folder).iterdir())


def test_a_recording_is_packed_as_it_was_trained(command, tmp_path):
    vizopt.record(load_scene("sgd", TINY), "mine.zarr")
    ran = command("pack", "mine.zarr", "-q", "--set", "title=Ours")
    assert ran.code == 0, ran.err
    kinds = ("gif", "html", "mp4", "png", "pptx", "toml", "txt")
    assert names("outputs/mine") == [f"mine.{kind}" for kind in kinds]
    toml = Path("outputs/mine/mine.toml")
    assert ran.out.endswith(f"{toml}  make it again with: vizopt make {toml}\n")
    scene = load_scene(toml)
    assert (scene.title, scene.epochs, scene.optimizer.lr.rate) == ("Ours", 9, 1.0)
    assert is_ours(toml)
    ran = command("pack", "mine.zarr", "--set", "optimizer.lr=0.5")
    assert (ran.code, ran.out) == (1, "")
    assert "optimizer.lr: was trained so: only title, theme, look" in ran.err


def test_a_training_of_ones_own_is_packed_without_a_scene(command):
    with vizopt.Run("own.zarr", title="Own") as run:
        for k in range(9):
            run.log(loss=1 / (k + 1))
    packed = vizopt.pack(run, overrides={key: TINY[key] for key in TINY if "clip" in key} | SHORT)
    assert packed.scene is None
    assert "own.toml" not in names("outputs/own")
    assert repr(packed).endswith("own: own.mp4, own.gif, own.html, own.pptx, own.png>")


def test_a_race_is_packed_without_its_recordings_and_makes_itself_again(command, race, monkeypatch):
    monkeypatch.setattr(workers, "available_cores", lambda: 1)  # as on a machine that has one
    ran = command("pack", race, "-q")
    assert ran.code == 0, ran.err
    kinds = ("gif", "html", "mp4", "png", "pptx", "toml", "txt")
    assert names("outputs") == ["two-pack"]
    assert names("outputs/two-pack") == [f"two.{kind}" for kind in kinds]
    toml = Path("outputs/two-pack/two.toml")
    assert ran.out.endswith(f"{toml}  make it again with: vizopt race {toml}\n")
    made, asked = load_race(toml), load_race(race)
    assert (made.title, made.run) == (asked.title, asked.run)


def test_a_race_has_a_slide_of_its_own(command, race, monkeypatch):
    assert command("race", race, "-o", "a.png", "-q", "--cores", "1").code == 0
    stood = []
    monkeypatch.setattr(racing, "train_runs", lambda jobs, *_: stood.extend(jobs) or _kept(jobs))
    ran = command("slides", race, "--gif", "-o", "d.pptx")
    assert ran.code == 0, ran.err
    assert [job.look[0] for job in stood] == [Path("outputs/two")] * 2
    assert ran.out.splitlines()[1].startswith("two.gif  0.2 s  ")
    (page,) = Presentation("d.pptx").slides
    notes = page.notes_slide.notes_text_frame.text
    assert page.shapes.title.text == "Two"
    assert "2 runs stand beside each other: 1 SGD" in notes
    assert "run: vizopt race NAME.toml\n" in notes
    assert "run: vizopt make" not in notes


def _kept(jobs):
    """The runs, trained where they are looked for."""
    for job in jobs:
        vizopt.record(job.scene, job.own)


@pytest.mark.parametrize("named", ["two.toml+sgd", "sgd+two.toml", "rates+two.toml"])
def test_a_race_beside_another_clip_is_one_line(race, named):
    first = "rates" if "rates" in named else "two.toml"
    with pytest.raises(VizoptError, match=re.escape(f"{named}: {first} is a race, which fills")):
        sources.parted(named)


def test_a_clip_of_a_slide_of_its_own_and_of_a_half_is_trained_once(command):
    ran = command("slides", "sgd+adam", "sgd", "adam", "sgd", "--gif", "-o", "d.pptx", *SET)
    assert ran.code == 0, ran.err
    assert ran.err.count("training sgd: 9 epochs in ") == 1
    assert ran.err.count("training adam: 9 epochs in ") == 1
    shown = [line.partition("  ")[0] for line in ran.out.splitlines()[1:]]
    assert shown == ["sgd.gif", "adam.gif", "sgd-2.gif", "adam-2.gif", "sgd-2.gif"]
    titles = [page.shapes.title.text for page in Presentation("d.pptx").slides]
    plain = "Stochastic gradient descent"
    assert titles == [f"{plain} vs. Adam", plain, "Adam", plain]


def test_what_is_on_a_slide_is_named_or_is_there(walk, tmp_path):
    clip = vizopt.render(walk, tmp_path / "a.gif", size=(480, 270), seconds=0.2)
    with pytest.warns(VizoptWarning, match="a.gif: its smallest text has 8.5 points, less than 12"):
        deck = vizopt.slides([clip, str(clip.path)], tmp_path / "d.pptx")
    assert [part.clip for slide in deck.slides for part in slide.parts] == [clip.path] * 2
    assert sharing._named(walk) == str(walk.path)
    with pytest.raises(VizoptError, match=r"^<Scene sgd.*>: a slide is of a name, a file, "):
        vizopt.slides(load_scene("sgd", TINY), tmp_path / "e.pptx")
    with pytest.raises(VizoptError, match=r"a\.gif: is a finished clip: pack its scene or"):
        vizopt.pack(clip.path)


def test_clips_beside_a_deck_have_a_name_each(command):
    assert command("make", "sgd", "-o", "sgd.gif", *SET, "-q").code == 0
    before = Path("sgd.gif").read_bytes()
    ran = command("slides", "adam+sgd", "sgd", "sgd.gif", "-o", "d.md", *SET, "-q")
    assert ran.code == 0, ran.err
    assert Path("sgd.gif").read_bytes() == before
    assert {"adam.gif", "sgd-2.gif", "sgd-3.gif"} < {*names(".")}
    text = Path("d.md").read_text()
    assert [text.count(f"({name})") for name in ("sgd.gif", "sgd-2.gif", "sgd-3.gif")] == [1] * 3
    assert "lr = 1.0" not in read(Path("adam.gif"))
