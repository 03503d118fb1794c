"""Drawing: recordings drawn into files that wait, once for each size and rate."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from vizopt.clips import writing
from vizopt.clips.checks import Checks
from vizopt.clips.clip import Clip
from vizopt.clips.options import Request
from vizopt.clips.plan import check_inputs, planned
from vizopt.clips.render import draw
from vizopt.clips.staging import Staging, staged
from vizopt.clips.still import check_stills
from vizopt.clips.telling import clock_kind
from vizopt.clips.write import write_waiting
from vizopt.core.errors import EncodeError, RecordingError, hint
from vizopt.core.progress import Bar, quiet
from vizopt.draw.views import Runs
from vizopt.recording.clock import last_of
from vizopt.recording.store import Recording
from vizopt.scene.load import presented
from vizopt.scene.spec import Presentation, Scene

PICTURE = (
    "title",
    "theme",
    "look",
    "timeline",
    "stage",
    "pause",
    "clip",
)  # what a recording can be drawn with anew
SCENE = frozenset(each.name for each in fields(Scene))


def presentation_of(run: Recording, asked: Request) -> Presentation:
    """How a recording is shown, with what is asked of it.

    Raises:
        VizoptError: it has no rows, or a key is not of the picture.
    """
    if not len(run):
        raise RecordingError(f"{run.path}: holds no rows: the run ended before its first commit")
    check_keys(run.path, asked.overrides)
    return presented(run, asked.overrides)


def check_keys(path: Path, overrides: Mapping[str, Any]) -> None:
    """Find out, before a recording is opened, whether only its picture is to be changed.

    Raises:
        RecordingError: a key of the training, or none.
    """
    for key in overrides:
        top = key.partition(".")[0]
        if top in SCENE and top not in PICTURE:
            known = ", ".join(PICTURE)
            raise RecordingError(f"{path}: {key}: was trained so: only {known} can be changed")
        if top not in PICTURE:
            raise RecordingError(f"{path}: {key}: unknown key ({hint(top, PICTURE)})")


def render_all(
    run: Recording, files: Sequence[Path], asked: Request, bar: Bar = quiet
) -> list[Clip]:
    """Draw a recording into several files: one drawing pass for each size and rate.

    Beside each clip is its text alternative.
    """
    return rendered({"": run}, presentation_of(run, asked), files, asked, bar)


def rendered(
    runs: Runs,
    scene: Presentation,
    files: Sequence[Path],
    asked: Request,
    bar: Bar,
    texts: Mapping[Path, str] | None = None,
) -> list[Clip]:
    """The same of several recordings, for a presentation that is read already; texts are put
    beside them."""
    with staged() as staging:
        clips, failed = drawn(runs, scene, files, asked, bar, staging)
        for file, text in (texts or {}).items():
            failed |= write_waiting(file, text, staging)
        failed |= staging.put()
    return complete(clips, failed)


def complete(
    clips: Sequence[Clip], failed: Mapping[Path, EncodeError], before: Sequence[str] = ()
) -> list[Clip]:
    """The clips; or the first error, which names those that are complete."""
    complete = [clip for clip in clips if clip.path not in failed]
    for error in failed.values():
        error.written = (*before, *complete)
        raise error
    return complete


def drawn(
    runs: Runs,
    scene: Presentation,
    files: Sequence[Path],
    asked: Request,
    bar: Bar,
    staging: Staging,
) -> tuple[list[Clip], dict[Path, EncodeError]]:
    """The clips, which wait in the staging, and what could not be written."""
    options = asked.over(scene.clip)
    last = last_of(runs, clock_kind(scene))
    check_stills(options, last.header.unit, last.epochs)
    for run in runs.values():
        writing.warn(scene, run.header)
    check_inputs(files, runs.values())
    passes: list[Callable[[], list[Clip]]] = []
    failed: dict[Path, EncodeError] = {}
    transparent = scene.colours.transparent
    with Checks() as checks:
        groups = planned(files, options, overwrite=asked.overwrite, transparent=transparent)
        for group, members in groups.items():
            checks.beside()
            checked, wrong = draw(runs, scene, options, group, members, bar, staging, checks)
            passes.append(checked)
            failed |= wrong
        return [clip for checked in passes for clip in checked()], failed
