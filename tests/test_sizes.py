"""Sizes and rates by name and as fractions, thumbnails and banners."""

import re
import subprocess
from fractions import Fraction
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image

import vizopt
from vizopt.clips.drawing import planned_picture
from vizopt.core.errors import SceneError, VizoptError
from vizopt.core.sizes import SIZES, exact
from vizopt.scene.load import parse_scene
from vizopt.scene.written import scene_toml

NTSC = 30000 / 1001
STILL = ["-o", "a.png", "-q", "--size"]


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("720p", (1280, 720)),
        ("1080p", (1920, 1080)),
        ("4K", (3840, 2160)),
        ("square", (1080, 1080)),
        ("Portrait", (1080, 1920)),
    ],
)
def test_a_size_has_a_name(name, size):
    assert vizopt.load_scene("sgd", {"clip.size": name}).clip.size == size


def test_a_named_size_is_drawn(command, run):
    assert "a.png  1080×1920  " in command("render", run.path, *STILL, "Portrait").out


def test_a_scene_and_python_know_the_names_and_fractions(run, tmp_path):
    keys = {"clip.size": "square", "clip.fps": "30000/1001"}
    clip = vizopt.load_scene("sgd", keys).clip
    assert (clip.size, clip.fps) == ((1080, 1080), NTSC)
    text = scene_toml(vizopt.load_scene("sgd", keys))
    assert "fps = 29.97002997002997\n" in text
    assert parse_scene(text, "again", {}, {}).clip == clip
    assert vizopt.load_scene("sgd", {"clip.size": "640×360"}).clip.size == (640, 360)
    drawn = vizopt.render(run, tmp_path / "a.mp4", size="720p", fps="30000/1001", seconds=0.04)
    assert (drawn.size, drawn.fps) == ((1280, 720), NTSC)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("size", "720", '"720": no size: write it like 1280x720, or 720p, 1080p, 4k, square, port'),
        ("size", "12x", '"12x": no size: write it like 1280x720'),
        ("fps", "fast", '"fast": no rate: write it like 25, 29.97 or 30000/1001'),
        ("fps", "1/0", '"1/0": no rate'),
    ],
)
def test_a_wrong_name_is_one_clear_line(run, tmp_path, key, value, message):
    with pytest.raises(SceneError) as caught:
        vizopt.load_scene("sgd", {f"clip.{key}": value})
    assert str(caught.value).startswith(f"sgd: clip.{key}: {message}")
    with pytest.raises(VizoptError) as caught:
        vizopt.render(run, tmp_path / "a.gif", **{key: value})
    assert str(caught.value).startswith(f"render: {message}")


def test_a_wrong_rate_or_size_on_the_command_line(command, run):
    ran = command("render", run.path, *STILL, "huge")
    assert '"huge": no size: write it like 1280x720, or 720p, 1080p, 4k, square' in ran.err
    ran = command("render", run.path, "-o", "a.gif", "--fps", "fast")
    assert '"fast": no rate: write it like 25, 29.97 or 30000/1001. See: vizopt render' in ran.err
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert (
        "fps 2000: must lie between 0.1 and 1000"
        in command("render", run.path, "-o", "a.gif", "--fps", "4000/2").err
    )


