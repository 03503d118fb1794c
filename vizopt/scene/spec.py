"""Scenes: everything about one animation, as data."""

import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import fields, is_dataclass, replace
from importlib.resources import files
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import tomli_w
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
)

from vizopt.core import cells
from vizopt.core.bounded import read_text
from vizopt.core.errors import SceneError, hint, one_line
from vizopt.core.library import bundled, is_table, names, unpacked
from vizopt.core.numbers import counted, setting
from vizopt.core.sizes import SIZES, fps_of, size_of
from vizopt.core.specs import LARGEST, Count, Flag, OneOf, Positive, Whole, spec
from vizopt.core.toml import LONGEST, parsed, written
from vizopt.core.words.own import put_in
from vizopt.draw.defaults import arranged
from vizopt.draw.figure import Stage
from vizopt.draw.looks.look import LookSpec, resolved
from vizopt.draw.panels import PANELS, Weights
from vizopt.draw.theme import THEMES, Theme
from vizopt.draw.timeline import TIMELINES, Logarithmic, Timeline
from vizopt.formats import LOOPS, MOST
from vizopt.train.optimizers import OPTIMIZERS, Optimizer, acting, name_of, rate_of
from vizopt.train.probes import CARRIED, Keep
from vizopt.train.problems import CSV, DATASETS, NPZ, PROBLEMS, ProblemSpec
from vizopt.train.schedules import SCHEDULES

LARGEST_FILE = 4 * LONGEST  # bytes of a scene at most
MADE_WITH = "# made with "  # the start of a recipe, before versions
TRAINED = ("problem", "optimizer", "epochs", "seed", "keep")  # the keys that change numbers
DATA = "problem.data."  # keys of a data set
WAY = re.compile(
    r"\b(label|columns|drop|missing|delimiter|encoding|header|y) = "
)  # that an error names
TELLING = {"momentum", "rho"}  # told above the picture even where they are the default
SIDES = {"type": "array", "items": {"type": "integer", "minimum": 1}, "minItems": 2, "maxItems": 2}
SIZE = WithJsonSchema(
    {"anyOf": [SIDES, {"enum": [*SIZES]}, {"type": "string", "pattern": r"^\d+x\d+$"}]}
)
FRACTION = {"type": "string", "pattern": r"^\d+(\.\d+|/\d+)?$"}
RATE = WithJsonSchema({"anyOf": [{"type": "number", "exclusiveMinimum": 0}, FRACTION]})
KINDS = {
    cls: kind
    for table in (PROBLEMS, DATASETS, OPTIMIZERS, SCHEDULES, TIMELINES, PANELS)
    for kind, cls in table.items()
}


def _known_theme(name: str) -> str:
    if name not in THEMES:
        raise ValueError(f'unknown theme "{name}" ({hint(name, THEMES)})')
    return name


@spec
class Pause:
    """A place where a player stops until the viewer goes on; a clip without one ignores it.

    Args:
        epoch: the epoch, or step of a descent, that is shown meanwhile; before the run's end.
        text: what is written meanwhile, a question to the class.
    """

    epoch: Whole
    text: Annotated[str, Field(max_length=500)]


@spec
class Shape:
    """How a clip's file differs from its format's default; a clip's recipe has all of it.

    Args:
        size: width and height in pixels, or "720p", "1080p", "4k", "square", "portrait"; the
            format's own when left out.
        fps: frames per second, or a fraction, "30000/1001"; the format's own when left out.
        allow_flashes: whether the lesson's look is drawn, which flashes; behind a warning card.
        at: which frame a still shows: "first", "last", "epoch=4500", "step=12".
        level: how much harm is done for a smaller file, as `vizopt make --fit` does it; 0 is none.
        loop: how often an image, page or slide plays by itself; 0 is for ever.
        poster: what it shows first: "first", "last", "epoch=4500", "step=12"; of a GIF, WebP or
            APNG one frame in front of the clip. The format's own when left out.
        slide: whether the clip is drawn for a slide: large text, and no title, which the slide has.
        embed: whether a web page is for a frame in another page.
        narrow: whether a web page has a second clip for narrow screens, where its first is wide.
    """

    size: Annotated[tuple[Count, Count] | None, BeforeValidator(size_of), SIZE] = None
    fps: Annotated[Positive | None, BeforeValidator(fps_of), RATE] = None
    allow_flashes: Flag = False
    at: str = "last"
    level: Annotated[int, Field(strict=True, ge=0, le=MOST)] = 0
    loop: Annotated[int, Field(strict=True, ge=0, le=LOOPS)] = 0
    poster: str = ""
    slide: Flag = False
    embed: Flag = False
    narrow: Flag = True


