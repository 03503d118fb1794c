"""Drawing: what is drawn in one pass, and what the files of it are told."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from vizopt import story
from vizopt.clips.checks import CheckProgress, FlashChecks
from vizopt.clips.metadata import metadata_of
from vizopt.clips.plan import Group
from vizopt.clips.still import still_frame
from vizopt.clips.telling import clock_kind, settings_of
from vizopt.core.arrays import Frame, Size
from vizopt.draw.clear import Clear
from vizopt.draw.defaults import arranged_for
from vizopt.draw.figure import FrameRenderer
from vizopt.draw.figure_spec import FigureSpec
from vizopt.draw.header import HeaderText
from vizopt.draw.playback import Mode, Playback
from vizopt.draw.race import raced, what_differs
from vizopt.draw.room import check_room
from vizopt.draw.theme import Theme
from vizopt.draw.views import Runs, Views, clock_of, lengthiest, shown_times, stopping, views_of
from vizopt.draw.warning_card import WithWarning
from vizopt.formats import ClipMetadata, Format, Redrawn, StreamSpec
from vizopt.recording.store import Recording
from vizopt.scene.options import ClipOptions
from vizopt.scene.race import RacePresentation
from vizopt.scene.spec import Presentation

SAMPLES = 8  # frames that a format with a palette may look at beforehand


@dataclass(frozen=True)
class Drawing:
    """What is drawn in one pass: the frames of a clip, or one of them.

    Args:
        scene: how it is drawn.
        group: what its files have in common.
        views: the runs, each with the row that each frame shows [F].
        k: the frame of a still.
        mode: whether they are seen one after the other.
        picture: all frames, behind a card where there is one.
    """

    scene: Presentation
    group: Group
    views: Views
    k: int
    mode: Mode
    picture: FrameRenderer | WithWarning | Clear

    @classmethod
    def of(cls, runs: Runs, scene: Presentation, options: ClipOptions, group: Group) -> "Drawing":
        """Of one run, `{"": run}`, or of several by their names, on one clock."""
        views = _views_of(runs, scene, group.fps)
        k = len(shown_times(views)) - 1
        if group.still:
            views, k = still_frame(options.at, views)
        mode: Mode = "flashing" if options.allow_flashes else "still" if group.alone else "clip"
        size, fps, _, _, clear, slide = group
        picture = pictured(views, scene, size, fps, mode, clear=clear, slide=slide)
        return cls(scene, group, views, k, mode, picture)

    def __len__(self) -> int:
        return 1 if self.group.still else len(self.picture)

    def __iter__(self) -> Iterator[Frame]:
        return iter([self.picture[self.shown]] if self.group.still else self.picture)

    @property
    def shown(self) -> int:
        """The frame of a still, the card's included."""
        return self.k + len(self.picture) - len(shown_times(self.views))

    @property
    def at(self) -> str:
        """What a still shows: "epoch 4500", "2.0 s"."""
        at = shown_times(self.views)[self.k]
        return str(clock_of(self.views).told(at)) if self.group.still else ""

    def stream(
        self,
        options: ClipOptions,
        metadata: ClipMetadata,
        steps: CheckProgress,
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
            again=partial(self._again, steps) if twice else None,
            embed=options.embed,
            spots=self.picture.spots,
        )

    def _again(self, steps: CheckProgress, size: Size) -> Redrawn:
        picture = self.large(size)
        return Redrawn(steps.counted(picture), picture.spots)

    def large(self, size: Size) -> FrameRenderer | WithWarning | Clear:
        """The same at another size, with large text."""
        return pictured(self.views, self.scene, size, self.group.fps, self.mode, large=True)

    def poster(self, at: str) -> Frame:
        """The frame that is meant: of the clip, or of an epoch that the clip may not show."""
        views, k = still_frame(at, self.views)
        if views is self.views:
            return self.picture[k]
        size, fps, _, _, clear, slide = self.group
        return pictured(views, self.scene, size, fps, "still", clear=clear, slide=slide)[k]


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
    metadata = metadata_of(drawing.views, drawing.scene, told, described, card, warning)
    kinds = [kind for _, kind in members]
    poster = options.poster or _poster_of(drawing, options, kinds)
    if poster and (drawing.group.slide or any(kind.poster for kind in kinds)):
        return replace(metadata, poster=drawing.poster(poster))
    return metadata


