"""Load: a scene from a bundled name, a TOML file, a table of data or a recording's text."""

import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from vizopt.core.bounded import read_text
from vizopt.core.errors import SceneError, hint, one_line
from vizopt.core.explain import explained, names_of
from vizopt.core.library import bundled, is_table, names, races, unpacked
from vizopt.core.places import at_home, is_there
from vizopt.core.plain import plain
from vizopt.core.toml import LONGEST, parsed, written
from vizopt.core.wanted import wanted_keys, wanted_path
from vizopt.core.warned import warn
from vizopt.core.words.own import put_in
from vizopt.draw.looks.look import LookSpec
from vizopt.draw.whatever import recorded
from vizopt.recording.atomic import is_recording
from vizopt.recording.store import Recording
from vizopt.scene.elsewhere import unregistered
from vizopt.scene.fitting import fitting
from vizopt.scene.former import renamed
from vizopt.scene.spec import Presentation, Scene, Shown, Training
from vizopt.scene.titles import truly_told
from vizopt.scene.ways import DATA, on_the_command_line
from vizopt.scene.written import kinds
from vizopt.train.problems import CSV, NPZ

T = TypeVar("T", bound=Training)
LARGEST_FILE = 4 * LONGEST  # bytes of a scene at most
A_RECORDING = "is a recording and no scene: draw it with: vizopt render {} -o {}.mp4"
A_RACE = "is a race of several runs: draw it with: vizopt race {}"


def load_scene(source: str | Path, overrides: Mapping[str, Any] | None = None) -> Scene:
    """A bundled scene by its name, a scene from a TOML file, or the one for a table of data.

    Args:
        source: name or path.
        overrides: dotted key → value, `{"optimizer.lr": 0.5}`. Where they make the title
            untrue, and give no other one, the rule's name is the title.

    Raises:
        SceneError: no such scene, not TOML, or anything wrong in it.
    """
    wanted_path(source)
    overrides = {} if overrides is None else overrides
    wanted_keys("load_scene: overrides", overrides)
    source = at_home(source) if str(source).startswith("~") else source
    text = scene_text(source, overrides)
    folder, name = Path(source).parent, Path(source).stem
    if is_table(source):  # its text has the overrides, and its path is that of the current folder
        overrides, folder = {}, Path()
        name = re.sub(r"[^\w.,+() -]|^[^\w(]", "_", unpacked(source).stem)[:100]
    scene = parse_scene(text, str(source), {"name": name}, overrides, folder)
    scene = beside(scene, folder)
    try:
        scene.problem.check()
    except ValueError as error:
        raise SceneError(str(source), "problem", str(error)) from error
    return scene


def load_look(file: str | Path) -> dict[str, Any]:
    """The keys of a look's TOML file, for a scene's `look`; as in a scene's `[look]` table.

    Raises:
        SceneError: no such file, not TOML, or a key or value that a look does not have.
    """
    file = at_home(file)
    try:
        table: dict[str, Any] = parsed(read_text(file, LARGEST_FILE, "utf-8-sig"))
        table = put_in(table, file.parent)
        TypeAdapter(LookSpec).validate_python(table)
    except OSError as error:
        raise SceneError(str(file), "", f"cannot read: {error.strerror}") from error
    except ValidationError as error:
        raise explained(error, str(file), table, LookSpec) from error
    except ValueError as error:
        raise SceneError(str(file), "", str(error)) from error
    return table


def bare(scene: T) -> T:
    """A scene or run with the name alone of its data file: a recipe tells no one's folders."""
    data = getattr(scene.problem, "data", None)
    return with_data(scene, Path(data.path).name) if isinstance(data, CSV | NPZ) else scene


def bare_table(scene: dict[str, Any]) -> dict[str, Any]:
    """The same of a scene's table, whose kinds may not be known here."""
    problem = scene.get("problem", {})
    data = problem.get("data", {}) if isinstance(problem, dict) else {}
    if not isinstance(data, dict) or not isinstance(data.get("path"), str):
        return scene
    return scene | {"problem": problem | {"data": data | {"path": Path(data["path"]).name}}}


def is_race_table(table: Mapping[str, Any]) -> bool:
    """Whether a TOML table is that of a race."""
    return bool({"run", "over"} & set(table))


def with_data(scene: T, path: str) -> T:
    """The scene, or run of a race, with another data file."""
    problem: Any = scene.problem
    data = replace(problem.data, path=path)
    return replace(scene, problem=replace(problem, data=data))


def beside(scene: T, folder: Path) -> T:
    """The scene, or run of a race, with its data file looked for beside it first."""
    data = getattr(scene.problem, "data", None)
    if not isinstance(data, CSV | NPZ):
        return scene
    place = folder / at_home(data.path)
    return with_data(scene, str(place)) if place.is_file() else scene