@spec
class Scene:
    """One animation: what is trained, what is kept, how it is shown.

    Args:
        title: the words that stand large above the picture.
        problem: what is made small: a network's loss, or a function.
        optimizer: the update rule with its learning rate.
        about: what there is to see, one line for the list of scenes.
        name: name of the files that are made, without a suffix; that of the scene's file when left
            out.
        order: place in the list of scenes, from the smallest number on.
        seed: start of the random stream that draws the data and the first weights.
        epochs: length of the run in epochs, or in steps of a descent; epoch 0 is one of them.
        keep: which epochs are recorded in full, weights included.
        timeline: length and pace of the clip.
        theme: the look to start from.
        look: what differs from the theme: text, font, colours.
        stage: the panels and their places; chosen to suit the problem when left out.
        formats: suffixes of the files that `vizopt make` writes unless told otherwise.
        pause: places where the web page's player waits for the viewer.
        clip: size, rate and the like of the files, where they differ from the format's default.
    """

    title: Annotated[str, Field(max_length=2000)]
    problem: Annotated[ProblemSpec, OneOf(PROBLEMS)]
    optimizer: Annotated[Optimizer[Any], OneOf(OPTIMIZERS)]
    about: str = ""
    name: Annotated[str, Field(pattern=r"^[\w(][\w.,+() -]*$", max_length=100)] = "scene"
    order: Whole = 1000
    seed: Annotated[int, Field(strict=True, ge=0, lt=2**32)] = 0
    epochs: Count = 10_001
    keep: Keep = Keep()
    timeline: Annotated[Timeline, OneOf(TIMELINES, default="logarithmic")] = Logarithmic()
    theme: Annotated[
        str, AfterValidator(_known_theme), Field(json_schema_extra={"enum": [*THEMES]})
    ] = "light"
    look: LookSpec | None = None
    stage: Stage | None = None
    formats: tuple[str, ...] = ("mp4", "gif")
    pause: tuple[Pause, ...] = ()
    clip: Shape = Shape()

    def __post_init__(self) -> None:
        resolved(self.theme, self.look)
        for i, pause in enumerate(self.pause):
            if pause.epoch >= self.epochs:
                unit = self.problem.unit
                raise ValueError(
                    f"pause.{i}.epoch: {pause.epoch}: the run ends at {unit} {self.epochs - 1}"
                )
        try:
            arranged(self.problem.layout, self.stage)
        except ValueError as error:
            raise ValueError(f"stage.panels: {error}") from error
        for name, panel in (self.stage.panels if self.stage else {}).items():
            place = f"stage.panels.{name}"
            layers = self.problem.layout.layers
            if isinstance(panel, Weights) and panel.layer not in layers:
                raise ValueError(
                    f'{place}.layer: no layer "{panel.layer}": {hint(panel.layer, layers)}'
                )
            columns = CARRIED | self.problem.columns
            for column in sorted(panel.needs - columns):
                raise ValueError(f'{place}: no column "{column}": {hint(column, columns)}')

    def __repr__(self) -> str:
        """`<Scene sgd: "SGD", 301 epochs, SGD, 2 → 64 ReLU → 3 softmax>`; all of it: scene_toml."""
        unit = f"{self.problem.unit}{'s' * (self.epochs != 1)}"
        told = [f"{self.epochs} {unit}", name_of(self.optimizer), self.problem.describe()]
        return f'<Scene {self.name}: "{self.title}", {", ".join(told)}>'

    def _repr_html_(self) -> str:
        """How a notebook shows it: one line, below which all of it unfolds."""
        return cells.folded(repr(self), scene_toml(self))

    @property
    def colours(self) -> Theme:
        """The theme with what the scene's own look changes."""
        return resolved(self.theme, self.look)

    def settings(self, problem: str) -> str:
        """The line below the title: the rule's name and values if it makes a step, the problem."""
        if self.epochs == 1:
            return problem
        rule = acting(self.optimizer, self.problem.layout)
        name = name_of(self.optimizer)
        if type(rule) is not type(self.optimizer):
            name = f"{name} (here {name_of(rule)})"
        values = [name, f"{rate_of(rule)} {rule.lr.describe()}"]
        for field in fields(rule):  # type: ignore[arg-type]
            value = getattr(rule, field.name)
            if field.name in TELLING or (field.name != "lr" and value != field.default):
                text = setting(value) if isinstance(value, float) else value.describe()
                values.append(f"{field.name.replace('_', ' ')} {text}")
        return "  ·  ".join([", ".join(values), problem])


