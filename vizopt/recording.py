"""The recording: a Zarr v3 group that any Zarr tool opens, written append only.

    attributes    header, id of the run, committed row counts; where it diverged or was interrupted
    constants/    arrays that do not change: the data points and their classes, a curve
    history/      one value for every epoch: loss, accuracy, lr [E]
    snapshots/    the kept rows: epoch [N], params [N, P], delta [N, P], scores [N, C, G, G]

The committed counts are written after the chunks, so a killed process leaves a valid, shorter
recording. Every chunk ends in its CRC-32C. `vizopt.recorder` writes, this file reads.
"""

import json
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
import zarr
from numpy.typing import NDArray

from vizopt.chunks import Whole, damaged_rows
from vizopt.errors import RecordingError, hint
from vizopt.layout import Layout

FORMAT = 1
Group = Literal["history", "snapshots"]
GROUPS: tuple[Group, ...] = ("history", "snapshots")
KEPT = 32e6, 4  # bytes of what was read last, or so many arrays


@dataclass(frozen=True, slots=True)
class Column:
    """One recorded value a row: `history` has a row for every epoch, `snapshots` for kept ones."""

    name: str
    group: Group
    dtype: str
    shape: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Header:
    """What a recording says of itself.

    Args:
        name: the scene's name, for file names and messages.
        scene: the scene's TOML, overrides included.
        layout: the arrays in the flat parameter vector.
        epochs: planned length of the run.
        versions: of vizopt and of what computed the numbers.
        unit: what a step is called, "epoch" or "step".
        settings: the optimizer, the data and the problem in a line.
        classes: names of the classes, in the order of their numbers.
        plane: what plane through the features the picture shows; empty for two features.
        axes: names of the plane's axes, x and y; none of data drawn from a rule.
        worked: the update rule in lines of arithmetic, to be redone by hand; see
            `vizopt.optimizers.worked`.
    """

    name: str
    scene: str
    layout: Layout
    epochs: int
    versions: Mapping[str, str]
    unit: str = "epoch"
    settings: str = ""
    classes: tuple[str, ...] = ()
    plane: str = ""
    axes: tuple[str, ...] = ()
    worked: str = ""


