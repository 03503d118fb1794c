"""An interrupted recording goes on to the same bits as if nothing had happened."""

import json
import shutil
import signal

import numpy as np
import pytest
from children import COMMITS_SOON, press, until, vizopt_child

import vizopt
from vizopt import pipeline
from vizopt.core.errors import Interrupted, RecordingError
from vizopt.core.places import beside
from vizopt.recording import commits
from vizopt.recording.atomic import attributes, writing
from vizopt.recording.commits import Commits
from vizopt.recording.recorder import Recorder
from vizopt.recording.store import Recording
from vizopt.train.optimizers import OPTIMIZERS

NETWORK = {
    "epochs": 14,
    "keep.first": 2,
    "keep.every": 3,
    "keep.grid": 4,
    "problem.sizes": [2, 5, 3],
    "problem.data.points": 10,
}
EXTRAS = {
    "plain": {},
    "batch": {"problem.batch": 7},
    "dropout": {"problem.dropout": 0.3},
    "validation": {"problem.validation": 0.2},
    "schedule": {"optimizer.lr": {"kind": "exponential", "initial": 0.05, "gamma": 0.9}},
}

EXTRAS["all"] = {key: value for extra in EXTRAS.values() for key, value in extra.items()}
SINGLE = ("plain", "batch", "dropout")  # what may hide behind another in all of them


def scene_with(rule, extra=None, name="sgd", **overrides):
    lr = {"optimizer.lr": 0.05} if name == "sgd" else {}
    keys = NETWORK if name == "sgd" else {"epochs": 14, "keep.first": 2, "keep.every": 3}
    kind = {"optimizer": {"kind": rule}} if rule else {}
    return vizopt.load_scene(name, {**kind, **lr, **keys, **EXTRAS[extra or "plain"], **overrides})


def stopping(*at):
    """A bar at which someone presses Ctrl-C before these epochs."""

    def bar(items, total, label, unit, start=0):
        for number, item in enumerate(items, start):
            if number in at and number != start:
                raise KeyboardInterrupt
            yield item

    return bar


def committing(monkeypatch, *at):
    """Commit after these epochs."""
    mark = Recorder.mark

    def marked(self, epoch, params, state):
        mark(self, epoch, params, state)
        if epoch in at:
            self.commit()

    monkeypatch.setattr(Recorder, "mark", marked)


def content(path):
    """Every file of a recording; without the run's id."""
    files = {str(f.relative_to(path)): f.read_bytes() for f in path.rglob("*") if f.is_file()}
    root = json.loads(files.pop("zarr.json"))
    assert root["attributes"].pop("id")
    return files, root


def same(one, other):
    return content(one) == content(other)


def cut(scene, path, *at):
    for epoch in at:
        with pytest.raises(Interrupted, match=f"^interrupted at [a-z]+ {epoch}: "):
            pipeline.record(scene, path, stopping(epoch), resume=epoch != at[0])


@pytest.mark.parametrize("rule", OPTIMIZERS)
def test_every_rule_goes_on_to_the_same_bits(tmp_path, monkeypatch, rule):
    """From what its own training had committed when it was killed."""

    def bar(items, total, label, unit, start=0):
        for number, item in enumerate(items, start):
            if number == 8:
                (part,) = tmp_path.glob("whole.zarr.*.part")
                shutil.copytree(part, tmp_path / "run.zarr")
            yield item

    scene = scene_with(rule, "all")
    committing(monkeypatch, 5)
    whole = pipeline.record(scene, tmp_path / "whole.zarr", bar)
    assert attributes(tmp_path / "run.zarr")["state"]["epoch"] == 5
    run = vizopt.record(scene, tmp_path / "run.zarr", resume=True)
    assert same(run.path, whole.path)
    assert sorted(f.name for f in tmp_path.iterdir()) == ["run.zarr", "whole.zarr"]


