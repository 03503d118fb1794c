"""The recorder: writes a recording while its training runs, so that little is lost with it."""

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any

from numpy.typing import NDArray

from vizopt.core.interrupts import uninterrupted
from vizopt.recording.commits import Batch, Commits, Mark
from vizopt.recording.header import Column, Group, Header
from vizopt.recording.resume import Saved
from vizopt.recording.waiting import Compute, Waiting

WAITING_ROWS = 16384  # of a group that are written together: whole chunks; a commit takes 70 ms
WAITING_BYTES = 40e6  # of rows that wait for their commit
HELD_BYTES = 64e6  # of those and the ones in the commit before
WAITING_SECONDS = 5.0  # that a row waits at most, while others come
FIRST_SECONDS = 0.5  # that the first ones wait, of a training that cannot be repeated
SCALAR = 8  # bytes of a number


class Recorder:
    """Writes a recording; a context manager. At most 16,384 rows, 40 MB and 5 seconds wait in
    memory for a commit, while a thread writes the one before; 64 MB are in both. Where that is
    full the training waits: no row is ever left out. What goes wrong in the thread is
    raised where the next rows are handed to it. Ctrl-C ends it with what it has, if rows were
    committed before.

    A complete recording has no state to go on from.

    Args:
        path: the folder to write.
        header: what it says of itself.
        columns: what each row has.
        constants: arrays that do not change.
        saved: an interrupted recording there, to go on with.
        computed: of columns whose rows are computed from what is appended for them, see `Waiting`.
        patience: seconds that the first rows wait at most.

    Raises:
        RecordingError: the folder cannot be written.
    """

    def __init__(
        self,
        path: Path,
        header: Header,
        columns: tuple[Column, ...],
        constants: Mapping[str, NDArray[Any]],
        saved: Saved | None = None,
        computed: Mapping[str, Compute] | None = None,
        patience: float = WAITING_SECONDS,
    ) -> None:
        self.path = path
        self._patience = patience
        self._thread = ThreadPoolExecutor(1, "recorder")  # begins with the first rows
        self._writing: Future[None] | None = None
        made = {c.name: computed[c.name] for c in columns if computed and c.name in computed}
        self._made = sum(column.nbytes for column in columns if column.name in made)  # of a row
        groups: dict[Group, Mapping[str, Compute]] = {"history": {}, "snapshots": made}
        self._waiting = {group: Waiting(group, own) for group, own in groups.items()}
        self._mark: Mark | None = None
        self._handed = 0  # bytes of the rows that are written
        self._commits = Commits(path, header, columns, constants, saved)
        self._rows = dict(self._commits.counts)  # of each group, those that wait included
        self._begin()

    def append(self, group: Group, row: Mapping[str, Any]) -> None:
        """Add one row to a group: a value for each of its columns. One of the history that is left
        out has no value."""
        waiting = self._waiting[group]
        waiting.append(row)
        self._rows[group] += 1
        if group == "history":
            self._bytes += SCALAR * len(row)
        else:
            self._bytes += sum([getattr(value, "nbytes", SCALAR) for value in row.values()])
            self._bytes += self._made
        if self._is_due(waiting):
            self._hand_over()

    def repeat(self, row: Mapping[str, float], times: int) -> None:
        """Add the same row to the history so many times."""
        while times:
            some, waiting = min(times, WAITING_ROWS), self._waiting["history"]
            waiting.repeat(row, some)
            self._rows["history"] += some
            self._bytes += SCALAR * len(row) * some
            if self._is_due(waiting):
                self._hand_over()
            times -= some

    def _is_due(self, waiting: Waiting) -> bool:
        """Whether to write, now that a group has more rows."""
        return (
            self._bytes >= WAITING_BYTES
            or (self._bytes + self._handed >= HELD_BYTES and self._is_writing())
            or len(waiting.rows) >= WAITING_ROWS
            or monotonic() - self._since >= self._patience
        )

    def _is_writing(self) -> bool:
        return self._writing is not None and not self._writing.done()

    def mark(self, epoch: int, params: NDArray[Any], state: Any) -> None:
        """Here the rows of an epoch are whole: from it the training can go on."""
        self._mark = Mark(dict(self._rows), epoch, params, state)

    def commit(self) -> None:
        """Write the waiting rows and the state, then the new counts; they are on the disk then."""
        self._hand_over()
        self._settle()

    def note(self, **attributes: int) -> None:
        """Add to the recording's attributes: `diverged=137`."""
        self._settle()
        self._commits.note(**attributes)

    def describe(self, **known: Any) -> None:
        """Change what the header says: `epochs=500`."""
        self._settle()
        self._commits.describe(**known)

    def add(self, column: Column) -> None:
        """A column of the history that comes later: the rows before have no value."""
        self._settle()
        self._commits.add(column)

    def restart(self, columns: tuple[Column, ...]) -> None:
        """Take all snapshots back: from now on they have more columns."""
        self.commit()
        self._commits.restart(columns)
        self._rows["snapshots"] = 0

    def drop(self, name: str) -> None:
        """Take a column back, with all its rows."""
        self.commit()
        self._commits.drop(name)

    def abandon(self) -> None:
        """Write nothing more: what was committed stays as it is."""
        with uninterrupted():
            self._thread.shutdown(cancel_futures=True)
            self._end()

    def __enter__(self) -> "Recorder":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                with uninterrupted():  # half finished it would be no recording
                    self._mark = None  # nothing comes that a state would be for
                    self.commit()
                    self._commits.finish()
            elif isinstance(error, KeyboardInterrupt):
                with uninterrupted():  # a second Ctrl-C does not come between the two
                    self._settle()
                    if self._commits.counts["snapshots"]:
                        self.commit()
                        self.note(interrupted=self._commits.counts["history"])
        finally:
            with uninterrupted():  # nobody moves the folder while it is written
                self._thread.shutdown()
                self._end()

    def _end(self) -> None:
        for waiting in self._waiting.values():
            waiting.close()

    def _hand_over(self) -> None:
        """Give the waiting rows to the thread, when it has written those before."""
        with uninterrupted():
            self._settle()
            values = {group: waiting.taken() for group, waiting in self._waiting.items()}
            batch = Batch(values, dict(self._rows), self._mark)
            self._mark = None
            self._patience = WAITING_SECONDS
            self._handed = self._bytes
            self._begin()
            self._writing = self._thread.submit(self._commits.write, batch)

    def _settle(self) -> None:
        """Wait until everything that was handed over is on the disk.

        Raises:
            RecordingError: it cannot be written.
        """
        if self._writing:
            with uninterrupted():
                wait([self._writing])
                done, self._writing = self._writing, None
                done.result()

    def _begin(self) -> None:
        self._bytes, self._since = 0, monotonic()
