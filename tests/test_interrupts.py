"""Ctrl-C: where somebody's code takes it, it comes again; while something is handed to another
thread, it comes when that has it: nobody waits for ever for a lock that is never given back.
"""

import io
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest

import vizopt
from vizopt.clips.checks import Checks
from vizopt.core import ffmpeg, locks, places
from vizopt.core.interrupts import uninterrupted
from vizopt.core.places import synced
from vizopt.formats.ffmpeg import _ahead, _run
from vizopt.pipeline.job import Job
from vizopt.pipeline.workers import train_all
from vizopt.recording import recorder
from vizopt.recording.atomic import put
from vizopt.recording.store import Recording
from vizopt.recording.waiting import AT_ONCE, Waiting


def waiting(folder):
    rows = Waiting("snapshots", {"scores": lambda values, few: np.array(values)})
    for _ in range(AT_ONCE):
        rows.append({"scores": 1.0})


def encoding(folder):
    with _ahead(io.BytesIO(), 2) as write:
        write(np.zeros((2, 2, 4), np.uint8))


def judging(folder):
    with Checks() as checks:
        checks.begin(SimpleNamespace(of=lambda *_: None), folder / "a.mp4")
        checks.beside()


def syncing(folder):
    (folder / "a").write_text("a")
    synced(folder)


def training(folder):
    scene = vizopt.load_scene("landscape", {"epochs": 2})
    jobs = [Job(scene, folder / f"{k}.zarr", folder / f"own {k}.zarr", None) for k in range(2)]
    train_all(jobs, lambda steps, *_: steps, print, cores=2)


@pytest.mark.parametrize("hand_over", [waiting, encoding, judging, syncing, training])
def test_ctrl_c_waits_until_the_other_thread_has_it(tmp_path, monkeypatch, hand_over):
    plain, handed = ThreadPoolExecutor.submit, []

    def submit(self, *arguments, **keys):
        if not handed:
            signal.raise_signal(signal.SIGINT)
        future = plain(self, *arguments, **keys)
        handed.append(future)
        return future

    monkeypatch.setattr(ThreadPoolExecutor, "submit", submit)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            hand_over(tmp_path)
    finally:
        signal.signal(signal.SIGINT, before)
    assert handed


def test_ctrl_c_waits_until_the_rows_that_were_handed_over_are_written(tmp_path, monkeypatch):
    plain, written = recorder.wait, []

    def wait(writing):
        signal.raise_signal(signal.SIGINT)
        written.append(plain(writing))

    monkeypatch.setattr(recorder, "wait", wait)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            vizopt.record(vizopt.load_scene("landscape", {"epochs": 2}), tmp_path / "run.zarr")
    finally:
        signal.signal(signal.SIGINT, before)
    assert written


PRESSED = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
def pressed(*_):
{taken}
{where}
from vizopt.__main__ import main
main()
"""
TAKEN = {
    "by a callback": """
    class Callback:
        def __del__(self):
            signal.raise_signal(signal.SIGINT)
    Callback()
""",
    "by who catches whatever comes": """
    try:
        signal.raise_signal(signal.SIGINT)
    except:
        pass
""",
    "as another error": """
    try:
        signal.raise_signal(signal.SIGINT)
    except BaseException as error:
        raise RuntimeError("of a name") from error
""",
    "as another error that tells no cause": """
    try:
        signal.raise_signal(signal.SIGINT)
    except BaseException:
        said = "SchemaError: KeyboardInterrupt"
    raise ImportError(said)
""",
}
IN_TRAINING = "import vizopt.recording.atomic\nvizopt.recording.atomic.sweep = pressed"
AT_THE_START = """
class Finder:
    def find_spec(self, name, *_):
        if name == "vizopt.cli":
            pressed()
sys.meta_path.insert(0, Finder())
"""


BEFORE_THAT = "from vizopt.core import streams\nstreams.opened = pressed"
SAID_SLOWLY = """
import time
from vizopt.core import streams
def slow(line, said=streams.said):
    time.sleep(0.4)
    said(line)
