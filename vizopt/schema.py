"""The JSON schema of a scene, for editors: what each key means, what it may be.

`python -m vizopt.schema > vizopt/scene.schema.json` writes the file that comes with vizopt.
"""

import json
from importlib.resources import files
from typing import Any

from vizopt.docstrings import docstring

DRAFT = "https://json-schema.org/draft/2020-12/schema"
NAME = "scene.schema.json"
# The first lines of a scene that `vizopt show` prints. The path is that of a file beside the scene:
# one of this installation would be wrong on every other machine.
POINTER = (
    f"#:schema ./{NAME}\n# Your editor completes and checks keys after: vizopt schema > {NAME}\n"
)


def shipped() -> str:
    """The schema's text, as it comes with vizopt."""
    return (files("vizopt") / NAME).read_text(encoding="utf-8")


def generated() -> str:
    """The schema's text, made from the specs and their docstrings."""
    from pydantic import TypeAdapter
    from pydantic.json_schema import GenerateJsonSchema

    from vizopt.scene import Scene, as_table

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
                value["description"] = told.meanings[key]
            return table

    table = {"$schema": DRAFT} | TypeAdapter(Scene).json_schema(schema_generator=Generator)
    table["title"] = "A scene of vizopt"
    return json.dumps(table, ensure_ascii=False, separators=(",", ":")) + "\n"


if __name__ == "__main__":
    print(generated(), end="")
