"""Render: recordings drawn once into several files, and what is known of each."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import perf_counter

from vizopt.clips.checks import CheckProgress, Checks, FlashChecks
from vizopt.clips.clip import Clip
from vizopt.clips.drawing import Drawing, told_to_files
from vizopt.clips.plan import Group
from vizopt.clips.staging import Staging
from vizopt.clips.telling import told_of
from vizopt.clips.write import named, write_frames, write_texts
from vizopt.core.errors import EncodeError
from vizopt.core.progress import Bar
from vizopt.draw.views import Runs
from vizopt.flashes import Verdict
from vizopt.flashes.warning import CARD_WORDS
from vizopt.formats import Format
from vizopt.scene.options import ClipOptions
from vizopt.scene.spec import Presentation


def draw(
    runs: Runs,
    scene: Presentation,
    options: ClipOptions,
    group: Group,
    members: Sequence[tuple[Path, Format]],
    bar: Bar,
    staging: Staging,
    checks: Checks,
) -> tuple[Callable[[], list[Clip]], dict[Path, EncodeError]]:
    """One drawing pass into several files, which wait in the staging.

    Returns: what waits for the checks of the clips and tells them; what could not be written.
    """
    start = perf_counter()
    size, fps, _, alone, *_ = group
    warning = CARD_WORDS if options.allow_flashes else ""
    told = told_of(runs, scene, warning, size if group.slide else None)
    drawing = Drawing.of(runs, scene, options, group)
    metadata = told_to_files(drawing, told, warning, options, members)
    twice = [file for file, kind in members if options.wants_narrow and kind.narrow_size(size)]
    names = ", ".join(file.name for file, _ in members)
    parts = 1 if alone else 1 + len(members) + 2 * len(twice)
    steps = CheckProgress(bar, len(drawing), names, parts)
    flash_checks = FlashChecks(steps, scene.colours.paper)
    stream = drawing.stream(options, metadata, steps, flash_checks, bool(twice))
    wrong = write_frames(steps.counted(drawing), stream, members, staging)
    complete = [file for file, _ in members if file not in wrong]
    wrong |= write_texts(complete, told.text, staging)
    took = perf_counter() - start
    kinds = dict(members)
    verdicts = {} if alone else _begun(complete, checks, flash_checks, staging)

    def clip(file: Path) -> Clip:
        verdict = None if alone else verdicts[file]()
        length = len(drawing) + (kinds[file].poster == "frame" and metadata.poster is not None)
        made = Clip(file, size, fps, length, took, verdict, metadata, drawing.at)
        papered = scene.colours.transparent and not group.clear
        unseen = tuple(drawing.picture.unseen())
        return replace(made, papered=papered, asked=options.fps, unseen=unseen)

    return lambda: [clip(file) for file in complete], wrong


def _begun(
    files: Sequence[Path], checks: Checks, flash_checks: FlashChecks, staging: Staging
) -> dict[Path, Callable[[], Verdict]]:
    """The checks of complete clips, which go on meanwhile: each waits for its verdict."""
    places = {file: staging.place(file) for file in files}
    begun = {file: checks.begin(flash_checks, place) for file, place in places.items()}

    def verdict(file: Path) -> Verdict:
        with named(places[file], file):
            return replace(begun[file](), path=file)

    return {file: partial(verdict, file) for file in files}
