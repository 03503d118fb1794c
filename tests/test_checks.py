"""Finished clips are checked beside the drawing of others; one bar tells of both."""

import threading
from concurrent.futures import CancelledError

import pytest

import vizopt
from vizopt import checks
from vizopt.checks import Checks, Judges, Steps
from vizopt.encoders.program import end
from vizopt.outputs import Look
from vizopt.pipeline import render_all
from vizopt.safety import judge, videos


class Bars:
    """Counts what each bar has passed on, and whether it came to its end."""

    def __init__(self):
        self.passed, self.ended = {}, []

    def __call__(self, items, total, label, unit, start=0):
        self.passed[label] = 0
        for item in items:
            yield item
            self.passed[label] += 1
        self.ended.append((label, total, unit))


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    keys = {"timeline.seconds": 1.0}
    path = tmp_path_factory.mktemp("run") / "run.zarr"
    return vizopt.record(vizopt.load_scene("local-minimum-1", keys), path)


def test_a_files_bar_counts_its_frames_once_for_drawing_and_check(run, tmp_path):
    bars = Bars()
    files = [tmp_path / name for name in ("a.mp4", "b.gif", "c.webp", "d.png")]
    look = Look(size=(480, 270), fps=10.0)
    clips = render_all(run, files, look, bars)
    assert [clip.path.name for clip in clips] == ["a.mp4", "b.gif", "c.webp", "d.png"]
    assert bars.passed == {"a.mp4, b.gif, c.webp": 10, "d.png": 1}
    assert sorted(bars.ended) == [("a.mp4, b.gif, c.webp", 10, "frame"), ("d.png", 1, "frame")]
    assert [clip.verdict for clip in clips] == [*map(judge, files[:3]), None]


def test_half_of_a_bar_is_drawing_and_half_is_the_check():
    bars = Bars()
    steps = Steps(bars, 6, "a.mp4", 2)
    for _ in steps.part():
        pass
    assert bars.passed == {"a.mp4": 2}  # and the third is begun
    assert bars.ended == []
    for _ in steps.part():
        pass
    assert bars.passed == {"a.mp4": 6}
    assert bars.ended == [("a.mp4", 6, "frame")]


@pytest.fixture
def clip(run, tmp_path):
    return render_all(run, [tmp_path / "a.mp4"], Look(size=(480, 270), fps=10.0))[0].path


def judges(paper="#ffffff"):
    return Judges(Steps(Bars(), 10, "a.mp4", 1), paper)


def test_a_video_is_checked_while_something_else_is_done(clip, monkeypatch):
    drawn = threading.Event()

    def waits(path, *, trace, papers):
        assert drawn.wait(60)  # for ever, were it checked before anything else is done
        return judge(path, trace=trace, papers=papers)

    monkeypatch.setattr(checks, "judge", waits)
    with Checks() as beside:
        verdict = beside.begin(judges(), clip)
        drawn.set()
        assert verdict() == judge(clip)


def test_an_error_beside_it_ends_a_check_within_a_frame(clip, monkeypatch):
    begun, ended = threading.Event(), []

    def long(path, *, trace, papers):
        try:
            while True:
                begun.set()
                trace(0, {})
        except CancelledError:
            ended.append(path)
            raise

    monkeypatch.setattr(checks, "judge", long)
    beside = Checks()
    beside.begin(judges(), clip)
    beside.begin(judges(), clip)
    assert begun.wait(60)
    beside.__exit__(KeyboardInterrupt)
    assert ended == [clip]


def test_an_error_in_the_trace_ends_the_decoder(clip, monkeypatch):
    ended = []
    monkeypatch.setattr(videos, "end", lambda process: (ended.append(process), end(process)))

    def wrong(micros, counts):
        raise CancelledError

    with pytest.raises(CancelledError) as held:
        judge(clip, trace=wrong)
    assert len(ended) == 1  # while the error, which knows its frames, is still held
    assert ended[0].poll() is not None
    assert held.value
