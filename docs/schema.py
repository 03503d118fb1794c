"""Write what is made from the program, the schema and tables of pages: `python docs/schema.py`."""

import re
from collections.abc import Iterator
from pathlib import Path

from vizopt.cli.kinds import names
from vizopt.formats import every
from vizopt.recording.quantities import MEASURED, quantity
from vizopt.scene.generated import schema, text
from vizopt.scene.schema import NAME

__all__ = ["pages", "schema"]

DOCS = Path(__file__).parent
TABLE = re.compile(r"(?:^\|.*\n)+", flags=re.M)


def pages() -> dict[Path, str]:
    """The pages that hold a table of a registry, as they are to be."""
    tables = {"howto/measure.md": _quantities(), "reference/formats.md": _formats()}
    return {DOCS / page: _with(DOCS / page, rows) for page, rows in tables.items()}


def _with(page: Path, rows: Iterator[str]) -> str:
    """A page with its first table made anew."""
    head, *others = (f"| {row} |\n" for row in rows)
    table = "".join([head, re.sub(r"[^|\n]+", "---", head), *others])
    return TABLE.sub(lambda _: table, page.read_text(encoding="utf-8"), count=1)


def _quantities() -> Iterator[str]:
    yield "name | what it is | how to read it"
    for name in MEASURED:
        yield f"`{name}` | {quantity(name).meaning} | {quantity(name).reading}"


def _formats() -> Iterator[str]:
    yield "suffix | | without paper"
    formats = every()
    for suffix, line in names("formats").items():
        clear = "yes" if suffix in formats and formats[suffix].alpha else ""
        yield f"`{suffix.replace('%05d', 'NAME-%05d')}` | {line} | {clear}"


if __name__ == "__main__":
    (DOCS.parent / "vizopt" / "scene" / NAME).write_text(text(), encoding="utf-8")
    for page, told in pages().items():
        page.write_text(told, encoding="utf-8")
