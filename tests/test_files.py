"""Files: two runs into one name leave one of them whole, and what others wrote is kept."""

import os
import random
import shutil
import time
from pathlib import Path

import pytest
from PIL import Image
from pptx import Presentation
from racing import LONG, PACK, SETS, left_beside, race, runs_in

import vizopt
from vizopt.clips.options import request
from vizopt.clips.plan import planned
from vizopt.core.errors import EncodeError, VizoptError
from vizopt.core.marks import unsigned
from vizopt.formats.ours import is_ours
from vizopt.pipeline import render_all
from vizopt.scene.options import ClipOptions

DRAWN = ["-q", "--size", "480x270", "--seconds", "0.2", "--fps", "10"]
TINY = request(size=(480, 270), fps=10.0, narrow=False, overrides={"timeline.seconds": 0.2})
BRIEF = ["--set", "epochs=9", "--set", "keep.grid=4", *DRAWN]
SUFFIXES = ["mp4", "webm", "gif", "webp", "apng", "png", "html", "pptx"]
REPLACE = Path.replace


def slowly(file, target):
    time.sleep(random.uniform(0, 0.01))
    return REPLACE(file, target)


ENCODED = {"a.mp4", "a.webm", "a.html", "a.pptx"}  # by a process of FFmpeg for each
COUNTS = {"a.txt": LONG * 1000, "pack": len(PACK), "race": 2, "tune": 4}
RACED = [*(f"a.{suffix}" for suffix in SUFFIXES if suffix != "png"), "%05d.png", "a.txt", *SETS]


@pytest.mark.parametrize("name", RACED)
def test_of_runs_into_one_name_the_last_wins_whole(tmp_path, monkeypatch, name):
    path = tmp_path / name
    if "%" in name:  # so slowly and unevenly that they would mix
        monkeypatch.setattr(Path, "replace", slowly)
    runs, rounds = (2, 1) if name in SETS else (2, 2) if name in ENCODED else (3, 2)
    assert race(path, runs, rounds) == [0] * runs
    numbers, count = runs_in(path)
    assert len(numbers) == 1
    assert count == COUNTS.get(name, LONG)
    assert left_beside(path) == set()


@pytest.fixture(scope="module")
def drawn(walk, tmp_path_factory):
    """A clip of each format with their text, all drawn at once."""
    folder = tmp_path_factory.mktemp("drawn")
    render_all(walk, [folder / f"a.{suffix}" for suffix in SUFFIXES], TINY)
    return folder


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_of_ours_is_replaced_and_another_is_not(tmp_path, drawn, suffix):
    file = tmp_path / f"a.{suffix}"
    for name in (file.name, "a.txt"):
        shutil.copy(drawn / name, tmp_path)
    assert is_ours(file)
    assert is_ours(tmp_path / "a.txt")
    planned([file], ClipOptions(), overwrite=False)
    file.write_bytes(b"my own lecture about vizopt")
    with pytest.raises(EncodeError) as caught:
        planned([file], ClipOptions(), overwrite=False)
    assert str(caught.value) == (
        f"{file}: is there, and vizopt did not write it or it was changed since: "
        "choose another name, or replace it with overwrite=True"
    )
    planned([file], ClipOptions(), overwrite=True)


@pytest.fixture
def here(drawn, tmp_path):
    """A clip of ours with its text, in the folder of the command."""
    for name in ("a.gif", "a.txt"):
        shutil.copy(drawn / name, tmp_path)


def refused(ran, *words):
    assert ran.code == 1
    assert ran.out == ""
    assert ran.err.count("\n") == 1, ran.err
    assert "--overwrite" in ran.err
    for word in words:
        assert word in ran.err
    return True


def test_a_text_of_the_users_is_not_replaced_before_anything_is_trained(command):
    Path("requirements.txt").write_text("vizopt\n")
    ran = command("make", "sgd", "-o", "requirements.png", "-o", "r.zarr")
    assert refused(ran, "requirements.txt: the text beside requirements.png is there")
    assert [file.name for file in Path().iterdir()] == ["requirements.txt"]
    ran = command("make", "sgd", "-o", "requirements.png", *BRIEF, "--overwrite")
    assert ran.code == 0
    assert is_ours(Path("requirements.txt"))