streams.said = slow
"""


@pytest.mark.parametrize(
    "where", [IN_TRAINING, AT_THE_START, BEFORE_THAT, IN_TRAINING + SAID_SLOWLY]
)
@pytest.mark.parametrize("taken", TAKEN)
def test_ctrl_c_that_somebody_takes_comes_again(tmp_path, taken, where):
    code = PRESSED.format(taken=TAKEN[taken], where=where)
    arguments = ["record", "sgd", "-q", "-o", "run.zarr", "--set", "epochs=500000"]
    ran = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert ran.stdout == ""
    # After ^C in a terminal a line begins. It may come when there are rows that are kept.
    lines = ran.stderr.strip().split("\n")
    assert [line[:19] for line in lines] == ["vizopt: interrupted"], ran.stderr
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize("number", ["SIGINT", "SIGHUP"])
def test_what_a_shell_has_ignored_stays_so(tmp_path, number):
    code = f"""
import signal
signal.signal(signal.{number}, signal.SIG_IGN)
import vizopt.recording.atomic
vizopt.recording.atomic.sweep = lambda _: signal.raise_signal(signal.{number})
from vizopt.__main__ import main
main()
"""
    arguments = ["record", "landscape", "-q", "-o", "run.zarr", "--set", "epochs=2"]
    subprocess.run([sys.executable, "-c", code, *arguments], cwd=tmp_path, check=True)
    assert (tmp_path / "run.zarr").exists()


def test_a_module_that_was_being_loaded_does_not_crash_at_the_end(tmp_path):
    """As kiwisolver's parts in C++ do."""
    crash = "import atexit, os\natexit.register(os.abort)\n"
    code = PRESSED.format(
        taken="    signal.raise_signal(signal.SIGINT)", where=crash + AT_THE_START
    )
    ran = subprocess.run([sys.executable, "-c", code, "list"], capture_output=True, check=False)
    assert (ran.returncode, ran.stdout) == (1, b"")
    assert ran.stderr.startswith(b"vizopt: interrupted")


def test_what_callbacks_raise_else_is_told():
    code = """
from vizopt.core.interrupts import heed
heed()
class Callback:
    def __del__(self):
        raise ValueError("of a callback")
Callback()
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "ValueError: of a callback" in ran.stderr


def test_a_process_ends_that_somebody_was_interrupted_in_waiting_for(monkeypatch):
    monkeypatch.setattr(ffmpeg, "END_SECONDS", 0.2)
    process = subprocess.Popen(["sleep", "1000"], **ffmpeg.OWN_GROUP)
    process._waitpid_lock.acquire()  # as an interrupted wait may leave it
    ending = threading.Thread(target=ffmpeg.end, args=(process,), daemon=True)
    ending.start()
    ending.join(30)
    assert not ending.is_alive()
    process._waitpid_lock.release()
    assert process.wait(30) == -signal.SIGKILL


def pressed_again(plain):
    """The same, with Ctrl-C pressed before it and after."""

    def twice(*arguments, **keys):
        signal.raise_signal(signal.SIGINT)
        done = plain(*arguments, **keys)
        signal.raise_signal(signal.SIGINT)
        return done

    return twice


@pytest.fixture
def heard():
    """Ctrl-C raises KeyboardInterrupt, also where the tests run in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_an_old_recording_is_not_lost_between_two_renames(tmp_path, monkeypatch, heard):
    scene = vizopt.load_scene("landscape", {"epochs": 2})
    vizopt.record(scene, tmp_path / "run.zarr")
    monkeypatch.setattr(os, "rename", pressed_again(os.rename))
    with pytest.raises(KeyboardInterrupt):
        vizopt.record(vizopt.load_scene("landscape", {"epochs": 3}), tmp_path / "run.zarr")
    assert [file.name for file in tmp_path.iterdir()] == ["run.zarr"]
    assert Recording(tmp_path / "run.zarr").epochs == 3


