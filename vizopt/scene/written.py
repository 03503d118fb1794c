"""Written: a spec as the TOML that it loads from again."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Protocol

import tomli_w

from vizopt.core.errors import SceneError
from vizopt.core.own import REGISTERED
from vizopt.core.toml import LONGEST
from vizopt.draw.panels import PANELS
from vizopt.draw.timeline import TIMELINES
from vizopt.train.optimizers import OPTIMIZERS
from vizopt.train.problems import DATASETS, PROBLEMS
from vizopt.train.schedules import SCHEDULES

TABLES = (PROBLEMS, DATASETS, OPTIMIZERS, SCHEDULES, TIMELINES, PANELS)


def kinds() -> dict[type, str]:
    """Every class that a scene names now, with its kind."""
    return REGISTERED | {cls: kind for table in TABLES for kind, cls in table.items()}


class Named(Protocol):
    """A scene, which has a name for messages."""

    @property
    def name(self) -> str: ...


def scene_toml(scene: Named) -> str:
    """The scene as TOML with every default written out; it loads again as the same scene.

    Raises:
        SceneError: too long for that.
    """
    table = as_table(scene)
    assert isinstance(table, dict)
    text = tomli_w.dumps(_shared(table))
    if len(text) > LONGEST:  # nobody could draw it again
        raise SceneError(scene.name, "", f"has more than {LONGEST} characters with its defaults")
    return text


def _shared(table: dict[str, Any]) -> dict[str, Any]:
    """The table of a race with what all of its runs have above them, where it can be changed for
    all; any other table as it is."""
    runs = table.get("run", [])
    if len(runs) < 2:
        return table
    first = runs[0]
    same = [key for key in first if all(key in run and run[key] == first[key] for run in runs)]
    own = [{key: value for key, value in run.items() if key not in same} for run in runs]
    return {**table, **{key: first[key] for key in same}, "run": own}


def as_table(value: Any) -> Any:
    """A spec as the table that TOML has of it, kinds by their names; other values as they are."""
    if is_dataclass(value):
        named = kinds()
        kind = {"kind": named[type(value)]} if type(value) in named else {}
        items = {field.name: getattr(value, field.name) for field in fields(value)}
        return kind | {name: as_table(item) for name, item in items.items() if item is not None}
    if isinstance(value, Mapping):
        return {name: as_table(item) for name, item in value.items()}
    return [as_table(item) for item in value] if isinstance(value, tuple) else value
