"""TOML from anybody: bounded before it is parsed, and one line where it is not TOML."""

import re
import tomllib
from typing import Any

import tomli_w

LONGEST = 100_000  # characters; a scene has a few thousand
DEEPEST = 50  # tables and lists in each other; a scene has four
# A dotted key of so many parts: tomllib takes the square of their number in steps.
PART = r"""(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')"""
DOTTED = re.compile(rf"(?<![\w-])(?:{PART}[ \t]*+\.[ \t]*+){{{DEEPEST}}}")
TOO_DEEP = f"nested too deep: more than {DEEPEST} tables and lists in each other"


def parsed(text: str) -> dict[str, Any]:
    """The table that a text holds.

    Raises:
        ValueError: too long, too deep, or no TOML; the reason in one line.
    """
    if len(text) > LONGEST:
        raise ValueError(f"longer than {LONGEST} characters: not read")
    if DOTTED.search(text):
        raise ValueError(TOO_DEEP)
    try:
        table = tomllib.loads(text)
    except RecursionError as error:
        raise ValueError(TOO_DEEP) from error
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"not TOML: {error}") from error
    except ValueError as error:  # Python reads no number of more than 4300 digits
        raise ValueError("a number has too many digits") from error
    if _depth(table) > DEEPEST:
        raise ValueError(TOO_DEEP)
    return table


def _depth(table: Any) -> int:
    """How many tables and lists are in each other."""
    depth, inside = 0, [table]
    while inside:
        depth += 1
        containers = [item for item in inside if isinstance(item, dict | list)]
        parts = (item.values() if isinstance(item, dict) else item for item in containers)
        inside = [item for items in parts for item in items if isinstance(item, dict | list)]
    return depth


def written(table: dict[str, Any], path: str = "") -> str:
    """A table as TOML: its own keys, then the tables in it, as one writes them by hand.

    A key that is None is left out.
    """
    inner = {key_of(key): value for key, value in table.items() if isinstance(value, dict)}
    lines = [
        f"{key_of(key)} = {inline(value)}\n"
        for key, value in table.items()
        if not (value is None or isinstance(value, dict))
    ]
    tables = (f"\n[{path}{key}]\n{written(v, f'{path}{key}.')}" for key, v in inner.items())
    return "".join([*lines, *tables])


def inline(value: Any) -> str:
    """A value as TOML has it, in one line: `[2, 64, 3]`, `10_001`."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(inline, value))}]"
    if isinstance(value, dict):
        return (
            f"{{ {', '.join(f'{key_of(name)} = {inline(item)}' for name, item in value.items())} }}"
        )
    if isinstance(value, int) and not isinstance(value, bool) and value >= 10_000:
        return f"{value:_}"
    return tomli_w.dumps({"value": value}).removeprefix("value = ").rstrip("\n")


def key_of(name: str) -> str:
    """A key as TOML has it, quoted where it must be."""
    return name if re.fullmatch(r"[\w-]+", name, re.ASCII) else inline(name)
