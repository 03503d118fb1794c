"""Texts: what the files of some formats say of themselves, read by the program that knows them."""

import re
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from vizopt.core.errors import DecodeError
from vizopt.core.ffmpeg import able
from vizopt.flashes.containers import clip_in
from vizopt.flashes.decode import is_image
from vizopt.flashes.frames import source

if TYPE_CHECKING:
    from PIL.Image import Image

RECIPE_TAG = "synopsis"  # a tag that MP4 and WebM both define, for long texts
MAX_TAG_BYTES = 1_000_000  # of all tags of a video; a recipe and its escapes have less


@contextmanager
def image(path: Path, *formats: str) -> Iterator["Image"]:
    """A picture of one of these formats, as Pillow calls them, opened by it.

    Raises:
        DecodeError: it is damaged.
    """
    from PIL import Image

    from vizopt.flashes.images import reason

    try:
        with (
            warnings.catch_warnings(),
            Image.open(path, formats=formats) as opened,
        ):
            warnings.simplefilter("ignore")
            yield opened
    except Exception as error:  # each of Pillow's readers has its own
        raise DecodeError(f"{path}: cannot read: {reason(error)}") from error


def image_comment(path: Path) -> str:
    """The comments of a GIF or JPEG."""
    with image(path, "GIF", "JPEG") as opened:
        parts = [data for name, data in getattr(opened, "applist", ()) if name == "COM"]
        found = b"".join(parts) or opened.info.get("comment", b"")
    return bytes(found).decode(errors="replace")


def png_recipe(path: Path) -> str:
    """The text of that name in a PNG, also in one that moves."""
    with image(path, "PNG") as opened:
        return str(opened.info.get("Recipe", ""))


def video_recipe(path: Path) -> str:
    """The recipe's tag of an MP4, MOV or WebM, as ffmpeg writes it out."""
    command = [able(path), "-nostdin", "-loglevel", "error", *source(path)]
    ran = subprocess.run([*command, "-f", "ffmetadata", "-"], capture_output=True, check=False)
    if ran.returncode:
        lines = ran.stderr.decode(errors="replace").strip().splitlines()
        raise DecodeError(f"{path}: cannot read: {lines[0] if lines else 'ffmpeg failed'}")
    if len(ran.stdout) > MAX_TAG_BYTES:
        raise DecodeError(f"{path}: its tags are longer than {MAX_TAG_BYTES} bytes: not read")
    return _tags(ran.stdout.decode(errors="replace")).get(RECIPE_TAG, "")


def held_recipe(path: Path) -> str:
    """That of the one clip in a page or deck, a GIF or a video."""
    with clip_in(path) as clip:
        return image_comment(clip) if is_image(clip) else video_recipe(clip)


def _tags(text: str) -> dict[str, str]:
    """Names in small letters and values of ffmpeg's metadata file, with its escapes undone."""
    found = {}
    for line in re.findall(r"(?:[^\\\n]|\\.)++", text, re.DOTALL):
        pair = re.fullmatch(r"((?:[^\\=]|\\.)*+)=(.*)", line, re.DOTALL)
        if pair:
            name, value = (re.sub(r"\\(.)", r"\1", part, flags=re.DOTALL) for part in pair.groups())
            found[name.lower()] = value
    return found
