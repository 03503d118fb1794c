"""Links of a built site that lead nowhere in it; those that leave it are not followed."""

from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit


class Page(NamedTuple):
    """What a page has: its places and the links to others."""

    places: frozenset[str]
    links: tuple[str, ...]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.places: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("id", "name") and value:
                self.places.add(value)
            elif name in ("href", "src", "poster") and value:
                self.links.append(value)


def broken(site: Path) -> list[str]:
    """A line for each link to a file or place that is not there."""
    return [
        f"{file.relative_to(site)}: {link}: leads nowhere"
        for file in sorted(site.rglob("*.html"))
        for link in dict.fromkeys(_read(file).links)
        if not _there(file, link)
    ]


@cache
def _read(file: Path) -> Page:
    reader = _Reader()
    reader.feed(file.read_text(encoding="utf-8"))
    return Page(frozenset(reader.places), tuple(reader.links))


def _there(file: Path, link: str) -> bool:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return True
    target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
    if not target.is_file():
        return False
    fragment = unquote(parts.fragment)
    return target.suffix != ".html" or not fragment or fragment in _read(target).places
