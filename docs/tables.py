"""Write the README's tables from the program's own: `python docs/tables.py`."""

import re
from pathlib import Path

from vizopt import library

ROOT = Path(__file__).parents[1]
README, RESULTS = ROOT / "README.md", ROOT / "benchmarks" / "RESULTS.md"


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
        text = _placed(text, title, f"| {title.split()[0].rstrip('s')} | |\n|---|---|\n{rows}")
    return _placed(text, "results", measured())


def measured() -> str:
    """The table of the last benchmarks."""
    lines = RESULTS.read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if line.startswith("|"))


def _placed(text: str, title: str, table: str) -> str:
    pattern = rf"(<!-- {title} -->\n).*?(<!-- end -->)"
    return re.sub(pattern, lambda m: m[1] + table + m[2], text, flags=re.S)


if __name__ == "__main__":
    README.write_text(written(README.read_text(encoding="utf-8")), encoding="utf-8")
