"""Wanted: what an argument may be, held against what came: from Python anything may."""

from collections.abc import Mapping
from os import PathLike
from reprlib import repr as brief
from types import UnionType
from typing import Any

from vizopt.core.errors import VizoptError


def wanted(place: str, value: object, kind: type | UnionType, example: str) -> None:
    """An argument of its kind; True is no number.

    Args:
        place: the call and the argument's name, "tune: cores".
        value: what came.
        kind: what it should be.
        example: one that is right, as it is written in Python.

    Raises:
        VizoptError: it is of another kind.
    """
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        name = place.rpartition(" ")[2]
        raise VizoptError(f"{place}={brief(value)}: write it like {name}={example}")


def wanted_path(value: object) -> None:
    """Raises VizoptError for what is no name or path."""
    if not isinstance(value, str | PathLike):
        raise VizoptError(f'{brief(value)}: should be one name or path, like "sgd" or "sgd.gif"')


def wanted_keys(place: str, value: Any) -> None:
    """Raises VizoptError for overrides that are no dotted keys with their values."""
    wanted(place, value, Mapping, '{"optimizer.lr": 0.5}')
    for key in value:
        if not isinstance(key, str):
            raise VizoptError(f'{place}: {brief(key)}: a key is text, like "optimizer.lr"')
