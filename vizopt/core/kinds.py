"""Kinds: plain dicts that name what a field may hold (`OPTIMIZERS`, `SCHEDULES`, …).

In a scene such a field is a TOML table whose `kind` is a key of the dict. The dict is read when a
scene is checked, so that what `vizopt.register` adds is known at once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, TypeAdapter
from pydantic_core import CoreSchema, PydanticKnownError, SchemaValidator, core_schema

from vizopt.core.own import REGISTERED

_underway: list[type] = []  # whose JSON schemas are being made


@dataclass(frozen=True)
class OneOf:
    """Annotation of a field that holds one of a table's kinds: `Annotated[Schedule, OneOf(...)]`.

    Args:
        table: the kinds by name.
        bare: the kind that a bare number stands for (`lr = 0.1`), as its first field.
        default: the kind of a table that names none.
        but: a kind of the table that the field does not hold.
        also: classes whose instances it holds too, and that no scene names.
        having: a method that the kinds need which it holds.
    """

    table: Mapping[str, type]
    bare: str | None = None
    default: str | None = None
    but: str | None = None
    also: tuple[type, ...] = ()
    having: str = ""

    @property
    def kinds(self) -> dict[str, type]:
        """What the field may hold now, by name."""
        held = ((kind, cls) for kind, cls in self.table.items() if kind != self.but)
        return {kind: cls for kind, cls in held if not self.having or hasattr(cls, self.having)}

    def __get_pydantic_core_schema__(self, _: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.checked)

    def __get_pydantic_json_schema__(
        self, _: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """The kinds by reference, each with its `kind`; and the number that stands for one."""
        alternatives = []
        for kind, cls in self.kinds.items():
            schema = _adapter(cls).core_schema
            if cls in _underway:  # one in another one of its kind
                inner: CoreSchema = core_schema.definition_reference_schema(schema["ref"])
                alternatives.append(handler(inner))
                continue
            _underway.append(cls)
            try:
                wrapped = core_schema.no_info_after_validator_function(read_again, schema)
                reference = handler(wrapped)
            finally:
                _underway.pop()
            alternatives.append(reference)
            table = handler.resolve_ref_schema(reference)
            keys = {"kind": {"const": kind}} | table["properties"]
            required = [key for key in table.get("required", []) if key != "kind"]
            table["properties"] = keys
            table["required"] = required if kind == self.default else ["kind", *required]
            if kind == self.bare:
                number = keys[self._first]
                alternatives.insert(0, {k: v for k, v in number.items() if k != "description"})
        return {"oneOf": alternatives}

    def kind_of(self, value: Any) -> str | None:
        """The kind that a TOML table names, or that an instance is."""
        if isinstance(value, Mapping):
            kind = value.get("kind", self.default)
            return kind if isinstance(kind, str) else None
        return next((kind for kind, cls in self.kinds.items() if type(value) is cls), None)

    def checked(self, value: Any) -> Any:
        """An instance of the kind that a table, a number or an instance names."""
        value = self._expanded(value)
        kind, kinds = self.kind_of(value), self.kinds
        if isinstance(value, self.also):
            return value
        if kind is None and REGISTERED.get(type(value)) in kinds:
            return value  # of a class that has been replaced since
        if kind is None:
            raise PydanticKnownError("union_tag_not_found", {"discriminator": "kind"})
        if kind not in kinds:
            known = ", ".join(kinds)
            tags = {"discriminator": "kind", "tag": kind, "expected_tags": known}
            raise PydanticKnownError("union_tag_invalid", tags)
        if isinstance(value, Mapping):
            given = {key: item for key, item in value.items() if key != "kind"}
            return _reader(kinds[kind])(given)
        return read_again(value)

    def _expanded(self, value: Any) -> Any:
        if self.bare is None or isinstance(value, bool) or not isinstance(value, int | float):
            return value
        return {"kind": self.bare, self._first: value}

    @property
    def _first(self) -> str:
        """The field that a bare number is."""
        return fields(self.table[self.bare or ""])[0].name


def read_again(value: Any) -> Any:
    """An instance whose fields are checked: a plain dataclass is made without."""
    cls: Any = type(value)
    if cls not in REGISTERED or hasattr(cls, "__pydantic_validator__"):
        return value
    return _reader(cls)({each.name: getattr(value, each.name) for each in fields(value)})


@cache
def _reader(cls: Any) -> Callable[[Mapping[str, Any]], Any]:
    """What makes an instance of a table's keys."""
    adapter = _adapter(cls)
    if hasattr(cls, "__pydantic_validator__"):
        return adapter.validate_python
    # Strict in its fields, but made of a table as well.
    schema: Any = {**adapter.core_schema, "strict": False}
    checked = SchemaValidator(schema)
    return lambda given: checked.validate_python(_tuples(given))


def _tuples(given: Any) -> Any:
    """TOML's lists as tuples, which frozen things have."""
    if isinstance(given, Mapping):
        return {key: _tuples(item) for key, item in given.items()}
    return tuple(map(_tuples, given)) if isinstance(given, list) else given


@cache
def _adapter(cls: Any) -> TypeAdapter[Any]:
    return TypeAdapter(cls)
