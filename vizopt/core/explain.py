"""Explain: the first mistake in a spec, in one line."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, TypeGuard, get_args, get_origin, get_type_hints

from pydantic import ValidationError

from vizopt.core.errors import SceneError, hint
from vizopt.core.floats import MAX_FLOAT
from vizopt.core.kinds import OneOf
from vizopt.core.numbers import counted


def explained(
    error: ValidationError, file: str, table: Mapping[str, Any], root: type
) -> SceneError:
    """The first mistake in a scene's table, in one line."""
    return SceneError(file, *first_mistake(error, table, root))


def first_mistake(error: ValidationError, table: Mapping[str, Any], root: type) -> tuple[str, str]:
    """The key and what is wrong there; a misspelt key before the missing one it stands for."""
    problems = sorted(error.errors(), key=lambda e: e["type"] == "missing")
    problem = problems[0]
    key, known, at = _place(problem["loc"], table, root)
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
        case "less_than_equal" if context["le"] >= MAX_FLOAT:  # not with all its zeros
            message = f"{_short(value)}: should be less than or equal to {MAX_FLOAT:g}"
        case "dataclass_type":
            message = f"{_short(value)}: needs a table with {', '.join(known)}"
        case "string_pattern_mismatch" if words := _words(at):
            message = f"{_short(value)}: {words}"
        case "value_error":
            message = str(context["error"])
        case _:
            wanted = problem["msg"].removeprefix("Input ").replace("valid tuple", "list")
            message = f"{_short(value)}: {wanted}"
    return key, message


def _short(value: Any) -> str:
    try:
        text = repr(value)
    except ValueError:  # Python writes no more than 4300 digits
        return "a number with too many digits"
    return text if len(text) <= 60 else text[:57] + "…"


def _words(at: Any) -> str:
    """What an annotation with a pattern wants, in words: `Field(pattern=…, description=…)`."""
    described = (getattr(mark, "description", None) for mark in getattr(at, "__metadata__", ()))
    return next(filter(None, described), "")


def _place(loc: tuple[int | str, ...], given: Any, root: type) -> tuple[str, list[str], Any]:
    """The dotted key of a pydantic location as it was given, what names are known there, and its
    annotation."""
    at: Any = root
    key: list[str] = []
    known = names_of(root)
    for part in loc:
        at = chosen(at, given)
        known = names_of(at) if _is_spec(at) else known
        if isinstance(given, Mapping | list | tuple):  # a bare number has no parts
            key.append(str(part))
            at = inside(at, part)
            given = _item(given, part)
    one_of = one_of_in(at)
    if one_of:
        known = list(one_of.kinds)
    elif _is_spec(at):
        known = names_of(at)
    return ".".join(key), known, at


def _item(given: Any, part: int | str) -> Any:
    """What a table or list holds at a key or index, None where that is missing."""
    if isinstance(given, Mapping):
        return given.get(part)
    return given[int(part)] if int(part) < len(given) else None


def one_of_in(at: Any) -> OneOf | None:
    """What says which kinds an annotation allows, if it is one of several."""
    return next((m for m in getattr(at, "__metadata__", ()) if isinstance(m, OneOf)), None)


def chosen(at: Any, given: Any) -> Any:
    """The class that an annotation comes to where this is given: that of its kind."""
    one_of = one_of_in(at)
    if one_of is None or not isinstance(given, Mapping):
        return at
    return one_of.kinds.get(one_of.kind_of(given) or "", at)


def inside(at: Any, part: int | str) -> Any:
    """The annotation of one part of an annotated thing."""
    if _is_spec(at):
        at = _hints(at).get(str(part))
    elif get_origin(at) in (dict, tuple):
        at = get_args(at)[-1 if get_origin(at) is dict else 0]
    union = get_args(at) if get_origin(at) is UnionType else ()
    return next((arg for arg in union if is_dataclass(arg)), at)


@cache
def _hints(cls: type) -> dict[str, Any]:
    """The annotations of a class; a scene asks for them at every key."""
    return get_type_hints(cls, include_extras=True)


def _is_spec(at: Any) -> TypeGuard[type]:
    return isinstance(at, type) and is_dataclass(at)


def names_of(cls: type) -> list[str]:
    return [field.name for field in fields(cls)]
