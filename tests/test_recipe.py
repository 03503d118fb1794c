"""A clip tells how it was made, and is made again from that alone."""

import re
import shutil
import tomllib
from pathlib import Path

import numpy as np
import pytest
import tomli_w
from PIL import Image
from PIL.PngImagePlugin import PngInfo

import vizopt
from vizopt.cli import cli
from vizopt.clips import recipe
from vizopt.clips.recipe import load
from vizopt.core import library
from vizopt.core.errors import SceneError
from vizopt.flashes.decode import pictures

SHORT = ["--set", "epochs=40", "--set", "keep.grid=8", "--set", "problem.data.points=9"]
SHORT += ["--seconds", "0.2", "-q"]
MOVING = ["mp4", "webm", "gif", "webp", "apng", "html", "pptx"]
SUFFIXES = [*MOVING, "png"]


def shown(path):
    return [picture.frame for picture in pictures(path)]


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """A clip of each format, made by three commands."""
    folder = tmp_path_factory.mktemp("first")
    look = ["--size", "320x180", "--fps", "10", "--theme", "dark", "--set", "seed=7"]
    for suffixes, more in (
        (["png"], ["--at", "epoch=31"]),
        (["gif"], ["--allow-flashes"]),
        ([suffix for suffix in MOVING if suffix != "gif"], ["--set", "clip.narrow=false"]),
    ):
        files = [part for suffix in suffixes for part in ("-o", folder / f"a.{suffix}")]
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(folder)
            cli.main(["make", "sgd", *SHORT, *map(str, files), *look, *more], standalone_mode=False)
    return folder


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_clip_alone_is_enough_to_make_it_again(command, first, suffix):
    Path("alone").mkdir()
    shutil.copy(first / f"a.{suffix}", "alone")
    again = command("make", f"alone/a.{suffix}", "-q")
    assert again.code == 0, again.err
    assert again.out.splitlines()[0].startswith(f"outputs/sgd.{suffix}  320×180")
    old, new = Path(f"alone/a.{suffix}"), Path(f"outputs/sgd.{suffix}")
    if suffix == "pptx":  # a deck names its clip
        assert all(np.array_equal(a, b) for a, b in zip(shown(old), shown(new), strict=True))
    else:
        assert old.read_bytes() == new.read_bytes()


def test_a_recipe_is_toml_with_any_text_in_it(command):
    title = 'a = "b"; #c \\ <d> & ü „e“ ]]> 日本'
    long = "long " * 15_000
    short = {"epochs": 5, "keep": {"grid": 6}}
    scene = tomllib.loads(library.bundled("sgd")) | {"about": long} | short
    Path("mine.toml").write_text(tomli_w.dumps(scene))
    assert command("record", "mine.toml", "-q", "-o", "run.zarr").code == 0
    files = [part for suffix in SUFFIXES for part in ("-o", f"a.{suffix}")]
    ran = command("render", "run.zarr", "-q", *files, "--set", f"title={title}",
                  "--set", "clip.narrow=false", "--seconds", "0.2", "--size", "320x180",
                  "--fps", "10")  # fmt: skip
    assert ran.code == 0, ran.err
    for suffix in SUFFIXES:
        told = command("recipe", f"a.{suffix}").out
        assert re.match(r"# made with vizopt \S+, numpy \S+, sealed\n", told)
        assert tomllib.loads(told)["title"] == title
        assert tomllib.loads(told)["about"] == long
        assert tomllib.loads(told)["clip"]["size"] == [320, 180]


def own_data(command, folder="school"):
    Path(folder).mkdir()
    rows = [f"{k % 5},{k % 7},{'ab'[k % 2]}" for k in range(40)]
    Path(folder, "marks.csv").write_text("\n".join(["x,y,class", *rows]))
    Path(folder, "mine.toml").write_text(
        'title = "Mine"\nepochs = 20\n[problem]\nkind = "network"\nsizes = [2, 8, 2]\n'
        '[problem.data]\nkind = "csv"\npath = "marks.csv"\n[optimizer]\nkind = "sgd"\nlr = 0.1\n'
    )
    look = ["-q", "--seconds", "0.2", "--size", "320x180"]
    ran = command("make", f"{folder}/mine.toml", *look, "-o", f"{folder}/a.gif")
    assert ran.code == 0, ran.err


def test_own_data_lie_beside_the_clip_or_are_allowed(command):
    own_data(command)
    assert tomllib.loads(command("recipe", "school/a.gif").out)["problem"]["data"]["path"] == (
        "marks.csv"
    )
    assert command("make", "school/a.gif", "-q", "-o", "b.gif").code == 0
    shutil.copy("school/a.gif", "alone.gif")
    missing = command("make", "alone.gif", "-q", "-o", "c.gif")
    assert missing.code == 1
    assert "'marks.csv' does not lie beside the clip: put it there, or" in missing.err
    assert missing.err.count("\n") == 1
    allowed = ["--allow-data", "school/marks.csv"]
    assert command("make", "alone.gif", "-q", "-o", "c.gif", *allowed).code == 0
    assert Path("b.gif").read_bytes() == Path("c.gif").read_bytes()


def with_recipe(path, text):
    words = PngInfo()
    words.add_itxt("Recipe", text)
    Image.new("RGB", (8, 8)).save(path, pnginfo=words)
    return path