def load_scene(source: str | Path, overrides: Mapping[str, Any] | None = None) -> Scene:
    """A bundled scene by its name, a scene from a TOML file, or the one for a table of data.

    Args:
        source: name or path.
        overrides: dotted key → value, `{"optimizer.lr": 0.5}`. Where they change the optimizer or
            the problem, and not the title, the title is the rule's name.

    Raises:
        SceneError: no such scene, not TOML, or anything wrong in it.
    """
    text, overrides = scene_text(source, overrides), overrides or {}
    folder, name = Path(source).parent, Path(source).stem
    if is_table(source):  # its text has the overrides, and its path is that of the current folder
        overrides, folder = {}, Path()
        name = re.sub(r"[^\w.,+() -]|^[^\w(]", "_", unpacked(source).stem)[:100]
    scene = parse_scene(text, str(source), {"name": name}, overrides, folder)
    scene = _beside(scene, folder)
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
    try:
        table: dict[str, Any] = parsed(read_text(Path(file), LARGEST_FILE, "utf-8-sig"))
        table = put_in(table, Path(file).parent)
        TypeAdapter(LookSpec).validate_python(table)
    except OSError as error:
        raise SceneError(str(file), "", f"cannot read: {error.strerror}") from error
    except ValidationError as error:
        raise _explained(error, str(file), table, LookSpec) from error
    except ValueError as error:
        raise SceneError(str(file), "", str(error)) from error
    return table


def bare(scene: Scene) -> Scene:
    """The scene with the name alone of its data file: a recipe tells no one's folders."""
    data = getattr(scene.problem, "data", None)
    return with_data(scene, Path(data.path).name) if isinstance(data, CSV | NPZ) else scene


def is_bundled_data(name: str) -> bool:
    """Whether a data file of that name comes with the bundled scenes."""
    return Path(name).suffix == ".csv" and (files("vizopt.scenes") / name).is_file()


def with_data(scene: Scene, path: str) -> Scene:
    """The scene with another data file."""
    problem: Any = scene.problem
    data = replace(problem.data, path=path)
    return replace(scene, problem=replace(problem, data=data))


def _beside(scene: Scene, folder: Path) -> Scene:
    """The scene with its data file looked for beside it first."""
    data = getattr(scene.problem, "data", None)
    if not isinstance(data, CSV | NPZ) or not (folder / data.path).is_file():
        return scene
    return with_data(scene, str(folder / data.path))


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
        if path.exists() and not (path.is_file() or path.is_dir()):
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
        said, table = inferred(path, known)
    except ValidationError as error:
        raise _explained(error, path, known, CSV) from error
    except ValueError as error:
        told = str(error).removeprefix(f"{path}: ")
        named = WAY.search(told)
        way = f" (on the command line: --set '{DATA}{named[1]}=…')" if named else ""
        raise SceneError(path, "", told + way) from error
    for key, value in overrides.items():
        _override(table, key, value, path)
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
        stated = {**defaults, **parsed(text)}
    except ValueError as error:
        raise SceneError(file, "", str(error)) from error
    if folder is not None and "look" in stated:
        stated["look"] = _with_words(stated["look"], folder, file)
    table = deepcopy(stated)
    for key, value in overrides.items():
        _override(table, key, value, file)
    if {"look", "look.language"} & set(overrides):
        table["look"] = _with_words(table["look"], Path(), file)
    scene = _scene(table, file)
    if overrides and "title" not in overrides:
        return _truly_titled(scene, stated, file, overrides)
    return scene


def _with_words(look: Any, folder: Path, file: str) -> Any:
    """A look's table with the words of the file that it names, if any."""
    try:
        return put_in(look, folder)
    except ValueError as error:
        raise SceneError(file, "look", str(error)) from error


def _scene(table: Mapping[str, Any], file: str) -> Scene:
    try:
        return TypeAdapter(Scene).validate_python(table)
    except ValidationError as error:
        raise _explained(error, file, table) from error


def _truly_titled(
    scene: Scene, stated: Mapping[str, Any], file: str, given: Mapping[str, Any]
) -> Scene:
    """The scene without what was said of another rule or problem than it has now.

    A title and a line about a run are true of what they were written for: where an override has
    changed the optimizer or the problem, the rule's name is the title, which is always true. A run
    that is shorter, longer or of another seed may end otherwise than the line says.
    """
    try:
        before = _scene(stated, file)
    except SceneError:  # nothing runs without the overrides, so nothing else was meant
        return scene
    if (before.optimizer, before.problem) == (scene.optimizer, scene.problem):
        same = (before.epochs, before.seed) == (scene.epochs, scene.seed)
        return scene if same or "about" in given else replace(scene, about="")
    name = name_of(scene.optimizer)
    if scene.epochs == 1:  # no step is made
        name = scene.problem.describe().partition("  ·  ")[0]
    return replace(scene, title=name, about=scene.about if "about" in given else "")