@pytest.mark.parametrize("extra", [*SINGLE, "all"])
def test_an_interrupted_run_goes_on_to_the_same_bits(tmp_path, monkeypatch, extra):
    scene = scene_with("adam", extra)
    whole = vizopt.record(scene, tmp_path / "whole.zarr")
    committing(monkeypatch, 0)
    cut(scene, tmp_path / "run.zarr", *((1, 6) if extra == "all" else (6,)))
    run = vizopt.record(scene, tmp_path / "run.zarr", resume=True)
    assert same(run.path, whole.path)
    assert run.interrupted is None
    assert sorted(f.name for f in tmp_path.iterdir()) == ["run.zarr", "whole.zarr"]


def test_a_descent_goes_on_too(tmp_path, monkeypatch):
    scene = scene_with(None, name="local-minimum-1")
    whole = vizopt.record(scene, tmp_path / "whole.zarr")
    committing(monkeypatch, 0)
    for at in (1, 4):
        cut(scene, tmp_path / "run.zarr", at)
        run = vizopt.record(scene, tmp_path / "run.zarr", resume=True)
        assert same(run.path, whole.path)
        shutil.rmtree(run.path)


def test_a_run_that_diverges_right_after_the_cut(tmp_path, monkeypatch):
    scene = scene_with("sgd", **{"optimizer.lr": 1e30, "keep.first": 0, "keep.every": 100})
    whole = vizopt.record(scene, tmp_path / "whole.zarr")
    assert whole.diverged
    committing(monkeypatch, 0)
    cut(scene, tmp_path / "run.zarr", whole.diverged)
    run = vizopt.record(scene, tmp_path / "run.zarr", resume=True)
    assert run.diverged == whole.diverged
    assert same(run.path, whole.path)


def test_rows_after_the_last_state_come_again(tmp_path, monkeypatch):
    """Killed between the rows and the state of an epoch, with rows that no state knows."""
    scene = scene_with("adam", "all")
    whole = vizopt.record(scene, tmp_path / "whole.zarr")
    committing(monkeypatch, 3)
    save = Commits._save
    monkeypatch.setattr(Commits, "_save", lambda self, mark: self._state or save(self, mark))
    cut(scene, tmp_path / "run.zarr", 9)
    run = Recording(tmp_path / "run.zarr")
    assert (run.epochs, run.resumable) == (9, True)
    monkeypatch.undo()
    assert same(vizopt.record(scene, run.path, resume=True).path, whole.path)


@pytest.mark.parametrize("torn", [False, True])
def test_a_kill_in_the_middle_of_a_commit_leaves_the_one_before(tmp_path, monkeypatch, torn):
    """Rows and state of epoch 6 are on the disk, whole or torn, and no commit names them."""
    monkeypatch.setattr(commits, "CHUNK_ROWS", 4)
    scene, run, tells = scene_with("adam"), tmp_path / "run.zarr", []
    tell = Commits._tell

    def killed(self):
        tells.append(self)
        if len(tells) == 3:
            shutil.copytree(self.path, run)
        tell(self)

    committing(monkeypatch, 3, 6)
    with monkeypatch.context() as patch:
        patch.setattr(Commits, "_tell", killed)
        whole = vizopt.record(scene, tmp_path / "whole.zarr")
    assert attributes(run)["committed"]["history"] == 4
    torn_files = list(run.glob("history/*/c.1")) if torn else []
    assert bool(torn_files) == torn
    for file in torn_files:
        file.write_bytes(file.read_bytes()[:5])
    assert same(vizopt.record(scene, run, resume=True).path, whole.path)


def test_the_bar_goes_on_where_the_recording_ends(tmp_path, monkeypatch):
    committing(monkeypatch, 0)
    scene, seen = scene_with("sgd"), []
    cut(scene, tmp_path / "run.zarr", 6)

    def bar(items, total, label, unit, start=0):
        seen.append((start, total))
        return items

    pipeline.record(scene, tmp_path / "run.zarr", bar, resume=True)
    assert seen == [(5, 14)]  # the last epoch is evaluated again


