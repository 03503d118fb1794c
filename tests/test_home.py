"""`~` is the home, in the place of every file: no shell looks into quotes, and Python has none."""

import shutil
from pathlib import Path

from test_places import DATA

import vizopt
from vizopt.core.places import at_home
from vizopt.scene.load_race import load_race


def test_the_home(command, run, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    drawn = ["-q", "--size", "480x270"]
    assert command("render", run.path, "-o", "~/a.png", *drawn).code == 0
    assert Path(tmp_path, "home", "a.png").exists()
    assert not Path("~").exists()


def test_the_home_of_what_is_read(command, run, monkeypatch, tmp_path):
    home = tmp_path / "home"
    monkeypatch.setenv("HOME", str(home))
    shutil.copytree(run.path, home / "a.zarr")
    shutil.copy(DATA, home / "mine.csv")
    scene = command("show", "own-data").out.replace('"iris.csv"', '"~/mine.csv"')
    (home / "own.toml").write_text(scene)
    (home / "race.toml").write_text(command("show", "balls").out)
    (home / "p.py").touch()
    assert command("compare", "~/a.zarr", "~/a.zarr", "-o", "~/gap.svg").code == 0
    assert (home / "gap.svg").exists()
    assert command("table", "~/a.zarr", "--epoch", "0").code == 0
    assert command("show", "~/own.toml", "--import", "~/p.py").out.strip() == scene.strip()
    assert command("slides", "sgd+~/no.zarr").err.startswith(f"vizopt: {home}/no.zarr: no such ")
    assert command("race", "~/no.zarr", "sgd", "-o", "a.png").err.startswith(f"vizopt: {home}/no")
    assert vizopt.load_scene("~/own.toml").problem.data.path == str(home / "mine.csv")
    assert len(load_race("~/race.toml").run) == 5
    assert vizopt.Recording("~/a.zarr").path == home / "a.zarr"
    with vizopt.Run("~/b.zarr") as mine:
        mine.log(loss=1.0)
    assert (home / "b.zarr").exists()
    assert vizopt.find("local-minimum-1", file="~/f.toml")
    assert (home / "f.toml").exists()
    assert not Path("~").exists()
    assert at_home("~nobody-of-that-name/a.zarr") == Path("~nobody-of-that-name/a.zarr")
