"""Transparent paper: alpha where nothing stands, and on the look's paper the opaque frame."""

import re
import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image, ImageSequence

import vizopt
from vizopt.clips.drawing import planned_picture
from vizopt.clips.options import request
from vizopt.draw.clear import Clear, opposite
from vizopt.flashes import check_flashes
from vizopt.flashes.decode import pictures
from vizopt.formats import FORMATS, StreamSpec, format_of
from vizopt.pipeline import render_all
from vizopt.scene.load import parse_scene

SIZE = (480, 270)
LOOKS = [("light", {}), ("dark", {}), ("light", {"paper": "#f0e0a0", "diverging": "bwr"})]


def drawn(run, theme="light", clear=True, mode="clip", **look):
    keys = {"theme": theme, "look": look | {"transparent": True}, "timeline.seconds": 1.0}
    scene = parse_scene(run.header.scene, "", {}, keys)
    return planned_picture(run, scene, SIZE, 10.0, clear=clear, mode=mode), scene.colours


def over(paper, frame):
    """A frame with alpha on a paper, as any program lays it [H, W, 3]."""
    alpha = frame[..., 3:] / 255
    below = np.array(to_rgb(paper)) * 255
    return frame[..., :3] * alpha + below * (1 - alpha)


@pytest.fixture(scope="module")
def clear(run):
    """The frames of the scene `sgd` in the light look, with alpha."""
    return drawn(run)[0]


@pytest.mark.parametrize(
    ("kind", "theme", "look"), [("run", *LOOKS[0]), ("descent", *LOOKS[1]), ("run", *LOOKS[2])]
)
def test_on_the_looks_paper_it_is_the_opaque_frame(request, kind, theme, look):
    run = request.getfixturevalue(kind)
    clear, colours = drawn(run, theme, **look)
    opaque, _ = drawn(run, theme, clear=False, **look)
    assert isinstance(clear, Clear)
    for k in (0, len(opaque) - 1):
        frame, wanted = clear[k], opaque[k]
        assert abs(over(colours.paper, frame) - wanted[..., :3]).max() <= 1
        bare = (wanted[..., :3] == np.round(np.array(to_rgb(colours.paper)) * 255)).all(axis=-1)
        assert frame[2, 2, 3] == 0
        assert (frame[bare][:, 3] == 0).mean() > 0.9  # but cells of weights at zero
        ink = (wanted[..., :3] == np.round(np.array(to_rgb(colours.ink)) * 255)).all(axis=-1)
        assert ink.sum() > 100
        assert (frame[ink][:, 3] == 255).all()
        edges = (frame[..., 3] > 0) & (frame[..., 3] < 255)
        assert edges.sum() > 100  # of letters and points


def test_what_shows_values_keeps_its_colours_on_any_paper(run, clear):
    """Cells, regions and the holes of points are no paper."""
    opaque, colours = drawn(run, clear=False)
    frame, wanted = clear[len(clear) - 1], opaque[len(opaque) - 1]
    shades = {tuple(shade) for shade in colours.shades(255).tolist()} - {(255, 255, 255, 255)}
    cells = np.array([[tuple(pixel) in shades for pixel in row] for row in wanted.tolist()])
    assert cells.sum() > 1000
    assert (frame[cells][:, 3] == 255).mean() > 0.99  # a grey edge of a letter may be one of them


def test_an_opposite_paper_differs_in_every_channel():
    assert opposite("#ffffff") == "#000000"
    assert opposite("#11161c") == "#ffffff"
    assert opposite("#f02090") == "#00ff00"


@pytest.mark.parametrize("suffix", [".apng", ".webp", ".png", "-%03d.png"])
def test_a_lossless_file_has_the_frames_alpha(clear, suffix, tmp_path):
    frames = [clear[k] for k in (0, 5, 5, len(clear) - 1)]
    file = tmp_path / f"a{suffix}"
    with format_of(file).open(
        file, StreamSpec(SIZE, 10.0, lambda: frames, transparent=True)
    ) as put:
        for frame in frames:
            put(frame)
    if suffix.startswith("-"):
        shown = [Image.open(tmp_path / f"a-{k:03d}.png") for k in range(4)]
    elif suffix == ".png":
        shown, frames = [Image.open(file)], frames[-1:]
    else:
        with Image.open(file) as images:
            shown = [image.copy() for image in ImageSequence.Iterator(images)]
    assert len(shown) == len(frames)
    for image, frame in zip(shown, frames, strict=True):
        found = np.asarray(image.convert("RGBA"))
        assert np.array_equal(found[..., 3], frame[..., 3])
        seen = frame[..., 3] > 0
        assert np.array_equal(found[seen], frame[seen])


