"""The whole program on one screen: scene → training → recording → pictures → files."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

from vizopt.clips.brief import recording_line
from vizopt.clips.clip import Clip
from vizopt.clips.options import Request
from vizopt.clips.plan import check_inputs, planned
from vizopt.clips.staging import staged
from vizopt.clips.still import check_stills
from vizopt.clips.targets import Limits
from vizopt.clips.write import write_waiting
from vizopt.core.errors import EncodeError, RecordingError
from vizopt.core.locks import alone
from vizopt.core.places import at_home, scratch, target
from vizopt.core.progress import Bar, quiet
from vizopt.pipeline.drawing import complete, drawn, render_all
from vizopt.pipeline.estimate import check_size
from vizopt.pipeline.fitting import fitted, fitted_all
from vizopt.pipeline.reuse import Reuse, emptied
from vizopt.pipeline.shown import check_shown
from vizopt.pipeline.training import trained
from vizopt.recording.atomic import check_free, is_recording, replaced
from vizopt.recording.resume import resumed
from vizopt.recording.store import Recording
from vizopt.scene.spec import Scene

__all__ = ["fitted", "make", "record", "render_all", "sorted_out"]


def make(
    scene: Scene,
    files: Sequence[Path],
    asked: Request | None = None,
    bar: Bar = quiet,
    limits: Mapping[Path, Limits] | None = None,
    texts: Mapping[Path, str] | None = None,
    reuse: Reuse | None = None,
) -> tuple[Recording, list[Clip]]:
    """Train once and write every file; the recording itself where a file ends in .zarr.

    Args:
        scene: what to train.
        files: to write; they are put in place together when all are finished.
        asked: how they differ from the scene and the formats' defaults.
        bar: shows progress.
        limits: what each clip may be at most.
        texts: what else is put beside them, by file.
        reuse: recordings that may stand for the training; it is trained without.

    Raises:
        EncodeError: a file could not be written; its `written` are those that are complete.
    """
    asked = replace(asked or Request(), overrides={})
    kept, clips = sorted_out(scene, files, asked)
    failed: dict[Path, EncodeError] = {}
    with staged() as staging:

        def put(part: Path | None = None, place: Path | None = None) -> None:
            failed.update(staging.put(part, place))

        with replaced(kept[0], put) if kept else _passing(put) as part:
            reuse = reuse and replace(reuse, files=kept)
            anew = trained(scene, part, bar, kept[0] if kept else None, reuse=reuse)
            run = Recording(part)
            with nullcontext() if anew else emptied(part):  # a training is kept, a copy is not
                if limits is None:
                    made, wrong = drawn({"": run}, scene, clips, asked, bar, staging)
                else:
                    made, wrong = fitted_all({"": run}, scene, limits, asked, bar, staging)
            failed |= wrong
            for file, text in (texts or {}).items():
                failed |= write_waiting(file, text, staging)
    run = _opened(kept[0]) if kept else run
    return run, complete(made, failed, [recording_line(run)] if kept else [])


@contextmanager
def _passing(put: Callable[[], None]) -> Iterator[Path]:
    """The place of a recording that nobody asked for: it goes when its clips are drawn."""
    with scratch() as folder:
        yield folder / "run.zarr"
        put()


def _opened(path: Path) -> Recording:
    """A recording, while nobody puts another one in its place."""
    with alone(target(path).parent):
        return Recording(path)


def sorted_out(
    scene: Scene, files: Sequence[Path], asked: Request
) -> tuple[list[Path], list[Path]]:
    """The recording, if any, and the clips among the files to make.

    Raises:
        VizoptError: one of them cannot be made; nothing is trained for it.
    """
    kept = [file for file in files if is_recording(file)]
    clips = [file for file in files if not is_recording(file)]
    if len(kept) > 1:
        raise RecordingError(f"{kept[1]}: one recording is enough: {kept[0]}")
    for file in kept:
        check_free(file)
    options = asked.over(scene.clip)
    groups = planned(clips, options, overwrite=asked.overwrite)
    check_inputs(clips, [scene])
    check_stills(options, scene.problem.unit, scene.epochs)
    check_shown(scene, groups, options)
    check_size(scene, kept[0] if kept else None)
    return kept, clips


def record(scene: Scene, path: Path | str, bar: Bar = quiet, *, resume: bool = False) -> Recording:
    """Train a scene and record it; an older recording at path is replaced when this is complete.

    Args:
        scene: what to train.
        path: of the recording, `run.zarr`.
        bar: shows progress.
        resume: go on with the interrupted recording of that name, to the same bits.

    Raises:
        RecordingError: the folder cannot be written, or there is nothing to resume.
        Interrupted: by Ctrl-C, when rows were committed: they are kept, beside an older recording.
    """
    path = at_home(path)
    with (resumed if resume else replaced)(path) as part:
        check_size(scene, path)
        trained(scene, part, bar, None if resume else path, resume=resume)
    return _opened(path)