def test_a_scene_keeps_its_data(command):
    data = "x,y,class\n" + "".join(f"{k % 5},{k % 7},{'ab'[k % 2]}\n" for k in range(40))
    Path("mydata.txt").write_text(data)
    Path("mine.toml").write_text(
        'title = "Mine"\n[problem]\nkind = "network"\nsizes = [2, 8, 2]\n'
        '[problem.data]\nkind = "csv"\npath = "mydata.txt"\n[optimizer]\nkind = "sgd"\nlr = 0.1\n'
    )
    assert refused(command("make", "mine.toml", "-o", "mydata.png"), "mydata.txt: the text beside")
    assert Path("mydata.txt").read_text() == data


def test_a_text_that_was_changed_is_the_users(here, tmp_path):
    file = tmp_path / "a.txt"
    text = file.read_text(encoding="utf-8")
    assert text.splitlines()[-1].startswith("Written by vizopt (")
    file.write_bytes(text.replace("\n", "\r\n").encode())  # another system's line ends
    planned([tmp_path / "a.gif"], ClipOptions(), overwrite=False)
    for changed in (text.replace("function", "curve"), f"My notes.\n\n{text}"):
        file.write_text(changed, encoding="utf-8")
        with pytest.raises(EncodeError, match=r"a\.txt: the text beside a\.gif is there"):
            planned([tmp_path / "a.gif"], ClipOptions(), overwrite=False)


def test_a_text_of_an_older_vizopt_is_ours_beside_its_clip(run, tmp_path):
    clip = render_all(run, [tmp_path / "a.png"], TINY)[0].path
    old = unsigned((tmp_path / "a.txt").read_text(encoding="utf-8")).rstrip("\n") + "\n"
    for name in ("a.txt", "alone.txt"):
        (tmp_path / name).write_text(old, encoding="utf-8")
    planned([clip], ClipOptions(), overwrite=False)
    assert not is_ours(tmp_path / "alone.txt")
    (tmp_path / "a.txt").write_text("my own words", encoding="utf-8")
    assert not is_ours(tmp_path / "a.txt")


def test_a_sequence_replaces_only_pictures_of_ours(command, walk):
    Path("ph").mkdir()
    for name in ("00099.png", "123456.png"):
        Image.new("RGB", (8, 8)).save(Path("ph", name))
    old = {file: file.read_bytes() for file in Path("ph").iterdir()}
    pattern = ["render", walk.path, "-o", "ph/%05d.png", *DRAWN]
    assert refused(command(*pattern), "ph/00099.png: ")
    assert {file: file.read_bytes() for file in Path("ph").iterdir()} == old
    assert command(*pattern, "--overwrite").code == 0
    assert all(file.read_bytes() == data for file, data in old.items())
    assert Path("ph/00000.png").exists()


def test_a_pack_keeps_a_scene_of_the_users(command):
    Path("p").mkdir()
    Path("p/sgd.toml").write_text("title = 'mine'\n")
    assert refused(command("pack", "sgd", "-o", "p"), "p/sgd.toml: ")
    assert [file.name for file in Path("p").iterdir()] == ["sgd.toml"]


def test_find_keeps_the_scene_that_it_reads(command):
    text = command("show", "momentum-slow").out
    Path("mine.toml").write_text(text)
    assert refused(command("find", "mine.toml", "-o", "mine.toml"), "mine.toml: ")
    assert Path("mine.toml").read_text() == text
    assert command("find", "mine.toml", "-o", "found.toml", "-q").code == 0
    assert is_ours(Path("found.toml"))
    assert vizopt.load_scene("found.toml").optimizer.momentum > 0


def test_a_plot_keeps_a_picture_of_the_users(command, here):
    Image.new("RGB", (8, 8)).save("p.png")
    assert refused(command("check", "a.gif", "--plot", "p.png"), "p.png: ")
    assert command("check", "a.gif", "--plot", "p.png", "--overwrite").code == 0
    assert command("check", "a.gif", "--plot", "p.png").code == 0
    shutil.copy("a.gif", "b.png")
    ran = command("check", "b.png", "--plot", "b.png")
    assert ran.err == ("vizopt: b.png: is the clip itself: choose another name for its plot\n")


