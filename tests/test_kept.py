"""What was recorded is kept and is of one run: Ctrl-C, damage, another run in its place."""

import shutil
import signal
from dataclasses import replace

import numpy as np
import pytest
from children import COMMITS_SOON, committed, press, until, vizopt_child
from test_recording import COLUMNS, HEADER, LONG, write

import vizopt
from vizopt.core.errors import Interrupted, RecordingError
from vizopt.core.params import ParamLayout
from vizopt.recording import commits
from vizopt.recording import recorder as recorders
from vizopt.recording.atomic import replaced
from vizopt.recording.header import Column
from vizopt.recording.recorder import Recorder
from vizopt.recording.store import Recording


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch):
    """Of 64 rows, however few bytes a row has."""
    monkeypatch.setattr(commits, "SMALL_BYTES", 0)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """301 epochs of the scene `sgd`, in such chunks."""
    keys = {"epochs": 301, "keep.grid": 20, "timeline.seconds": 2.0}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(commits, "SMALL_BYTES", 0)
        scene = vizopt.load_scene("sgd", keys)
        return vizopt.record(scene, tmp_path_factory.mktemp("run") / "sgd.zarr")


def flipped(file):
    """Change one bit in the middle of a file."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def swapped(path, other):
    path.rename(path.with_name("aside.zarr"))
    other.rename(path)


def test_a_reader_never_mixes_two_runs(tmp_path):
    first = write(tmp_path / "run.zarr", 150, 150)
    write(tmp_path / "other.zarr", 150, 150)
    assert first.row("params", 0)[0] == 0
    swapped(tmp_path / "run.zarr", tmp_path / "other.zarr")
    assert first.row("params", 1)[0] == 1  # read before
    for read in (lambda: first["loss"], lambda: first.row("params", 70), lambda: first["points"]):
        with pytest.raises(RecordingError, match=r"^[^\n]*was replaced or removed[^\n]*$"):
            read()


FORMER = {"name": "default", "separator": "/"}  # a folder for each number of a chunk


@pytest.mark.parametrize(
    ("keys", "chunk"),
    [
        (commits.FLAT, "snapshots/params/c.1.0"),
        (commits.FLAT, "constants/points/c.0.0"),
        (FORMER, "snapshots/params/c/1/0"),
        (FORMER, "constants/points/c/0/0"),
    ],
)
def test_a_chunk_that_goes_missing_is_never_zeros(tmp_path, monkeypatch, keys, chunk):
    monkeypatch.setattr(commits, "FLAT", keys)
    run = write(tmp_path / "run.zarr", 150, 150)
    (run.path / chunk).unlink()
    with pytest.raises(RecordingError, match=f"damaged: {chunk.partition('/c')[0]}.*missing"):
        run[chunk.split("/")[1]]
    shutil.rmtree(run.path)
    with pytest.raises(RecordingError, match="replaced or removed"):
        run.row("params", 0)


@pytest.mark.parametrize(
    ("chunk", "named"),
    [
        ("snapshots/params/c.1.0", "snapshots/params, rows 64 to 127 "),
        ("snapshots/epoch/c.2", "snapshots/epoch, rows 128 to 149 "),
        ("history/loss/c.0", "history/loss, rows 0 to 149 "),
        ("constants/points/c.0.0", "constants/points "),
    ],
)
def test_a_flipped_bit_is_named(tmp_path, command, chunk, named):
    run = write(tmp_path / "run.zarr", 150, 150)
    flipped(run.path / chunk)
    with pytest.raises(RecordingError) as said:
        Recording(run.path)[chunk.split("/")[1]]
    assert f"damaged: {named}" in str(said.value)
    assert "\n" not in str(said.value)
    ran = command("info", "--verify", "run.zarr")
    assert ran.code == 1
    assert ran.err.startswith(f"vizopt: run.zarr: damaged: {named}")
    assert ran.err.count("\n") == 1


def test_nothing_damaged(run, command):
    ran = command("info", "--verify", run.path)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == f"{run.path}  301 rows of 301 epochs  nothing damaged\n"


def test_rows_before_the_damage_are_drawn(run, tmp_path, command):
    copy = shutil.copytree(run.path, tmp_path / "run.zarr")
    flipped(copy / "snapshots/scores/c.3.0.0.0")
    (copy / "snapshots/params/c.2.0").unlink()
    sound = Recording(copy, before_damage=True)
    assert (len(sound), sound.epochs, len(sound.damage)) == (128, 128, 2)
    assert np.array_equal(sound["loss"], run["loss"][:128])
    short = ("run.zarr", "-o", "a.png", "--size", "320x180", "-q")
    assert command("render", *short).code == 1
    ran = command("render", *short, "--before-damage")
    assert ran.code == 0
    assert ran.err.count("drawn are the rows before: 128") == 2
    assert "epoch 127" in ran.out


def test_damaged_epochs_cut_the_rows_too(tmp_path):
    run = write(tmp_path / "run.zarr", 5000, 5000)
    flipped(run.path / "history/loss/c.1")
    sound = Recording(run.path, before_damage=True)
    assert (len(sound), sound.epochs) == (4096, 4096)


def test_rows_are_committed_by_time_and_by_bytes(tmp_path, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(recorders, "monotonic", lambda: now[0])
    with Recorder(tmp_path / "run.zarr", HEADER, COLUMNS, {}) as recorder:
        for _ in range(4):
            recorder.append("history", {"loss": 1.0})
        assert Recording(recorder.path).epochs == 0
        now[0] = 5.0
        recorder.append("history", {"loss": 1.0})  # no snapshot for long
        recorder._settle()
        assert Recording(recorder.path).epochs == 5
        monkeypatch.setattr(recorders, "WAITING_BYTES", 100)
        for i in range(4):
            recorder.append(
                "snapshots", {"epoch": i, "params": np.zeros(3, np.float32)}
            )  # 20 bytes each
        recorder._settle()
        assert len(Recording(recorder.path)) == 0
        recorder.append("snapshots", {"epoch": 4, "params": np.zeros(3, np.float32)})
        recorder._settle()
        assert len(Recording(recorder.path)) == 5


def test_chunks_of_wide_rows_are_small(tmp_path):
    wide = Column("params", "snapshots", "float32", (3_000_000,))
    header = replace(HEADER, layout=ParamLayout.of({"dense1.weights": (3, 1_000_000)}))
    with Recorder(tmp_path / "run.zarr", header, (*COLUMNS[:2], wide), {}) as recorder:
        for i in range(3):
            recorder.append("history", {"loss": 0.0})
            recorder.append("snapshots", {"epoch": i, "params": np.full(3_000_000, i, np.float32)})
    run = Recording(tmp_path / "run.zarr")
    assert run.columns["params"].chunks[0] == 1
    assert [chunk[0, 0] for chunk in run.chunks("params")] == [0, 1, 2]
    assert run.row("params", 2)[-1] == 2


def interrupted(path, committed):
    with replaced(path) as part, Recorder(part, HEADER, COLUMNS, {}) as recorder:
        for i in range(9):
            recorder.append("history", {"loss": float(i)})
            recorder.append("snapshots", {"epoch": i, "params": np.full(3, i)})
            if i == 5 and committed:
                recorder.commit()
        raise KeyboardInterrupt


def test_ctrl_c_keeps_committed_rows_beside_what_was_complete(tmp_path, command):
    path = tmp_path / "run.zarr"
    for name in ("run.zarr", "run.interrupted.zarr", "run.interrupted-2.zarr"):
        with pytest.raises(Interrupted, match=rf"^interrupted at epoch 9: .*{name} has .*render"):
            interrupted(path, committed=True)
        kept = Recording(tmp_path / name)
        assert (len(kept), kept.epochs, kept.interrupted) == (9, 9, 9)
        if name == "run.zarr":
            shutil.rmtree(path)
            write(path, 3, 3)
    assert len(Recording(path)) == 3
    assert not list(tmp_path.glob("*.part"))


def test_ctrl_c_before_any_commit_leaves_nothing(tmp_path):
    with pytest.raises(KeyboardInterrupt) as said:
        interrupted(tmp_path / "run.zarr", committed=False)
    assert not isinstance(said.value, Interrupted)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_line_says_how_to_draw_it(tmp_path, command, number):
    arguments = ("record", "sgd", "-o", "run.zarr", *LONG)
    with vizopt_child(*arguments, folder=tmp_path, first=COMMITS_SOON) as process:
        until(process, lambda: committed(tmp_path))
        err = press(process, number)
    assert process.returncode == 1
    run = Recording(tmp_path / "run.zarr")
    at = f"interrupted at epoch {run.interrupted}"
    assert err.splitlines()[-1].startswith(f"vizopt: {at}: run.zarr has what came before")
    assert err.endswith("vizopt render run.zarr -o run.mp4\n")
    assert at in command("info", run.path).out
    clip = vizopt.render(run, tmp_path / "a.png", size=(320, 180))
    assert clip.length == 1