def scene_toml(scene: Scene) -> str:
    """The scene as TOML with every default written out; it loads again as the same scene.

    Raises:
        SceneError: too long for that.
    """
    table = as_table(scene)
    assert isinstance(table, dict)
    text = tomli_w.dumps(table)
    if len(text) > LONGEST:  # nobody could draw it again
        raise SceneError(scene.name, "", f"has more than {LONGEST} characters with its defaults")
    return text


def as_table(value: Any) -> Any:
    """A spec as the table that TOML has of it, kinds by their names; other values as they are."""
    if is_dataclass(value):
        kind = {"kind": KINDS[type(value)]} if type(value) in KINDS else {}
        items = {field.name: getattr(value, field.name) for field in fields(value)}
        return kind | {name: as_table(item) for name, item in items.items() if item is not None}
    if isinstance(value, Mapping):
        return {name: as_table(item) for name, item in value.items()}
    return [as_table(item) for item in value] if isinstance(value, tuple) else value


def _override(table: dict[str, Any], key: str, value: Any, file: str) -> None:
    *parents, last = key.split(".")
    for i, part in enumerate(parents):
        table = table.setdefault(part, {})
        if not isinstance(table, dict):
            place = ".".join(parents[: i + 1])
            raise SceneError(file, key, f"{place} is {table!r}, not a table: set {place} itself")
    if last == "kind":  # the new kind keeps what it knows of the old one's values
        known = next((_names(cls) for cls, kind in KINDS.items() if kind == value), list(table))
        for name in set(table) - set(known):
            del table[name]
    table[last] = value


def _names(cls: type) -> list[str]:
    return [field.name for field in fields(cls)]


def _explained(
    error: ValidationError, file: str, table: Mapping[str, Any], root: type = Scene
) -> SceneError:
    """The first mistake in one line; a misspelt key before the missing one it stands for."""
    problems = sorted(error.errors(), key=lambda e: e["type"] == "missing")
    problem = problems[0]
    key, known = _place(problem["loc"], table, root)
    value, context = problem["input"], problem.get("ctx", {})
    match problem["type"]:
        case "unexpected_keyword_argument":
            message = f"unknown key ({hint(str(problem['loc'][-1]), known)})"
        case "missing":
            message = "missing: add this key"
        case "union_tag_invalid":
            message = f'unknown kind "{context["tag"]}" ({hint(context["tag"], known)})'
        case "union_tag_not_found":
            message = f"{_short(value)}: needs a table with a kind: {', '.join(known)}"
        case "too_short":
            message = f"{_short(value)}: needs {counted(context['min_length'], 'value')} at least"
        case "less_than_equal" if context["le"] >= LARGEST:  # not with all its zeros
            message = f"{_short(value)}: should be less than or equal to {LARGEST:g}"
        case "dataclass_type":
            message = f"{_short(value)}: needs a table with {', '.join(known)}"
        case "value_error":
            message = str(context["error"])
        case _:
            wanted = problem["msg"].removeprefix("Input ").replace("valid tuple", "list")
            message = f"{_short(value)}: {wanted}"
    return SceneError(file, key, message)


def _short(value: Any) -> str:
    try:
        text = repr(value)
    except ValueError:  # Python writes no more than 4300 digits
        return "a number with too many digits"
    return text if len(text) <= 60 else text[:57] + "…"


def _place(loc: tuple[int | str, ...], given: Any, root: type) -> tuple[str, list[str]]:
    """The dotted key of a pydantic location as it was given, and what names are known there."""
    at: Any = root
    key: list[str] = []
    known = _names(root)
    for part in loc:
        if part in _kinds(at):
            at = _kinds(at)[part]
        elif isinstance(given, Mapping | list | tuple):  # a bare number has no parts
            key.append(str(part))
            at = _inside(at, part)
            given = _item(given, part)
        known = list(_kinds(at)) or (
            _names(at) if isinstance(at, type) and is_dataclass(at) else known
        )
    return ".".join(key), known


def _item(given: Any, part: int | str) -> Any:
    """What a table or list holds at a key or index, None where that is missing."""
    if isinstance(given, Mapping):
        return given.get(part)
    return given[int(part)] if int(part) < len(given) else None


def _kinds(at: Any) -> Mapping[Any, type]:
    """The table of kinds that an annotation allows, empty where it is one thing."""
    return next((m.table for m in getattr(at, "__metadata__", ()) if isinstance(m, OneOf)), {})


def _inside(at: Any, part: int | str) -> Any:
    """The annotation of one part of an annotated thing."""
    if is_dataclass(at):
        at = get_type_hints(at, include_extras=True).get(str(part))
    elif get_origin(at) in (dict, tuple):
        at = get_args(at)[-1 if get_origin(at) is dict else 0]
    union = get_args(at) if get_origin(at) is UnionType else ()
    return next((arg for arg in union if is_dataclass(arg)), at)
