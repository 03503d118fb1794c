"""Write the JSON schema that comes with vizopt from the specs: `python docs/schema.py`."""

from pathlib import Path

from vizopt.scene.generated import schema, text
from vizopt.scene.schema import NAME

__all__ = ["schema"]

if __name__ == "__main__":
    path = Path(__file__).parents[1] / "vizopt" / "scene" / NAME
    path.write_text(text(), encoding="utf-8")
