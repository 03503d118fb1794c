"""Staging: the files of one command are finished beside their places, then put there together."""

import os
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from pathlib import Path

from vizopt.core.errors import EncodeError, RecordingError
from vizopt.core.interrupts import uninterrupted
from vizopt.core.locks import alone
from vizopt.core.places import beside, made, remove, sweep, target
from vizopt.formats import is_sequence
from vizopt.recording.atomic import attributes, check_free, exchanged, is_recording


class Staging:
    """Files that wait until all of their command are finished; see `staged`."""

    def __init__(self) -> None:
        self.folders: dict[Path, Path] = {}  # by file, where it waits
        self.made = ExitStack()  # the folders of those that were not there

    def place(self, file: Path) -> Path:
        """Where to write a file meanwhile: under its own name, in a folder beside its place.

        Raises:
            EncodeError: there can be no such folder.
        """
        if file not in self.folders:
            real = Path(os.path.realpath(file))
            folder = beside(real)
            self.folders[file] = folder  # before it is there: Ctrl-C may come in between
            try:
                self.made.enter_context(made(real.parent))
                sweep(real.parent)
                folder.mkdir()
            except OSError as error:
                del self.folders[file]
                raise EncodeError(f"{file}: cannot write: {error.strerror or error}") from error
        return self.folders[file] / file.name

    def copy(self, source: Path, file: Path) -> None:
        """A copy of a finished file, to be put in place as file."""
        place = self.place(file)
        try:
            shutil.copyfile(source, place)
        except OSError as error:
            place.unlink(missing_ok=True)
            raise EncodeError(f"{file}: cannot write: {error.strerror or error}") from error

    def put(
        self, recording: Path | None = None, place: Path | None = None
    ) -> dict[Path, EncodeError]:
        """Put what is finished in place, recordings first; and say what could not be.

        Nobody else puts files there meanwhile, and what takes time comes before or after: a process
        that is killed leaves all of the old files or all of the new ones, but for the time of a
        few renames.

        Args:
            recording: where it waits.
            place: where it goes.
        """
        failed: dict[Path, EncodeError] = {}
        with ExitStack() as stack:
            folders = {
                os.path.realpath(file.parent) for file in (*self.folders, *filter(None, [place]))
            }
            for locked in sorted(folders):  # everybody in the same order: nobody waits in a circle
                stack.enter_context(alone(Path(locked)))
            stack.enter_context(uninterrupted())
            if recording and place:
                stack.enter_context(exchanged(recording, place))
            for file in sorted(self.folders, key=lambda file: not is_recording(file)):
                folder = self.folders[file]
                try:
                    if is_recording(file):
                        stack.enter_context(_again(folder / file.name, file))
                    else:
                        _put(file, sorted(folder.iterdir()))
                except RecordingError as error:
                    failed[file] = EncodeError(str(error))
                except OSError as error:
                    reason = error.strerror or error
                    failed[file] = EncodeError(f"{file}: cannot write: {reason}")
        return failed


def _again(part: Path, file: Path) -> AbstractContextManager[None]:
    """A recording of several that were put in place as they were finished: where another command
    has put its own there meanwhile it comes again, so that all are of the last one to finish."""
    check_free(file)
    if attributes(part).get("id") == attributes(file).get("id"):
        return nullcontext()
    return exchanged(part, target(file))


def _put(file: Path, made: list[Path]) -> None:
    if is_sequence(file):
        from vizopt.formats.sequence import put

        put(file, made)
        return
    for part in made:
        part.replace(os.path.realpath(file))


@contextmanager
def staged() -> Iterator[Staging]:
    """A staging whose folders go at the end, with what was not put in place."""
    staging = Staging()
    with staging.made:
        try:
            yield staging
        finally:
            with uninterrupted():
                for folder in staging.folders.values():
                    remove(folder)