@pytest.mark.parametrize("name", ["unlink", "rmdir"])
def test_tidying_up_is_not_cut_short(tmp_path, monkeypatch, heard, name):
    (tmp_path / "a.part").mkdir()
    for file in "bc":
        (tmp_path / "a.part" / file).touch()
    monkeypatch.setattr(os, name, pressed_again(getattr(os, name)))
    with pytest.raises(KeyboardInterrupt):
        places.remove(tmp_path / "a.part")
    assert not list(tmp_path.iterdir())


def test_an_encoder_ends_that_was_just_started(monkeypatch, heard):
    started = []

    def start(*_, **__):
        started.append(SimpleNamespace(poll=lambda: 0, wait=lambda _: 0))
        signal.raise_signal(signal.SIGINT)
        return started[0]

    ended = []
    monkeypatch.setattr(subprocess, "Popen", start)
    monkeypatch.setattr("vizopt.formats.ffmpeg.end", ended.append)
    with pytest.raises(KeyboardInterrupt), _run(["ffmpeg"], io.BytesIO()):
        pass
    assert ended == started != []


LOST_IN_BETWEEN = """
import vizopt.core.places
from vizopt.core.places import made
kept = []  # what holds them is nowhere finished: as a press between two lines leaves it
def sweep(folder):
    part = vizopt.core.places.beside(folder / "a.mp4")
    part.touch()
    new = made(folder / "new" / "er")
    new.__enter__()
    kept.append(new)
    raise KeyboardInterrupt
import vizopt.recording.atomic
vizopt.recording.atomic.sweep = sweep
from vizopt.__main__ import main
main()
"""


def test_the_end_removes_what_nobody_else_did(tmp_path):
    arguments = ["record", "landscape", "-q", "-o", "run.zarr", "--set", "epochs=2"]
    ran = subprocess.run(
        [sys.executable, "-c", LOST_IN_BETWEEN, *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "vizopt: interrupted" in ran.stderr
    assert not list(tmp_path.iterdir())


def test_the_second_press_does_not_cut_short_what_the_first_one_began():
    code = """
import signal
from vizopt.core import interrupts
interrupts.heed(signal.SIGINT)
done = []
try:
    try:
        signal.raise_signal(signal.SIGINT)
    finally:
        signal.raise_signal(signal.SIGTERM)
        done.append("tidy")
except KeyboardInterrupt:
    pass
signal.signal(signal.SIGTERM, signal.SIG_IGN)  # as nobody heard it, it comes again
interrupts.PATIENCE_SECONDS = -1e9
try:
    signal.raise_signal(signal.SIGINT)
except KeyboardInterrupt:
    interrupts.unheed()
    done.append("again")
print(*done)
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.stderr) == ("tidy again\n", "")


@pytest.fixture
def taken(tmp_path):
    """A folder that somebody else has locked, and keeps."""
    fcntl = pytest.importorskip("fcntl")
    place = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(place, fcntl.LOCK_EX)
    yield tmp_path
    os.close(place)


def test_who_waits_for_a_folder_can_be_interrupted(taken, monkeypatch, heard):
    (taken / "a.part").mkdir()
    monkeypatch.setattr(locks, "sleep", lambda seconds: signal.raise_signal(signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):
        put(taken / "a.part", taken / "a.zarr")
    assert [*taken.iterdir()] == [taken / "a.part"]


def test_who_has_waited_for_long_waits_no_more(taken, monkeypatch):
    monkeypatch.setattr(locks, "PATIENCE_SECONDS", 0.05)
    (taken / "a.part").mkdir()
    put(taken / "a.part", taken / "a.zarr")
    assert [*taken.iterdir()] == [taken / "a.zarr"]


def test_what_is_ignored_does_not_hide_what_came_after_it(monkeypatch):
    came = []
    before = [signal.signal(signal.SIGINT, signal.SIG_IGN)]
    before += [signal.signal(signal.SIGTERM, lambda number, _: came.append(number))]
    try:
        with uninterrupted():
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGTERM)
            assert came == []
        assert came == [signal.SIGTERM]
    finally:
        signal.signal(signal.SIGINT, before[0])
        signal.signal(signal.SIGTERM, before[1])
