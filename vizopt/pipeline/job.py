"""Job: a run of several, recorded where it is asked for and where nobody else replaces it."""

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from vizopt.core.errors import RecordingError
from vizopt.core.locks import alone
from vizopt.core.places import remove, scratch, target
from vizopt.core.progress import Bar
from vizopt.pipeline.estimate import check_size
from vizopt.pipeline.prepared import prepare
from vizopt.pipeline.reuse import Reuse, reused
from vizopt.pipeline.training import trained
from vizopt.recording import guarded
from vizopt.recording.atomic import kept_beside, replaced, writing
from vizopt.recording.resume import resumed, saved_in, unfinished
from vizopt.recording.store import Recording
from vizopt.scene.spec import Scene

Say = Callable[[str], object]


class Job(NamedTuple):
    """A run to be recorded.

    Args:
        scene: what to train.
        path: of the recording; a whole one of the same training that is there stays.
        own: where it is too, and nobody else puts another one.
        look: folders whose recordings may stand for it; none where it is to be trained anyway.
    """

    scene: Scene
    path: Path
    own: Path
    look: tuple[Path, ...] | None


def stands(job: Job, say: Say) -> bool:
    """Whether a recording of the same training is in its place already."""
    if job.look is None or not job.path.is_dir():
        return False
    if _begun(job) == job.path:
        run = Recording(job.path)
        say(f"{job.path}: was interrupted at {run.header.unit} {run.epochs}: goes on from there")
        return False
    with suppress(FileNotFoundError), alone(target(job.path).parent):
        _hold(job, job.path)
    fits = _fits(job, lambda line: say(line.replace(str(job.own), str(job.path))))
    if not fits:
        remove(job.own)
    return fits


def record(job: Job, bar: Bar, say: Say) -> None:
    """Record a run in this process; one that was interrupted goes on."""
    check_size(job.scene, job.path)
    if job.look is not None and (begun := _begun(job)):
        with resumed(job.path, begun) as part:
            trained(job.scene, part, bar, None, resume=True)
            _hold(job, part)
        return
    reuse = None
    if job.look is not None:
        first, *others = job.look
        files = [file for folder in others for file in sorted(folder.glob("*.zarr"))]
        reuse = Reuse(first, say, files)
    with replaced(job.path) as part:
        trained(job.scene, part, bar, job.path, reuse=reuse)
        _hold(job, part)


def _begun(job: Job) -> Path | None:
    """Where an interrupted recording of the same training is, that nobody writes: in its place, or
    beside a recording of another training."""
    folders = kept_beside(job.path)
    with suppress(RecordingError):
        folders.insert(0, unfinished(job.path))
    if not folders:
        return None
    ready = prepare(job.scene)
    for folder in folders:
        with suppress(RecordingError), alone(target(folder).parent), writing(folder):
            saved_in(folder, ready.header, ready.problem.constants)
            return folder
    return None


def _hold(job: Job, folder: Path) -> None:
    """Have its recording where nobody else puts another one."""
    with guarded.writing(job.path):
        _doubled(folder, job.own)


def _doubled(folder: Path, place: Path) -> None:
    """The files of a folder in another one too, which stay there when the first one goes: second
    names of the same files, copies where the disk has none.

    Raises:
        OSError: there is no room for them.
    """
    for above, _, names in os.walk(folder):
        inside = place / Path(above).relative_to(folder)
        inside.mkdir()
        for name in names:
            try:
                os.link(Path(above, name), inside / name)
            except OSError:
                shutil.copyfile(Path(above, name), inside / name)


def _fits(job: Job, say: Say) -> bool:
    """Whether what is there is of the same training."""
    with scratch() as folder:
        part = folder / "run"
        part.mkdir()
        return reused(part, prepare(job.scene), Reuse(folder, say, [job.own]))
