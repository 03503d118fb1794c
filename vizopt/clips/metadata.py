"""Labels: what a clip's file says of itself, read from the recording."""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import tomli_w
from numpy.typing import NDArray

from vizopt.core.marks import SEALED_NOTE
from vizopt.core.numbers import number
from vizopt.core.toml import parsed
from vizopt.draw.views import Views, clock_of, lengthiest, shown_times, stopping
from vizopt.formats import ClipMetadata, Mark
from vizopt.recording.clock import Clock
from vizopt.recording.events import Event
from vizopt.recording.readout import writing_of
from vizopt.recording.scalars import COUNTED
from vizopt.recording.store import Recording
from vizopt.scene.load import bare, bare_table
from vizopt.scene.load_race import bare_race
from vizopt.scene.options import ClipOptions
from vizopt.scene.race import Race, RacePresentation
from vizopt.scene.spec import MADE_WITH, RECORDED, Presentation, Scene
from vizopt.scene.written import as_table, scene_toml
from vizopt.story import Story


def metadata_of(
    views: Views,
    scene: Presentation,
    story: Story,
    options: ClipOptions,
    card: int,
    warning: str,
) -> ClipMetadata:
    """The metadata of a clip.

    Args:
        views: the recordings, each with the row that every frame shows.
        scene: how they are drawn.
        story: the same in words.
        options: the clip's size, rate and the like.
        card: frames of the warning in front.
        warning: what it says; empty without one.
    """
    run, shown, clock = lengthiest(views).run, shown_times(views), clock_of(views)
    numbers, written = _numbers(views, card)
    times = np.concatenate([np.full(card, shown[0]), shown])
    numbers = {clock.unit: np.round(times, clock.decimals) if clock.decimals else times} | numbers
    if clock.decimals:
        written[clock.unit] = clock.written
    stops = stopping(views, [pause.epoch for pause in scene.pause])[1]
    return ClipMetadata(
        title=scene.title,
        alt=story.alt,
        paragraphs=story.paragraphs,
        recipe=_recipe(views, replace(scene, clip=options)),
        warning=warning,
        unit=clock.unit,
        kind=run.header.kind,
        numbers=numbers,
        texts={name: [way(float(v)) for v in numbers[name]] for name, way in written.items()},
        marks=tuple(_mark(event, shown, card, clock) for event in story.events),
        pauses=tuple((card + stops[pause.epoch], pause.text) for pause in scene.pause),
        colours=_colours(scene) if _is_own(scene) else {},
        around=_colours(scene),
        font=(scene.look and scene.look.font) or "",
        words=scene.colours.words,
        loop=options.loop,
        runs=tuple(views) if len(views) > 1 else (),
    )


def _mark(event: Event, shown: NDArray[Any], card: int, clock: Clock) -> Mark:
    """Of an event, at the first frame, behind the card, that shows its instant or a later one."""
    frame = card + min(int(np.searchsorted(shown, event.instant)), len(shown) - 1)
    return Mark(frame, clock.written(event.instant), event.words)


def _numbers(
    views: Views, card: int
) -> tuple[dict[str, NDArray[Any]], dict[str, Callable[[float], str]]]:
    """What each frame [F] shows in numbers, and how some of them are written."""
    numbers: dict[str, NDArray[Any]] = {}
    written: dict[str, Callable[[float], str]] = {}
    for name, view in views.items():
        shown = view.run["epoch"][np.concatenate([np.zeros(card, np.intp), view.rows])]
        for column in _columns(view.run, alone=len(views) == 1):
            key = f"{name} {column}".strip()
            numbers[key] = view.run[column][shown]
            if (way := writing_of(view.run, column)) is not number:
                written[key] = way
    return numbers, written


def _is_own(scene: Presentation) -> bool:
    """Whether a look has a paper or ink of its own."""
    return scene.look is not None and bool(scene.look.paper or scene.look.ink)


def _colours(scene: Presentation) -> dict[str, str]:
    """Of a look."""
    theme = scene.colours
    uses = ("paper", "ink", "muted", "rule")
    return {use: getattr(theme, use) for use in uses} | dict(theme.accents)


def _columns(run: Recording, *, alone: bool) -> list[str]:
    """The numbers that a page shows of a run: all; of one of several those that decide."""
    paths = ((name, array.path) for name, array in run.columns.items())
    history = {name for name, path in paths if path.startswith("history/")} - {COUNTED}
    return sorted(history if alone else {"loss", "accuracy", "x"} & history)


def _recipe(views: Views, scene: Presentation) -> str:
    """The scene's TOML, below what made the recording; of a run that vizopt did not train, how it
    is shown and what was recorded by whom."""
    run = lengthiest(views).run
    versions = ", ".join(f"{name} {version}" for name, version in run.header.versions.items())
    return f"{MADE_WITH}{versions}{SEALED_NOTE}\n{_retold(views, run, scene)}"


def _retold(views: Views, run: Recording, scene: Presentation) -> str:
    if isinstance(scene, Scene):
        return scene_toml(bare(scene))
    if isinstance(scene, Race):
        return scene_toml(bare_race(scene))
    if isinstance(scene, RacePresentation):
        others = {name: view.run.header.external for name, view in views.items()}
        by = {name: {} if who is None else asdict(who) for name, who in others.items()}
        return f"{scene_toml(scene)}\n{tomli_w.dumps({RECORDED: by})}"
    if run.header.external is None:  # of a kind that is not registered here
        whole = parsed(run.header.scene) | as_table(scene)
        return tomli_w.dumps(bare_table(whole))
    return f"{scene_toml(scene)}\n{tomli_w.dumps({RECORDED: asdict(run.header.external)})}"
