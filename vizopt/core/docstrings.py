"""Docstrings: what they tell of a spec and its keys, for the reference and the schema."""

import re
from dataclasses import is_dataclass
from inspect import cleandoc
from typing import NamedTuple

ENTRY = re.compile(r"    (\w+(?:, \w+)*): (.*)")


class Docstring(NamedTuple):
    """The parts of a spec's docstring.

    Args:
        text: what it is, equations included.
        meanings: of each key, from `Args:`; keys that are told together have one meaning.
        source: where it is from, empty where nobody is named.
    """

    text: str
    meanings: dict[str, str]
    source: str


def first_line(cls: type) -> str:
    """The first line of a class' docstring; empty for what a dataclass says where it has none."""
    line = cleandoc(cls.__doc__ or "").partition("\n")[0]
    return "" if line.startswith(f"{cls.__name__}(") else line


def docstring(cls: type) -> Docstring:
    """The parts of a class' docstring; a key that it has from a base is told there."""
    text: list[str] = []
    meanings: dict[str, str] = {}
    source = ""
    for base in reversed(cls.__bases__):
        meanings |= docstring(base).meanings if is_dataclass(base) else {}
    whole = cleandoc(cls.__doc__ or "") if first_line(cls) else ""
    for part in whole.split("\n\n"):
        if part.startswith("Args:\n"):
            meanings |= _meanings(part.split("\n")[1:])
        elif part.startswith("Reference: "):
            source = " ".join(part.removeprefix("Reference: ").split("\n"))
        else:
            text.append(part)
    return Docstring("\n\n".join(text), meanings, source)


def _meanings(lines: list[str]) -> dict[str, str]:
    meanings: dict[str, str] = {}
    keys: list[str] = []
    for line in lines:
        entry = ENTRY.fullmatch(line)
        keys = entry[1].split(", ") if entry else keys
        for key in keys:
            meanings[key] = entry[2] if entry else f"{meanings[key]} {line.strip()}"
    return meanings
