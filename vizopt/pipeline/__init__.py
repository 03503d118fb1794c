"""The whole program on one screen: scene → training → recording → pictures → files."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

from vizopt.clips import writing
from vizopt.clips.brief import recording_line
from vizopt.clips.checks import Checks
from vizopt.clips.clip import Clip
from vizopt.clips.fit import steps
from vizopt.clips.options import Request, values_of
from vizopt.clips.plan import check_inputs, planned, text_beside, written
from vizopt.clips.render import draw
from vizopt.clips.staging import Staging, staged
from vizopt.clips.still import check_stills
from vizopt.clips.targets import Limits
from vizopt.clips.write import write_waiting
from vizopt.core.errors import EncodeError, RecordingError
from vizopt.core.numbers import count, counted
from vizopt.core.places import alone, scratch, target
from vizopt.core.progress import Bar, quiet
from vizopt.formats import format_of, is_sequence
from vizopt.pipeline.estimate import check_size
from vizopt.pipeline.reuse import Reuse, emptied
from vizopt.pipeline.training import trained
from vizopt.recording.atomic import check_free, is_recording, replaced
from vizopt.recording.resume import resumed
from vizopt.recording.store import Recording
from vizopt.scene.load import parse_scene
from vizopt.scene.options import ClipOptions
from vizopt.scene.spec import Scene

PICTURE = (
    "title",
    "theme",
    "look",
    "timeline",
    "stage",
    "pause",
    "clip",
)  # what a recording can be drawn with anew


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
                    made, wrong = _drawn(run, clips, asked, bar, staging)
                else:
                    made, wrong = _fitted_all(run, limits, asked, bar, staging)
            failed |= wrong
            for file, text in (texts or {}).items():
                failed |= write_waiting(file, text, staging)
    run = _opened(kept[0]) if kept else run
    return run, _complete(made, failed, [recording_line(run)] if kept else [])


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


def _complete(
    clips: Sequence[Clip], failed: Mapping[Path, EncodeError], before: Sequence[str] = ()
) -> list[Clip]:
    """The clips; or the first error, which names those that are complete."""
    complete = [clip for clip in clips if clip.path not in failed]
    for error in failed.values():
        error.written = (*before, *complete)
        raise error
    return complete


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
    options = asked.over(scene)
    planned(clips, options, overwrite=asked.overwrite)
    data = getattr(getattr(scene.problem, "data", None), "path", None)  # a file of the user's
    check_inputs(clips, [Path(data)] if data else [])
    check_stills(options, scene.problem.unit, scene.epochs)
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
    path = Path(path)
    with (resumed if resume else replaced)(path) as part:
        check_size(scene, path)
        trained(scene, part, bar, None if resume else path, resume=resume)
    return _opened(path)


def render_all(
    run: Recording, files: Sequence[Path], asked: Request, bar: Bar = quiet
) -> list[Clip]:
    """Draw a recording into several files: one drawing pass for each size and rate.

    Beside each clip is its text alternative.
    """
    with staged() as staging:
        clips, failed = _drawn(run, files, asked, bar, staging)
        failed |= staging.put()
    return _complete(clips, failed)


def _drawn(
    run: Recording, files: Sequence[Path], asked: Request, bar: Bar, staging: Staging
) -> tuple[list[Clip], dict[Path, EncodeError]]:
    """The clips, which wait in the staging, and what could not be written."""
    if not len(run):
        raise RecordingError(f"{run.path}: holds no rows: the run ended before its first commit")
    for key in asked.overrides:
        if key.partition(".")[0] not in PICTURE:
            known = ", ".join(PICTURE)
            raise RecordingError(f"{run.path}: {key}: was trained so: only {known} can be changed")
    scene = parse_scene(run.header.scene, str(run.path), {}, asked.overrides)
    options = asked.over(scene)
    check_stills(options, run.header.unit, run.epochs)
    writing.warn(scene, run.header)
    drawn: list[Callable[[], list[Clip]]] = []
    failed: dict[Path, EncodeError] = {}
    transparent = scene.colours.transparent
    with Checks() as checks:
        groups = planned(files, options, overwrite=asked.overwrite, transparent=transparent)
        for group, members in groups.items():
            checks.beside()
            checked, wrong = draw(run, scene, options, group, members, bar, staging, checks)
            drawn.append(checked)
            failed |= wrong
        return [clip for checked in drawn for clip in checked()], failed


def fitted(
    run: Recording, limits: Mapping[Path, Limits], asked: Request, bar: Bar = quiet
) -> list[Clip]:
    """Draw a recording into files within their limits, by the least harm that does it.

    Raises:
        EncodeError: no harm is enough; an older file is kept.
    """
    with staged() as staging:
        clips, failed = _fitted_all(run, limits, asked, bar, staging)
        failed |= staging.put()
    return _complete(clips, failed)


def _fitted_all(
    run: Recording, limits: Mapping[Path, Limits], asked: Request, bar: Bar, staging: Staging
) -> tuple[list[Clip], dict[Path, EncodeError]]:
    scene = parse_scene(run.header.scene, str(run.path), {}, asked.overrides)
    clips: list[Clip] = []
    failed: dict[Path, EncodeError] = {}
    for file, most in limits.items():
        try:
            options = asked.over(scene)
            found = _steps(run, scene, file, options, asked.overwrite, most)
            tries = [(replace(asked, options=values_of(step)), harm) for step, harm in found]
            clip = _fitted(run, file, tries, most.size_bytes, bar, staging)
            kept = options.fps and format_of(file).nearest_fps(options.fps) == clip.fps
            clips.append(replace(clip, asked=options.fps if kept else None))
        except EncodeError as error:
            failed[file] = error
    return clips, failed


def _steps(
    run: Recording,
    scene: Scene,
    file: Path,
    options: ClipOptions,
    overwrite: bool,
    most: Limits,
) -> list[tuple[ClipOptions, str]]:
    """The quality steps that keep within what is known before a clip is drawn."""
    if is_sequence(file):
        raise EncodeError(f"{file}: a sequence has no size to fit: choose one file")
    planned([file], options, overwrite=overwrite)

    def frames(fps: float) -> int:
        return 1 if format_of(file).still else len(scene.timeline.rows(run["epoch"], fps))

    return steps(file, options, most, frames)


def _fitted(
    run: Recording,
    file: Path,
    tries: Sequence[tuple[Request, str]],
    limit: int | None,
    bar: Bar,
    staging: Staging,
) -> Clip:
    """The first quality step that is small enough, found by halving."""
    low, high = 0, len(tries)
    smallest: int | None = None
    best: tuple[Path, Clip] | None = None
    with scratch() as folder:
        k = 0  # most clips fit as they are
        while low < high:
            wanted, harm = tries[k]
            drawn = folder / str(k) / file.name
            clip = render_all(run, [drawn], wanted, bar)[0]
            size = sum(part.stat().st_size for part in written(drawn))
            smallest = min(size, smallest or size)
            if limit is None or size <= limit:
                best, high = (drawn, replace(clip, path=file, harm=harm)), k
            else:
                low = k + 1
            k = (low + high) // 2
        if best is None:
            most, got = counted(limit or 0, "byte"), count(smallest or 0)
            way = "a smaller --size" if format_of(file).still else "a shorter clip with --seconds"
            raise EncodeError(
                f"{file}: cannot be made as small as {most}: the smallest has {got}: "
                f"choose a larger --fit, or {way}"
            )
        staging.copy(best[0], file)
        staging.copy(text_beside(best[0]), text_beside(file))
    return best[1]
