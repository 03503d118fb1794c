"""What every entry of FORMATS promises: known frames in and out, nothing left after an error."""

import base64
import re
import subprocess
import tempfile
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image

from vizopt.core import atomic
from vizopt.core.errors import EncodeError
from vizopt.flashes import check_flashes
from vizopt.flashes.decode import loops, pictures
from vizopt.formats import FORMATS, ClipMetadata, StreamSpec, base, every, format_of, is_sequence
from vizopt.formats.quality import QualityStep
from vizopt.formats.sequence import members

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
    inner = re.search(
        r'id="clip"[^>]* src="data:video/mp4;base64,([^"]*)"', path.read_text(encoding="utf-8")
    )[1]
    clip = Path(tempfile.mkdtemp()) / "clip.mp4"
    clip.write_bytes(base64.b64decode(inner))
    return clip


def decoded(path, size=SIZE):
    """Every frame of a file as a viewer shows it, RGB."""
    if path.suffix not in VIDEO:
        if is_sequence(path):
            return np.array([np.asarray(Image.open(file)) for file in members(path)])
        return np.array([picture.frame for picture in pictures(path)])
    clip = playable(path)
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-i", clip, "-fps_mode"]
    command += ["passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    raw = subprocess.run(command, check=True, capture_output=True).stdout
    return np.frombuffer(raw, np.uint8).reshape(-1, size[1], size[0], 3)


STILLS = {suffix for suffix, known in every().items() if known.still}  # tests/test_print.py
DECKS = {suffix for suffix, known in every().items() if known.for_slide}  # tests/test_slides.py
VIDEO = {".mp4", ".mov", ".webm", ".gif", ".html"}  # read by ffmpeg; the others by Pillow
LOSSLESS = {".webp", ".apng", "%05d.png"}
LOOPED = {".gif", ".webp", ".apng"}


@pytest.fixture(params=[suffix for suffix in FORMATS if suffix not in STILLS | DECKS])
def suffix(request):
    return request.param


def left(folder, suffix):
    """What is in a folder besides the clip of that suffix."""
    return [f for f in folder.iterdir() if not f.match(f"clip{suffix}".replace("%05d", "*"))]


def psnr(a, b):
    error = ((a.astype(float) - b) ** 2).mean()
    return 99.0 if error == 0 else 10 * np.log10(255**2 / error)


def write(path, film, pictures):
    with format_of(path).open(path, film) as put:
        for picture in pictures:
            put(picture)


def film_for(path, fps=20.0, size=SIZE):
    return StreamSpec(size, format_of(path).nearest_fps(fps), lambda: list(frames()))


def test_the_same_frames_come_out(suffix, tmp_path):
    path = tmp_path / f"clip{suffix}"
    write(path, film_for(path), frames())
    shown = decoded(path)
    assert len(shown) == 10
    for k, (picture, wanted) in enumerate(zip(shown, frames(), strict=True)):
        for columns in (slice(18 + 4 * k, 42 + 4 * k), slice(104, 120)):  # inside and outside
            difference = picture[28:52, columns].astype(int) - wanted[28:52, columns, :3]
            assert abs(difference).mean() <= 4
    assert left(tmp_path, suffix) == []


def test_first_middle_and_last_frame(suffix, tmp_path):
    path = tmp_path / f"clip{suffix}"
    write(path, film_for(path), frames(31))
    shown, wanted = decoded(path), list(frames(31))
    for k in (0, 15, 30):
        least = 99 if suffix in LOSSLESS else 28  # flat colours at 4:2:0 are all edges
        assert psnr(shown[k], wanted[k][..., :3]) >= least


def test_every_level_of_harm_is_a_clip(suffix, tmp_path):
    path = tmp_path / f"clip{suffix}"
    for level in range(4):
        film = StreamSpec(
            SIZE,
            format_of(path).nearest_fps(20.0),
            lambda: list(frames()),
            ClipMetadata(),
            level=level,
        )
        write(path, film, frames())
        shown = decoded(path)
        assert len(shown) == 10
        assert psnr(shown[4], list(frames())[4][..., :3]) >= 22


def fade(count=50):
    """A patch that changes its shade a little in every frame."""
    for k in range(count):
        frame = np.full((SIZE[1], SIZE[0], 4), 255, np.uint8)
        frame[20:60, 20:80, :3] = 200 - k, 60 + k, 100 + 3 * k // 2
        yield frame


def soft(count=2):
    """Ten thousands of colours, of which those of some pixels change."""
    y, x = np.mgrid[: SIZE[1], : SIZE[0]]
    for k in range(count):
        frame = np.full((SIZE[1], SIZE[0], 4), 255, np.uint8)
        shades = x * 255 // 127, y * 255 // 95, (x + y + 20 * k) % 256 // 2 + 60
        frame[..., :3] = np.stack(shades, axis=-1)
        yield frame


def shown_and_wanted(path, pictures, level=0):
    film = StreamSpec(SIZE, format_of(path).nearest_fps(20.0), lambda: pictures, level=level)
    write(path, film, pictures)
    return decoded(path).astype(int), np.array(pictures)[..., :3].astype(int)


def test_a_gif_of_few_colours_is_at_most_6_of_255_off(tmp_path):
    """What changes by less waits for its turn; every colour that is drawn is the true one."""
    shown, wanted = shown_and_wanted(tmp_path / "clip.gif", list(fade()))
    assert abs(shown - wanted).max() == 6
    assert not abs(shown - wanted)[0].any()


def test_a_gif_of_many_colours_has_the_255_that_are_nearest(tmp_path):
    shown, wanted = shown_and_wanted(tmp_path / "clip.gif", list(soft()))
    assert min(psnr(a, b) for a, b in zip(shown, wanted, strict=True)) >= 33.5  # with 127: 32.2
    assert len(np.unique(shown.reshape(-1, 3), axis=0)) <= 255


# dB of `fade` at each level of harm, measured, less one
LEAST = {
    ".mp4": (45.7, 43.4, 39.5, 37.3),
    ".mov": (45.7, 43.4, 39.5, 37.3),
    ".webm": (44.6, 42.5, 39.6, 37.8),
    ".html": (45.3, 42.0, 39.8, 37.3),
}


@pytest.mark.parametrize("suffix", LEAST)
def test_a_level_of_harm_does_what_was_measured(suffix, tmp_path):
    found = []
    for level, least in enumerate(LEAST[suffix]):
        shown, wanted = shown_and_wanted(tmp_path / f"clip{suffix}", list(fade()), level)
        found.append(psnr(shown, wanted))
        assert found[-1] >= least
    assert found == sorted(found, reverse=True)


@pytest.mark.parametrize("suffix", [".webp", ".apng"])
def test_a_level_of_harm_rounds_a_bit_away(suffix, tmp_path):
    for level, most in enumerate((0, 1, 2, 4)):  # of 255: half a step
        shown, wanted = shown_and_wanted(tmp_path / f"clip{suffix}", list(fade()), level)
        assert abs(shown - wanted).max() == most


def test_the_same_frames_are_the_same_bytes_whatever_lay_in_memory(suffix, tmp_path, monkeypatch):
    """Of 30 columns of macroblocks: x264's AVX-512 code does not mind a multiple of eight."""
    moving = np.random.default_rng(0).integers(0, 256, (4, 17, 30, 4), np.uint8)
    found = []
    for filled in ("0", "1", "2"):  # with what glibc fills new memory, in ffmpeg too
        monkeypatch.setenv("MALLOC_PERTURB_", filled)
        path = tmp_path / filled / f"clip{suffix}"
        write(path, film_for(path, size=(480, 272)), moving.repeat(16, 1).repeat(16, 2))
        found.append(b"".join(file.read_bytes() for file in sorted(path.parent.iterdir())))
    assert len(set(found)) == 1


@pytest.mark.parametrize("fps", [30.0, 12.5])
def test_the_rate_is_the_one_promised(suffix, tmp_path, fps):
    path = tmp_path / f"clip{suffix}"
    film = film_for(path, fps)
    write(path, film, frames(20))
    if is_sequence(path):  # has none
        assert [file.name for file in members(path)][::19] == ["clip00000.png", "clip00019.png"]
        return
    verdict = check_flashes(playable(path), once=True)
    assert verdict.frames == 20
    assert verdict.seconds == pytest.approx(20 / film.fps, abs=0.0011)
    assert verdict.size == SIZE
    assert abs(film.fps - fps) <= 3.4  # what whole hundredths of a second leave of 30


@pytest.mark.parametrize("suffix", sorted(LOOPED))
def test_images_loop_for_ever(suffix, tmp_path):
    path = tmp_path / f"clip{suffix}"
    write(path, film_for(path), frames())
    assert loops(path)
    with Image.open(path) as image:
        assert image.info["loop"] == 0


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
    old = path.with_name(path.name.replace("%05d", "00000"))
    old.write_bytes(b"old")

    def broken():
        yield from frames(3)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write(path, film_for(path), broken())
    assert old.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [old]


def full_part(monkeypatch, path):
    """What is written beside path meets a full disk."""
    part = path.with_name(f"{path.name}.part")
    part.symlink_to("/dev/full")
    beside = atomic.beside
    monkeypatch.setattr(atomic, "beside", lambda file: part if file == path else beside(file))


def test_a_full_disk_is_one_clear_line(suffix, tmp_path, monkeypatch):
    if suffix == "%05d.png":
        pytest.skip("written to a folder of its own")
    path = tmp_path / f"clip{suffix}"
    path.write_bytes(b"old")
    full_part(monkeypatch, path)
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


def test_a_shorter_sequence_replaces_a_longer_one(tmp_path):
    path = tmp_path / "clip-%05d.png"
    (tmp_path / "clip-notes.png").write_bytes(b"mine")
    write(path, film_for(path), frames(9))
    write(path, film_for(path), frames(4))
    assert [file.name for file in members(path)] == [f"clip-0000{k}.png" for k in range(4)]
    assert (tmp_path / "clip-notes.png").exists()


def test_a_still_is_the_last_frame(tmp_path):
    from PIL import Image

    path = tmp_path / "clip.png"
    write(path, film_for(path), frames())
    *_, last = frames()
    assert np.array_equal(np.asarray(Image.open(path)), last[..., :3])
    assert list(tmp_path.iterdir()) == [path]


def test_a_format_is_one_file_and_one_line():
    """No other module of the program names a suffix that only one container has."""
    root = Path(base.__file__).parents[1]
    named = {
        str(file.relative_to(root))
        for file in root.rglob("*.py")
        if re.search(r'"\.(webp|apng|mov|jpe?g|svg)"', file.read_text(encoding="utf-8"))
    }
    by_matplotlib = "comparison/picture.py"
    assert named == {"formats/__init__.py", "clips/targets.py", by_matplotlib}


@pytest.mark.parametrize("suffix", FORMATS)
def test_what_is_known_of_a_format_holds_together(suffix):
    known = format_of(Path(f"clip{suffix}"))
    assert re.fullmatch(r"(image|video|text|application)/[\w.+-]+", known.media_type)
    assert known.nearest_fps(known.fps) == known.fps
    assert known.quality_steps[0] == QualityStep()
    assert len(set(known.quality_steps)) == len(known.quality_steps)
    assert not (known.still and known.poster)
    re.compile(known.begins)
