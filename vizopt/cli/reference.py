"""The reference: every key of a scene or of a kind, with what it means and may be, as TOML.

All of it is read from the schema, which is made from the docstrings.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from textwrap import wrap
from typing import TYPE_CHECKING, Any, NamedTuple

from vizopt.cli.ranges import Schema, kind_of, told
from vizopt.core.own import state
from vizopt.core.toml import inline, key_of
from vizopt.scene.schema import POINTER, RACE_KEYS, current

if TYPE_CHECKING:
    from vizopt.scene.spec import Scene

WIDTH = 98  # of a comment
# Where a scene names kinds: the definition and its key, the kind's head in TOML, what it is.
PLACES = (
    ("Scene", "optimizer", "[optimizer]", "update rule"),
    ("SGD", "lr", "[optimizer.lr]", "schedule of the learning rate"),
    ("Scene", "problem", "[problem]", "problem"),
    ("RegressionSpec", "data", "[problem.data]", "data set"),
    ("NetworkSpec", "data", "[problem.data]", "data set"),
    ("Scene", "timeline", "[timeline]", "timeline"),
    ("FigureSpec", "panels", "[stage.panels.{}]", "panel"),
)
# Tables without a kind: the definition and the head.
PARTS = {
    "keep": ("Keep", "[keep]"),
    "look": ("LookSpec", "[look]"),
    "stage": ("FigureSpec", "[stage]"),
    "mosaic": ("Mosaic", "[stage.mosaic]"),
    "pause": ("Pause", "[[pause]]"),
    "clip": ("ClipOptions", "[clip]"),
}


class Entry(NamedTuple):
    """A kind, or another table of a scene.

    Args:
        what: "update rule", "panel", …
        head: its line in TOML.
        table: its schema.
    """

    what: str
    head: str
    table: Schema


def entries() -> dict[str, Entry]:
    """Every kind, and every other table of a scene, by name."""
    return _entries(state())


@cache
def _entries(_: tuple[type, ...]) -> dict[str, Entry]:
    every = {
        name: Entry("table of a scene", head, _definitions()[definition])
        for name, (definition, head) in PARTS.items()
    }
    for definition, key, head, what in PLACES:
        value = _definitions()[definition]["properties"][key]
        for choice in value.get("additionalProperties", value)["oneOf"]:
            if kind := kind_of(choice, _definitions()):
                every[kind] = Entry(what, head.format(kind), _resolved(choice, {}))
    return every


def entry(name: str) -> str:
    """What a kind or table is, where it is from, and its keys with their defaults."""
    what, head, table = entries()[name]
    keys = table["properties"]
    values = {key: value["default"] for key, value in keys.items() if "default" in value}
    if "kind" in keys:
        values = {"kind": name} | values
    text = _comment(f"{name}: {what}\n\n{table['description']}")
    return "\n".join([*text, "", head, *_keys(table, values, f"{head.strip('[]')}.")])


def full(scene: "Scene") -> str:
    """A scene's TOML with every key; it loads again as the same scene."""
    from vizopt.scene.written import as_table

    return POINTER + "\n".join(_keys(_definitions()["Scene"], as_table(scene), ""))


def _definitions() -> dict[str, Any]:
    return _parsed(state())


@cache
def _parsed(_: tuple[type, ...]) -> dict[str, Any]:
    schema = json.loads(current())
    own = {key: part for key, part in schema["properties"].items() if key not in RACE_KEYS}
    needed = [*schema["required"], *schema["anyOf"][0]["required"]]
    return {"Scene": schema | {"properties": own, "required": needed}, **schema["$defs"]}


def _resolved(value: Schema, table: Mapping[str, Any]) -> Schema:
    """The schema of a table: the one that is referred to, or that of its kind."""
    if "oneOf" in value:
        choices = (choice for choice in value["oneOf"] if "$ref" in choice)
        value = next(c for c in choices if kind_of(c, _definitions()) == table["kind"])
    return _definitions()[value["$ref"].rpartition("/")[2]] if "$ref" in value else value


def _keys(table: Schema, values: Mapping[str, Any], path: str) -> Iterator[str]:
    """The lines of a table: its own keys first, then the tables in it."""
    if "kind" in values:
        yield f"kind = {inline(values['kind'])}"
    tables = []
    for key, value in table["properties"].items():
        given = _bare(value, values.get(key))
        if _is_table(value, given):
            tables.append((key, value, given))
        elif key != "kind":
            yield from ("", *_meaning(table, key))
            yield f"{key} = {inline(given)}" if given is not None else f"# {key} ="
    for key, value, given in tables:
        yield from ("", *_meaning(table, key), *_inner(value, given, f"{path}{key}"))


def _is_table(value: Schema, given: Any) -> bool:
    if isinstance(given, list):
        return any(isinstance(item, dict) for item in given)
    return isinstance(given, dict) or (given is None and "$ref" in value)


def _inner(value: Schema, given: Any, path: str) -> Iterator[str]:
    """The lines of a table in another one, or of several, each with its head."""
    if isinstance(given, list):
        for item in given:
            yield from (f"[[{path}]]", *_keys(_resolved(value["items"], item), item, f"{path}."))
        return
    schema = _resolved(value, given or {})
    if given is None:
        part = next(name for name, known in entries().items() if known.table is schema)
        keys = ", ".join(schema["properties"])
        yield from _comment(f"[{path}] has the keys {keys}: vizopt show {part}")
    elif "properties" in schema:
        yield from (f"[{path}]", *_keys(schema, given, f"{path}."))
    elif any(isinstance(item, dict) for item in given.values()):
        for name, item in given.items():
            yield from _inner(schema["additionalProperties"], item, f"{path}.{key_of(name)}")
            yield ""
    else:
        yield f"[{path}]"
        yield from (f"{key_of(name)} = {inline(item)}" for name, item in given.items())


def _bare(value: Schema, given: Any) -> Any:
    """A table as the number that may stand for it."""
    numbers = [choice for choice in value.get("oneOf", ()) if choice.get("type") == "number"]
    if numbers and isinstance(given, dict) and len(given) == 2:
        number = next(item for key, item in given.items() if key != "kind")
        return number if isinstance(number, float) else given
    return given


def _meaning(table: Schema, key: str) -> list[str]:
    """What a key means, what it may be, and what it is when left out."""
    value = table["properties"][key]
    what = told(value, _definitions())
    if key in table.get("required", ()):
        what += "; must be given"
    elif "default" in value and not isinstance(value["default"], dict):
        what += f"; {inline(value['default'])} when left out"
    return _comment(f"{value['description']}\n({what})")


def _comment(text: str) -> list[str]:
    """Lines of a comment; those with an equation keep their own blanks."""
    lines = [
        part
        for line in text.split("\n")
        for part in (wrap(line, WIDTH, break_on_hyphens=False) if len(line) > WIDTH else [line])
    ]
    return [f"# {line}".rstrip() for line in lines]
