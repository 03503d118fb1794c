"""Ranges: what a part of the schema allows, in words."""

from collections.abc import Mapping, Sequence
from typing import Any

Schema = Mapping[str, Any]
UNBOUNDED = 2**53  # a bound from here on is that of exact numbers, floats.MAX_EXACT_INT or larger
BOUNDS = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
# One and many of each type.
NAMES = {
    "integer": ("whole number", "whole numbers"),
    "number": ("number", "numbers"),
    "string": ("text", "texts"),
    "boolean": ("true or false", "true or false"),
}


def told(value: Schema, every: Mapping[str, Schema], *, many: bool = False) -> str:
    """What a value may be: `whole number ≥ 1`, `"relu" or "tanh"`, `list of texts`.

    Args:
        value: its schema.
        every: the schema's definitions, by name.
        many: whether several of them are told of.
    """
    choices = value.get("oneOf") or value.get("anyOf")
    if "enum" in value:
        return one_of([f'"{name}"' for name in value["enum"]])
    if choices:
        return one_of(_choices(choices, every, many))
    if "$ref" in value:
        return "tables" if many else "table"
    if value["type"] == "array":
        return f"{'lists' if many else 'list'} of {_items(value, every)}"
    if value["type"] == "object":
        return f"table by name of {told(value['additionalProperties'], every, many=True)}"
    if value.get("format") == "color":
        return "colours" if many else "colour"
    return NAMES[value["type"]][many] + _bounds(value)


def one_of(names: list[str]) -> str:
    """Names as a choice: `"a", "b" or "c"`."""
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def kind_of(value: Schema, every: Mapping[str, Schema]) -> str:
    """The kind of the table that is referred to, empty where it has none."""
    name = value.get("$ref", "").rpartition("/")[2]
    return str(every.get(name, {}).get("properties", {}).get("kind", {}).get("const", ""))


def _choices(choices: Sequence[Schema], every: Mapping[str, Schema], many: bool) -> list[str]:
    """Each of several alternatives, all kinds of table in one."""
    parts = []
    for choice in choices:
        if "enum" in choice:
            parts += [f'"{name}"' for name in choice["enum"]]
        elif not kind_of(choice, every):
            parts.append(told(choice, every, many=many))
    kinds = [f'"{kind}"' for choice in choices if (kind := kind_of(choice, every))]
    return [*parts, *([f"table of kind {one_of(kinds)}"] if kinds else [])]


def _items(value: Schema, every: Mapping[str, Schema]) -> str:
    parts = value.get("prefixItems", [value.get("items")])
    if any(part != parts[0] for part in parts):
        return " and ".join(told(part, every) for part in parts)
    return _many(value) + told(parts[0], every, many=True)


def _many(value: Schema) -> str:
    """How many items a list has, nothing where any number will do."""
    least, most = value.get("minItems"), value.get("maxItems")
    if least == most:
        return f"{least} " if least else ""
    return f"{least} to {most} " if most else f"{least} or more "


def _bounds(value: Schema) -> str:
    """The bounds that are there for a reason, not those of what a float holds."""
    found = [
        f"{sign} {value[key]}"
        for key, sign in BOUNDS.items()
        if value.get(key, UNBOUNDED) < UNBOUNDED
    ]
    if "maxLength" in value:
        found.append(f"of {value['maxLength']} characters at most")
    return f" {' and '.join(found)}" if found else ""
