"""Reuse: a recording that stands is taken in the place of the same training.

The same are the keys of the scene that change numbers, the versions, the data, and the first steps
to the last bit; what is shown may differ. The recording is copied, and its copy read whole: who
replaces it meanwhile does no harm.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path

import numpy as np
import tomli_w

from vizopt.core import own
from vizopt.core.errors import RecordingError, SceneError
from vizopt.core.locks import alone
from vizopt.core.places import target
from vizopt.core.toml import parsed
from vizopt.pipeline.prepared import Prepared, prepare
from vizopt.recording.atomic import attributes, is_recording, is_whole
from vizopt.recording.resume import differing_versions, same_constants
from vizopt.recording.store import FORMAT, Recording
from vizopt.scene.load import parse_scene
from vizopt.scene.spec import TRAINED, Scene

NUMBERS = tuple(key for key in TRAINED if key != "record")  # the keys that change them
STEPS = 2  # that are trained to be held against the recording
TOLD = ("layout", "whole", "unit", "classes", "plane", "axes")  # of the header, by the data


@dataclass(frozen=True)
class Reuse:
    """Where recordings stand that may be reused.

    Args:
        folder: of the recordings.
        say: is told which one is reused, or why one of the same scene is not.
        files: of the command: a recording among them comes first.
    """

    folder: Path
    say: Callable[[str], object]
    files: Sequence[Path] = ()

    def standing(self, name: str) -> list[Path]:
        """The recordings, that of the scene's own name before the others."""
        every = [*filter(is_recording, self.files), self.folder / f"{name}.zarr"]
        every += sorted(self.folder.glob("*.zarr"))
        return [path for path in dict.fromkeys(every) if path.is_dir()]


def reused(part: Path, wanted: Prepared, reuse: Reuse) -> bool:
    """Copy a recording of the same training into part, under the header that is wanted.

    Args:
        part: an empty folder; empty afterwards where no recording fits.
        wanted: what would be trained; it is left as it is.
        reuse: where to look.
    """
    for path in reuse.standing(wanted.scene.name):
        if not is_of(path, wanted.scene):
            continue
        try:
            with emptied(part):
                _copy(path, part)
                _check(part, wanted)
                _label(part, wanted)
        except (OSError, RecordingError) as error:
            reason = str(error).replace(f"{part}: ", "")
            reuse.say(f"{path}: {reason}: training again")
            continue
        reuse.say(f"{path}: has the same training: reused (--again trains)")
        return True
    return False


@contextmanager
def emptied(folder: Path) -> Iterator[None]:
    """A folder that is empty again after an error."""
    try:
        yield
    except BaseException:
        for file in folder.iterdir():
            shutil.rmtree(file) if file.is_dir() else file.unlink()
        raise


def is_of(path: Path, scene: Scene) -> bool:
    """Whether a recording is one of the same scene, as far as that is trained."""
    try:
        found = _trained(attributes(path)["vizopt"]["scene"], own.state())
    except (SceneError, ValueError, LookupError, TypeError):
        return False
    return all(getattr(found, key) == getattr(scene, key) for key in NUMBERS)


@lru_cache(maxsize=1024)  # each training of a search looks at what the others have recorded
def _trained(text: str, known: tuple[type, ...]) -> Scene:
    """What is trained of a scene, under no title, by the kinds of one's own that are known."""
    stated = parsed(text)
    table = {"title": "", **{key: stated[key] for key in NUMBERS if key in stated}}
    return parse_scene(tomli_w.dumps(table), "recording", {}, {})


def _copy(path: Path, part: Path) -> None:
    with alone(target(path).parent):
        shutil.copytree(path, part, dirs_exist_ok=True)


def _check(part: Path, wanted: Prepared) -> None:
    """Raises RecordingError where the copy is not what the training would write."""
    if not is_of(part, wanted.scene):
        raise RecordingError("another training came there meanwhile")
    run = Recording(part, before_damage=True)
    differ = differing_versions(run.header, wanted.header)
    if differ:
        raise RecordingError(f"was recorded by {', '.join(differ)}")
    if run.damage:
        raise RecordingError(f"damaged: {run.damage[0]}")
    if not is_whole(part):
        raise RecordingError("is not whole")
    Recording(part)  # whether its rows are those of one run
    for probe in wanted.probes:
        column, found = probe.column, run.columns.get(probe.column.name)
        if found is None or (str(found.dtype), found.shape[1:]) != (column.dtype, column.shape):
            raise RecordingError(f"lacks {column.name}, which is to be recorded")
    same = all(getattr(run.header, key) == getattr(wanted.header, key) for key in TOLD)
    if not same or not same_constants(run, wanted.problem.constants):
        raise RecordingError("its data are others")
    if not _same_start(run, prepare(wanted.scene)):
        raise RecordingError("its first steps are others")


def _same_start(run: Recording, ready: Prepared) -> bool:
    """Whether the first steps, trained here and now, are those recorded: data that no picture
    shows, another processor or changed code would make them others."""
    kept = run["epoch"][:STEPS]
    with np.errstate(over="ignore", invalid="ignore"):
        for step in islice(ready.steps(), min(STEPS, run.epochs)):
            for probe in ready.probes:
                column = probe.column
                at = step.number
                if column.group == "snapshots":
                    rows = np.flatnonzero(kept == step.number)
                    if not len(rows):
                        continue
                    at = int(rows[0])
                value = probe.value(step)
                if not np.array_equal(value, run.rows(column.name, at, at + 1)[0], equal_nan=True):
                    return False
    return True


def _label(part: Path, wanted: Prepared) -> None:
    """Give the copy the header that the training would write."""
    import zarr

    group = zarr.open_group(part, mode="r+")
    known = dict(group.attrs.asdict())
    group.attrs.put(known | {"vizopt": {"format": FORMAT, **asdict(wanted.header)}})