class Recording:
    """A recorded run, opened for reading. It is one run to the end: where another one has been put
    in its place, reading stops.

    Args:
        path: of the recording.
        before_damage: read it whole first, and have only the rows in front of any damage.

    Raises (when opened or read):
        RecordingError: no recording, damaged, replaced, or of a newer format.
    """

    def __init__(self, path: Path | str, *, before_damage: bool = False) -> None:
        self.path = Path(path)
        self.damage: tuple[str, ...] = ()  # array and rows, found by a reading before_damage
        self._latest: dict[tuple[str, int, int | None], NDArray[Any]] = {}  # the last one read last
        with _reading(self.path):
            self._group = zarr.open_group(Whole(self.path, read_only=True), mode="r")
            attributes: dict[str, Any] = dict(self._group.attrs.asdict())
        if "vizopt" not in attributes:
            raise RecordingError(f"{path}: not a vizopt recording (made by: vizopt record)")
        with _reading(self.path):
            stored = dict(attributes["vizopt"])
            if stored.pop("format") > FORMAT:
                raise RecordingError(
                    f"{path}: written by a newer vizopt: upgrade with pip install -U vizopt"
                )
            layout = Layout.of(dict(stored.pop("layout")["shapes"]))
            classes, axes = tuple(stored.pop("classes")), tuple(stored.pop("axes", ()))
            self.header = Header(layout=layout, classes=classes, axes=axes, **stored)
            self._committed = {group: int(attributes["committed"][group]) for group in GROUPS}
            self._id: str | None = attributes.get("id")  # none before there were ids
            self.diverged: int | None = attributes.get("diverged")
            self.interrupted: int | None = attributes.get("interrupted")
            self._arrays = {
                name: array
                for group in GROUPS
                for name, array in cast(zarr.Group, self._group[group]).arrays()
            }
            constants = dict(cast(zarr.Group, self._group["constants"]).arrays())
            self._constants: dict[str, zarr.Array[Any]] = constants
        self._check_id()
        if before_damage:
            self._cut()
        else:
            self._check_chunks()

    def __len__(self) -> int:
        """Number of kept rows, N."""
        return self._committed["snapshots"]

    @property
    def layout(self) -> Layout:
        return self.header.layout

    @property
    def columns(self) -> dict[str, "zarr.Array[Any]"]:
        """The recorded arrays by name, history and snapshots."""
        return self._arrays

    @property
    def names(self) -> frozenset[str]:
        """Everything that can be asked for: columns and constants."""
        return frozenset(self._arrays) | frozenset(self._constants)

    @property
    def epochs(self) -> int:
        """Number of epochs recorded, E; fewer than planned when the run was cut short."""
        return self._committed["history"]

    def __getitem__(self, column: str) -> NDArray[Any]:
        """A whole column [E] or [N, *shape], or a constant array."""
        return self.rows(column, 0, None)

    def rows(self, column: str, start: int, stop: int | None) -> NDArray[Any]:
        """Rows start to stop of a column, [stop − start, *shape], read-only.

        What was read last is remembered, up to 32 MB: panels ask for the same rows in turn.
        """
        wanted = column, start, stop
        if wanted in self._latest:
            self._latest[wanted] = self._latest.pop(wanted)
        else:
            self._latest[wanted] = self._read(*wanted)
            self._latest[wanted].flags.writeable = False
            most, least = KEPT
            while len(self._latest) > least and sum(a.nbytes for a in self._latest.values()) > most:
                del self._latest[next(iter(self._latest))]
        return self._latest[wanted]

    def row(self, column: str, row: int) -> NDArray[Any]:
        """One row [*shape] of a snapshot column, read with the whole chunk that it lies in."""
        rows = self._arrays[column].chunks[0]
        start = row - row % rows
        return cast(NDArray[Any], self.rows(column, start, start + rows)[row - start])

    def chunks(self, column: str) -> Iterator[NDArray[Any]]:
        """A snapshot column piece by piece, for what need not be in memory whole."""
        rows = self._arrays[column].chunks[0]
        for start in range(0, len(self), rows):
            yield self.rows(column, start, start + rows)

    def _read(self, column: str, start: int, stop: int | None) -> NDArray[Any]:
        if column not in self.names:
            raise RecordingError(f"{self.path}: no column {column!r}: {hint(column, self.names)}")
        if column in self._constants:
            array, limit = self._constants[column], None
        else:
            array = self._arrays[column]
            limit = self._committed[_group_of(array)]
            stop = limit if stop is None else min(stop, limit)
        try:
            with _reading(self.path):
                read = np.asarray(array[start:stop] if limit is not None else array[...])
        except RecordingError:
            self._check_id()
            with _reading(self.path):
                bad = next(damaged_rows(array, limit, start, stop), None)
            if bad is None:
                raise
            way = "see: vizopt info --verify" if limit is None else "draw the rows before with: "
            way += "" if limit is None else "vizopt render --before-damage"
            raise RecordingError(f"{self.path}: damaged: {bad}: {way}") from None
        self._check_id()
        return read

    def _check_id(self) -> None:
        """That the run in this place is still the one that was opened: it may be replaced at any
        time, and the picture of two runs is that of none."""
        try:
            text = (self.path / "zarr.json").read_text(encoding="utf-8")
            found = json.loads(text)["attributes"].get("id")
        except (OSError, ValueError, KeyError, AttributeError):
            found = ""
        if found != self._id:
            raise RecordingError(
                f"{self.path}: was replaced or removed while it was read: start again"
            )

    def _check_chunks(self) -> None:
        """That no chunk is missing, by their number."""
        with _reading(self.path):
            for name, array in {**self._arrays, **self._constants}.items():
                rows = self._committed[_group_of(array)] if name in self._arrays else None
                chunks = array.nchunks if rows is None else -(-rows // array.chunks[0])
                short = rows is not None and array.shape[0] < rows
                if short or array.nchunks_initialized < chunks:
                    self._check_id()
                    raise RecordingError(f"{self.path}: damaged: {array.path} is cut short")

    def _cut(self) -> None:
        """Read everything; note what is damaged, and keep the rows in front of it."""
        found: list[str] = []
        sound = dict(self._committed)
        with _reading(self.path):
            for constant in self._constants.values():
                found += map(str, damaged_rows(constant, None))
            for array in self._arrays.values():
                group = _group_of(array)
                damaged = list(damaged_rows(array, self._committed[group]))
                found += map(str, damaged)
                for bad in damaged[:1]:
                    sound[group] = min(sound[group], bad.start)
            epochs = np.asarray(self._arrays["epoch"][: sound["snapshots"]])
        self._check_id()
        sound["snapshots"] = int(np.searchsorted(epochs, sound["history"]))
        if sound["snapshots"] < self._committed["snapshots"]:  # curves end where the rows end
            sound["history"] = int(epochs[sound["snapshots"] - 1]) + 1 if sound["snapshots"] else 0
        self._committed, self.damage = sound, tuple(found)


def _group_of(array: "zarr.Array[Any]") -> Group:
    return cast(Group, array.path.partition("/")[0])


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        with uninterrupted():
            yield
    except FileNotFoundError as error:
        known = "not a recording" if path.exists() else "no such recording"
        raise RecordingError(f"{path}: {known} (make one with: vizopt record)") from error
    except PermissionError as error:
        raise RecordingError(f"{path}: cannot read: {error.strerror}") from error
    except (OSError, KeyError, ValueError, TypeError, AttributeError, RuntimeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise RecordingError(f"{path}: damaged recording: {reason}") from error


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ctrl-C and SIGTERM wait for the end of the block: Zarr's own thread does not like to be left
    behind, and rows are written whole."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed: list[int] = []
    before = {
        number: signal.signal(number, lambda number, _: pressed.append(number))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if pressed:
            signal.raise_signal(pressed[0])
