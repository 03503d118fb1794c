"""Write the README's tables from the program's own: `python docs/tables.py`."""

import re
from pathlib import Path

from vizopt import library

README = Path(__file__).parents[1] / "README.md"


def tables() -> dict[str, str]:
    """Each table's title and its rows in Markdown."""
    parts = {"scenes": {name: library.about(name) for name in library.names()}}
    for title in ("optimizers", "schedules of the learning rate", "data sets"):
        parts[title] = library.kinds(title)
    return {
        title: "".join(
            f"| `{name}` | {line.replace('|', chr(92) + '|')} |\n" for name, line in rows.items()
        )
        for title, rows in parts.items()
    }


def written(text: str) -> str:
    """The text with every table between `<!-- title -->` and `<!-- end -->` made anew."""
    for title, rows in tables().items():
        pattern = rf"(<!-- {title} -->\n).*?(<!-- end -->)"
        table = f"| {title.split()[0].rstrip('s')} | |\n|---|---|\n{rows}"
        text = re.sub(pattern, lambda m, table=table: m[1] + table + m[2], text, flags=re.S)
    return text


if __name__ == "__main__":
    README.write_text(written(README.read_text(encoding="utf-8")), encoding="utf-8")
