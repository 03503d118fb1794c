"""A clip's frames as arrays: as many, as large and as coloured as a viewer sees them."""

import numpy as np
import pytest
from PIL import Image

import vizopt
from vizopt.clips.drawing import planned_picture
from vizopt.core.errors import VizoptError
from vizopt.scene.load import parse_scene

LOOK = {"size": (480, 270), "fps": 10, "seconds": 0.3}
OFF = {"a.webp": 0, "a.gif": 2, "a.mp4": 5, "a.html": 5}


@pytest.fixture(scope="module")
def wanted(run):
    scene = parse_scene(run.header.scene, "x", {}, {"timeline.seconds": 0.3})
    return np.array([frame[..., :3] for frame in planned_picture(run, scene, (480, 270), 10.0)])


@pytest.fixture(scope="module")
def clips(run, tmp_path_factory):
    """One of each format, all drawn at once."""
    folder = tmp_path_factory.mktemp("clips")
    made = vizopt.render(run, [folder / name for name in OFF], narrow=False, **LOOK)
    return {clip.path.name: clip for clip in made}


@pytest.mark.parametrize("name", OFF)
def test_a_clip_is_an_array_of_its_frames(clips, wanted, name):
    clip = clips[name]
    frames = clip.frames()
    assert (frames.shape, frames.dtype) == ((3, 270, 480, 3), np.uint8)
    assert clip.length == 3
    assert abs(frames.astype(int) - wanted).mean() <= OFF[name]
    frames[0] = 0  # one's own
    assert clip.frames()[0].any()


def read(file):
    with Image.open(file) as image:
        return np.asarray(image.convert("RGB"))


def test_a_sequence_and_a_still(walk, tmp_path):
    sequence = vizopt.render(walk, tmp_path / "a-%d.png", **LOOK)
    every = [read(tmp_path / f"a-{k}.png") for k in range(3)]
    assert np.array_equal(sequence.frames(), every)
    still = vizopt.render(walk, tmp_path / "b.png", **LOOK)
    assert still.frames().shape == (1, 270, 480, 3)


def test_one_frame_is_no_frames(walk, tmp_path):
    clip = vizopt.render(walk, tmp_path / "a.gif", size=(480, 270), fps=10, seconds=0.1)
    assert repr(clip).endswith("480×270, 1 frame at 10 fps, passes the flash check>")
    assert "  1 frame  0.1 s at 10 fps  " in str(clip)


def test_frames_come_one_by_one(clips, monkeypatch):
    """The first is there before the last is read."""
    from vizopt.clips import clip

    read = []
    pictures = clip.pictures

    def noted(path):
        for picture in pictures(path):
            read.append(picture)
            yield picture

    monkeypatch.setattr(clip, "pictures", noted)
    images = clips["a.gif"].images()
    assert read == []
    next(images)
    assert len(read) == 1


def test_what_has_no_pixels_or_is_gone_is_one_line(walk, tmp_path):
    clip = vizopt.render(walk, tmp_path / "a.svg", size=(640, 360))
    with pytest.raises(VizoptError, match=r"a\.svg: has no pixels of its own: render a \.png$"):
        clip.frames()
    clip = vizopt.render(walk, tmp_path / "a.png", size=(640, 360))
    clip.path.unlink()
    with pytest.raises(VizoptError, match=r"a\.png: cannot read: No such file or directory$"):
        clip.frames()
