"""Outputs: which files are to be written, how they look, and one pass of frames into several."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from stat import S_IWUSR
from typing import Any, NamedTuple

from vizopt.clips.staging import Staging
from vizopt.core.arrays import Frame, Size
from vizopt.core.atomic import finished
from vizopt.core.errors import EncodeError, VizoptError
from vizopt.core.marks import guard, signed
from vizopt.core.places import target, wrong_name
from vizopt.formats import LOOPS, Encoder, StreamSpec, Write, encoder, is_sequence, is_still

SMALLEST, LARGEST = (320, 180), 7680  # pixels; the smallest may stand upright
SLOWEST, FASTEST = 0.1, 1000  # frames a second
AT = re.compile(r"first|last|(?:(epoch|step)=)?(\d{1,18})")


@dataclass(frozen=True)
class Look:
    """How a recording is drawn, where it differs from its scene and the formats' defaults.

    Args:
        size: width and height in pixels.
        fps: frames per second.
        overrides: dotted scene key → value; of a recording only title, theme, look,
            timeline, stage, pause, clip.
        allow_flashes: the lesson's look: the background in the classes' own colours, nothing
            held, updates to the next frame; behind a warning.
        at: which frame a still shows: "first", "last", "epoch=4500", "step=12"; "4500" is of what
            the run counts.
        loop: how often an image, page or slide plays by itself; 0 for ever.
        poster: what it shows first, written like `at`; of a GIF, WebP or APNG one frame in front.
        level: harm done for a smaller file.
        slide: drawn for a slide: large text, and no title, which the slide has.
        overwrite: files that vizopt did not write may be replaced.
        embed: a page for a frame in another page, of 520×320 pixels or more.
        narrow: a page has a second clip for narrow screens, where its first is wide; one for a
            frame has none.

    Raises:
        VizoptError: a size, rate or frame that cannot be drawn.
    """

    size: Size | None = None
    fps: float | None = None
    overrides: Mapping[str, Any] | None = None
    allow_flashes: bool = False
    at: str = ""
    loop: int | None = None
    poster: str = ""
    level: int = 0
    slide: bool = False
    overwrite: bool = False
    embed: bool = False
    narrow: bool = True

    @property
    def wants_narrow(self) -> bool:
        """Whether a page has a second clip; a frame in another page is wide."""
        return self.narrow and not self.embed

    def __post_init__(self) -> None:
        if self.size:
            width, height = self.size
            wrong = f"size {width}x{height}"
            short, long = sorted(self.size)
            if long < SMALLEST[0] or short < SMALLEST[1] or long > LARGEST:
                least = f"{SMALLEST[0]}x{SMALLEST[1]}"
                raise VizoptError(
                    f"{wrong}: must be at least {least}, to be read, and {LARGEST} at most"
                )
            if not 0.5 <= width / height <= 4:
                raise VizoptError(f"{wrong}: must not be narrower than 1:2 or wider than 4:1")
        if self.fps is not None and not SLOWEST <= self.fps <= FASTEST:
            raise VizoptError(f"fps {self.fps:g}: must lie between {SLOWEST} and {FASTEST}")
        for name, frame in (("at", self.at), ("poster", self.poster)):
            if frame and not AT.fullmatch(frame):
                raise VizoptError(
                    f"{name} {frame}: write it like 4500, epoch=4500, step=12, first or last"
                )
        if self.loop is not None and not 0 <= self.loop <= LOOPS:
            raise VizoptError(f"loop {self.loop}: must be 0, for ever, or up to {LOOPS} times")


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
    files: Sequence[Path], look: Look, *, transparent: bool = False
) -> dict[Group, list[tuple[Path, Encoder]]]:
    """Files by size and rate, checked before anything is trained or drawn.

    Args:
        files: to write.
        look: of all.
        transparent: whether those that can do without paper shall have none.
    """
    for i, file in enumerate(files):
        if os.path.realpath(file) in [os.path.realpath(other) for other in files[:i]]:
            raise EncodeError(f"{file}: named twice")
        if any(is_sequence(other) and is_picture_of(other, file) for other in files):
            raise EncodeError(f"{file}: is a picture of a sequence too: choose another name")
    groups: dict[Group, list[tuple[Path, Encoder]]] = {}
    for file in files:
        kind = encoder(file)
        size, fps = look.size or kind.size, kind.rate(look.fps or kind.fps)
        kind.check(file, size)
        check_place(file)
        check_place(text_beside(file))
        for place in written(file):
            guard(place, look.overwrite)
        guard(text_beside(file), look.overwrite, f"the text beside {file.name} ")
        still = is_still(file)
        alone, clear = still or is_sequence(file), transparent and kind.alpha
        group = Group(size, fps, still, alone, clear, look.slide or kind.slide)
        groups.setdefault(group, []).append((file, kind))
    return groups


def check_played(files: Sequence[Path], look: Look) -> None:
    """Raises EncodeError where it is asked how files play that do not say so themselves."""
    asked = {"poster": bool(look.poster), "loop": look.loop is not None}
    if files and any(asked.values()) and not any(encoder(file).poster for file in files):
        name = next(name for name, is_asked in asked.items() if is_asked)
        raise EncodeError(
            f"{files[0]}: has no {name}, its player decides: one have .gif, .webp, .apng, .html, "
            ".pptx"
        )


def check_inputs(files: Sequence[Path], inputs: Sequence[Path]) -> None:
    """Raises EncodeError where a file to write is one that is read, --overwrite or not."""
    read = {os.path.realpath(file) for file in inputs}
    for file in files:
        for place in (*written(file), text_beside(file)):
            if os.path.realpath(place) in read:
                raise EncodeError(f"{place}: is read for this clip: choose another name")


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


def write_texts(clips: Sequence[Path], text: str, staging: Staging) -> dict[Path, EncodeError]:
    """Write the text alternative of each clip, and say which could not be written."""
    failed: dict[Path, EncodeError] = {}
    for file in dict.fromkeys(text_beside(clip) for clip in clips):
        failed |= write_waiting(file, signed(f"{text}\n", "\n"), staging)
    return failed


def write_waiting(file: Path, text: str, staging: Staging) -> dict[Path, EncodeError]:
    """Write a text file into the staging, and say so where it could not be written."""
    failed: dict[Path, EncodeError] = {}
    with _noted(failed, file):
        place = staging.place(file)
        with named(place, file):
            write_text(place, text)
    return failed


def write_text(file: Path, text: str) -> None:
    """Write a text file; it is complete or not there."""
    with finished(file) as part:
        part.write_text(text, encoding="utf-8")


def write_frames(
    frames: Iterable[Frame],
    stream: StreamSpec,
    group: Sequence[tuple[Path, Encoder]],
    staging: Staging,
) -> dict[Path, EncodeError]:
    """Write the same frames into several files; one that fails does not stop the others."""
    failed: dict[Path, EncodeError] = {}
    with ExitStack() as whole:
        outputs: list[tuple[ExitStack, Write]] = []
        for file, kind in group:
            stack = whole.enter_context(ExitStack())
            stack.enter_context(_noted(failed, file))
            try:
                place = staging.place(file)
                stack.enter_context(named(place, file))
                outputs.append((stack, stack.enter_context(kind.open(place, stream))))
            except EncodeError as error:
                if not stack.__exit__(type(error), error, error.__traceback__):
                    raise
        for frame in frames if outputs else ():
            for stack, write in list(outputs):
                try:
                    write(frame)
                except (OSError, EncodeError) as error:
                    outputs.remove((stack, write))
                    stack.__exit__(type(error), error, error.__traceback__)
            if not outputs:
                break
    return failed


@contextmanager
def _noted(failed: dict[Path, EncodeError], file: Path) -> Iterator[None]:
    """Keep an encoder's error for later."""
    try:
        yield
    except EncodeError as error:
        failed[file] = error


@contextmanager
def named(place: Path, file: Path) -> Iterator[None]:
    """Errors name the file, not the place where it waits."""
    try:
        yield
    except EncodeError as error:
        raise EncodeError(str(error).replace(str(place), str(file))) from error


def check_place(file: Path) -> None:
    """Find out before the training that a file cannot be written."""
    wrong = wrong_name(file)
    if wrong:
        raise EncodeError(f"{file}: {wrong}")
    try:
        place = target(file)
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.is_dir():
            raise EncodeError(f"{file}: is a folder: choose another name")
        if place.exists() and not (place.stat().st_mode & S_IWUSR and os.access(place, os.W_OK)):
            raise EncodeError(f"{file}: is read-only: choose another name, or allow writing to it")
        if not os.access(place.parent, os.W_OK):
            raise EncodeError(f"{file}: cannot write: the folder is read-only")
    except OSError as error:
        raise EncodeError(f"{file}: cannot write: {error.strerror or error}") from error
