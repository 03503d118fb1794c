"""Elsewhere: what a recording names that is registered where it was made, and not here."""

from collections.abc import Iterator, Mapping
from typing import Any

from vizopt.core.explain import chosen, inside, one_of_in


def unregistered(given: Any, at: Any, key: str = "") -> Iterator[str]:
    """The dotted keys of the tables of a scene whose kind is not known here.

    Args:
        given: a part of the scene, as it is read from TOML.
        at: the class or annotation of what it is.
        key: dotted key of the part.
    """
    one_of, at = one_of_in(at), chosen(at, given)
    if isinstance(given, list):
        for i, item in enumerate(given):
            yield from unregistered(item, inside(at, 0), f"{key}.{i}")
    if not isinstance(given, Mapping):
        return
    kind = one_of.kind_of(given) if one_of else None
    if one_of and kind and kind not in one_of.kinds:
        yield key
        return
    for name, value in given.items():
        yield from unregistered(value, inside(at, name), f"{key}.{name}".lstrip("."))