def scene_text(source: str | Path, overrides: Mapping[str, Any] | None = None) -> str:
    """The TOML of a bundled scene or a file; of a table, that of the scene for it.

    Args:
        source: name or path.
        overrides: dotted key → value, put into the scene for a table; what they say of its data
            is needed to read it.
    """
    path = Path(source)
    if is_table(source):
        return _text_for(path.as_posix(), overrides or {})
    try:
        if str(source) in names():
            return bundled(str(source))
        if str(source) in races():
            raise SceneError(str(source), "", A_RACE.format(source))
        if is_recording(path) and path.is_dir():
            raise SceneError(str(source), "", A_RECORDING.format(source, path.stem))
        if is_there(path) and not (path.is_file() or path.is_dir()):
            raise SceneError(str(source), "", "is no file: name a scene's TOML file")
        if path.suffix.lower() == ".toml" or len(path.parts) > 1 or path.is_file():
            return read_text(path, LARGEST_FILE, "utf-8-sig")
    except OSError as error:
        raise SceneError(str(source), "", f"cannot read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SceneError(str(source), "", f"not a text file in UTF-8: {error.reason}") from error
    raise SceneError(str(source), "", f"no such scene: {hint(str(source), names())}")


def _text_for(path: str, overrides: Mapping[str, Any]) -> str:
    """The TOML of the scene for a table."""
    from vizopt.train.problems.inferred import inferred

    keys = (key for key in overrides if key.startswith(DATA) and key != f"{DATA}path")
    known = {key.removeprefix(DATA): overrides[key] for key in keys}
    try:
        said, table = inferred(path, known, str(overrides.get("problem.kind", "network")))
    except ValidationError as error:
        raise explained(error, path, known, CSV) from error
    except ValueError as error:
        told = str(error).removeprefix(f"{path}: ")
        raise SceneError(path, "", told + on_the_command_line(told)) from error
    for key, value in overrides.items():
        override(table, key, value, path)
    return f"# {one_line(said)}\n{written(table)}"


def parse_scene(
    text: str,
    file: str,
    defaults: Mapping[str, Any],
    overrides: Mapping[str, Any],
    folder: Path | None = None,
) -> Scene:
    """A scene from its TOML.

    Args:
        text: the TOML.
        file: the place that error messages name.
        defaults: what holds where the scene says nothing.
        overrides: dotted key → value.
        folder: of the scene's own file, where its words may be; no file is read for a recording's
            scene, which comes from anybody.
    """
    try:
        stated = renamed({**defaults, **parsed(text)}, Scene, file)
    except ValueError as error:
        raise SceneError(file, "", str(error)) from error
    if is_race_table(stated):
        raise SceneError(file, "", A_RACE.format(file))
    if folder is not None and "look" in stated:
        stated["look"] = with_words(stated["look"], folder, file)
    table = deepcopy(stated)
    for key, value in overrides.items():
        override(table, key, value, file)
    table = renamed(table, Scene, file)
    if {"look", "look.language"} & set(overrides):
        table["look"] = with_words(table["look"], Path(), file)
    scene = _scene(table, file)
    try:
        return truly_told(_scene(stated, file), scene, overrides) if overrides else scene
    except SceneError:  # nothing runs without the overrides, so nothing else was meant
        return scene


def presented(run: Recording, overrides: Mapping[str, Any] | None = None) -> Presentation:
    """How a recording is shown: its scene, or what it has of one where vizopt did not train it.

    Args:
        run: the recording; no file is read for it, for it comes from anybody.
        overrides: dotted key → value.

    Raises:
        SceneError: a mistake in it, or a key that is not of the picture.
    """
    file, overrides = str(run.path), overrides or {}
    try:
        table = parsed(run.header.scene)
    except ValueError as error:
        raise SceneError(file, "", str(error)) from error
    foreign = [*unregistered(table, Scene)]
    panels = [key for key in foreign if key.startswith("stage.")]
    if panels:
        del table["stage"]
        names = ", ".join(key.removeprefix("stage.").removeprefix("panels.") for key in panels)
        told = f"{names}: the panel is not registered here: the picture is the default one"
        warn(f"{file}: {told}")
    if run.header.external is None:
        if not foreign:
            return fitting(parse_scene(run.header.scene, file, {}, overrides), run)
        if panels == foreign:
            return fitting(parse_scene(written(table), file, {}, overrides), run)
        table = {key: table[key] for key in Presentation.__dataclass_fields__ if key in table}
    for key, value in overrides.items():
        override(table, key, value, file)
    if {"look", "look.language"} & set(overrides):
        table["look"] = with_words(table["look"], Path(), file)
    header = run.header
    try:
        scene = TypeAdapter(Presentation).validate_python(table)
        scene.check(
            Shown(header.kind, run.layout, run.names, header.epochs, header.unit, has=recorded(run))
        )
    except ValidationError as error:
        raise explained(error, file, table, Presentation) from error
    except ValueError as error:
        raise SceneError(file, "", str(error)) from error
    return scene


def with_words(look: Any, folder: Path, file: str) -> Any:
    """A look's table with the words of the file that it names, if any."""
    try:
        return put_in(look, folder)
    except ValueError as error:
        raise SceneError(file, "look", str(error)) from error


def _scene(table: Mapping[str, Any], file: str) -> Scene:
    try:
        return TypeAdapter(Scene).validate_python(table)
    except ValidationError as error:
        raise explained(error, file, table, Scene) from error


def override(table: dict[str, Any], key: str, value: Any, file: str) -> None:
    """Put a value into a table, at a dotted key."""
    *parents, last = key.split(".")
    for i, part in enumerate(parents):
        table = table.setdefault(part, {})
        if not isinstance(table, dict):
            place = ".".join(parents[: i + 1])
            raise SceneError(file, key, f"{place} is {table!r}, not a table: set {place} itself")
    if last == "kind":  # the new kind keeps what it knows of the old one's values
        known = next((names_of(cls) for cls, kind in kinds().items() if kind == value), list(table))
        for name in set(table) - set(known):
            del table[name]
    table[last] = plain(value)
