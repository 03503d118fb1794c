"""Field: the runs of a race, made of scenes, races, recordings and clips."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import zip_longest
from pathlib import Path
from reprlib import repr as brief
from typing import Any, NamedTuple, TypeAlias

from pydantic import TypeAdapter, ValidationError

from vizopt.clips import recipe as recipes
from vizopt.core.errors import RecordingError, SceneError, VizoptError, meant
from vizopt.core.explain import explained
from vizopt.core.library import names, races
from vizopt.core.numbers import counted
from vizopt.core.places import at_home
from vizopt.pipeline.prepared import prepare
from vizopt.recording.atomic import is_recording
from vizopt.recording.run import Run
from vizopt.recording.store import Recording
from vizopt.scene.fitting import fitting
from vizopt.scene.load import load_scene, override, parse_scene, with_words
from vizopt.scene.load_race import checked, is_name, is_race, load_race, parse_race
from vizopt.scene.race import (
    MAX_NAME,
    MAX_RUNS,
    Race,
    RacePresentation,
    entered,
    file_name,
    scene_of,
    too_many,
)
from vizopt.scene.spec import TRAINED, Scene
from vizopt.scene.written import as_table, scene_toml
from vizopt.story.phrases import listed
from vizopt.train.optimizers import name_of

Source: TypeAlias = str | Path | Scene | Race | Recording | Run
PRESENTATION_KEYS = tuple(each.name for each in fields(RacePresentation))
SHORT_TITLES = {"SGD with momentum": "Momentum", "Nesterov's gradient": "Nesterov"}


@dataclass(frozen=True)
class Field:
    """Who races.

    Args:
        shown: how the race is shown.
        runs: by their names: what is to be trained, or was.
    """

    shown: RacePresentation
    runs: Mapping[str, Scene | Recording]

    @property
    def race(self) -> Race | None:
        """What makes the race again; none where vizopt did not train a run."""
        entries = []
        for name, run in self.runs.items():
            scene = run if isinstance(run, Scene) else _trained(run)
            if scene is None:
                return None
            entries.append(entered(scene, name))
        shown = {name: getattr(self.shown, name) for name in PRESENTATION_KEYS}
        return Race(**shown, run=tuple(entries))


def field_of(
    sources: Sequence[Source], overrides: Mapping[str, Any], name: str, *, mixed: bool = False
) -> Field:
    """The runs of some sources, and how they are shown.

    Args:
        sources: bundled names and paths of scenes, races, recordings, folders of recordings and
            clips of races; or scenes, races and recordings themselves.
        overrides: dotted key → value: of the training for every run that is to be trained, of the
            picture for the race.
        name: of the race, where it is none that has one.
        mixed: whether runs may have no problem in common.

    Raises:
        VizoptError: a source that cannot be used, or runs that cannot race.
    """
    trained = {key: value for key, value in overrides.items() if key.partition(".")[0] in TRAINED}
    sources = [at_home(each) if isinstance(each, str | Path) else each for each in sources]
    things = [_opened(each, trained, mixed) for source in sources for each in _inside(source)]
    recorded = [thing for thing in things if isinstance(thing, Recording)]
    if trained and recorded and len(recorded) == len(things):
        line = f"{recorded[0].path}: {next(iter(trained))}: was trained so: it cannot be changed"
        raise RecordingError(f"{line}: name a scene besides, which is trained")
    made = [thing for thing in things if isinstance(thing, Race)]
    runs = _named([each for thing in things for each in _runs(thing)])
    if len(runs) < 2:
        raise VizoptError(f"{name}: a race needs two runs at least: name more scenes or recordings")
    if len(runs) > MAX_RUNS:
        raise VizoptError(f"{name}: {too_many(len(runs))}")
    if made:
        shown = RacePresentation(**{key: getattr(made[0], key) for key in PRESENTATION_KEYS})
    else:
        shown = _presentation(runs, name)
    shown = replace(shown, mixed=True) if mixed else shown
    shown = presented_race(shown, {k: v for k, v in overrides.items() if k not in trained})
    runs = {
        key: scene_of(run, key, shown) if isinstance(run, Scene) else run
        for key, run in runs.items()
    }
    found = Field(shown, runs)
    _check(found)
    return found


def _inside(source: Source) -> Sequence[Source]:
    """A source, or the recordings of a folder."""
    if not isinstance(source, Source):
        several = "names, paths, scenes, races and recordings, several in a list"
        raise VizoptError(f"{brief(source)}: races are of {several}")
    if isinstance(source, str | Path) and not is_recording(Path(source)) and Path(source).is_dir():
        found = sorted(Path(source).glob("*.zarr"))
        if not found:
            raise RecordingError(f"{source}: a folder without recordings: name one with NAME.zarr")
        return found
    return [source]


def _opened(source: Source, overrides: Mapping[str, Any], mixed: bool) -> Scene | Race | Recording:
    if isinstance(source, Run):
        return Recording(source.path)
    of_races = {**overrides, "mixed": True} if mixed else overrides
    if isinstance(source, Scene):
        return parse_scene(scene_toml(source), source.name, {}, overrides) if overrides else source
    if isinstance(source, Race):
        return parse_race(scene_toml(source), source.name, {}, of_races) if of_races else source
    if isinstance(source, Recording) or is_recording(Path(source)):
        return source if isinstance(source, Recording) else Recording(Path(source))
    if recipes.is_clip(source):
        text = recipes.read(Path(source))
        recipes.check_origin(Path(source), text)
        return checked(parse_race(text, str(source), {}, of_races), str(source))
    if is_race(source):
        return load_race(source, of_races)
    name = str(source)
    if is_name(source) and name not in names():
        every = f"there are the races {listed(races())}, and the scenes {listed(names())}"
        way = meant(name, [*races(), *names()]) or every
        raise SceneError(name, "", f"no such race or scene: {way}")
    return load_scene(source, overrides)


def _runs(thing: Scene | Race | Recording) -> list[tuple[tuple[str, ...], Scene | Recording]]:
    """Each run with what it may be called, the best first."""
    if isinstance(thing, Race):
        return [((scene.title,), scene) for scene in thing.scenes()]
    if isinstance(thing, Scene):
        return [((_short(name_of(thing.optimizer)), thing.name), thing)]
    if not len(thing):
        raise RecordingError(f"{thing.path}: holds no rows: the run ended before its first commit")
    if "loss" not in thing.columns:
        raise RecordingError(f"{thing.path}: has no loss: a race compares losses")
    external, scene = thing.header.external, _trained(thing)
    rule = _short(name_of(scene.optimizer)) if scene else external and external.optimizer
    file = thing.path.stem
    if scene and file_name(scene.title) == file:  # as a race has named it
        rule = scene.title
    return [((rule or file, file, thing.path.resolve().parent.name), thing)]


def _short(rule: str) -> str:
    """A rule's name as it has room above a plane."""
    for long, short in SHORT_TITLES.items():
        rule = rule.replace(long, short)
    return rule


