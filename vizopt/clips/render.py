"""Clips: a recording drawn once into several files, and what is known of each."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from vizopt import story
from vizopt.clips.brief import clip_line, told_verdict
from vizopt.clips.checks import Checks, FlashChecks, Steps
from vizopt.clips.drawing import Drawing, told_to_files
from vizopt.clips.outputs import Group, Look, named, write_frames, write_texts
from vizopt.clips.staging import Staging
from vizopt.core.arrays import Size
from vizopt.core.errors import EncodeError
from vizopt.core.numbers import counted
from vizopt.core.progress import Bar
from vizopt.flashes import Verdict
from vizopt.flashes.grid import RGB
from vizopt.flashes.warning import SAID
from vizopt.formats import ClipMetadata, Encoder
from vizopt.formats.html.shots import has_narrow
from vizopt.recording.store import Recording
from vizopt.scene.spec import Presentation

if TYPE_CHECKING:
    from vizopt.clips.notebook import Player


@dataclass(frozen=True)
class Clip:
    """A finished file.

    Args:
        path: where it is.
        size: width and height in pixels.
        fps: frames per second, as written.
        length: how many frames it has.
        took: seconds of drawing and encoding.
        verdict: what `vizopt check` finds in it; none for stills and sequences.
        metadata: what the file says of itself.
        at: what a still shows, "epoch 4500".
        harm: what was given up for a smaller file; empty where nothing was.
        papered: on the look's paper, for its format has no transparency.
        asked: frames per second that were asked for; none where nobody did.
    """

    path: Path
    size: Size
    fps: float
    length: int
    took: float
    verdict: Verdict | None
    metadata: ClipMetadata
    at: str = ""
    harm: str = ""
    papered: bool = False
    asked: float | None = None

    def __str__(self) -> str:
        return clip_line(self)

    def __repr__(self) -> str:
        """`<Clip sgd.gif: 800×450, 20 frames at 20 fps, passes the flash check>`."""
        width, height = self.size
        length = self.at or f"{counted(self.length, 'frame')} at {self.fps:.4g} fps"
        parts = [f"{width}×{height}", length, told_verdict(self.verdict)]
        return f"<Clip {self.path}: {', '.join(filter(None, parts))}>"

    def player(self) -> "Player":
        """The page that plays and steps it, shown in a notebook's cell.

        Raises:
            VizoptError: it is no MP4 and no page.
        """
        from vizopt.clips.notebook import player

        return player(self)

    def images(self) -> Iterator[RGB]:
        """Its frames one by one, [H, W, 3] uint8, as a viewer sees them: decoded from the file.

        What is transparent is on white.

        Raises:
            VizoptError: the file is gone or damaged, or has no pixels of its own.
        """
        from vizopt.formats.poster import images

        return images(self.path)

    def frames(self) -> RGB:
        """All of them at once, [N, H, W, 3] uint8, for a tracker of experiments.

        Raises:
            VizoptError: as images().
        """
        return np.stack(list(self.images()))

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        """How a notebook shows it."""
        from vizopt.clips.notebook import bundle

        return bundle(self)


def draw(
    run: Recording,
    scene: Presentation,
    look: Look,
    group: Group,
    members: Sequence[tuple[Path, Encoder]],
    bar: Bar,
    staging: Staging,
    checks: Checks,
) -> tuple[Callable[[], list[Clip]], dict[Path, EncodeError]]:
    """One drawing pass into several files, which wait in the staging.

    Returns: what waits for the checks of the clips and tells them; what could not be written.
    """
    start = perf_counter()
    size, fps, _, alone, *_ = group
    warning = SAID if look.allow_flashes else ""
    told = story.of(run, scene, warning)
    drawing = Drawing.of(run, scene, look, group)
    metadata = told_to_files(drawing, told, warning, look, members)
    twice = [file for file, _ in members if look.wants_narrow and has_narrow(file, size)]
    names = ", ".join(file.name for file, _ in members)
    steps = Steps(bar, len(drawing), names, 1 if alone else 1 + len(members) + 2 * len(twice))
    flash_checks = FlashChecks(steps, scene.colours.paper)
    stream = drawing.stream(look, metadata, steps, flash_checks, bool(twice))
    wrong = write_frames(steps.counted(drawing), stream, members, staging)
    complete = [file for file, _ in members if file not in wrong]
    wrong |= write_texts(complete, told.text, staging)
    took = perf_counter() - start
    kinds = dict(members)
    places = {} if alone else {file: staging.place(file) for file in complete}
    verdicts = {file: checks.begin(flash_checks, place) for file, place in places.items()}

    def clip(file: Path) -> Clip:
        verdict = None
        if not alone:
            with named(places[file], file):
                verdict = replace(verdicts[file](), path=file)
        length = len(drawing) + (kinds[file].poster == "frame" and metadata.poster is not None)
        made = Clip(file, size, fps, length, took, verdict, metadata, drawing.at)
        papered = scene.colours.transparent and not group.clear
        return replace(made, papered=papered, asked=look.fps)

    return lambda: [clip(file) for file in complete], wrong
