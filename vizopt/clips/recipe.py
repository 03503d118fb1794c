"""Recipes: how a clip was made, read from its file, and the scene of it again.

What reads clips is imported when there is one: whether a name is that of a scene is asked here.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from vizopt.core.errors import DecodeError, SceneError
from vizopt.core.library import is_bundled_data
from vizopt.core.toml import LONGEST, parsed
from vizopt.formats import FORMATS, every, is_sequence
from vizopt.scene.load import parse_scene, with_data
from vizopt.scene.spec import MADE_WITH, RECORDED, Scene
from vizopt.train.problems import CSV, NPZ


def is_clip(source: str | Path) -> bool:
    """Whether a name is that of a clip and not of a scene."""
    return Path(source).suffix.lower() in FORMATS


def read(path: Path) -> str:
    """The recipe in a clip, or in the pictures of a sequence: TOML, below a line with versions.

    Raises:
        DecodeError: no such file, not a clip, damaged, or no recipe in it.
    """
    from vizopt.flashes.frames import head

    file = _picture_of(path) if is_sequence(path) else path
    first = head(file)
    kinds = (kind for kind in every().values() if re.match(kind.begins, first, re.DOTALL))
    found = next(kinds, None)
    if found is None:
        raise DecodeError(f"{path}: none of {', '.join(FORMATS)}, whatever its name says")
    said = found.read_recipe(file)
    _, start, rest = said.partition(MADE_WITH)
    if not start:
        raise DecodeError(f"{path}: no recipe in it: vizopt did not make it, or it was re-encoded")
    if len(rest) > LONGEST:
        raise DecodeError(f"{path}: its recipe is longer than {LONGEST} characters: not read")
    return start + rest


def _picture_of(sequence: Path) -> Path:
    """The first picture of a sequence: each has the recipe."""
    from vizopt.formats.sequence import members

    there = members(sequence)
    if not there:
        raise DecodeError(f"{sequence}: no picture of this sequence is there")
    return there[0]


def load(path: Path, overrides: Mapping[str, Any], data: Path | None = None) -> Scene:
    """The scene of a clip's recipe; it is a stranger's, so it is checked as any scene.

    Args:
        data: the file that its scene may read, in the place of the one it names.

    Raises:
        VizoptError: no recipe, a mistake in it, or a data file that may not be read.
    """
    text = read(path)
    check_origin(path, text)
    scene = parse_scene(text, str(path), {}, overrides)
    scene = _with_allowed_data(scene, path, data)
    try:
        scene.problem.check()
    except ValueError as error:
        raise SceneError(str(path), "problem", str(error)) from error
    return scene


def check_origin(path: Path, text: str) -> None:
    """Raises SceneError where vizopt did not train what a clip shows."""
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