def _poster_of(drawing: Drawing, options: ClipOptions, kinds: Sequence[Format]) -> str:
    """What is shown first where nobody says: of a race on a slide its end, as who prints it wants
    to see who won; nothing where that answers a question, lies behind a card or is a frame more."""
    race = len(drawing.views) > 1 and drawing.group.slide
    hidden = options.allow_flashes or drawing.scene.pause
    return "" if not race or hidden or any(kind.poster == "frame" for kind in kinds) else "last"


def _views_of(runs: Runs, scene: Presentation, fps: float) -> Views:
    views = views_of(runs, scene.timeline, fps, clock_kind(scene))
    return stopping(views, [pause.epoch for pause in scene.pause])[0]


def planned_picture(
    runs: Recording | Runs,
    scene: Presentation,
    size: Size,
    fps: float,
    mode: Mode = "clip",
    *,
    clear: bool = False,
    slide: bool = False,
    large: bool = False,
) -> FrameRenderer | WithWarning | Clear:
    """The frames that a scene makes of a recording, or of several, at a size and rate.

    Args:
        runs: one recording, or those of a race by their names in it, in order.
        scene: how they are drawn.
        size: of the frames.
        fps: frames per second.
        mode: whether they are seen one after the other, and then whether they may flash.
        clear: whether the paper is left out.
        slide: whether the text is large at least and the title left out.
        large: whether the text is large at least.
    """
    named = runs if isinstance(runs, Mapping) else {"": runs}
    views = _views_of(named, scene, fps)
    return pictured(views, scene, size, fps, mode, clear=clear, slide=slide, large=large)


def pictured(
    views: Views,
    scene: Presentation,
    size: Size,
    fps: float,
    mode: Mode,
    *,
    clear: bool = False,
    slide: bool = False,
    large: bool = False,
) -> FrameRenderer | WithWarning | Clear:
    """The frames that a scene makes of one or several runs.

    Args:
        views: the runs, each with the row that each frame shows.
        scene: how they are drawn.
        size: of the frames.
        fps: frames per second.
        mode: whether they are seen one after the other, and then whether they may flash.
        clear: whether the paper is left out.
        slide: whether the text is large at least and the title left out.
        large: whether the text is large at least.
    """
    run = lengthiest(views).run
    runs = {name: view.run for name, view in views.items()}
    colours = coloured(scene, large=slide or large)

    def stage_of(wanted: FigureSpec | None) -> FigureSpec:
        if len(views) == 1:
            return arranged_for(run, wanted, size if slide else None)
        return raced(runs, wanted, layer_of(scene), large=colours.large, slide=slide)

    check_room(stage_of, scene.stage, size, colours)
    stage = stage_of(scene.stage)
    unlike = what_differs(views, scene.colours.words) if len(views) > 1 else ""
    told, unit = settings_of(runs, scene, unlike), clock_of(views).unit
    words = HeaderText("" if slide else scene.title, told, unit)

    def on(paper: str) -> FrameRenderer | WithWarning:
        theme = replace(colours, paper=paper, ground=colours.paper)  # values keep their colours
        picture = FrameRenderer(stage, views, Playback(size, fps, mode), theme, words)
        return WithWarning(picture, theme, fps) if mode == "flashing" else picture

    return Clear(colours.paper, on) if clear else on(colours.paper)


def coloured(scene: Presentation, *, large: bool) -> Theme:
    """A scene's look, whose text is large at least where it has to be."""
    colours = scene.colours
    return replace(colours, text="large") if large and not colours.large else colours


def layer_of(scene: Presentation) -> str:
    """Whose weights stand below the planes of several runs."""
    return scene.weights if isinstance(scene, RacePresentation) else ""


def _samples(picture: FrameRenderer | WithWarning | Clear, poster: Frame | None) -> Iterator[Frame]:
    yield from (picture[k] for k in np.linspace(0, len(picture) - 1, SAMPLES).astype(int))
    if poster is not None:
        yield poster
