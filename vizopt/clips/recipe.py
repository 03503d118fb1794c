"""Recipes: how a clip was made, read from its file, and the scene of it again.

What reads clips is imported when there is one: whether a name is that of a scene is asked here.
"""

import re
import subprocess
import warnings
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from vizopt.core.errors import DecodeError, SceneError
from vizopt.core.marks import CLIPS as SUFFIXES
from vizopt.core.toml import LONGEST, parsed
from vizopt.scene.load import is_bundled_data, parse_scene, with_data
from vizopt.scene.spec import MADE_WITH, RECORDED, Scene
from vizopt.train.problems import CSV, NPZ

PDF, SVG = b"%PDF-", (b"<?xml", b"<svg")  # how they begin
LARGEST = 500_000_000  # bytes of them that are read
TAGS = 1_000_000  # bytes of all tags of a video; a recipe and its escapes have less
CLIPS = {f".{suffix}" for suffix in SUFFIXES}


def is_clip(source: str | Path) -> bool:
    """Whether a name is that of a clip and not of a scene."""
    return Path(source).suffix.lower() in CLIPS


def read(path: Path) -> str:
    """The recipe in a clip: TOML, below a line with versions.

    Raises:
        DecodeError: no such file, not a clip, damaged, or no recipe in it.
    """
    from vizopt.flashes.containers import clip_in, is_holder
    from vizopt.flashes.decode import is_image
    from vizopt.flashes.frames import head

    first = head(path)
    if is_holder(first):
        with clip_in(path) as clip:
            return read(clip)
    if first.startswith((PDF, *SVG)):
        said = _document_text(path)
    else:
        said = _image_text(path) if is_image(path) else _video_text(path)
    _, start, rest = said.partition(MADE_WITH)
    if not start:
        raise DecodeError(f"{path}: no recipe in it: vizopt did not make it, or it was re-encoded")
    if len(rest) > LONGEST:
        raise DecodeError(f"{path}: its recipe is longer than {LONGEST} characters: not read")
    return start + rest


def load(path: Path, overrides: Mapping[str, Any], data: Path | None = None) -> Scene:
    """The scene of a clip's recipe; it is a stranger's, so it is checked as any scene.

    Args:
        data: the file that its scene may read, in the place of the one it names.

    Raises:
        VizoptError: no recipe, a mistake in it, or a data file that may not be read.
    """
    text = read(path)
    _check_origin(path, text)
    scene = parse_scene(text, str(path), {}, overrides)
    scene = _with_allowed_data(scene, path, data)
    try:
        scene.problem.check()
    except ValueError as error:
        raise SceneError(str(path), "problem", str(error)) from error
    return scene


def _check_origin(path: Path, text: str) -> None:
    """Raises SceneError where vizopt did not train what the clip shows."""
    with suppress(ValueError):  # no TOML is told where it is read as a scene
        who = parsed(text).get(RECORDED)
        if isinstance(who, Mapping):
            by = who.get("framework", "other code")
            way = "draw its recording anew with: vizopt render RECORDING.zarr"
            raise SceneError(str(path), "", f"was recorded elsewhere, trained by {by}: {way}")


def _with_allowed_data(scene: Scene, clip: Path, data: Path | None) -> Scene:
    """A recipe names a file beside the clip or a bundled one, or else the user does."""
    source = getattr(scene.problem, "data", None)
    if not isinstance(source, CSV | NPZ):
        return scene
    if data is not None:
        return with_data(scene, str(data))
    name, place = source.path, "problem.data.path"
    if Path(name).name != name or name in ("", ".", ".."):
        way = "allow the file that you mean with --allow-data FILE"
        raise SceneError(str(clip), place, f"{name!r}: a recipe may name no folder: {way}")
    beside = clip.parent / name
    if beside.is_file() and not beside.is_symlink():
        return with_data(scene, str(beside))
    if is_bundled_data(name) and not Path(name).exists():
        return scene
    way = "put it there, or name it with --allow-data FILE"
    raise SceneError(str(clip), place, f"{name!r} does not lie beside the clip: {way}")


def _document_text(path: Path) -> str:
    """Keywords of a PDF, the source of an SVG."""
    from vizopt.core.bounded import read_bytes
    from vizopt.formats import pdf, svg

    data = read_bytes(path, LARGEST)
    return pdf.recipe(data) if data.startswith(PDF) else svg.recipe(data.decode(errors="replace"))


def _image_text(path: Path) -> str:
    """Comments of a GIF or JPEG, texts of a PNG, XMP of a WebP."""
    from xml.sax.saxutils import unescape

    from PIL import Image, PngImagePlugin

    from vizopt.flashes.images import reason

    try:
        with (
            warnings.catch_warnings(),
            Image.open(path, formats=("GIF", "PNG", "WEBP", "JPEG")) as image,
        ):
            warnings.simplefilter("ignore")
            if isinstance(image, PngImagePlugin.PngImageFile):
                return str(image.info.get("Recipe", ""))
            parts = [data for name, data in getattr(image, "applist", ()) if name == "COM"]
            found = b"".join(parts) or image.info.get("comment", b"") or image.info.get("xmp", b"")
    except Exception as error:  # each of Pillow's readers has its own
        raise DecodeError(f"{path}: cannot read: {reason(error)}") from error
    text = bytes(found).decode(errors="replace")
    if image.format == "WEBP":
        inner = text.partition("<vizopt:recipe>")[2].partition("</vizopt:recipe>")[0]
        return unescape(inner)
    return text


def _video_text(path: Path) -> str:
    """The recipe's tag of an MP4 or WebM, as ffmpeg writes it out."""
    from vizopt.core.ffmpeg import able
    from vizopt.flashes.frames import source
    from vizopt.formats.ffmpeg import RECIPE

    command = [able(path), "-nostdin", "-loglevel", "error", *source(path)]
    ran = subprocess.run([*command, "-f", "ffmetadata", "-"], capture_output=True, check=False)
    if ran.returncode:
        lines = ran.stderr.decode(errors="replace").strip().splitlines()
        raise DecodeError(f"{path}: cannot read: {lines[0] if lines else 'ffmpeg failed'}")
    if len(ran.stdout) > TAGS:
        raise DecodeError(f"{path}: its tags are longer than {TAGS} bytes: not read")
    return _tags(ran.stdout.decode(errors="replace")).get(RECIPE, "")


def _tags(text: str) -> dict[str, str]:
    """Names in small letters and values of ffmpeg's metadata file, with its escapes undone."""
    found = {}
    for line in re.findall(r"(?:[^\\\n]|\\.)++", text, re.DOTALL):
        pair = re.fullmatch(r"((?:[^\\=]|\\.)*+)=(.*)", line, re.DOTALL)
        if pair:
            name, value = (re.sub(r"\\(.)", r"\1", part, flags=re.DOTALL) for part in pair.groups())
            found[name.lower()] = value
    return found