def test_a_full_disk_keeps_what_was_committed(tmp_path, monkeypatch):
    committing(monkeypatch, 4)
    scene = scene_with("adam")
    whole = vizopt.record(scene, tmp_path / "whole.zarr")

    def full(items, *_):
        for number, item in enumerate(items):
            if number == 6:
                raise RecordingError("cannot write: no space left")
            yield item

    with pytest.raises(RecordingError, match=r"no space left: interrupted at epoch 5: .*--resume"):
        pipeline.record(scene, tmp_path / "run.zarr", full)
    assert same(vizopt.record(scene, tmp_path / "run.zarr", resume=True).path, whole.path)


def refused(scene, path):
    with pytest.raises(RecordingError) as said:
        vizopt.record(scene, path, resume=True)
    assert "\n" not in str(said.value)
    return str(said.value).removeprefix(f"{path}: ")


def test_what_cannot_go_on_is_one_line(tmp_path, monkeypatch):
    scene, path = scene_with("sgd"), tmp_path / "run.zarr"
    assert refused(scene, path).startswith("nothing to resume")
    committing(monkeypatch, 0)
    cut(scene, path, 6)
    other = scene_with("sgd", "batch", **{"optimizer.lr": 0.1})
    changed = "the scene changed since: optimizer.lr.rate, problem.batch: go on as it was with: "
    assert refused(other, path) == f"{changed}vizopt record {path} --resume"
    with writing(path):
        assert refused(scene, path).startswith("is being written at this moment")
    file = path / "zarr.json"
    text = file.read_text()
    file.write_text(text.replace(f'"numpy": "{np.__version__}"', '"numpy": "1.0"'))
    assert refused(scene, path).startswith(f"was recorded by numpy 1.0, here is {np.__version__}")
    file.write_text(text)
    slot = json.loads(text)["attributes"]["state"]["slot"]
    rows = json.loads(text)["attributes"]["state"]["rows"]
    for wrong in ({"epoch": 4}, {"epoch": 10**40}, {"rows": 5}, {"rows": {**rows, "history": -1}},
                  {"rows": {**rows, "snapshots": -1}}, {"rows": {**rows, "snapshots": 1.5}},
                  {"slot": "../.."}, {"leaves": [["<f8", [10**12]]]}):  # fmt: skip
        table = json.loads(text)
        table["attributes"]["state"] |= wrong
        file.write_text(json.dumps(table))
        assert refused(scene, path).startswith("damaged state"), wrong
    file.write_text(text)
    chunk = path / f"state/{slot}/c.0"
    kept = chunk.read_bytes()
    chunk.write_bytes(bytes([kept[0] ^ 1]) + kept[1:])
    assert refused(scene, path).startswith("damaged state")
    chunk.unlink()
    assert refused(scene, path).startswith("damaged state")
    chunk.write_bytes(kept)
    vizopt.record(scene, path, resume=True)
    assert refused(scene, path) == "is complete; nothing to resume"


def furthest(folder):
    """The epoch of the last state that a run in this folder has committed."""
    found = (attributes(path).get("state") for path in folder.glob("run.zarr*"))
    return max((state["epoch"] for state in found if state), default=0)


def test_behind_a_link_the_recording_is_where_it_leads_to(tmp_path, monkeypatch):
    """Interrupted where there is nothing yet, killed, and gone on with: the link stays one."""
    committing(monkeypatch, 5)
    link, place = tmp_path / "run.zarr", tmp_path / "disk" / "real.zarr"
    link.symlink_to(place)
    cut(scene_with("sgd"), link, 7)
    assert Recording(place).interrupted == 7
    place.rename(beside(place))
    pipeline.record(scene_with("sgd"), link, resume=True)
    assert link.is_symlink()
    assert [*place.parent.iterdir()] == [place]
    assert Recording(link).epochs == 14
    link.unlink()
    link.symlink_to(link)
    with pytest.raises(RecordingError, match="cannot read: Too many levels"):
        pipeline.record(scene_with("sgd"), link, resume=True)


