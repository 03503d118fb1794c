"""Specs: frozen dataclasses that check their values, and tables that name their kinds.

A spec prints, compares and pickles. In a scene, a field that may hold several kinds is a TOML
table whose `kind` is a key of a plain dict (`OPTIMIZERS`, `SCHEDULES`, …).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Annotated, Any, TypeAlias, TypeVar, cast, dataclass_transform

import pydantic
from pydantic import ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

T = TypeVar("T")

# Strict: a scene's `lr = "1.0"` is a mistake to point out, not a number to guess.
EXACT = 2**53  # every whole number up to here is a float of its own
LARGEST = 1e100  # what is worked out from a few such numbers is still a float
Count: TypeAlias = Annotated[int, Field(strict=True, ge=1, le=EXACT)]
Whole: TypeAlias = Annotated[int, Field(strict=True, ge=0, le=EXACT)]
Positive: TypeAlias = Annotated[float, Field(strict=True, gt=0, le=LARGEST, allow_inf_nan=False)]
NonNegative: TypeAlias = Annotated[float, Field(strict=True, ge=0, le=LARGEST, allow_inf_nan=False)]
Flag: TypeAlias = Annotated[bool, Field(strict=True)]
Share: TypeAlias = Annotated[float, Field(strict=True, ge=0, lt=1)]


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
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

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """The kinds by reference, each with its `kind`; and the number that stands for one."""
        choices: dict[str, CoreSchema] = schema["schema"]["choices"]
        references = {kind: handler(choice) for kind, choice in choices.items()}
        alternatives = list(references.values())
        for kind, reference in references.items():
            table = handler.resolve_ref_schema(reference)
            keys = {"kind": {"const": kind}} | table["properties"]
            required = [key for key in table.get("required", []) if key != "kind"]
            table["properties"] = keys
            table["required"] = required if kind == self.default else ["kind", *required]
            if kind == self.bare:
                alternatives.insert(
                    0, {k: v for k, v in keys[self._first].items() if k != "description"}
                )
        return {"oneOf": alternatives}

    def kind_of(self, value: Any) -> str | None:
        """The kind that a TOML table names, or that an instance is."""
        if isinstance(value, Mapping):
            kind = value.get("kind", self.default)
            return kind if isinstance(kind, str) else None
        return next((kind for kind, cls in self.table.items() if type(value) is cls), None)

    def _expand(self, value: Any) -> Any:
        if self.bare is None or isinstance(value, bool) or not isinstance(value, int | float):
            return value
        return {"kind": self.bare, self._first: value}

    @property
    def _first(self) -> str:
        """The field that a bare number is."""
        return fields(self.table[self.bare or ""])[0].name


def _without_kind(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: item for key, item in value.items() if key != "kind"}
    return value
