"""The reference of places: where a clip can be shown and what it may be there, from the code."""

from pathlib import Path

from sitepages.markdown import escaped
from vizopt.targets import PLACES

HEAD = """# Places and their limits

`vizopt make sgd --for PLACE` writes the first file that plays there, small enough; with `-o`
another of them. `--fit 10MB` gives another size. What a place allows changes: the month is when its
own page was read or, where it names none, when a clip was tried there. `vizopt list places` prints
the same.

| place | plays, at most | said by | month | |
|---|---|---|---|---|
"""


def written(folder: Path) -> None:
    """Write places.md into a folder."""
    (folder / "places.md").write_text(page(), encoding="utf-8")


def page() -> str:
    """A line for each place, in Markdown."""
    return HEAD + "".join(
        f"| `{name}` | {escaped(str(place))} | {_source(place.source)} | {_month(place.checked)} "
        f"| {escaped(place.note)} |\n"
        for name, place in PLACES.items()
    )


def _month(checked: str) -> str:
    return checked.replace("-", "\N{NON-BREAKING HYPHEN}")


def _source(address: str) -> str:
    return f"[{address.split('/')[2]}]({address})" if address else "tried"