def test_real_ends_and_the_command_that_they_name(tmp_path, command):
    """Ctrl-C, and the run that goes on is killed."""
    keys = (
        "epochs=12000",
        "keep.grid=2",
        "keep.first=0",
        "problem.data.points=9",
        "problem.sizes=[2, 4, 3]",
    )
    sets = [word for key in (*keys, "optimizer.lr=0.5") for word in ("--set", key)]
    assert command("record", "sgd", "-o", "whole.zarr", *sets, "-q").code == 0
    arguments = ("record", "sgd", "-o", "run.zarr", *sets, "--set", "keep.every=1", "-q")
    at = 0
    for number in (signal.SIGINT, signal.SIGKILL):
        with vizopt_child(*arguments, folder=tmp_path, first=COMMITS_SOON) as process:
            until(process, lambda at=at: furthest(tmp_path) > at)
            press(process, number)
        (folder,) = tmp_path.glob("run.zarr*")
        at = furthest(tmp_path)
        assert at < Recording(folder).interrupted < 12_000
        arguments = ("record", "run.zarr", "--resume", "-q")
    assert "--resume goes on" in command("render", folder, "-o", "a.png", "-q").err
    assert command(*arguments).code == 0
    run, other = Recording(tmp_path / "run.zarr"), Recording(tmp_path / "whole.zarr")
    assert (run.epochs, run.interrupted) == (12_000, None)
    assert np.array_equal(run["loss"], other["loss"])
    assert np.array_equal(run["params"][other["epoch"]], other["params"])
    assert command(*arguments).err.endswith("nothing to resume\n")


def test_what_another_command_puts_there_while_it_goes_on_is_not_mixed_with_it(
    tmp_path, monkeypatch
):
    committing(monkeypatch, 5)
    path, other = tmp_path / "run.zarr", scene_with("sgd", seed=5)
    cut(scene_with("sgd"), path, 7)

    def meanwhile(items, total, label, unit, start=0):
        for number, item in enumerate(items, start):
            if number == 10:
                pipeline.record(other, path)
            yield item

    pipeline.record(scene_with("sgd"), path, meanwhile, resume=True)
    assert content(path) == content(pipeline.record(scene_with("sgd"), tmp_path / "b.zarr").path)
    cut(other, tmp_path / "c.zarr", 7)
    with pytest.raises(RecordingError, match=r"c\.zarr: the scene changed since: optimizer\."):
        pipeline.record(scene_with("adam"), tmp_path / "c.zarr", resume=True)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["b.zarr", "c.zarr", "run.zarr"]
    assert Recording(tmp_path / "c.zarr").interrupted == 7


def test_a_run_that_is_being_written_is_not_replaced(tmp_path):
    path, scene = tmp_path / "run.zarr", scene_with("sgd")
    told = r"run\.zarr: is being written at this moment: close\(\) the run that this process"
    with vizopt.Run(path, epochs=2) as run:
        run.log(loss=2.0)
        with pytest.raises(RecordingError, match=told):
            pipeline.record(scene, path)
        run.log(loss=1.0)
    assert Recording(path)["loss"].tolist() == [2.0, 1.0]

    def begun(items, total, label, unit, start=0):
        for item in items:
            if not runs:
                shutil.rmtree(path)
                runs.append(vizopt.Run(path, epochs=2))
                runs[0].log(loss=2.0)
            yield item

    runs = []
    with pytest.raises(RecordingError, match=told) as caught:
        pipeline.record(scene, path, begun)
    assert "run.interrupted.zarr has the whole training" in str(caught.value)
    runs[0].close()
    assert Recording(path)["loss"].tolist() == [2.0]
    assert Recording(tmp_path / "run.interrupted.zarr").epochs == 14
