"""The JSON schema of a scene or race, made from the specs and their docstrings."""

import json
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from vizopt.core.docstrings import docstring
from vizopt.scene.race import MAX_RUNS, Race
from vizopt.scene.spec import TRAINED, Scene
from vizopt.scene.written import as_table

DRAFT = "https://json-schema.org/draft/2020-12/schema"
OVER = "one key of the training with its values, a run for each: in the place of the runs"
ONE_OR_MORE = (
    {"required": ["problem", "optimizer"]},
    {"required": ["run"]},
    {"required": ["over"]},
)


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
    """The schema of a scene, which is a race where it has runs."""
    made = TypeAdapter(Scene).json_schema(schema_generator=Generator)
    race = TypeAdapter(Race).json_schema(schema_generator=Generator)
    keys = {
        key: race["properties"][key] for key in race["properties"] if key not in made["properties"]
    }
    values = {"type": "array", "minItems": 2}
    keys["over"] = {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": values,
        "description": OVER,
    }
    keys["run"] |= {"items": _part(race["$defs"]["Entry"]), "minItems": 2, "maxItems": MAX_RUNS}
    made["properties"] |= keys
    made["$defs"] |= {name: part for name, part in race["$defs"].items() if name != "Entry"}
    made["required"] = ["title"]
    told = {"$schema": DRAFT, "title": "A scene of vizopt, or a race of several runs"}
    return told | made | {"anyOf": [*ONE_OR_MORE]}


def _part(entry: dict[str, Any]) -> dict[str, Any]:
    """A run in a file: what it leaves out it has from the file, also within a table."""
    parts = {
        key: {"anyOf": [value, {"type": "object", "not": {"required": ["kind"]}}]}
        | {"description": value["description"]}
        for key, value in entry["properties"].items()
        if key in TRAINED and "oneOf" in value
    }
    return entry | {"properties": entry["properties"] | parts, "required": ["name"]}


def text() -> str:
    """The same as it is printed."""
    return json.dumps(schema(), ensure_ascii=False, separators=(",", ":")) + "\n"
