"""Shown: whether a picture can be drawn of what is to be trained, found out before that is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol, TypeAlias

from vizopt.clips.drawing import coloured, layer_of
from vizopt.clips.plan import Group
from vizopt.core.arrays import Size
from vizopt.core.errors import SceneError, VizoptError
from vizopt.core.params import ParamLayout
from vizopt.draw.defaults import arranged
from vizopt.draw.figure import check_columns
from vizopt.draw.race import raced
from vizopt.draw.room import check_room
from vizopt.formats import Format
from vizopt.pipeline.field import Field
from vizopt.pipeline.prepared import prepare
from vizopt.recording.header import Header
from vizopt.recording.store import Recording
from vizopt.scene.options import ClipOptions
from vizopt.scene.spec import Scene, Shown

Groups: TypeAlias = Mapping[Group, Sequence[tuple[Path, Format]]]


class Check(Protocol):
    """Holds a picture against a frame of a size, for a slide or not, its text large at least."""

    def __call__(self, size: Size, *, slide: bool, large: bool) -> None: ...


@dataclass(frozen=True)
class Planned:
    """A run that is to be trained, as far as a picture of several asks for it.

    Args:
        header: of its recording.
        names: of all that this will have.
    """

    header: Header
    names: frozenset[str]

    @classmethod
    def of(cls, scene: Scene) -> "Planned":
        ready = prepare(scene)
        columns = {probe.column.name for probe in ready.probes}
        return cls(ready.header, frozenset(columns | {*ready.problem.constants}))

    @property
    def layout(self) -> ParamLayout:
        return self.header.layout

    @property
    def epochs(self) -> int:
        return self.header.epochs


def check_shown(scene: Scene, groups: Groups, options: ClipOptions) -> None:
    """Raises VizoptError where a panel of a scene has no room in one of the files."""
    if scene.stage is None:
        return
    kind, layout = scene.problem.kind, scene.problem.layout

    def check(size: Size, *, slide: bool, large: bool) -> None:
        picture = partial(arranged, kind, layout, slide=size if slide else None)
        check_room(picture, scene.stage, size, coloured(scene, large=large))

    _check_frames(check, groups, options)


def check_race_shown(field: Field, groups: Groups, options: ClipOptions) -> None:
    """The same of a race, whose runs must have, or get, what its panels show.

    Raises:
        VizoptError: they have not, or a panel has no place or no room.
    """
    shown, layer = field.shown, layer_of(field.shown)
    if shown.stage is None and not layer:
        return
    runs = {
        name: Planned.of(run) if isinstance(run, Scene) else run for name, run in field.runs.items()
    }
    try:
        stage = raced(runs, shown.stage, layer)
        for name, run in runs.items():
            if isinstance(run, Recording):
                check_columns(stage, name, run)
            head, names = run.header, tuple(runs)
            told = Shown(head.kind, run.layout, run.names, head.epochs, head.unit, name, names)
            shown.check_panels(told)
    except ValueError as error:
        raise SceneError(shown.name, "", str(error)) from error

    def check(size: Size, *, slide: bool, large: bool) -> None:
        colours = coloured(shown, large=large)
        picture = partial(raced, runs, layer=layer, large=colours.large, slide=slide)
        check_room(picture, shown.stage, size, colours)

    _check_frames(check, groups, options)


def _check_frames(check: Check, groups: Groups, options: ClipOptions) -> None:
    """Hold each picture that will be drawn against its frame, also a page's for narrow screens."""
    for group, members in groups.items():
        check(group.size, slide=group.slide, large=group.slide)
        narrow = {kind.narrow_size(group.size) for _, kind in members if options.wants_narrow}
        try:
            for size in filter(None, narrow):
                check(size, slide=False, large=True)
        except VizoptError as error:
            way = "or leave out the one for narrow screens with --no-narrow"
            raise VizoptError(f"{error}, {way}") from error
