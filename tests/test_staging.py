"""Staging: the files of one command are put in place together, and a training is never lost."""

import os
import shutil
import subprocess
import sys
import weakref
from pathlib import Path

import numpy as np
import pytest

import vizopt
from vizopt import pipeline
from vizopt.clips import staging as staging_
from vizopt.clips.checks import CheckProgress
from vizopt.clips.options import request
from vizopt.clips.plan import check_place
from vizopt.clips.staging import Staging, staged
from vizopt.clips.write import write_frames
from vizopt.core import places
from vizopt.core.errors import EncodeError
from vizopt.core.places import _host
from vizopt.core.progress import quiet
from vizopt.formats import StreamSpec, format_of
from vizopt.pipeline import drawing, training
from vizopt.recording import atomic
from vizopt.recording.store import Recording

KEYS = {"epochs": 12, "keep.grid": 4, "timeline.seconds": 0.1}
LOOK = request(size=(480, 270))
FILES = [Path("a.zarr"), Path("a.png"), Path("a-%d.png")]


def scene(**keys):
    return vizopt.load_scene("sgd", KEYS | keys)


def contents():
    return {file: file.read_bytes() for file in Path().rglob("*") if file.is_file()}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    pipeline.make(scene(), [folder / file for file in FILES], LOOK)
    return folder


@pytest.fixture
def before(made, tmp_path, monkeypatch):
    """A set that is there already."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return contents()


def test_folders_that_were_made_for_nothing_go(tmp_path):
    with staged() as staging:  # which end before their files are put there
        staging.place(tmp_path / "new" / "deep" / "a.png").touch()
        staging.place(tmp_path / "old" / "b.png")
        (tmp_path / "old" / "mine").touch()
    assert [*tmp_path.iterdir()] == [tmp_path / "old"]
    check_place(tmp_path / "new" / "a.png")  # nor does it take one to know that it can be made
    with pytest.raises(EncodeError, match=r"cannot write: .*mine is no folder"):
        check_place(tmp_path / "old" / "mine" / "deep" / "a.png")
    assert not (tmp_path / "new").exists()


def test_all_old_or_all_new_until_the_last_is_finished(before, monkeypatch):
    """At every rename into place all of the set is finished; until then nothing has changed."""
    put, seen = Staging.put, []

    def noted(self, part=None, place=None):
        waits = {file.name for folder in self.folders.values() for file in folder.iterdir()}
        kept = {file: data for file, data in contents().items() if ".part" not in str(file)}
        seen.append((kept == before, waits, place))
        return put(self, part, place)

    monkeypatch.setattr(Staging, "put", noted)
    _, clips = pipeline.make(scene(seed=3), FILES, LOOK)
    frames = {f"a-{k}.png" for k in range(clips[1].length)}
    assert seen == [(True, {"a.png", "a.txt", *frames}, Path.cwd() / "a.zarr")]
    after = contents()
    assert after.keys() == before.keys()
    assert all(after[file] != before[file] for file in before if file.suffix == ".png")


def test_a_recording_is_put_first_and_what_was_there_goes_last(before, monkeypatch):
    moved, removed = [], []
    rename, replace, remove = os.rename, os.replace, places.remove
    monkeypatch.setattr(os, "rename", lambda a, b: (moved.append(str(b)), rename(a, b))[1])
    monkeypatch.setattr(os, "replace", lambda a, b: (moved.append(str(b)), replace(a, b))[1])
    for module in (atomic, staging_):
        monkeypatch.setattr(
            module, "remove", lambda a: (removed.append((str(a), len(moved))), remove(a))[1]
        )
    with staged() as staging:
        (Path("new.part")).mkdir()
        staging.place(Path("a.png")).write_bytes(b"new")
        moved.clear()
        staging.put(Path("new.part"), Path("a.zarr"))
    assert [Path(name).name for name in moved] == ["a.zarr", "a.zarr", "a.png"]
    old = next(count for name, count in removed if name.endswith(".old"))
    assert old == len(moved)


def test_one_file_that_fails_keeps_none_of_the_others(before, monkeypatch):
    Path("a.png").unlink()
    put = Staging.put

    def blocked(self, *places):
        Path("a.png").mkdir()
        return put(self, *places)

    monkeypatch.setattr(Staging, "put", blocked)
    with pytest.raises(EncodeError, match=r"^a\.png: cannot write: Is a directory$") as error:
        pipeline.make(scene(seed=3), FILES, LOOK)
    listed = [str(line).split("  ")[0] for line in error.value.written]
    assert listed == ["a.zarr", "a-%d.png"]
    assert Path("a-0.png").read_bytes() != before[Path("a-0.png")]


def test_a_training_that_was_killed_while_it_drew_is_taken_over(before, monkeypatch):
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    left = Path(f"a.zarr.{_host()}-{process.pid}-01234567.part")
    vizopt.record(scene(seed=3), "b.zarr")
    Path("b.zarr").rename(left)
    wanted = Recording(left)["params"].tolist()
    vizopt.record(scene(seed=4), "a.zarr")  # another scene: it is not taken
    assert left.is_dir()
    monkeypatch.setattr(training, "Recorder", None)  # nothing is trained
    run, _ = pipeline.make(scene(seed=3), FILES, LOOK)
    assert run["params"].tolist() == wanted
    assert not left.exists()
    assert contents().keys() == before.keys()


@pytest.mark.parametrize("kind", [KeyboardInterrupt, RuntimeError])
def test_an_end_while_drawing_keeps_the_training(before, monkeypatch, kind):
    def ended(*_):
        raise kind

    monkeypatch.setattr(drawing, "draw", ended)
    with pytest.raises(kind) as error:
        pipeline.make(scene(seed=3), FILES, LOOK)
    now = contents()
    assert {file: now[file] for file in before} == before
    assert Recording("a.interrupted.zarr").header.epochs == 12
    assert not list(Path().glob("*.part"))
    if kind is KeyboardInterrupt:
        assert "a.interrupted.zarr has the whole training: draw it with" in str(error.value)


def test_no_frame_is_held_while_the_next_one_is_drawn(tmp_path):
    made = []

    def frame(_):
        assert not any(before() is not None for before in made)
        pixels = np.zeros((4, 4, 4), np.uint8)
        made.append(weakref.ref(pixels))
        return pixels

    file = tmp_path / "a.gif"
    stream = StreamSpec((4, 4), 20.0, lambda: [np.zeros((4, 4, 4), np.uint8)])
    frames = CheckProgress(quiet, 3, "a.gif", 1).counted(map(frame, range(3)))
    with staged() as staging:
        assert not write_frames(frames, stream, [(file, format_of(file))], staging)
    assert len(made) == 3
