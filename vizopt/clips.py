"""Clips: a recording drawn once into several files, and what is known of each."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from time import perf_counter

import numpy as np

from vizopt import labels, story
from vizopt.arrange import arranged
from vizopt.arrays import Frame, Rows, Size
from vizopt.brief import clip_line, told_verdict
from vizopt.card import SAID, Carded
from vizopt.checks import Checks, Judges, Steps
from vizopt.clear import Clear
from vizopt.encoders import Encoder, Film, Label
from vizopt.errors import EncodeError
from vizopt.numbers import counted
from vizopt.outputs import Group, Look, named, write_frames, write_texts
from vizopt.playback import Mode, Playback
from vizopt.progress import Bar
from vizopt.recording import Recording
from vizopt.safety import Verdict
from vizopt.safety.grid import RGB
from vizopt.scene import Scene, Shape
from vizopt.stage import Picture, Words
from vizopt.staging import Staging
from vizopt.still import placed
from vizopt.timeline import COURSE

SAMPLES = 8  # frames that a format with a palette may look at beforehand


@dataclass(frozen=True)
class Clip:
    """A finished file.

    Args:
        path: where it is.
        size: width and height in pixels.
        fps: frames per second, as written.
        frames: how many.
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
    frames: int
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
        length = self.at or f"{counted(self.frames, 'frame')} at {self.fps:.4g} fps"
        parts = [f"{width}×{height}", length, told_verdict(self.verdict)]
        return f"<Clip {self.path}: {', '.join(filter(None, parts))}>"

    def images(self) -> Iterator[RGB]:
        """Its frames one by one, [H, W, 3] uint8, as a viewer sees them: decoded from the file.

        What is transparent is on white.

        Raises:
            VizoptError: the file is gone or damaged, or has no pixels of its own.
        """
        from vizopt.showing import images

        return images(self.path)

    def array(self) -> RGB:
        """All of them at once, [N, H, W, 3] uint8, for a tracker of experiments.

        Raises:
            VizoptError: as images().
        """
        return np.stack(list(self.images()))

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        """How a notebook shows it."""
        from vizopt.notebook import bundle

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
    size, fps, still, alone, clear, slide = group
    warning = SAID if look.allow_flashes else ""
    told = story.of(run, scene, warning)
    rows = scene.timeline.rows(run["epoch"], fps)
    k = len(rows) - 1
    if still:
        rows, k = placed(look.at or "last", run["epoch"], rows)
    mode: Mode = "flashing" if look.allow_flashes else "still" if alone else "clip"
    drawn = partial(planned_picture, run, scene, size, fps, clear=clear, slide=slide)
    picture = drawn(rows=rows, mode=mode)
    total = 1 if still else len(picture)
    card = 0 if isinstance(picture, Picture) else picture.card
    label = labels.label(run, scene, told, _shape(look, group), card=card, warning=warning)
    if look.poster and any(kind.poster for _, kind in members):
        label = replace(label, poster=_poster(look.poster, run, rows, picture, drawn))
    names = ", ".join(file.name for file, _ in members)
    steps = Steps(bar, total, names, 1 if alone else 1 + len(members))
    judges = Judges(steps, scene.colours.paper)
    samples = partial(_samples, picture, label.poster)
    shown = k + len(picture) - len(rows)
    printed = partial(picture.printed, shown) if still else None
    film = Film(size, fps, samples, label, judges, look.level, clear, printed)
    frames = iter([picture[shown]]) if still else iter(picture)
    counted = (frame for frame, _ in zip(frames, steps.part(), strict=True))
    wrong = write_frames(counted, film, members, staging)
    complete = [file for file, _ in members if file not in wrong]
    wrong |= write_texts(complete, told.text, staging)
    took = perf_counter() - start
    at = f"{run.header.unit} {int(run['epoch'][rows[k]])}" if still else ""
    papered = scene.colours.transparent and not clear
    kinds = dict(members)
    places = {} if alone else {file: staging.place(file) for file in complete}
    verdicts = {file: checks.begin(judges, place, file) for file, place in places.items()}

    def clip(file: Path) -> Clip:
        verdict = None
        if not alone:
            with named(places[file], file):
                verdict = verdicts[file]()
        length = total + (kinds[file].poster == "frame" and label.poster is not None)
        made = Clip(file, size, fps, length, took, verdict, label, at, papered=papered)
        return replace(made, asked=look.fps)

    return lambda: [clip(file) for file in complete], wrong


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
) -> Picture | Carded | Clear:
    """The frames that a scene makes of a recording at a size and rate.

    Args:
        rows: the row that each frame shows [F]; those of the scene's timeline when left out.
        mode: whether they are seen one after the other, and then whether they may flash.
        clear: whether the paper is left out.
        slide: whether the text is large and the title left out.
    """
    rows = scene.timeline.rows(run["epoch"], fps) if rows is None else rows
    course = scene.timeline.rows(run["epoch"], COURSE)
    stage = arranged(run.layout, scene.stage)
    words = Words("" if slide else scene.title, run.header.settings, run.header.unit)
    colours = replace(scene.colours, text="large") if slide else scene.colours

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
    )


def _poster(
    at: str,
    run: Recording,
    rows: Rows,
    picture: Picture | Carded | Clear,
    drawn: Callable[..., Picture | Carded | Clear],
) -> Frame:
    """The frame that is meant: of the clip, or of an epoch that the clip may not show."""
    shown, k = placed(at, run["epoch"], rows)
    return picture[k] if shown is rows else drawn(rows=shown, mode="still")[k]


def _samples(picture: Picture | Carded | Clear, poster: Frame | None) -> Iterator[Frame]:
    yield from (picture[k] for k in np.linspace(0, len(picture) - 1, SAMPLES).astype(int))
    if poster is not None:
        yield poster
