"""Specs: frozen dataclasses that check their values.

A spec prints, compares and pickles.
"""

from collections.abc import Callable, Sequence
from dataclasses import field, fields
from functools import wraps
from typing import Annotated, Any, TypeAlias, TypeVar, cast, dataclass_transform

import pydantic
from pydantic import ConfigDict, Field, ValidationError

from vizopt.core.errors import SpecError
from vizopt.core.explain import first_mistake
from vizopt.core.floats import MAX_EXACT_INT, MAX_FLOAT
from vizopt.core.numbers import counted
from vizopt.core.plain import plain

T = TypeVar("T")

# Strict: a scene's `lr = "1.0"` is a mistake to point out, not a number to guess.
Count: TypeAlias = Annotated[int, Field(strict=True, ge=1, le=MAX_EXACT_INT)]
Whole: TypeAlias = Annotated[int, Field(strict=True, ge=0, le=MAX_EXACT_INT)]
Positive: TypeAlias = Annotated[float, Field(strict=True, gt=0, le=MAX_FLOAT, allow_inf_nan=False)]
NonNegative: TypeAlias = Annotated[
    float, Field(strict=True, ge=0, le=MAX_FLOAT, allow_inf_nan=False)
]
Finite: TypeAlias = Annotated[
    float, Field(strict=True, ge=-MAX_FLOAT, le=MAX_FLOAT, allow_inf_nan=False)
]
Flag: TypeAlias = Annotated[bool, Field(strict=True)]
Share: TypeAlias = Annotated[float, Field(strict=True, ge=0, lt=1)]


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def spec(cls: type[T]) -> type[T]:
    """Make a frozen dataclass whose fields are checked, from Python as from a scene.

    In FORMER a class has the names that its keys had before, each with that of now: scenes and
    recordings with them keep loading, see `vizopt.scene.former`.

    Raises (when built):
        SpecError: a wrong type, a value out of range, an unknown field; in one line.
    """
    config = ConfigDict(extra="forbid", defer_build=True)  # built for those that a scene names
    made: Any = pydantic.dataclasses.dataclass(frozen=True, config=config)(cls)
    made.__get_pydantic_core_schema__ = classmethod(_built_late)
    made.__init__ = _in_one_line(made.__init__)
    return cast(type[T], made)


def _built_late(cls: Any, source: Any, handler: Callable[[Any], Any]) -> Any:
    """What checks a class, which pydantic gives a plain `__init__` again when it is built late."""
    if not hasattr(source.__init__, "__wrapped__"):
        source.__init__ = _in_one_line(source.__init__)
    return handler(source)


def _in_one_line(init: Any) -> Any:
    @wraps(init)
    def built(self: Any, *values: Any, **named: Any) -> None:
        cls = type(self)
        given = _by_name(cls, values)
        if twice := ", ".join(given.keys() & named.keys()):
            raise SpecError(f"{cls.__name__}: {twice}: given twice, by place and by name")
        given |= named
        try:
            init(self, **{name: plain(value) for name, value in given.items()})
        except ValidationError as error:
            key, message = first_mistake(error, given, cls)
            raise SpecError(": ".join(filter(None, (cls.__name__, key, message)))) from error

    return built


def _by_name(cls: Any, values: Sequence[Any]) -> dict[str, Any]:
    """Values that were given by their places, so that a mistake has a name, no number."""
    names = [field.name for field in fields(cls) if field.init and not field.kw_only]
    if len(values) > len(names):
        takes = f"takes {len(names)}: {', '.join(names)}" if names else "takes none"
        raise SpecError(f"{cls.__name__}: {counted(len(values), 'value')} by place: {takes}")
    return dict(zip(names, values, strict=False))