HEAD = "# made with vizopt 1\n"
DATA = HEAD + (
    'title = "x"\n[problem]\nkind = "network"\nsizes = [2, 3, 2]\n[problem.data]\nkind = "csv"\n'
    'path = "PATH"\n[optimizer]\nkind = "sgd"\nlr = 0.1\n'
)


@pytest.mark.parametrize("name", ["/etc/passwd", "../secret.csv", "a/b.csv", "..", "", "C:/x.csv"])
def test_a_recipe_names_no_folder(tmp_path, monkeypatch, name):
    (tmp_path / "secret.csv").write_text("x,y,class\n1,2,a\n3,4,b\n")
    (tmp_path / "in").mkdir()
    clip = with_recipe(tmp_path / "in" / "x.png", DATA.replace("PATH", name))
    monkeypatch.chdir(tmp_path / "in")
    with pytest.raises(SceneError, match=r"may name no folder: allow the file .* --allow-data"):
        load(clip, {})


def test_a_recipe_reads_no_link_and_nothing_from_the_current_folder(tmp_path, monkeypatch):
    (tmp_path / "secret.csv").write_text("x,y,class\n1,2,a\n3,4,b\n")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "link.csv").symlink_to(tmp_path / "secret.csv")
    monkeypatch.chdir(tmp_path)
    for name in ("link.csv", "secret.csv"):
        clip = with_recipe(tmp_path / "in" / "x.png", DATA.replace("PATH", name))
        with pytest.raises(SceneError, match="does not lie beside the clip"):
            load(clip, {})


WRONG = {
    "no.gif": (None, "cannot read: No such file"),
    "text.mp4": (
        b"hello, this is no clip at all",
        "none of .mp4, .gif, .mov, .webm, ",
    ),
    "empty.webm": (b"", "none of .mp4, .gif, .mov, .webm, "),
    "cut.mp4": (b"\0\0\0\x1cftypisom\0\0\2\0", "cannot read: "),
    "cut.png": (b"\x89PNG\r\n\x1a\n\0\0", "cannot read: "),
    "cut.webp": (b"RIFF\0\0\0\0WEBPVP8X", "cannot read: "),
}


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize("verb", ["recipe", "make"])
def test_what_is_no_clip_is_one_clear_line(command, name, verb):
    content, message = WRONG[name]
    if content is not None:
        Path(name).write_bytes(content)
    ran = command(verb, name)
    assert ran.code == 1
    assert ran.err.startswith(f"vizopt: {name}: ")
    assert message in ran.err
    assert ran.err.count("\n") == 1
    assert ran.out == ""
    assert not Path("outputs").exists()


def test_a_sequence_is_one_clip_by_its_name(command, walk):
    vizopt.render(walk, "fr-%05d.png", size=(480, 270), fps=10, seconds=0.3)
    recipe = command("recipe", "fr-00000.png").out
    assert 'title = "' in recipe
    assert command("recipe", "fr-%05d.png").out == recipe == vizopt.recipe("fr-%05d.png")
    told = "vizopt: fr-%05d.png: its pictures have no times: check the clip that they become\n"
    assert command("check", "fr-%05d.png").err == told
    for verb in ("recipe", "make"):
        told = command(verb, "none-%05d.png").err
        assert told == "vizopt: none-%05d.png: no picture of this sequence is there\n"


def test_what_has_no_recipe_by_its_content_is_told_what_has_one(command):
    Path("notes.mp4").write_text("MP4s are nice, this is none")
    told = command("recipe", "notes.mp4").err
    assert told.startswith("vizopt: notes.mp4: none of .mp4, .gif, ")
    for suffix in (".jpg", ".pdf", ".svg", ".html", ".pptx"):
        assert f" {suffix}," in told


def test_a_clip_without_a_recipe(command, monkeypatch):
    Image.new("RGB", (8, 8)).save("x.png")
    assert "x.png: no recipe in it" in command("recipe", "x.png").err
    with_recipe(Path("y.png"), HEAD + 'title = "x"\nfoo = 1')
    assert "y.png: foo: unknown key" in command("make", "y.png").err
    with_recipe(Path("z.png"), HEAD + "import os")
    assert "z.png: not TOML" in command("make", "z.png").err
    monkeypatch.setattr(recipe, "LONGEST", 10)
    assert "its recipe is longer than" in command("recipe", "y.png").err


def test_a_recipe_of_a_wrong_size_or_frame_is_one_clear_line(command):
    scene = DATA.replace('"csv"', '"spiral"').replace(
        'path = "PATH"\n', "points = 9\nclasses = 2\n"
    )
    for clip, message in {
        "size = [10, 10]": "size 10x10: must be at least 320x180",
        "size = [10]": "clip.size",
        "fps = 1e9": "fps 1e+09: must lie",
        'at = "epoch=1; rm"': "write it like 4500, epoch=4500",
        "level = 99": "clip.level: 99",
    }.items():
        with_recipe(Path("x.png"), f"{scene}[clip]\n{clip}\n")
        ran = command("make", "x.png", "-q")
        assert ran.code == 1
        assert message in ran.err
        assert ran.err.count("\n") == 1
