"""Drawing: what is drawn in one pass, and what the files of it are told."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from vizopt import story
from vizopt.clips.checks import FlashChecks, Steps
from vizopt.clips.metadata import metadata_of
from vizopt.clips.plan import Group
from vizopt.clips.still import still_frame
from vizopt.core.arrays import Frame, Rows, Size
from vizopt.draw.clear import Clear
from vizopt.draw.defaults import arranged_for
from vizopt.draw.figure import FrameRenderer
from vizopt.draw.header import HeaderText
from vizopt.draw.playback import Mode, Playback
from vizopt.draw.timeline import COURSE
from vizopt.draw.warning_card import WithWarning
from vizopt.formats import ClipMetadata, Format, StreamSpec
from vizopt.recording.store import Recording
from vizopt.scene.options import ClipOptions
from vizopt.scene.spec import Presentation

SAMPLES = 8  # frames that a format with a palette may look at beforehand


@dataclass(frozen=True)
class Drawing:
    """What is drawn in one pass: the frames of a clip, or one of them.

    Args:
        run, scene: of what.
        group: what its files have in common.
        rows: the row that each frame shows [F].
        k: the frame of a still.
        mode: whether they are seen one after the other.
        picture: all frames, behind a card where there is one.
    """

    run: Recording
    scene: Presentation
    group: Group
    rows: Rows
    k: int
    mode: Mode
    picture: FrameRenderer | WithWarning | Clear

    @classmethod
    def of(
        cls, run: Recording, scene: Presentation, options: ClipOptions, group: Group
    ) -> "Drawing":
        rows = scene.timeline.rows(run["epoch"], group.fps)
        k = len(rows) - 1
        if group.still:
            rows, k = still_frame(options.at, run["epoch"], rows)
        mode: Mode = "flashing" if options.allow_flashes else "still" if group.alone else "clip"
        size, fps, _, _, clear, slide = group
        drawn = partial(planned_picture, run, scene, size, fps, clear=clear, slide=slide)
        return cls(run, scene, group, rows, k, mode, drawn(rows=rows, mode=mode))

    def __len__(self) -> int:
        return 1 if self.group.still else len(self.picture)

    def __iter__(self) -> Iterator[Frame]:
        return iter([self.picture[self.shown]] if self.group.still else self.picture)

    @property
    def shown(self) -> int:
        """The frame of a still, the card's included."""
        return self.k + len(self.picture) - len(self.rows)

    @property
    def at(self) -> str:
        """What a still shows: "epoch 4500"."""
        epoch = int(self.run["epoch"][self.rows[self.k]])
        return f"{self.run.header.unit} {epoch}" if self.group.still else ""

    def stream(
        self,
        options: ClipOptions,
        metadata: ClipMetadata,
        steps: Steps,
        flash_checks: FlashChecks,
        twice: bool,
    ) -> StreamSpec:
        """What the formats are told of it; a page may draw it a second time."""
        size, fps, still, _, clear, _ = self.group
        return StreamSpec(
            size,
            fps,
            partial(_samples, self.picture, metadata.poster),
            metadata,
            flash_checks,
            options.level,
            clear,
            printed=partial(self.picture.printed, self.shown) if still else None,
            again=(lambda size: steps.counted(self.large(size))) if twice else None,
            embed=options.embed,
        )

    def large(self, size: Size) -> FrameRenderer | WithWarning | Clear:
        """The same at another size, with large text."""
        run, scene, fps = self.run, self.scene, self.group.fps
        return planned_picture(run, scene, size, fps, rows=self.rows, mode=self.mode, large=True)

    def poster(self, at: str) -> Frame:
        """The frame that is meant: of the clip, or of an epoch that the clip may not show."""
        rows, k = still_frame(at, self.run["epoch"], self.rows)
        if rows is self.rows:
            return self.picture[k]
        size, fps, _, _, clear, slide = self.group
        drawn = partial(planned_picture, self.run, self.scene, size, fps, clear=clear, slide=slide)
        return drawn(rows=rows, mode="still")[k]


def told_to_files(
    drawing: Drawing,
    told: story.Story,
    warning: str,
    options: ClipOptions,
    members: Sequence[tuple[Path, Format]],
) -> ClipMetadata:
    """What the files say of themselves, and what they show before they play."""
    picture = drawing.picture
    card = 0 if isinstance(picture, FrameRenderer) else picture.card
    group = drawing.group
    described = replace(options, size=group.size, fps=group.fps, slide=group.slide)
    metadata = metadata_of(drawing.run, drawing.scene, told, described, card=card, warning=warning)
    if options.poster and (drawing.group.slide or any(kind.poster for _, kind in members)):
        return replace(metadata, poster=drawing.poster(options.poster))
    return metadata


def planned_picture(
    run: Recording,
    scene: Presentation,
    size: Size,
    fps: float,
    *,
    rows: Rows | None = None,
    mode: Mode = "clip",
    clear: bool = False,
    slide: bool = False,
    large: bool = False,
) -> FrameRenderer | WithWarning | Clear:
    """The frames that a scene makes of a recording at a size and rate.

    Args:
        rows: the row that each frame shows [F]; those of the scene's timeline when left out.
        mode: whether they are seen one after the other, and then whether they may flash.
        clear: whether the paper is left out.
        slide: whether the text is large at least and the title left out.
        large: whether the text is large at least.
    """
    rows = scene.timeline.rows(run["epoch"], fps) if rows is None else rows
    course = scene.timeline.rows(run["epoch"], COURSE)
    shown_at = size if slide else None
    stage = arranged_for(run, scene.stage, shown_at)
    words = HeaderText("" if slide else scene.title, run.header.settings, run.header.unit)
    colours = scene.colours
    if (slide or large) and not colours.large:
        colours = replace(colours, text="large")

    def on(paper: str) -> FrameRenderer | WithWarning:
        theme = replace(colours, paper=paper, ground=colours.paper)  # values keep their colours
        picture = FrameRenderer(stage, run, rows, Playback(size, fps, mode, course), theme, words)
        return WithWarning(picture, theme, fps) if mode == "flashing" else picture

    return Clear(colours.paper, on) if clear else on(colours.paper)


def _samples(picture: FrameRenderer | WithWarning | Clear, poster: Frame | None) -> Iterator[Frame]:
    yield from (picture[k] for k in np.linspace(0, len(picture) - 1, SAMPLES).astype(int))
    if poster is not None:
        yield poster
