"""Completing: what Tab offers for a word of the command line."""

from collections.abc import Callable, Iterable, Iterator, Set
from pathlib import Path
from typing import Any, TypeAlias

import click
from click.shell_completion import CompletionItem

from vizopt.cli import kinds

Items: TypeAlias = "list[CompletionItem[Any]]"
Offer: TypeAlias = "Callable[[click.Context, click.Parameter, str], Items]"
CLIP = "clip"
PARTIAL = "partial"  # an item that goes on: no space behind it


def listed(*words: str) -> Offer:
    """The names of some kinds, each with its line: `scenes`, `themes`."""
    return _offer(lambda: (pair for word in words for pair in kinds.names(word).items()))


def words() -> Offer:
    """What `vizopt list` takes."""
    return _offer(lambda: ((word, "") for word in kinds.KINDS))


def frames(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:
    """What `--at` and `--poster` take besides a number."""
    return _starting(("first", "last"), incomplete)


def sizes(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:
    """The sizes that have names."""
    from vizopt.core.sizes import SIZES

    return _starting(SIZES, incomplete)


def layers(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:
    """The layers and arrays of the recording that stands on the line."""
    from vizopt.recording.atomic import attributes

    found: dict[str, None] = {}
    for source in ctx.params.get("sources") or ():
        for tensor in attributes(Path(source))["vizopt"]["layout"]["tensors"]:
            found |= {tensor["layer"]: None, tensor["name"]: None}
    return _starting(found, incomplete)


def files(*suffixes: str, named: tuple[str, ...] = ()) -> Offer:
    """The names of some kinds, files with one of these endings, and the folders on the way there.
    CLIP stands for the endings of all clips."""

    def offer(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:
        names = listed(*named)(ctx, param, incomplete)
        clips = kinds.names("formats").keys() - {".zarr"} if CLIP in suffixes else ()
        return [*names, *_paths(incomplete, {*suffixes, *clips})]

    return offer


def settings(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:
    """The keys of `--set`, a part of the dotted name at a time, and behind `=` their values."""
    from vizopt.cli.keys import keys
    from vizopt.scene.spec import TRAINED

    drawn = ctx.command.name == "render"  # a recording keeps what was trained
    known = {k: v for k, v in keys().items() if not (drawn and k.partition(".")[0] in TRAINED)}
    key, equals, value = incomplete.partition("=")
    if equals:
        values = (choice for choice in known.get(key, ()) if choice.startswith(value))
        return [CompletionItem(f"{key}={choice}") for choice in values]
    found: dict[str, None] = {}
    for name in known:
        if name.startswith(incomplete):
            end = name.find(".", len(incomplete))
            found[f"{name}=" if end < 0 else name[: end + 1]] = None
    return [CompletionItem(name, type=PARTIAL) for name in found]


def _starting(words: Iterable[str], incomplete: str) -> Items:
    return [CompletionItem(word) for word in words if word.startswith(incomplete)]


def _offer(pairs: Callable[[], Iterable[tuple[str, str]]]) -> Offer:
    def offer(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:
        found = ((name, line) for name, line in pairs() if name.startswith(incomplete))
        return [CompletionItem(name, help=line or None) for name, line in found]

    return offer


def _paths(incomplete: str, suffixes: Set[str]) -> "Iterator[CompletionItem[Any]]":
    folder, slash, start = incomplete.rpartition("/")
    place = Path(folder or slash or ".").expanduser()
    try:
        entries = sorted(place.iterdir())
    except OSError:
        return
    for entry in entries:
        if not entry.name.startswith(start) or (entry.name.startswith(".") and not start):
            continue
        if entry.suffix.lower() in suffixes:
            yield CompletionItem(f"{folder}{slash}{entry.name}")
        elif entry.is_dir() and entry.suffix.lower() != ".zarr":
            yield CompletionItem(f"{folder}{slash}{entry.name}/", type=PARTIAL)
