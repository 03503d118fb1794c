"""The table of the places, from the one that `--for` goes by."""

from collections.abc import Iterator
from pathlib import Path

from sitepages.markdown import escaped
from vizopt.clips.targets import TARGETS, Target

HEAD = """# Places

What plays where, and what a file may be at most there. `vizopt make sgd --for x` writes the first
of a place's formats, or the one that `-o` names, and keeps its limits by the least harm: a rate or
size that a place does not take is lowered first and alone, then, where the file is still too large,
colours and detail. What was given up is told. `vizopt list places` prints the same.

| place | what plays | | read or tried |
|---|---|---|---|
"""


def written(folder: Path) -> None:
    """Write places.md into a folder."""
    (folder / "places.md").write_text(page(), encoding="utf-8")


def page() -> str:
    """Every place with its limits, their source and date, in Markdown."""
    return HEAD + "".join(f"{line}\n" for line in _rows())


def _rows() -> Iterator[str]:
    for name, place in TARGETS.items():
        plays = escaped(str(place).replace("; ", ".<br>")).replace(r"\<br\>", "<br>")
        yield f"| `{name}` | {plays} | {escaped(place.note)} | {_source(place)} |"


def _source(place: Target) -> str:
    return f"[{place.checked}]({place.source})" if place.source else f"tried, {place.checked}"
