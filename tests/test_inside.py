"""Inside: a recording's folder is vizopt's alone, and what a command reads it does not replace."""

import shutil
from pathlib import Path

import pytest

import vizopt
from vizopt.core.errors import RecordingError
from vizopt.pipeline import record, training
from vizopt.recording.atomic import check_free
from vizopt.recording.store import Recording

DATA = Path(__file__).parents[1] / "scenes" / "iris.csv"
OLD = Path(__file__).parent / "data"
SHORTEST = vizopt.load_scene("local-minimum-1", {"epochs": 4})
SHORT = ("--set", "epochs=3", "-q")
WRITERS = [
    ["make", "sgd", *SHORT, "-o", "a.zarr/x.mp4"],
    ["make", "sgd", *SHORT, "-o", "a.zarr/x.zarr"],
    ["record", "sgd", *SHORT, "-o", "a.zarr/history/x.zarr"],
    ["render", "a.zarr", "-o", "a.zarr/new/%05d.png"],
    ["race", "rules", "-o", "a.zarr/x.gif"],
    ["table", "a.zarr", "-o", "a.zarr/zarr.json", "--overwrite"],
    ["compare", "a.zarr", "a.zarr", "-o", "a.zarr/x.svg"],
    ["check", "a.gif", "--plot", "a.zarr/x.png"],
    ["pack", "a.zarr", "-o", "a.zarr/up"],
    ["slides", "a.zarr", "-o", "a.zarr/x.pptx"],
    ["find", "good", "-o", "a.zarr/x.toml"],
    ["tune", "rules", "-o", "a.zarr/x.toml"],
    ["make", str(DATA), "--save", "a.zarr/x.toml"],
    ["render", "a.zarr", "-o", "link/x.png"],
]


def files(folder):
    return {file: file.read_bytes() for file in Path(folder).rglob("*") if file.is_file()}


@pytest.mark.parametrize("words", WRITERS, ids=lambda words: " ".join(words[:1] + words[-1:]))
def test_nothing_is_written_into_a_recording(command, run, words):
    shutil.copytree(run.path, "a.zarr")
    Path("link").symlink_to("a.zarr")
    Path("a.gif").write_bytes(b"GIF89a")
    before = files("a.zarr")
    ran = command(*words)
    assert ran.code
    assert ": is inside the recording a.zarr: write it elsewhere" in ran.err
    assert files("a.zarr") == before


def test_nor_by_a_training_of_ones_own(run, tmp_path):
    shutil.copytree(run.path, tmp_path / "a.zarr")
    with pytest.raises(RecordingError, match=r"is inside the recording a\.zarr"):
        vizopt.Run(tmp_path / "a.zarr" / "x.zarr", epochs=2)


@pytest.mark.parametrize("name", ["notes.md", "history/loss/mine.csv", "c.txt"])
def test_a_recording_with_a_file_of_somebody_else_is_kept(command, run, name):
    shutil.copytree(run.path, "a.zarr")
    Path("a.zarr", name).write_text("mine", encoding="utf-8")
    before = files("a.zarr")
    for words in (
        ["record", "sgd", "-o", "a.zarr"],
        ["make", "sgd", "-o", "a.zarr", "--overwrite"],
    ):
        ran = command(*words, *SHORT)
        wrong = f"a.zarr: holds {name}, which is no part of a recording and would be lost: "
        assert ran.err == f"vizopt: {wrong}move it elsewhere, or choose another name\n"
    assert files("a.zarr") == before


def test_also_one_that_comes_while_another_is_trained(run, tmp_path, monkeypatch):
    path, prepared = tmp_path / "a.zarr", training.prepare
    shutil.copytree(run.path, path)

    def noted(scene):
        (path / "notes.md").write_text("mine", encoding="utf-8")
        return prepared(scene)

    monkeypatch.setattr(training, "prepare", noted)
    with pytest.raises(RecordingError, match=r"holds notes\.md.*a\.interrupted\.zarr has"):
        record(SHORTEST, path)
    assert (path / "notes.md").read_text(encoding="utf-8") == "mine"
    assert Recording(tmp_path / "a.interrupted.zarr").epochs == 4


def test_what_systems_and_zarr_leave_in_a_recording_is_no_hindrance(tmp_path):
    path = record(SHORTEST, tmp_path / "a.zarr").path
    for name in (".DS_Store", "history/._zarr.json", "zarr.json.0f3a.partial", "c.0.a1.partial"):
        (path / name).touch()
    record(SHORTEST, path)
    assert not (path / ".DS_Store").exists()


@pytest.mark.parametrize("old", sorted(OLD.glob("*.zarr")), ids=lambda path: path.stem)
def test_a_recording_of_every_format_may_be_replaced(tmp_path, old):
    shutil.copytree(old, tmp_path / old.name)
    check_free(tmp_path / old.name)


def test_data_that_are_read_are_not_written_by_any_command(command):
    for name in ("mine.csv", "mine.txt"):
        shutil.copy(DATA, name)
        scene = command("show", "own-data").out.replace("iris.csv", name)
        Path(f"{name[-3:]}.toml").write_text(scene, encoding="utf-8")
        assert command("record", f"{name[-3:]}.toml", "-o", f"{name[-3:]}.zarr", *SHORT).code == 0
    for what, words in {
        "table": ["table", "csv.zarr", "-o", "mine.csv"],
        "clip": ["render", "txt.zarr", "-o", "mine.png"],
    }.items():
        ran = command(*words, "--overwrite")
        wrong = f"is read for this {what}: choose another name"
        assert (ran.code, ran.err) == (1, f"vizopt: mine.{words[1][:3]}: {wrong}\n")
    shutil.copytree("txt.zarr", "mine.zarr")
    for words in (
        ["table", "csv.toml", "csv.zarr", "-o", "mine.csv"],
        ["race", "txt.zarr", "txt.toml", "-o", "mine.gif"],
        ["render", "txt.zarr", "-o", "mine.png", "--fit", "1MB"],
        ["slides", "mine.zarr", "-o", "a.html"],
    ):
        ran = command(*words, "--overwrite")
        assert ran.code
        assert ": is read for this " in ran.err
    assert Path("mine.csv").read_bytes() == Path("mine.txt").read_bytes() == DATA.read_bytes()