def test_a_webm_has_alpha(run, tmp_path):
    clear, colours = drawn(run, "dark")
    file = tmp_path / "a.webm"
    frames = [clear[k] for k in range(4)]
    with format_of(file).open(
        file, StreamSpec(SIZE, 10.0, lambda: frames, transparent=True)
    ) as put:
        for frame in frames:
            put(frame)
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    command = [ffmpeg, "-loglevel", "error", "-c:v", "libvpx-vp9", "-i", file, "-f", "rawvideo"]
    raw = subprocess.run([*command, "-pix_fmt", "rgba", "-"], capture_output=True, check=True)
    found = np.frombuffer(raw.stdout, np.uint8).reshape(-1, *SIZE[::-1], 4)
    assert len(found) == 4
    for image, frame in zip(found, frames, strict=True):
        assert image[..., 3][frame[..., 3] == 0].mean() < 1
        assert image[..., 3][frame[..., 3] == 255].mean() > 254
        assert abs(over(colours.paper, image) - over(colours.paper, frame)).mean() < 4
    for paper in ("#ffffff", "#000000"):
        shown = [picture.frame for picture in pictures(file, paper)]
        assert abs(shown[0][2, 2].astype(int) - np.array(to_rgb(paper)) * 255).max() <= 1


def test_each_format_says_whether_it_has_transparency(run, tmp_path):
    without = {suffix for suffix in FORMATS if not format_of(Path(f"a-{suffix}")).alpha}
    assert without == {".mp4", ".gif", ".jpg", ".jpeg", ".html", ".pptx"}
    files = [tmp_path / f"a{suffix}" for suffix in (".mp4", ".gif", ".webp")]
    keys = {"look": {"transparent": True, "paper": "#f0e0a0"}, "timeline.seconds": 0.3}
    lines = {
        clip.path.name: str(clip)
        for clip in render_all(run, files, request(size=SIZE, fps=10.0, overrides=keys))
    }
    said = {name for name, line in lines.items() if "transparency: on the look's paper" in line}
    assert said == {"a.mp4", "a.gif"}
    assert "MP4 has no transparency" in lines["a.mp4"]
    assert "GIF has no smooth transparency" in lines["a.gif"]
    corner = next(pictures(tmp_path / "a.mp4")).frame[2, 2].astype(int)
    assert abs(corner - [0xF0, 0xE0, 0xA0]).max() <= 4
    plain = request(size=SIZE, fps=10.0, overrides={"timeline.seconds": 0.3})
    assert not re.search("transparen", str(render_all(run, [tmp_path / "c.mp4"], plain)[0]))


def blinking(path, *colours, alpha=255, fps=10.0):
    """A clip of twelve frames of these colours in turn, half of it transparent paper."""
    frames = [np.zeros((90, 160, 4), np.uint8) for _ in range(12)]
    for k, frame in enumerate(frames):
        frame[:, 60:] = (*colours[k % len(colours)], alpha)
    with format_of(path).open(
        path, StreamSpec((160, 90), fps, lambda: frames, transparent=True)
    ) as put:
        for frame in frames:
            put(frame)
    return path


@pytest.mark.parametrize("suffix", [".webp", ".apng", ".webm"])
def test_a_transparent_clip_is_judged_on_white_and_black_and_the_worse_counts(suffix, tmp_path):
    clip = blinking(tmp_path / f"a{suffix}", (255, 255, 255), (255, 255, 255))
    assert check_flashes(clip).passed
    # Black that comes and goes flashes on white alone, white on black alone.
    for colour, paper in (((0, 0, 0), "#ffffff"), ((255, 255, 255), "#000000")):
        frames = [np.zeros((90, 160, 4), np.uint8) for _ in range(12)]
        for frame in frames[::2]:
            frame[:] = (*colour, 255)
        clip = tmp_path / f"{paper[1:]}{suffix}"
        film = StreamSpec((160, 90), 10.0, lambda frames=frames: frames, transparent=True)
        with format_of(clip).open(clip, film) as put:
            for frame in frames:
                put(frame)
        verdict = check_flashes(clip)
        assert not verdict.passed
        assert verdict.paper == paper
        assert check_flashes(clip, papers=("#000000" if paper == "#ffffff" else "#ffffff",)).passed


def test_check_says_the_paper(command, tmp_path):
    clip = blinking(tmp_path / "a.webp", (0, 0, 0), (0, 0, 0))
    ran = command("check", clip)
    assert ran.code == 0
    assert "transparent: on white, the worse of white and black" in ran.out
    assert '"paper": "#ffffff"' in command("check", clip, "--json").out
    assert command("check", clip, "--plot", "p.png").code == 0
    assert Path("p.png").is_file()


def test_a_clip_made_again_is_transparent_too(command, run):
    keys = ("-q", "--size", "320x180", "--seconds", "0.3", "--set", "look.transparent=true")
    assert command("render", run.path, "-o", "a.webp", *keys).code == 0
    assert command("make", "a.webp", "-o", "b.webp", "-q").code == 0
    assert Path("a.webp").read_bytes() == Path("b.webp").read_bytes()
    assert vizopt.load_scene("sgd", {"look.transparent": True}).colours.transparent
