"""Former names: keys of scenes, recipes and recordings of before, each under its name of now."""

from collections.abc import Mapping
from dataclasses import is_dataclass
from typing import Any

from vizopt.core.errors import SceneError
from vizopt.core.explain import chosen, inside


def renamed(given: Any, at: Any, file: str, above: str = "") -> Any:
    """The table, or part of one, with the names of now; see FORMER of `vizopt.core.specs.spec`.

    Args:
        given: as it is read from TOML.
        at: the class or annotation of what it is.
        file: the place that error messages name.
        above: dotted key of the part, with a dot behind it.

    Raises:
        SceneError: a key stands there under both names.
    """
    at = chosen(at, given)
    if isinstance(given, list | tuple):
        return [renamed(item, inside(at, 0), file, f"{above}{i}.") for i, item in enumerate(given)]
    if not isinstance(given, Mapping):
        return given
    former: Mapping[Any, str] = getattr(at, "FORMER", {}) if is_dataclass(at) else {}
    table: dict[str, Any] = {}
    for name, value in given.items():
        now = str(former.get(name, name))
        if now != name and now in given:
            raise SceneError(file, f"{above}{name}", f'is now called "{now}": give only that')
        table[now] = renamed(value, inside(at, now), file, f"{above}{now}.")
    return table
