"""Clips: a recording drawn once into several files, and what is known of each."""

from collections.abc import Callable, Iterable, Iterator, Sequence
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
from vizopt.outputs import Group, Look, named, write_frames, write_texts
from vizopt.playback import Mode, Playback
from vizopt.player.shots import has_narrow
from vizopt.progress import Bar
from vizopt.recording import Recording
from vizopt.safety import Verdict
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
        length = self.at or f"{self.frames} frames at {self.fps:.4g} fps"
        parts = [f"{width}×{height}", length, told_verdict(self.verdict)]
        return f"<Clip {self.path}: {', '.join(filter(None, parts))}>"

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
    picture = planned_picture(run, scene, size, fps, rows=rows, mode=mode, clear=clear, slide=slide)
    total = 1 if still else len(picture)
    at, page = look.at or "last", (look.embed, look.narrow)
    shape = Shape(size, fps, look.allow_flashes, at, look.level, slide, *page)
    card = 0 if isinstance(picture, Picture) else picture.card
    label = labels.label(run, scene, told, shape, card=card, warning=warning)
    names = ", ".join(file.name for file, _ in members)
    wanted = look.narrow and not look.embed  # a frame in another page is wide
    twice = sum(wanted and has_narrow(file, size) for file, _ in members)
    steps = Steps(bar, total, names, 1 if alone else 1 + len(members) + 2 * twice)
    judges = Judges(steps, scene.colours.paper)
    film = Film(size, fps, partial(_samples, picture), label, judges, look.level, clear)
    if twice:
        other = partial(planned_picture, run, scene, fps=fps, rows=rows, mode=mode, large=True)
        film = replace(film, again=lambda size: _counted(other(size), steps))
    film = replace(film, embed=look.embed)
    frames = iter([picture[k + len(picture) - len(rows)]]) if still else iter(picture)
    wrong = write_frames(_counted(frames, steps), film, members, staging)
    complete = [file for file, _ in members if file not in wrong]
    wrong |= write_texts(complete, told.text, staging)
    took = perf_counter() - start
    at = f"{run.header.unit} {int(run['epoch'][rows[k]])}" if still else ""
    papered = scene.colours.transparent and not clear
    places = {} if alone else {file: staging.place(file) for file in complete}
    verdicts = {file: checks.begin(judges, place) for file, place in places.items()}

    def clip(file: Path) -> Clip:
        verdict = None
        if not alone:
            with named(places[file], file):
                verdict = replace(verdicts[file](), path=file)
        made = Clip(file, size, fps, total, took, verdict, label, at, papered=papered)
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
    large: bool = False,
) -> Picture | Carded | Clear:
    """The frames that a scene makes of a recording at a size and rate.

    Args:
        rows: the row that each frame shows [F]; those of the scene's timeline when left out.
        mode: whether they are seen one after the other, and then whether they may flash.
        clear: whether the paper is left out.
        slide: whether the text is large and the title left out.
        large: whether the text is large.
    """
    rows = scene.timeline.rows(run["epoch"], fps) if rows is None else rows
    course = scene.timeline.rows(run["epoch"], COURSE)
    stage = arranged(run.layout, scene.stage)
    words = Words("" if slide else scene.title, run.header.settings, run.header.unit)
    colours = replace(scene.colours, text="large") if slide or large else scene.colours

    def on(paper: str) -> Picture | Carded:
        theme = replace(colours, paper=paper, ground=colours.paper)  # values keep their colours
        picture = Picture(stage, run, rows, Playback(size, fps, mode, course), theme, words)
        return Carded(picture, theme, fps) if mode == "flashing" else picture

    return Clear(colours.paper, on) if clear else on(colours.paper)


def _counted(frames: Iterable[Frame], steps: Steps) -> Iterator[Frame]:
    """The frames of one drawing, which the bar counts."""
    return (frame for frame, _ in zip(frames, steps.part(), strict=True))


def _samples(picture: Picture | Carded | Clear) -> Iterator[Frame]:
    return (picture[k] for k in np.linspace(0, len(picture) - 1, SAMPLES).astype(int))
