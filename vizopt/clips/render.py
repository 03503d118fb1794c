"""Clips: a recording drawn once into several files, and what is known of each."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from vizopt import story
from vizopt.clips import metadata
from vizopt.clips.brief import clip_line, told_verdict
from vizopt.clips.checks import Checks, Judges, Steps
from vizopt.clips.outputs import Group, Look, named, write_frames, write_texts
from vizopt.clips.staging import Staging
from vizopt.clips.still import placed
from vizopt.core.arrays import Frame, Rows, Size
from vizopt.core.errors import EncodeError
from vizopt.core.numbers import counted
from vizopt.core.progress import Bar
from vizopt.draw.clear import Clear
from vizopt.draw.defaults import arranged
from vizopt.draw.figure import Picture, Words
from vizopt.draw.playback import Mode, Playback
from vizopt.draw.timeline import COURSE
from vizopt.draw.warning_card import Carded
from vizopt.flashes import Verdict
from vizopt.flashes.grid import RGB
from vizopt.flashes.warning import SAID
from vizopt.formats import Encoder, Film, Label
from vizopt.formats.html.shots import has_narrow
from vizopt.recording.store import Recording
from vizopt.scene.spec import Scene, Shape

if TYPE_CHECKING:
    from vizopt.clips.notebook import Player

SAMPLES = 8  # frames that a format with a palette may look at beforehand


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
        label: what the file says of itself.
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
    label: Label
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
    scene: Scene,
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
    size, fps, still, alone, *_ = group
    warning = SAID if look.allow_flashes else ""
    told = story.of(run, scene, warning)
    drawing = _Drawing.of(run, scene, look, group)
    label = _label(drawing, told, warning, look, members)
    twice = [file for file, _ in members if look.wants_narrow and has_narrow(file, size)]
    names = ", ".join(file.name for file, _ in members)
    steps = Steps(bar, len(drawing), names, 1 if alone else 1 + len(members) + 2 * len(twice))
    judges = Judges(steps, scene.colours.paper)
    film = Film(
        size,
        fps,
        partial(_samples, drawing.picture, label.poster),
        label,
        judges,
        look.level,
        group.clear,
        printed=partial(drawing.picture.printed, drawing.shown) if still else None,
        again=(lambda size: steps.counted(drawing.large(size))) if twice else None,
        embed=look.embed,
    )
    wrong = write_frames(steps.counted(drawing), film, members, staging)
    complete = [file for file, _ in members if file not in wrong]
    wrong |= write_texts(complete, told.text, staging)
    took = perf_counter() - start
    kinds = dict(members)
    places = {} if alone else {file: staging.place(file) for file in complete}
    verdicts = {file: checks.begin(judges, place) for file, place in places.items()}

    def clip(file: Path) -> Clip:
        verdict = None
        if not alone:
            with named(places[file], file):
                verdict = replace(verdicts[file](), path=file)
        length = len(drawing) + (kinds[file].poster == "frame" and label.poster is not None)
        made = Clip(file, size, fps, length, took, verdict, label, drawing.at)
        papered = scene.colours.transparent and not group.clear
        return replace(made, papered=papered, asked=look.fps)

    return lambda: [clip(file) for file in complete], wrong


@dataclass(frozen=True)
class _Drawing:
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
    scene: Scene
    group: Group
    rows: Rows
    k: int
    mode: Mode
    picture: Picture | Carded | Clear

    @classmethod
    def of(cls, run: Recording, scene: Scene, look: Look, group: Group) -> "_Drawing":
        rows = scene.timeline.rows(run["epoch"], group.fps)
        k = len(rows) - 1
        if group.still:
            rows, k = placed(look.at or "last", run["epoch"], rows)
        mode: Mode = "flashing" if look.allow_flashes else "still" if group.alone else "clip"
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

    def large(self, size: Size) -> Picture | Carded | Clear:
        """The same at another size, with large text."""
        run, scene, fps = self.run, self.scene, self.group.fps
        return planned_picture(run, scene, size, fps, rows=self.rows, mode=self.mode, large=True)

    def poster(self, at: str) -> Frame:
        """The frame that is meant: of the clip, or of an epoch that the clip may not show."""
        rows, k = placed(at, self.run["epoch"], self.rows)
        if rows is self.rows:
            return self.picture[k]
        size, fps, _, _, clear, slide = self.group
        drawn = partial(planned_picture, self.run, self.scene, size, fps, clear=clear, slide=slide)
        return drawn(rows=rows, mode="still")[k]


def _label(
    drawing: _Drawing,
    told: story.Story,
    warning: str,
    look: Look,
    members: Sequence[tuple[Path, Encoder]],
) -> Label:
    """What the files say of themselves, and what they show before they play."""
    picture = drawing.picture
    card = 0 if isinstance(picture, Picture) else picture.card
    shape = _shape(look, drawing.group)
    label = metadata.label(drawing.run, drawing.scene, told, shape, card=card, warning=warning)
    if look.poster and (drawing.group.slide or any(kind.poster for _, kind in members)):
        return replace(label, poster=drawing.poster(look.poster))
    return label


def planned_picture(
    run: Recording,
    scene: Scene,
    size: Size,
    fps: float,
    *,
    rows: Rows | None = None,
    mode: Mode = "clip",
    clear: bool = False,
    slide: bool = False,
    large: bool = False,
) -> Picture | Carded | Clear:
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
    stage = arranged(run.layout, scene.stage)
    words = Words("" if slide else scene.title, run.header.settings, run.header.unit)
    colours = scene.colours
    if (slide or large) and not colours.large:
        colours = replace(colours, text="large")

    def on(paper: str) -> Picture | Carded:
        theme = replace(colours, paper=paper, ground=colours.paper)  # values keep their colours
        picture = Picture(stage, run, rows, Playback(size, fps, mode, course), theme, words)
        return Carded(picture, theme, fps) if mode == "flashing" else picture

    return Clear(colours.paper, on) if clear else on(colours.paper)


def _shape(look: Look, group: Group) -> Shape:
    """What the clip's recipe says of its file."""
    return Shape(
        size=group.size,
        fps=group.fps,
        allow_flashes=look.allow_flashes,
        at=look.at or "last",
        level=look.level,
        loop=look.loop or 0,
        poster=look.poster,
        slide=group.slide,
        embed=look.embed,
        narrow=look.narrow,
    )


def _samples(picture: Picture | Carded | Clear, poster: Frame | None) -> Iterator[Frame]:
    yield from (picture[k] for k in np.linspace(0, len(picture) - 1, SAMPLES).astype(int))
    if poster is not None:
        yield poster
