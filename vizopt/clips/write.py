"""Write: one pass of frames into several files, and the texts beside them."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from vizopt.clips.plan import text_beside
from vizopt.clips.staging import Staging
from vizopt.core.arrays import Frame
from vizopt.core.atomic import atomic_write
from vizopt.core.errors import EncodeError
from vizopt.core.marks import signed
from vizopt.formats import Format, StreamSpec, Write


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
    with atomic_write(file) as part:
        part.write_text(text, encoding="utf-8")


def write_frames(
    frames: Iterable[Frame],
    stream: StreamSpec,
    group: Sequence[tuple[Path, Format]],
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
            del frame  # before the next one is drawn: of 4K it has 33 MB
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
