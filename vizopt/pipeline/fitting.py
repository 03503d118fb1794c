"""Fitting: clips within their limits, by the least harm that does it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from vizopt.clips.clip import Clip
from vizopt.clips.fit import steps
from vizopt.clips.options import Request, values_of
from vizopt.clips.plan import check_inputs, planned, text_beside, written
from vizopt.clips.staging import Staging, staged
from vizopt.clips.targets import Limits
from vizopt.core.errors import EncodeError
from vizopt.core.numbers import count, counted
from vizopt.core.places import scratch
from vizopt.core.progress import Bar, quiet
from vizopt.draw.views import Runs, frames_of
from vizopt.formats import format_of, is_sequence
from vizopt.pipeline.drawing import complete, presentation_of, rendered
from vizopt.recording.store import Recording
from vizopt.scene.options import ClipOptions
from vizopt.scene.spec import Presentation


def fitted(
    run: Recording, limits: Mapping[Path, Limits], asked: Request, bar: Bar = quiet
) -> list[Clip]:
    """Draw a recording into files within their limits, by the least harm that does it.

    Raises:
        EncodeError: no harm is enough; an older file is kept.
    """
    with staged() as staging:
        clips, failed = fitted_all(
            {"": run}, presentation_of(run, asked), limits, asked, bar, staging
        )
        failed |= staging.put()
    return complete(clips, failed)


def fitted_all(
    runs: Runs,
    scene: Presentation,
    limits: Mapping[Path, Limits],
    asked: Request,
    bar: Bar,
    staging: Staging,
) -> tuple[list[Clip], dict[Path, EncodeError]]:
    check_inputs([*limits], runs.values())
    clips: list[Clip] = []
    failed: dict[Path, EncodeError] = {}
    for file, most in limits.items():
        try:
            found = _steps(runs, scene, file, asked, most)
            tries = [(replace(asked, options=values_of(step)), harm) for step, harm in found]
            clip = _fitted(runs, scene, file, tries, most.size_bytes, bar, staging)
            fps = asked.over(scene.clip).fps
            kept = fps and format_of(file).nearest_fps(fps) == clip.fps
            clips.append(replace(clip, asked=fps if kept else None))
        except EncodeError as error:
            failed[file] = error
    return clips, failed


def _steps(
    runs: Runs, scene: Presentation, file: Path, asked: Request, most: Limits
) -> list[tuple[ClipOptions, str]]:
    """The quality steps that keep within what is known before a clip is drawn."""
    if is_sequence(file):
        raise EncodeError(f"{file}: a sequence has no size to fit: choose one file")
    options = asked.over(scene.clip)
    planned([file], options, overwrite=asked.overwrite)

    def frames(fps: float) -> int:
        return 1 if format_of(file).still else frames_of(runs, scene.timeline, fps)

    return steps(file, options, most, frames)


def _fitted(
    runs: Runs,
    scene: Presentation,
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
            place = folder / str(k) / file.name
            clip = rendered(runs, scene, [place], wanted, bar)[0]
            size = sum(part.stat().st_size for part in written(place))
            smallest = min(size, smallest or size)
            if limit is None or size <= limit:
                best, high = (place, replace(clip, path=file, harm=harm)), k
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