def ticks(file):
    """The clock of a film and the ticks of its pictures, as ffmpeg reads them."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-i", file, "-c", "copy"]
    said = subprocess.run([*command, "-f", "framemd5", "-"], check=True, capture_output=True)
    text = said.stdout.decode()
    clock = Fraction(re.search(r"#tb 0: (\S+)", text)[1])
    found = [line.split(",") for line in text.splitlines() if not line.startswith("#")]
    return clock, sorted(int(line[2]) for line in found)


@pytest.mark.parametrize("suffix", ["mp4", "mov", "webm"])
def test_a_fraction_of_a_rate_is_exact(command, run, suffix):
    ran = command("render", run.path, "-o", f"a.{suffix}", "-q", "--size", "320x180",
                  "--seconds", "2", "--fps", "30000/1001")  # fmt: skip
    assert "  60 frames  2.0 s at 29.97 fps  passes" in ran.out
    clock, at = ticks(f"a.{suffix}")
    assert len(at) == 60
    for k, tick in enumerate(at):  # to the tick, which of a WebM is a thousandth of a second
        assert abs((tick - at[0]) * clock - Fraction(1001 * k, 30000)) <= clock / 2
    if suffix != "webm":
        assert clock * (at[59] - at[0]) == Fraction(1001 * 59, 30000)


def test_an_apng_has_the_fraction_and_a_gif_says_what_it_holds(command, run):
    ran = command("render", run.path, "-o", "a.apng", "-o", "a.gif", "-q", "--size", "320x180",
                  "--seconds", "0.1", "--fps", "30000/1001")  # fmt: skip
    data = Path("a.apng").read_bytes()
    start = data.index(b"fcTL") + 4 + 20
    assert [*np.frombuffer(data[start : start + 4], ">u2")] == [1001, 30000]
    assert "33.33 fps, the nearest that a GIF can hold" in ran.out


def test_a_rate_is_the_fraction_that_was_meant():
    assert [exact(fps) for fps in (NTSC, 24000 / 1001, 29.97, 30.0, 100 / 3)] == [
        Fraction(30000, 1001),
        Fraction(24000, 1001),
        Fraction(2997, 100),
        Fraction(30),
        Fraction(100, 3),
    ]


# Small frames


def shown(texts, run, size):
    scene = parse_scene(run.header.scene, "x", {}, {})
    picture = planned_picture(run, scene, size, 30.0)
    return [(text, box) for text, box in texts(picture, len(picture) - 1) if text.strip()]


@pytest.mark.parametrize("size", [(320, 180), (479, 270), (400, 225), (320, 320), (180, 320)])
def test_a_thumbnail_has_the_plane_and_the_epoch(texts, run, size):
    found = shown(texts, run, size)
    words = {text for text, _ in found}
    assert "epoch" in words
    assert {"300", "300 / 300"} & words
    assert not {"loss", "accuracy", "Dense 1", "update"} & words
    beside = size[0] >= 1.3 * size[1]
    assert ("descent" in " ".join(words)) == beside  # the title, in lines
    for text, (x0, y0, x1, y1) in found:
        assert x0 >= -1 and y0 >= -1 and x1 <= size[0] + 1 and y1 <= size[1] + 1, text  # noqa: PT018
    for i, (text, box) in enumerate(found):
        for other, box_2 in found[:i]:
            apart = box[2] <= box_2[0] + 1 or box_2[2] <= box[0] + 1
            assert apart or box[3] <= box_2[1] + 2 or box_2[3] <= box[1] + 2, (text, other)


def test_a_thumbnail_of_a_run_that_diverged_says_so_at_its_end(texts, tmp_path):
    run = vizopt.record(vizopt.load_scene("divergence"), tmp_path / "d.zarr")
    scene = parse_scene(run.header.scene, "x", {}, {})
    picture = planned_picture(run, scene, (320, 180), 30.0)
    told = f"diverged at epoch {run.diverged}"
    assert told in {text for text, _ in texts(picture, len(picture) - 1)}
    assert told not in {text for text, _ in texts(picture, 0)}
    for text, (x0, _, x1, y1) in shown(texts, run, (320, 180)):
        assert (x0 >= -1, x1 <= 321, y1 <= 181) == (True, True, True), text


@pytest.mark.parametrize("size", [(1200, 300), (1600, 400), (800, 300)])
def test_a_banner_has_the_plane_and_the_curves(texts, run, size):
    words = {text for text, _ in shown(texts, run, size)}
    assert {"Stochastic gradient descent", "epoch", "loss", "accuracy"} <= words
    assert not {"Dense 1", "update"} & words


def test_a_small_descent_names_the_lowest_minimum_alone(texts, descent):
    words = {text for text, _ in shown(texts, descent, (320, 180))}
    assert {"step", "100 / 100", "global minimum"} <= words
    assert not any(text.startswith("local") for text in words)
    words = {text for text, _ in shown(texts, descent, (1200, 300))}
    assert {"global minimum", "local minimum 1", "slope"} <= words


def test_no_text_of_a_small_frame_is_under_seven_pixels(texts, run, descent):
    for of, sizes in ((run, ((320, 180), (180, 320), (1200, 300))), (descent, ((320, 180),))):
        scene = parse_scene(of.header.scene, "x", {}, {})
        for size in sizes:
            picture = planned_picture(of, scene, size, 30.0)
            fonts = [text.get_fontsize() for axes in picture.figure.axes for text in axes.texts]
            assert min(fonts) >= 6.8, size


def test_a_frame_of_usual_size_has_all_its_panels(texts, run):
    for size in ((480, 270), (270, 480), (1250, 500)):
        words = {text for text, _ in shown(texts, run, size)}
        assert {"Dense 1", "Dense 2", "loss"} <= words, size


@pytest.mark.parametrize(
    ("size", "message"),
    [
        ("318x180", "size 318x180: must be at least 320x180, to be read, and 7680 at most"),
        ("320x178", "size 320x178: must be at least 320x180"),
        ("1202x300", "size 1202x300: must not be narrower than 1:2 or wider than 4:1"),
        ("320x642", "must not be narrower than 1:2"),
    ],
)
def test_a_size_that_cannot_be_drawn(command, run, size, message):
    ran = command("render", run.path, *STILL, size)
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert message in ran.err


def test_every_bundled_scene_has_a_thumbnail_and_a_banner(tmp_path):
    """The smallest and the flattest frame, of networks and descents as they come."""
    for name in ("sgd", "landscape", "explosion"):
        scene = vizopt.load_scene(name, {"epochs": 5} if name == "sgd" else {})
        run = vizopt.record(scene, tmp_path / f"{name}.zarr")
        for size in (*((320, 180), (180, 320)), (1200, 300)):
            file = vizopt.render(run, tmp_path / "a.png", size=size).path
            with Image.open(file) as image:
                assert image.size == size


def test_the_names_are_told_where_a_size_is_asked_for(command):
    told = " ".join(command("make", "--help").out.split())
    assert ", ".join(SIZES) in told
