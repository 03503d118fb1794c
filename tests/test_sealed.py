"""Sealed: a file carries a checksum, so that one that somebody has changed is not replaced."""

import subprocess
from xml.etree import ElementTree

import pytest
from imageio_ffmpeg import get_ffmpeg_exe
from PIL import Image

import vizopt
from vizopt.clips.options import request
from vizopt.comparison import compare, recorded
from vizopt.comparison.picture import draw
from vizopt.core.marks import WRITTEN
from vizopt.formats.ours import is_ours
from vizopt.pipeline import render_all

SEALED = ["mp4", "mov", "webm", "gif", "webp", "apng", "png", "jpg", "pdf", "svg", "html"]
PICTURES = ["compared.png", "compared.svg", "compared.pdf", "plot.png"]
TINY = request(size=(480, 270), fps=10.0, narrow=False, overrides={"timeline.seconds": 0.2})


@pytest.fixture(scope="module")
def sealed(walk, tmp_path_factory):
    """A clip of each format that holds its own mark, and pictures that are no clips."""
    folder = tmp_path_factory.mktemp("sealed")
    render_all(walk, [folder / f"a.{suffix}" for suffix in SEALED], TINY)
    log = recorded.read(walk, "walk")
    found = compare(log, log)
    for suffix in ("png", "svg", "pdf"):
        draw(found, folder / f"compared.{suffix}")
    vizopt.check(folder / "a.gif", plot=folder / "plot.png")
    return folder


@pytest.mark.parametrize("name", [f"a.{suffix}" for suffix in SEALED] + PICTURES)
def test_a_file_that_somebody_has_changed_is_theirs(sealed, tmp_path, name):
    file = tmp_path / name
    whole = (sealed / name).read_bytes()
    file.write_bytes(whole)
    assert is_ours(file)
    for at in (len(whole) // 3, len(whole) // 2, len(whole) - 120):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert not is_ours(file)
    for changed in (whole + b"\n", whole + b"\n" * 200, whole[:-200]):
        file.write_bytes(changed)
        assert not is_ours(file)


def test_a_deck_that_somebody_has_changed_is_theirs(walk, tmp_path):
    file = tmp_path / "a.pptx"
    render_all(walk, [file], TINY)
    assert is_ours(file)
    whole = file.read_bytes()
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 1  # in the clip, which is the longest part
    for changed in (whole + b"\n", whole + b"\n" * 200, b"\n" + whole, whole[:-200], flipped):
        file.write_bytes(changed)
        assert not is_ours(file)


@pytest.mark.parametrize("suffix", SEALED)
def test_a_clip_of_an_older_vizopt_is_ours(sealed, tmp_path, suffix):
    """It has a recipe that says nothing of a checksum, and none."""
    file = tmp_path / f"a.{suffix}"
    without = WRITTEN.sub(b"", (sealed / file.name).read_bytes())
    file.write_bytes(without.replace(b", sealed", b""))
    assert is_ours(file)
    file.write_bytes(without)  # as programs leave it that write it anew
    assert not is_ours(file)


def test_pictures_and_clips_with_a_mark_are_read_as_others(sealed):
    for suffix in ("png", "apng", "gif", "webp", "jpg"):
        with Image.open(sealed / f"a.{suffix}") as image:
            for i in range(getattr(image, "n_frames", 1)):
                image.seek(i)
                image.load()
    ElementTree.parse(sealed / "a.svg")
    read = [vizopt.recipe(sealed / f"a.{suffix}") for suffix in SEALED]
    assert len({text.partition("[clip]")[0] for text in read}) == 1
    command = [get_ffmpeg_exe(), "-v", "warning", "-i"]
    for suffix in ("mp4", "mov", "webm"):
        words = [*command, sealed / f"a.{suffix}", "-f", "null", "-"]
        assert subprocess.run(words, capture_output=True, check=True).stderr == b""
