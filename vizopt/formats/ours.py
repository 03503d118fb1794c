"""Ours: the files that vizopt has written may be replaced, those of others are kept."""

from pathlib import Path

from vizopt.core.errors import EncodeError
from vizopt.core.marks import holds_recipe, is_signed
from vizopt.formats import FORMATS, find_format

TEXTS = {".txt", ".toml", ".qmd", ".md"}
TOLD = b"\n\nAt the top of the picture are the title"  # in every text beside a clip


def guard(path: Path, overwrite: bool, why: str = "") -> None:
    """Find out before the training that a file of somebody else's is in the way.

    Args:
        path: what is to be written.
        overwrite: the user has said that it may go.
        why: what it would be, where the user has not named it.

    Raises:
        EncodeError: it is there and not of vizopt's.
    """
    if not path.exists():
        return
    if not path.is_file():
        raise EncodeError(f"{path}: {why}is there and is no file: choose another name")
    if not (overwrite or is_ours(path)):
        raise EncodeError(
            f"{path}: {why}is there, and vizopt did not write it or it was changed since: "
            "choose another name, or replace it with overwrite=True"
        )


def is_ours(path: Path) -> bool:
    """Whether vizopt has written a file, or it is empty: nothing is lost with it."""
    try:
        if not path.stat().st_size:
            return True
        if path.suffix.lower() in TEXTS:
            return _text_is_ours(path)
        known = find_format(path)
        return (known.is_ours if known else holds_recipe)(path)
    except OSError:
        return False


def _text_is_ours(path: Path) -> bool:
    data = path.read_bytes()
    signed = is_signed(data)
    if signed is None:  # of an older vizopt
        return path.suffix.lower() == ".txt" and TOLD in data and _beside_a_clip(path)
    return signed


def _beside_a_clip(text: Path) -> bool:
    clips = (text.with_suffix(suffix) for suffix in FORMATS if suffix.startswith("."))
    return any(clip.is_file() and is_ours(clip) for clip in clips)
