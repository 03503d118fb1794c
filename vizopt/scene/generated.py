"""The JSON schema of a scene, made from the specs and their docstrings."""

import json
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from vizopt.core.docstrings import docstring
from vizopt.scene.spec import Scene
from vizopt.scene.written import as_table

DRAFT = "https://json-schema.org/draft/2020-12/schema"


class Generator(GenerateJsonSchema):
    """Titles are left out, and so is null, which TOML has not."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def nullable_schema(self, schema: Any) -> dict[str, Any]:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: Any) -> dict[str, Any]:
        if schema.get("default", self) is None:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)

    def encode_default(self, dft: Any) -> Any:
        return as_table(dft)

    def dataclass_schema(self, schema: Any) -> dict[str, Any]:
        table = super().dataclass_schema(schema)
        told = docstring(schema["cls"])
        table.pop("title", None)
        table["description"] = told.text + (f"\n\nSource: {told.source}" if told.source else "")
        for key, value in table["properties"].items():
            value["description"] = told.meanings.get(key, "")
        return table


def schema() -> dict[str, Any]:
    """The schema of a scene."""
    made = TypeAdapter(Scene).json_schema(schema_generator=Generator)
    return {"$schema": DRAFT, "title": "A scene of vizopt"} | made


def text() -> str:
    """The same as it is printed."""
    return json.dumps(schema(), ensure_ascii=False, separators=(",", ":")) + "\n"
