"""Specs: frozen dataclasses that check their values, and tables that name their kinds.

A spec prints, compares and pickles. In a scene, a field that may hold several kinds is a TOML
table whose `kind` is a key of a plain dict (`OPTIMIZERS`, `SCHEDULES`, …).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias, TypeVar, cast, dataclass_transform

import pydantic
from pydantic import ConfigDict, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

T = TypeVar("T")

# Strict: a scene's `lr = "1.0"` is a mistake to point out, not a number to guess.
EXACT = 2**53  # every whole number up to here is a float of its own
LARGEST = 1e100  # what is worked out from a few such numbers is still a float
Count: TypeAlias = Annotated[int, Field(strict=True, ge=1, le=EXACT)]
Whole: TypeAlias = Annotated[int, Field(strict=True, ge=0, le=EXACT)]
Positive: TypeAlias = Annotated[float, Field(strict=True, gt=0, le=LARGEST, allow_inf_nan=False)]
NonNegative: TypeAlias = Annotated[float, Field(strict=True, ge=0, le=LARGEST, allow_inf_nan=False)]
Share: TypeAlias = Annotated[float, Field(strict=True, ge=0, lt=1)]


@dataclass_transform(frozen_default=True)
def spec(cls: type[T]) -> type[T]:
    """Make a frozen dataclass whose fields are checked, from Python as from a scene.

    Raises (when built):
        pydantic.ValidationError: a wrong type, a value out of range, an unknown field.
    """
    config = ConfigDict(extra="forbid")
    return cast(type[T], pydantic.dataclasses.dataclass(frozen=True, config=config)(cls))


@dataclass(frozen=True)
class OneOf:
    """Annotation of a field that holds one of a table's kinds: `Annotated[Schedule, OneOf(...)]`.

    Args:
        table: the kinds by name.
        bare: the kind that a bare number stands for (`lr = 0.1`), as its first field.
        default: the kind of a table that names none.
    """

    table: Mapping[str, type]
    bare: str | None = None
    default: str | None = None

    def __get_pydantic_core_schema__(self, _: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        choices: dict[Any, CoreSchema] = {
            kind: core_schema.no_info_before_validator_function(
                _without_kind, handler.generate_schema(cls)
            )
            for kind, cls in self.table.items()
        }
        union = core_schema.tagged_union_schema(choices, discriminator=self.kind_of)
        return core_schema.no_info_before_validator_function(self._expand, union)

    def kind_of(self, value: Any) -> str | None:
        """The kind that a TOML table names, or that an instance is."""
        if isinstance(value, Mapping):
            kind = value.get("kind", self.default)
            return kind if isinstance(kind, str) else None
        return next((kind for kind, cls in self.table.items() if type(value) is cls), None)

    def _expand(self, value: Any) -> Any:
        if self.bare is None or isinstance(value, bool) or not isinstance(value, int | float):
            return value
        first = next(iter(self.table[self.bare].__dataclass_fields__))  # type: ignore[attr-defined]
        return {"kind": self.bare, first: value}


def _without_kind(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: item for key, item in value.items() if key != "kind"}
    return value
