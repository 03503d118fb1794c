"""Load a race: from a bundled name, a TOML file or a clip's recipe."""

import re
import sys
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from vizopt.core.errors import SceneError, hint
from vizopt.core.explain import explained
from vizopt.core.library import bundled_race, is_table, names, races
from vizopt.core.numbers import setting
from vizopt.core.places import at_home
from vizopt.core.toml import parsed
from vizopt.scene.former import renamed
from vizopt.scene.load import (
    bare,
    beside,
    is_race_table,
    override,
    scene_text,
    with_words,
)
from vizopt.scene.race import MAX_NAME, Race
from vizopt.scene.spec import TRAINED, Presentation, Scene

PRESENTATION_KEYS = tuple(each.name for each in fields(Presentation))
RUN = re.compile(r"run\.(\d+)\.?")


def is_race(source: str | Path) -> bool:
    """Whether a name is that of a bundled race, or of a TOML file with one."""
    path = Path(source)
    if path.suffix.lower() != ".toml":
        return str(source) in races()
    try:
        return is_race_table(parsed(scene_text(source)))
    except ValueError:  # no TOML is told where it is read
        return False


def is_name(source: str | Path) -> bool:
    """Whether it can only be the name of something bundled: no path, and no such file."""
    path = Path(source)
    named = len(path.parts) == 1 and path.suffix.lower() != ".toml"
    return named and not (path.exists() or path.is_symlink()) and not is_table(source)


def load_race(source: str | Path, overrides: Mapping[str, Any] | None = None) -> Race:
    """A bundled race by its name, or one from a TOML file.

    Args:
        source: name or path.
        overrides: dotted key → value, `{"epochs": 101}`; a run keeps what it says itself.

    Raises:
        SceneError: no such race, not TOML, or anything wrong in it.
    """
    source = at_home(source) if str(source).startswith("~") else source
    known = str(source) in races()
    if is_name(source) and not known and str(source) not in names():
        raise SceneError(str(source), "", f"no such race: {hint(str(source), races())}")
    text = bundled_race(str(source)) if known else scene_text(source)
    name = {"name": Path(source).stem}
    race = parse_race(text, str(source), name, overrides or {}, Path(source).parent)
    return checked(race, str(source))


def checked(race: Race, file: str) -> Race:
    """The race, whose data have been read once.

    Raises:
        SceneError: they do not fit a run.
    """
    for i, entry in enumerate(race.run):
        if entry.problem in [other.problem for other in race.run[:i]]:
            continue
        try:
            entry.problem.check()
        except ValueError as error:
            raise SceneError(file, f'run "{entry.name}": problem', str(error)) from error
    return race


def parse_race(
    text: str,
    file: str,
    defaults: Mapping[str, Any],
    overrides: Mapping[str, Any],
    folder: Path | None = None,
) -> Race:
    """A race from its TOML.

    Args:
        text: the TOML.
        file: the place that error messages name.
        defaults: what holds where the file says nothing.
        overrides: dotted key → value, of the file's own keys.
        folder: of the race's own file, where its words and data may be.
    """
    try:
        table = {**defaults, **parsed(text)}
    except ValueError as error:
        raise SceneError(file, "", str(error)) from error
    if not is_race_table(table):
        raise SceneError(file, "", f"is a scene of one run: draw it with: vizopt make {file}")
    for key, value in overrides.items():
        override(table, key, value, file)
    if folder is not None and "look" in table:
        table["look"] = with_words(table["look"], folder, file)
    race = _race(_expanded(table, file), file)
    if folder is None:
        return race
    return _with_runs(race, folder)


def bare_race(race: Race) -> Race:
    """The race with the names alone of its data files: a recipe tells no one's folders."""
    return replace(race, run=tuple(map(bare, race.run)))


def _with_runs(race: Race, folder: Path) -> Race:
    return replace(race, run=tuple(beside(entry, folder) for entry in race.run))


def _race(table: Mapping[str, Any], file: str) -> Race:
    try:
        return TypeAdapter(Race).validate_python(table)
    except ValidationError as error:
        found = explained(error, file, table, Race)
        raise SceneError(file, _named(found.key, table), _told(found)) from error


def _told(error: SceneError) -> str:
    """What is wrong, without file and key in front."""
    place = ": ".join(filter(None, (error.file, error.key)))
    return str(error).removeprefix(f"{place}: ")


def _named(key: str, table: Mapping[str, Any]) -> str:
    """A key of a run by the run's name: `run "Adam": optimizer.lr`."""
    found = RUN.match(key)
    if not found:
        return key
    name = table["run"][int(found[1])].get("name", int(found[1]) + 1)
    rest = key[found.end() :]
    return f'run "{name}"' + (f": {rest}" if rest else "")


def _expanded(table: dict[str, Any], file: str) -> dict[str, Any]:
    """The table with every key of the training in each of its runs."""
    shared = {key: table.pop(key) for key in TRAINED if key in table}
    over = table.pop("over", None)
    runs = table.get("run", [])
    if over is not None:
        if runs:
            raise SceneError(file, "over", "stands beside [[run]]: leave one of them out")
        runs = list(_over(over, file))
    if not isinstance(runs, list) or not all(isinstance(run, dict) for run in runs):
        raise SceneError(file, "run", "needs tables: write each run below a line [[run]]")
    return table | {"run": [_run(shared, run, file) for run in runs]}


def _over(over: Any, file: str) -> Iterator[dict[str, Any]]:
    """The runs of `[over]`: one for each value of its key."""
    if not isinstance(over, dict) or len(over) != 1:
        example = '"optimizer.lr" = [0.01, 0.1, 1.0]'
        raise SceneError(file, "over", f"needs one key with its values: {example}")
    ((key, values),) = over.items()
    if not isinstance(values, list) or len(values) < 2:
        raise SceneError(file, f"over.{key}", "needs a list of two values or more")
    if key.partition(".")[0] not in TRAINED:
        raise SceneError(file, f"over.{key}", f"is not trained: {', '.join(TRAINED)} are")
    for value in values:
        yield {"name": _called(key, value), key: value}


def _called(key: str, value: Any) -> str:
    """`lr 0.01`, `batch 32`; of a table its kind."""
    if isinstance(value, dict):
        return str(value.get("kind", key))[:MAX_NAME]
    number = isinstance(value, int | float) and not isinstance(value, bool)
    number = number and abs(value) <= sys.float_info.max  # an integer may be larger
    return f"{key.rpartition('.')[2].replace('_', ' ')} {setting(value) if number else value}"[
        :MAX_NAME
    ]


def _run(shared: Mapping[str, Any], run: Mapping[str, Any], file: str) -> dict[str, Any]:
    """A run's table with what it shares with the others."""
    name = run.get("name")
    place = f'{file}: run "{name}"' if name else f"{file}: a run"
    if "name" not in run:
        raise SceneError(file, "run", 'one has no name: add name = "…"')
    known = {key: value for key, value in run.items() if key != "name"}
    whole = deepcopy(dict(shared))
    for key, value in _flat(known):
        top = key.partition(".")[0]
        if top in PRESENTATION_KEYS:
            raise SceneError(place, top, "is of the whole picture: put it above the runs")
        override(whole, key, value, place)
    entry = {"name": name, **whole}
    return renamed(entry, Scene, place)  # type: ignore[no-any-return]


def _flat(table: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted keys and values; a table with a kind, or an empty one, is a value."""
    for key, value in table.items():
        if isinstance(value, dict) and value and "kind" not in value:
            yield from _flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value
