"""Finished clips are checked beside the drawing of others; one bar tells of both."""

import subprocess
import sys
import time
from concurrent.futures import CancelledError
from contextlib import closing

import imageio_ffmpeg
import pytest

import vizopt
from vizopt.clips.checks import CheckProgress, Checks, FlashChecks
from vizopt.clips.options import request
from vizopt.core.errors import EncodeError
from vizopt.core.ffmpeg import end
from vizopt.flashes import check_flashes, videos, worker
from vizopt.flashes.worker import Worker, WorkerError
from vizopt.pipeline import render_all


def wait_until(done):
    """For an event, not for a clock: it fails after a minute."""
    for _ in range(6000):
        if done():
            return
        time.sleep(0.01)
    raise AssertionError("it does not come")


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


LOOK = request(size=(320, 180), fps=10.0)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    keys = {"timeline.seconds": 1.0}
    path = tmp_path_factory.mktemp("run") / "run.zarr"
    return vizopt.record(vizopt.load_scene("local-minimum-1", keys), path)


def test_a_files_bar_counts_its_frames_once_for_drawing_and_check(run, tmp_path):
    bars = Bars()
    files = [tmp_path / name for name in ("a.mp4", "b.gif", "c.webp", "d.png")]
    clips = render_all(run, files, LOOK, bars)
    assert [clip.path.name for clip in clips] == ["a.mp4", "b.gif", "c.webp", "d.png"]
    assert bars.passed == {"a.mp4, b.gif, c.webp": 10, "d.png": 1}
    assert sorted(bars.ended) == [("a.mp4, b.gif, c.webp", 10, "frame"), ("d.png", 1, "frame")]
    assert [clip.verdict for clip in clips] == [*map(check_flashes, files[:3]), None]


def test_half_of_a_bar_is_drawing_and_half_is_the_check():
    bars = Bars()
    steps = CheckProgress(bars, 6, "a.mp4", 2)
    for _ in steps.part():
        pass
    assert bars.passed == {"a.mp4": 2}  # and the third is begun
    assert bars.ended == []
    for _ in steps.part():
        pass
    assert bars.passed == {"a.mp4": 6}
    assert bars.ended == [("a.mp4", 6, "frame")]


@pytest.fixture(scope="module")
def clips(run, tmp_path_factory):
    folder = tmp_path_factory.mktemp("clips")
    return render_all(run, [folder / name for name in ("a.mp4", "a.gif")], LOOK)


@pytest.fixture
def clip(clips):
    return clips[0].path


def judges(paper="#ffffff"):
    return FlashChecks(CheckProgress(Bars(), 10, "a.mp4", 1), paper)


def test_clips_are_checked_by_a_process_beside_what_is_done_next(clips):
    with Checks() as checks:
        for clip in clips:
            bars, name = Bars(), clip.path.name
            steps = CheckProgress(bars, 10, name, 1)
            told = checks.begin(FlashChecks(steps, "#ffffff"), clip.path)
            assert bars.passed == {}  # nothing else is done yet: the process would be waited for
            checks.beside()
            wait_until(lambda bars=bars, name=name: bars.passed == {name: 10})
            assert told() == clip.verdict == check_flashes(clip.path)
            process = checks._worker._process
            assert process.poll() is None
    assert process.poll() is not None


def test_what_is_not_begun_when_verdicts_are_asked_for_is_judged_here(clip):
    with Checks() as checks:
        told = checks.begin(judges(), clip)
        assert told() == check_flashes(clip)
        assert checks._worker._process is None


@pytest.mark.parametrize("killed", [False, True])
def test_without_a_process_clips_are_judged_here(clip, killed, monkeypatch):
    with Checks() as checks:
        if killed:
            monkeypatch.setattr(worker, "START", "import os; os.kill(os.getpid(), 9)")
        else:
            monkeypatch.setattr(sys, "executable", "")
        told = checks.begin(judges(), clip)
        checks.beside()
        assert told() == check_flashes(clip)


def test_a_clip_that_cannot_be_read_is_the_same_error_from_the_process(clip, tmp_path):
    damaged = tmp_path / "b.mp4"
    damaged.write_bytes(clip.read_bytes()[:-2000])
    for beside in (True, False):
        with Checks() as checks:
            told = checks.begin(judges(), damaged)
            good = checks.begin(judges(), clip)
            if beside:
                checks.beside()
            with pytest.raises(EncodeError, match=r"b\.mp4: cannot read: "):
                told()
            assert good() == check_flashes(clip)


def test_the_process_sees_transparent_paper_in_the_colour_that_it_is_told(run, tmp_path):
    look = request(size=(320, 180), fps=10.0, overrides={"look.transparent": True})
    (clip,) = render_all(run, [tmp_path / "a.webp"], look)
    with closing(Worker()) as process:
        for paper in ("#000000", "#123456"):
            assert process.check_flashes(clip.path, lambda *_: None, (paper,)).paper == paper


def test_what_nobody_foresaw_is_judged_again_here(clip, monkeypatch):
    """The process ends of it; whoever asked meets it with all that is known of it."""
    broken = "import vizopt.flashes.worker as w; w.check_flashes = lambda *a, **k: 1 / 0; w.serve()"
    monkeypatch.setattr(worker, "START", f"import sys; sys.path[:] = sys.argv[1:]; {broken}")
    with closing(Worker()) as process, pytest.raises(WorkerError):
        process.check_flashes(clip, lambda *_: None, ("#ffffff",))
    with Checks() as checks:
        told = checks.begin(judges(), clip)
        checks.beside()
        assert told() == check_flashes(clip)


def test_an_error_beside_it_ends_a_check_and_leaves_nothing(tmp_path, monkeypatch):
    folder, clip = tmp_path / "temporary", tmp_path / "long.mp4"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    pattern = ["-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=30:duration=5"]
    codec = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
    ffmpeg = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error"]
    subprocess.run([*ffmpeg, *pattern, *codec, str(clip)], check=True)
    bars = Bars()
    checks = Checks()
    checks.begin(FlashChecks(CheckProgress(bars, 150, "long", 1), "#ffffff"), clip)
    checks.beside()
    wait_until(lambda: bars.passed.get("long", 0) > 2 and list(folder.iterdir()))
    checks.__exit__(KeyboardInterrupt)
    assert bars.passed["long"] < 150
    assert list(folder.iterdir()) == []


def test_an_error_in_the_trace_ends_the_decoder(clip, monkeypatch):
    ended = []
    monkeypatch.setattr(videos, "end", lambda process: (ended.append(process), end(process)))

    def wrong(micros, counts):
        raise CancelledError

    with pytest.raises(CancelledError) as held:
        check_flashes(clip, trace=wrong)
    assert len(ended) == 1  # while the error, which knows its frames, is still held
    assert ended[0].poll() is not None
    assert held.value
