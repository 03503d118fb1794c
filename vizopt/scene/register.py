"""Register: rules, schedules, data sets and panels of one's own, for scenes to name."""

import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    NamedTuple,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    overload,
)

from pydantic import ConfigDict

from vizopt.core.errors import VizoptError, hint
from vizopt.core.explain import one_of_in
from vizopt.core.own import OWN, REGISTERED
from vizopt.core.wanted import wanted
from vizopt.draw.panels import PANELS
from vizopt.draw.timeline import TIMELINES
from vizopt.train.optimizers import OPTIMIZERS
from vizopt.train.problems import DATASETS, PROBLEMS
from vizopt.train.schedules import SCHEDULES

C = TypeVar("C", bound=type)
NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
PLAIN = (bool, int, float, str)  # what TOML has


class Table(NamedTuple):
    """What can be registered: the kinds, their list's name, and what each of them has."""

    kinds: dict[str, type]
    listed: str
    has: tuple[str, ...]


TABLES: Mapping[str, Table] = {
    "optimizer": Table(OPTIMIZERS, "optimizers", ("init", "update")),
    "schedule": Table(SCHEDULES, "schedules of the learning rate", ("__call__", "describe")),
    "data": Table(DATASETS, "data sets", ("make",)),
    "panel": Table(PANELS, "panels", ("needs", "static", "dynamic")),
}
BUNDLED = {
    name: what
    for what, kinds in (
        ("optimizer", OPTIMIZERS),
        ("schedule", SCHEDULES),
        ("data set", DATASETS),
        ("panel", PANELS),
        ("problem", PROBLEMS),
        ("timeline", TIMELINES),
    )
    for name in kinds
}


@overload
def register(table: str, name: str) -> Callable[[C], C]: ...
@overload
def register(table: str, name: str, cls: C) -> C: ...
def register(table: str, name: str, cls: Any = None) -> Any:
    """Make a class of one's own a kind that scenes name: `@vizopt.register("optimizer", "mine")`.

    It is a frozen dataclass of what a scene says of it, with the methods of its table:

    - "optimizer": `lr: vizopt.optimizers.LearningRate`, `init(params, layout)`,
      `update(step, params, grad, state)`.
    - "schedule": called with an epoch, it gives the learning rate; `describe()` says it.
    - "data": `make(rng)` gives `vizopt.problems.Data`.
    - "panel": `needs`, `static(slot, run)`, `dynamic(slot, run, rows)`.

    From then on scenes, lists, hints and the schema know it. Made again in a notebook's cell, it
    takes the place of the one before. A recording of it is drawn elsewhere too.
    `vizopt.check_contract` tries what a class of its table promises.

    Args:
        table: "optimizer", "schedule", "data" or "panel".
        name: its `kind` in scenes: small letters, digits and dashes.
        cls: the class, where this is not its decorator.

    Raises:
        VizoptError: the name is taken, or the class is not what its table needs; in one line.
    """
    wanted("register: table", table, str, '"optimizer"')
    wanted("register: name", name, str, '"look-ahead"')
    if table not in TABLES:
        raise VizoptError(f'register: no table "{table}": {hint(table, TABLES)}')
    if not NAME.fullmatch(name):
        way = 'small letters, digits and dashes, as "look-ahead"'
        raise VizoptError(f"register: {table} {name!r}: is no name: write {way}")
    if cls is None:
        return lambda made: _registered(table, name, made)
    return _registered(table, name, cls)


def _registered(table: str, name: str, cls: C) -> C:
    place, kinds = f'register: {table} "{name}"', TABLES[table].kinds
    _check_name(place, name, cls, kinds)
    _check_class(place, table, cls)
    if not hasattr(cls, "__pydantic_validator__"):
        setattr(cls, "__pydantic_config__", ConfigDict(extra="forbid", strict=True))  # noqa: B010
    kinds[name] = cls
    OWN.setdefault(TABLES[table].listed, {})[name] = cls
    REGISTERED[cls] = name
    return cls


def _check_name(place: str, name: str, cls: type, kinds: Mapping[str, type]) -> None:
    """A name is free, or that of an earlier class of this very place in the code."""
    if name in BUNDLED:
        raise VizoptError(f"{place}: a bundled {BUNDLED[name]} has that name: choose another")
    for own in OWN.values():
        older = own.get(name)
        if older is None:
            continue
        same = _place(older) == _place(cls)
        if name not in kinds or kinds[name] is not older or not same:
            told = f"{older.__module__}.{older.__qualname__}"
            raise VizoptError(f"{place}: is registered already, as {told}: choose another name")


def _place(cls: type) -> tuple[str, str]:
    """Where a class stands: its file, or where it has none, as in a notebook, its module."""
    module = sys.modules.get(cls.__module__)
    return getattr(module, "__file__", None) or cls.__module__, cls.__qualname__


def _check_class(place: str, table: str, cls: Any) -> None:
    """A frozen dataclass of what TOML has, with the methods of its table."""
    if not isinstance(cls, type):
        raise VizoptError(f"{place}: {cls!r} is no class: give the class, not one made of it")
    made: Any = vars(cls).get("__dataclass_params__")
    if not made or not made.frozen:
        way = "write @dataclass(frozen=True) below @vizopt.register"
        raise VizoptError(f"{place}: {cls.__name__} is no frozen dataclass: {way}")
    own = {member for base in cls.__mro__[:-1] for member in vars(base)}
    own |= {field.name for field in fields(cls)}
    for member in TABLES[table].has:
        if member not in own:
            every = ", ".join(TABLES[table].has)
            raise VizoptError(f"{place}: {cls.__name__} lacks {member}: needed are {every}")
    try:
        hints = get_type_hints(cls, include_extras=True)
    except NameError as error:
        raise VizoptError(f"{place}: {cls.__name__}: {error}: import it") from error
    lr = one_of_in(hints.get("lr"))
    if table == "optimizer" and (lr is None or lr.table is not SCHEDULES):
        raise VizoptError(
            f"{place}: {cls.__name__} lacks lr: write lr: vizopt.optimizers.LearningRate"
        )
    for field in fields(cls):
        if not _is_toml(hints[field.name]):
            told = getattr(hints[field.name], "__name__", hints[field.name])
            way = "use bool, int, float, str, a tuple or dict of them, or another dataclass"
            raise VizoptError(f"{place}: {field.name}: TOML has no {told}: {way}")


def _is_toml(hint_: Any) -> bool:
    """Whether a field of this type can be written in a scene and read again."""
    if one_of_in(hint_):
        return True
    origin, inner = get_origin(hint_), get_args(hint_)
    if origin is Annotated:
        return _is_toml(inner[0])
    if origin is Literal:
        return all(isinstance(value, PLAIN) for value in inner)
    if origin in (UnionType, Union):
        return all(part is NoneType or _is_toml(part) for part in inner)
    if origin is tuple:
        return all(part is Ellipsis or _is_toml(part) for part in inner)
    if origin is dict:
        return inner[0] is str and _is_toml(inner[1])
    return hint_ in PLAIN or (isinstance(hint_, type) and is_dataclass(hint_))
