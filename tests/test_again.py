"""Finished clips on slides: drawn anew from their recordings where their text is too small."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from test_beside import captions, films, page_of
from test_slides import media

import vizopt
from vizopt.core.errors import VizoptWarning
from vizopt.deck import again
from vizopt.formats import slides as formats
from vizopt.pipeline.field import field_of
from vizopt.scene.load_race import bare_race
from vizopt.scene.options import ClipOptions
from vizopt.scene.race import file_name
from vizopt.scene.written import scene_toml

LOOK = {"size": (480, 270), "fps": 2, "seconds": 0.5}


@pytest.fixture(scope="module")
def clips(run, tmp_path_factory):
    """sgd.mp4 beside its recording, and large.mp4."""
    folder = tmp_path_factory.mktemp("again")
    (folder / "sgd.zarr").symlink_to(run.path)
    for name, more in (
        ("sgd.mp4", {"theme": "dark", "title": "Mine"}),
        ("large.mp4", {"overrides": {"look.text": 2.9}}),
    ):
        vizopt.render(run, folder / name, **LOOK, **more)
    return folder


def recipes_in(notes):
    """Of the clips of a slide."""
    return [part.split("\n\nTo make")[0] for part in notes.split("# made with ")[1:]]


def test_a_clip_beside_its_recording_is_drawn_anew_with_readable_text(command, clips):
    ran = command("slides", clips / "sgd.mp4", clips / "large.mp4", "-o", "d.pptx", "-q")
    assert (ran.code, ran.err) == (0, "")
    first, second = ran.out.splitlines()[1:]
    told = f"drawn anew from {clips / 'sgd.mp4'}'s recording, its text larger"
    assert first == f"sgd.mp4  0.5 s  passes the flash check  {told}"
    assert second == "large.mp4  0.5 s  passes the flash check"
    page, other = page_of(), page_of(number=1)
    assert media(page, "/media") != [(clips / "sgd.mp4").read_bytes()]
    assert media(other, "/media") == [(clips / "large.mp4").read_bytes()]
    (recipe,) = recipes_in(page.notes_slide.notes_text_frame.text)
    for line in ('title = "Mine"', 'theme = "dark"', "slide = true", "seconds = 0.5", "fps = 2"):
        assert line in recipe
    assert "480" not in recipe  # it fills the slide
    assert page.shapes.title.text == "Mine"


def test_two_beside_each_other_have_one_height_and_their_names_one_line(command, clips):
    shutil.copy(clips / "sgd.mp4", "alone.mp4")
    pair, mixed = (f"{clips}/sgd.mp4+{other}" for other in (f"{clips}/sgd.mp4", "alone.mp4"))
    ran = command("slides", pair, mixed, "-o", "d.pptx", "-q")
    assert ran.code == 0
    for number, equal in ((0, True), (1, False)):
        left, right = films(page_of(number=number))
        assert left.top == right.top
        assert (left.height == right.height) is equal
        names = captions(page_of(number=number))
        assert names[0].top == names[1].top
    assert "stage.panels.curves" in recipes_in(page_of().notes_slide.notes_text_frame.text)[0]


def test_what_cannot_be_drawn_anew_says_how_small_its_text_is_and_what_to_do(command, clips):
    shutil.copy(clips / "sgd.mp4", "it's.mp4")
    ran = command("slides", "it's.mp4", "-o", "d.pptx", "-q")
    assert ran.code == 0
    kept = "vizopt make 'it'\"'\"'s.mp4' -o 'it'\"'\"'s.zarr'"
    said = "its smallest text has 8.5 points, less than 12, on the slide (13.3 inches): keep its"
    assert ran.err == f"vizopt: it's.mp4: {said} recording beside it: {kept}\n"
    assert media(page_of(), "/media") == [Path("it's.mp4").read_bytes()]


@pytest.mark.parametrize(("percent", "stays"), [(2.84, False), (2.85, True)])
def test_just_what_a_slide_needs_is_enough(clips, tmp_path, monkeypatch, percent, stays):
    clip = tmp_path / "a.mp4"
    clip.touch()
    text = f"[look]\ntext = {percent}\n[clip]\nsize = [480, 270]\n"
    monkeypatch.setattr(again.recipes, "read", lambda _: text)
    asked = []

    def room_of(size):
        asked.append(size)
        return formats.Room(size, 2.85)

    if stays:
        assert again.anew(clip, room_of) is None
    else:
        with pytest.warns(VizoptWarning, match=re.escape("has 11.9 points, less than 12")):
            assert again.anew(clip, room_of) is None
    assert asked == [(480, 270)]


def test_beside_a_deck_of_text_the_clip_itself_stays(command, clips):
    shutil.copytree(clips, "there", symlinks=True)
    before = Path("there/sgd.mp4").read_bytes()
    ran = command("slides", "there/sgd.mp4", "-o", "there/d.html", "-q")
    assert ran.code == 0
    assert Path("there/sgd.mp4").read_bytes() == before
    assert 'src="sgd-2.mp4"' in Path("there/d.html").read_text()
    assert Path("there/sgd-2.mp4").read_bytes() != before


def test_a_recording_of_another_training_is_not_taken(command, clips, tmp_path):
    vizopt.record(vizopt.load_scene("sgd", {"epochs": 3, "keep.grid": 4}), "sgd.zarr")
    shutil.copy(clips / "sgd.mp4", ".")
    ran = command("slides", "sgd.mp4", "-o", "d.pptx", "-q")
    assert ran.err.startswith("vizopt: sgd.mp4: its smallest text has 8.5 points")


def test_a_race_is_drawn_anew_from_its_recordings(tmp_path, monkeypatch):
    field = field_of(["landscape", "momentum-fast"], {"epochs": 3}, "two")
    race = replace(bare_race(field.race), clip=ClipOptions(size=(480, 270)))
    monkeypatch.setattr(again.recipes, "read", lambda _: scene_toml(race))
    for name, run in field.runs.items():
        with pytest.warns(VizoptWarning, match="less than 12.*: name its race instead$"):
            assert again.anew(tmp_path / "two.mp4", lambda size: formats.Room(size, 2.6)) is None
        vizopt.record(run, tmp_path / "two" / f"{file_name(name)}.zarr")
    found = again.anew(tmp_path / "two.mp4", lambda size: formats.Room(size, 2.6))
    assert {name: run.path.stem for name, run in found.thing.runs.items()} == {
        name: file_name(name) for name in field.runs
    }
