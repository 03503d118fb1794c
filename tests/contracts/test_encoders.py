"""What every entry of ENCODERS promises: known frames in and out, nothing left after an error."""

import base64
import re
import subprocess
import tempfile
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest

from vizopt.encoders import ENCODERS, Film, encoder
from vizopt.errors import EncodeError

SIZE = (128, 96)
COLOURS = [(255, 0, 0), (0, 160, 60), (20, 40, 220), (240, 240, 240), (30, 30, 30)]


def frames(count=10):
    for k in range(count):
        frame = np.full((SIZE[1], SIZE[0], 4), 255, np.uint8)
        frame[20:60, 10 + 4 * k : 50 + 4 * k, :3] = COLOURS[k % 5]
        yield frame


def playable(path):
    """The file, or the clip that a page holds."""
    if path.suffix != ".html":
        return path
    inner = re.search(r'id="clip">(.*?)</script>', path.read_text(encoding="utf-8"))[1]
    clip = Path(tempfile.mkdtemp()) / "clip.mp4"
    clip.write_bytes(base64.b64decode(inner))
    return clip


def decoded(path, size=SIZE):
    """Every frame of a file as ffmpeg shows it, RGB."""
    clip = playable(path)
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-i", clip, "-fps_mode"]
    command += ["passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    raw = subprocess.run(command, check=True, capture_output=True).stdout
    return np.frombuffer(raw, np.uint8).reshape(-1, size[1], size[0], 3)


STILLS = {".png"}
DECKS = {".pptx"}  # tests/test_slides.py


@pytest.fixture(params=[suffix for suffix in ENCODERS if suffix not in STILLS | DECKS])
def suffix(request):
    return request.param


def write(path, film, pictures):
    with encoder(path).open(path, film) as put:
        for picture in pictures:
            put(picture)


def film_for(path, fps=20.0, size=SIZE):
    return Film(size, encoder(path).rate(fps), lambda: list(frames()))


def test_the_same_frames_come_out(suffix, tmp_path):
    path = tmp_path / f"clip{suffix}"
    write(path, film_for(path), frames())
    shown = decoded(path)
    assert len(shown) == 10
    for k, (picture, wanted) in enumerate(zip(shown, frames(), strict=True)):
        for columns in (slice(18 + 4 * k, 42 + 4 * k), slice(104, 120)):  # inside and outside
            difference = picture[28:52, columns].astype(int) - wanted[28:52, columns, :3]
            assert abs(difference).mean() <= 4
    assert list(tmp_path.iterdir()) == [path]


def test_the_rate_is_the_one_promised(suffix, tmp_path):
    path = tmp_path / f"clip{suffix}"
    film = film_for(path, 30.0)
    write(path, film, frames(50))
    told = imageio_ffmpeg.count_frames_and_secs(str(playable(path)))
    assert told[0] == 50
    assert told[1] == pytest.approx(50 / film.fps, abs=0.011)


def test_equal_frames_are_kept(suffix, tmp_path):
    path = tmp_path / f"clip{suffix}"
    same = next(frames())
    write(path, film_for(path), [same] * 7)
    assert len(decoded(path)) == 7


def test_one_frame_is_a_clip(suffix, tmp_path):
    path = tmp_path / f"clip{suffix}"
    write(path, film_for(path), frames(1))
    assert len(decoded(path)) == 1


def test_an_error_leaves_the_old_file_and_no_other(suffix, tmp_path):
    path = tmp_path / f"clip{suffix}"
    path.write_bytes(b"old")

    def broken():
        yield from frames(3)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write(path, film_for(path), broken())
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_one_clear_line(suffix, tmp_path):
    path = tmp_path / f"clip{suffix}"
    path.write_bytes(b"old")
    (tmp_path / f"clip{suffix}.part").symlink_to("/dev/full")
    random = np.random.RandomState(0)
    noise = (random.randint(0, 255, (SIZE[1], SIZE[0], 4)).astype(np.uint8) for _ in range(30))
    with pytest.raises(EncodeError, match="No space left on device") as caught:
        write(path, film_for(path), noise)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_cannot_be_written(suffix, tmp_path):
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / f"clip{suffix}"
    with pytest.raises(EncodeError, match="cannot write"):
        write(path, film_for(path), frames())


def test_a_still_is_the_last_frame(tmp_path):
    from PIL import Image

    path = tmp_path / "clip.png"
    write(path, film_for(path), frames())
    *_, last = frames()
    assert np.array_equal(np.asarray(Image.open(path)), last[..., :3])
    assert list(tmp_path.iterdir()) == [path]
