"""Plan: which files are to be written, and which of them are drawn in one pass."""

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from stat import S_IWUSR
from typing import NamedTuple

from vizopt.clips.options import Request
from vizopt.core.arrays import Size
from vizopt.core.errors import EncodeError
from vizopt.core.places import at_home, ground, target, wrong_name
from vizopt.core.toml import parsed
from vizopt.formats import Format, every, find_format, format_of, is_sequence
from vizopt.formats.ours import guard
from vizopt.recording.atomic import check_outside
from vizopt.recording.store import Recording
from vizopt.scene.options import ClipOptions


class Group(NamedTuple):
    """What files that are drawn in one pass have in common.

    Args:
        still: one frame.
        alone: pictures that are looked at one by one: a still, a sequence.
        clear: without paper.
        slide: for a slide, whose title stands beside it.
    """

    size: Size
    fps: float
    still: bool
    alone: bool
    clear: bool
    slide: bool


def planned(
    files: Sequence[Path], options: ClipOptions, *, overwrite: bool, transparent: bool = False
) -> dict[Group, list[tuple[Path, Format]]]:
    """Files by size and rate, checked before anything is trained or drawn.

    Args:
        files: to write.
        options: of all.
        overwrite: files that vizopt did not write may be replaced.
        transparent: whether those that can do without paper shall have none.
    """
    for i, file in enumerate(files):
        if os.path.realpath(file) in [os.path.realpath(other) for other in files[:i]]:
            raise EncodeError(f"{file}: named twice")
        if any(is_sequence(other) and is_picture_of(other, file) for other in files):
            raise EncodeError(f"{file}: is a picture of a sequence too: choose another name")
    groups: dict[Group, list[tuple[Path, Format]]] = {}
    for file in files:
        kind = format_of(file)
        size, fps = options.size or kind.size, kind.nearest_fps(options.fps or kind.fps)
        kind.check(file, size)
        check_place(file)
        check_place(text_beside(file))
        for place in written(file):
            guard(place, overwrite)
        guard(text_beside(file), overwrite, f"the text beside {file.name} ")
        alone, clear = kind.still or is_sequence(file), transparent and kind.alpha
        group = Group(size, fps, kind.still, alone, clear, options.slide or kind.for_slide)
        groups.setdefault(group, []).append((file, kind))
    return groups


def check_played(files: Sequence[Path], asked: Request) -> None:
    """Raises EncodeError where it is asked how files play that do not say so themselves."""
    name = next((name for name in ("poster", "loop") if name in asked.options), "")
    kinds = [kind for kind in map(find_format, files) if kind]
    if kinds and name and not any(kind.poster for kind in kinds):
        those = ", ".join(suffix for suffix, kind in every().items() if kind.poster)
        raise EncodeError(f"{files[0]}: has no {name}, its player decides: {those} have one")


def check_inputs(files: Sequence[Path], sources: Iterable[object]) -> None:
    """Raises EncodeError where a clip or its text would replace what its sources read."""
    check_read([place for file in files for place in (*written(file), text_beside(file))], sources)


def check_read(places: Iterable[Path], sources: Iterable[object], what: str = "clip") -> None:
    """Raises EncodeError where a file to write is one that is read, --overwrite or not.

    Args:
        places: the files to write.
        sources: scenes and recordings, whose data are files of the user's.
        what: they are read for.
    """
    read = {os.path.realpath(at_home(file)) for file in map(_data_of, sources) if file}
    for place in places:
        if place.exists() and os.path.realpath(place) in read:
            raise EncodeError(f"{place}: is read for this {what}: choose another name")


def _data_of(source: object) -> str | None:
    """The file with the data of a scene, or of a recording's, where it has one."""
    if not isinstance(source, Recording):
        return getattr(getattr(getattr(source, "problem", None), "data", None), "path", None)
    with suppress(ValueError, KeyError, TypeError):  # nobody's data, or nobody's scene
        return str(parsed(source.header.scene)["problem"]["data"]["path"])
    return None


def is_picture_of(sequence: Path, file: Path) -> bool:
    """Whether a file has the name of a picture of a sequence."""
    from vizopt.formats.sequence import names

    here = os.path.realpath(sequence.parent) == os.path.realpath(file.parent)
    return here and bool(names(sequence).fullmatch(file.name))


def text_beside(clip: Path) -> Path:
    """Where a clip's text alternative is: `NAME.txt`, one for all clips of that name."""
    if is_sequence(clip):
        return clip.with_name(f"{clip.name.split('%')[0].rstrip('-_.') or 'frames'}.txt")
    return clip.with_suffix(".txt")


def written(file: Path) -> list[Path]:
    """The files that a clip is: itself, or the pictures of a sequence."""
    if is_sequence(file):
        from vizopt.formats.sequence import members

        return members(file)
    return [file]


def check_place(file: Path) -> None:
    """Find out before the training that a file cannot be written."""
    wrong = wrong_name(file)
    if wrong:
        raise EncodeError(f"{file}: {wrong}")
    try:
        place = target(file)
        folder = ground(place.parent)
        if place.is_dir():
            raise EncodeError(f"{file}: is a folder: choose another name")
        if place.exists() and not (place.stat().st_mode & S_IWUSR and os.access(place, os.W_OK)):
            raise EncodeError(f"{file}: is read-only: choose another name, or allow writing to it")
        if not os.access(folder, os.W_OK):
            raise EncodeError(f"{file}: cannot write: the folder is read-only")
        check_outside(file)
    except OSError as error:
        raise EncodeError(f"{file}: cannot write: {error.strerror or error}") from error
