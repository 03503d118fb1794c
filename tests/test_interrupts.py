"""Ctrl-C while something is handed to another thread comes when that has it, so that nobody waits
for ever for a lock that is never given back."""

import io
import signal
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest

import vizopt
from vizopt.clips.checks import Checks
from vizopt.core.places import synced
from vizopt.formats.ffmpeg import _ahead
from vizopt.pipeline.workers import Job, train_all
from vizopt.recording import recorder
from vizopt.recording.waiting import AT_ONCE, Waiting


def waiting(folder):
    with ThreadPoolExecutor(1) as thread:
        rows = Waiting("snapshots", {"scores": np.array}, thread)
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
    jobs = [Job(scene, folder / f"{k}.zarr", None) for k in range(2)]
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