@pytest.mark.parametrize("name", ["d.pptx", "d.html", "d.qmd", "d.md"])
def test_a_deck_that_somebody_worked_on_is_kept(command, here, name):
    file = Path("deck") / name
    assert command("slides", "a.gif", "-o", file).code == 0
    assert command("slides", "a.gif", "-o", file).code == 0
    if file.suffix == ".pptx":
        edited = Presentation(file)
        edited.slides[0].shapes.title.text = "Mine"  # who saved it last stays: not by PowerPoint
        edited.save(file)
    else:
        file.write_text(
            file.read_text(encoding="utf-8").replace("class", "klass") + "\n<p>", "utf-8"
        )
    data = file.read_bytes()
    assert refused(command("slides", "a.gif", "-o", file), f"{file}: ")
    assert file.read_bytes() == data
    assert command("slides", "a.gif", "-o", file, "--overwrite").code == 0
    assert file.read_bytes() != data


def test_a_deck_copies_no_clip_over_another(command, here):
    Path("deck").mkdir()
    Image.new("RGB", (8, 8)).save("deck/a.gif")
    old = Path("deck/a.gif").read_bytes()
    ran = command("slides", "a.gif", "-o", "deck/d.md")
    *small, line = ran.err.splitlines()
    assert ran.code == 1
    assert line.startswith("vizopt: deck/a.gif: is there, ")
    assert [word[:35] for word in small] == ["vizopt: a.gif: its smallest text has"[:35]]
    assert Path("deck/a.gif").read_bytes() == old
    assert command("slides", "a.gif", "-o", "e.pptx").code == 0


def test_a_deck_on_a_template_is_ours(command, here):
    Presentation().save("template.pptx")
    assert not is_ours(Path("template.pptx"))
    for _ in range(2):
        assert command("slides", "a.gif", "-o", "d.pptx", "--template", "template.pptx").code == 0


def test_a_lecture_around_a_clip_of_ours_is_not_ours(command, here):
    """Recipes in it do not make a deck or a page ours."""
    assert command("slides", "a.gif", "-o", "d.html").code == 0
    page = Path("lecture.html")
    page.write_text(f"<!doctype html><p>Hello</p>\n{Path('d.html').read_text()}", "utf-8")
    assert "# made with vizopt" in page.read_text("utf-8")
    assert not is_ours(page)
    lecture = Presentation()
    lecture.slides.add_slide(lecture.slide_layouts[6]).shapes.add_picture("a.gif", 0, 0)
    lecture.save("lecture.pptx")
    assert not is_ours(Path("lecture.pptx"))


def test_all_scenes_are_looked_at_before_the_first_is_trained(command):
    Path("outputs").mkdir()
    Path("outputs/adam.txt").write_text("mine")
    assert refused(command("make", "sgd", "adam"), "outputs/adam.txt: the text beside adam.mp4")
    assert [file.name for file in Path("outputs").iterdir()] == ["adam.txt"]


def test_an_empty_file_holds_nothing_to_lose_and_a_pipe_is_no_file(tmp_path):
    (tmp_path / "a.mp4").touch()
    planned([tmp_path / "a.mp4"], ClipOptions(), overwrite=False)
    os.mkfifo(tmp_path / "b.mp4")
    with pytest.raises(EncodeError, match=r"b\.mp4: is there and is no file"):
        planned([tmp_path / "b.mp4"], ClipOptions(), overwrite=True)


def test_from_python_it_is_said_with_the_look(walk, tmp_path):
    (tmp_path / "a.png").write_bytes(b"mine")
    with pytest.raises(VizoptError, match=r"a\.png: is there, and vizopt did not write it"):
        vizopt.render(walk, tmp_path / "a.png")
    vizopt.render(walk, tmp_path / "a.png", size=(480, 270), overwrite=True)
    assert is_ours(tmp_path / "a.png")