def _trained(run: Recording) -> Scene | None:
    """The scene that makes a recording again, if one does."""
    if run.header.external is not None:
        return None
    try:
        return fitting(parse_scene(run.header.scene, str(run.path), {}, {}), run)
    except SceneError:  # of a kind that is not registered here
        return None


def _named(
    runs: Sequence[tuple[tuple[str, ...], Scene | Recording]],
) -> dict[str, Scene | Recording]:
    """Runs by the names of their rules, or where rules are there twice of their files, or where
    these are of the folders that recordings are in; of a long one the beginning and the end."""
    named: dict[str, Scene | Recording] = {}
    every = [Counter(each) for each in zip_longest(*(called for called, _ in runs))]
    for called, run in runs:
        own = (name for i, name in enumerate(called) if every[i][name] == 1)
        name = _fitted(next(own, called[:2][-1]))
        if name in named:
            way = "give each its own name in a race's TOML file"
            way = way if isinstance(run, Scene) else "rename the folder of one"
            raise VizoptError(f'two runs named "{name}": {way}')
        named[name] = run
    return named


def _fitted(name: str) -> str:
    """As much of a name as it has room for."""
    half = (MAX_NAME - 1) // 2
    return name if len(name) <= MAX_NAME else f"{name[:half]}…{name[-half:]}".strip()


def _presentation(runs: Mapping[str, Scene | Recording], name: str) -> RacePresentation:
    """How runs are shown that no race has put together."""
    scenes = [run for run in runs.values() if isinstance(run, Scene)]
    shown = RacePresentation(title=listed(list(runs)), name=name)
    return replace(shown, timeline=scenes[0].timeline) if scenes else shown


def presented_race(shown: RacePresentation, overrides: Mapping[str, Any]) -> RacePresentation:
    """How a race is shown, with other values of some keys.

    Raises:
        SceneError: a mistake in them.
    """
    if not overrides:
        return shown
    table = as_table(shown)
    for key, value in overrides.items():
        override(table, key, value, shown.name)
    if {"look", "look.language"} & set(overrides):
        table["look"] = with_words(table["look"], Path(), shown.name)
    try:
        return TypeAdapter(RacePresentation).validate_python(table)
    except ValidationError as error:
        raise explained(error, shown.name, table, RacePresentation) from error


def _check(field: Field) -> None:
    """Raises VizoptError where runs have no problem in common, and nobody allowed that."""
    if field.shown.mixed:
        return
    _ = field.race  # which holds trained runs against each other
    problems = {name: _problem(run) for name, run in field.runs.items()}
    first = next(iter(problems))
    known = next((name for name, problem in problems.items() if problem.data), first)
    for name, problem in problems.items():
        for other in (first, known):
            if not problem.is_common(problems[other]):
                what = f"{other} is {problems[other].told}, {name} is {problem.told}"
                raise VizoptError(f"no common problem: {what}: allow it with mixed=True")


class _Problem(NamedTuple):
    """What a run is of.

    Args:
        kind: of the problem.
        data: a few words on its data; empty where nobody recorded any.
    """

    kind: str
    data: str

    @property
    def told(self) -> str:
        return f"a {self.kind}{self.data}"

    def is_common(self, other: "_Problem") -> bool:
        known = self.data and other.data
        return self.kind == other.kind and (not known or self.data == other.data)


def _problem(run: Scene | Recording) -> _Problem:
    if isinstance(run, Scene):
        ready = prepare(run)
        header, points = ready.header, len(ready.problem.constants.get("held_out", ()))
    else:
        header, points = run.header, len(run["held_out"]) if "held_out" in run.names else 0
    what = f"in {counted(len(header.classes), 'class')}"
    if header.kind == "regression":
        what = f"to predict {header.target}"
    return _Problem(header.kind, f" on {counted(points, 'point')} {what}" if points else "")
