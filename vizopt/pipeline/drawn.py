"""Drawn: a recording drawn into files that wait, once for each size and rate."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from vizopt.clips import writing
from vizopt.clips.checks import Checks
from vizopt.clips.clip import Clip
from vizopt.clips.options import Look
from vizopt.clips.plan import planned
from vizopt.clips.render import draw
from vizopt.clips.staging import Staging, staged
from vizopt.clips.still import check_stills
from vizopt.core.errors import EncodeError, RecordingError
from vizopt.core.progress import Bar, quiet
from vizopt.recording.store import Recording
from vizopt.scene.load import presented
from vizopt.scene.spec import Presentation

PICTURE = (
    "title",
    "theme",
    "look",
    "timeline",
    "stage",
    "pause",
    "clip",
)  # what a recording can be drawn with anew


def presentation_of(run: Recording, look: Look) -> Presentation:
    """How a recording is shown, with what the look overrides.

    Raises:
        VizoptError: it has no rows, or a key is not of the picture.
    """
    if not len(run):
        raise RecordingError(f"{run.path}: holds no rows: the run ended before its first commit")
    for key in look.overrides or {}:
        if key.partition(".")[0] not in PICTURE:
            known = ", ".join(PICTURE)
            raise RecordingError(f"{run.path}: {key}: was trained so: only {known} can be changed")
    return presented(run, look.overrides)


def render_all(run: Recording, files: Sequence[Path], look: Look, bar: Bar = quiet) -> list[Clip]:
    """Draw a recording into several files: one drawing pass for each size and rate.

    Beside each clip is its text alternative.
    """
    return rendered(run, presentation_of(run, look), files, look, bar)


def rendered(
    run: Recording, scene: Presentation, files: Sequence[Path], look: Look, bar: Bar
) -> list[Clip]:
    """The same for a presentation that is read already."""
    with staged() as staging:
        clips, failed = drawn(run, scene, files, look, bar, staging)
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
    run: Recording,
    scene: Presentation,
    files: Sequence[Path],
    look: Look,
    bar: Bar,
    staging: Staging,
) -> tuple[list[Clip], dict[Path, EncodeError]]:
    """The clips, which wait in the staging, and what could not be written."""
    look = shaped(look, scene)
    check_stills(look, run.header.unit, run.epochs)
    writing.warn(scene, run.header)
    passes: list[Callable[[], list[Clip]]] = []
    failed: dict[Path, EncodeError] = {}
    transparent = scene.colours.transparent
    with Checks() as checks:
        for group, members in planned(files, look, transparent=transparent).items():
            checks.beside()
            checked, wrong = draw(run, scene, look, group, members, bar, staging, checks)
            passes.append(checked)
            failed |= wrong
        return [clip for checked in passes for clip in checked()], failed


def shaped(look: Look, scene: Presentation) -> Look:
    """The look, with what the scene says of its clip where nothing else was asked for."""
    clip = scene.clip
    return replace(
        look,
        size=look.size or clip.size,
        fps=look.fps or clip.fps,
        allow_flashes=look.allow_flashes or clip.allow_flashes,
        at=look.at or (clip.at if clip.at != "last" else ""),
        loop=clip.loop if look.loop is None else look.loop,
        poster=look.poster or clip.poster,
        level=look.level or clip.level,
        slide=look.slide or clip.slide,
        embed=look.embed or clip.embed,
        narrow=look.narrow and clip.narrow,
    )
