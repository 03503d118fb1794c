"""Kinds: what `vizopt list KIND` knows, by the word that is typed; each name with its line."""

import ast
import re
from collections.abc import Callable, Mapping
from importlib.resources import files

from vizopt.clips.targets import TARGETS
from vizopt.core import library
from vizopt.core.errors import VizoptError, hint
from vizopt.core.words import languages


def _scenes() -> dict[str, str]:
    return {name: library.about(name) for name in library.names()}


def _races() -> dict[str, str]:
    return {name: str(library.parsed_race(name)["about"]) for name in library.races()}


def _themes() -> dict[str, str]:
    """What each says of itself in its first line, `# Dark: for dark rooms and pages.`"""
    told = {name: library.look(name).partition("\n")[0] for name in library.looks()}
    return {name: _sentence(line.partition(": ")[2]) for name, line in told.items()}


def _languages() -> dict[str, str]:
    """The first line of each language's words, as far as it is of the language."""
    folder = files("vizopt.core.words")
    told = {name: (folder / f"{name}.toml").read_text(encoding="utf-8") for name in languages()}
    return {name: re.split(r"\s*[:;.]", text)[0][2:] for name, text in told.items()}


def _formats() -> dict[str, str]:
    """By the end of a file's name; the lines are those of the modules that write them."""
    tree = ast.parse(_source("vizopt.formats.__init__")).body
    table = next(node for node in tree if _is_table(node, "FORMATS"))
    modules = {".zarr": "vizopt.recording.store", **ast.literal_eval(table.value)}  # type: ignore[attr-defined]
    return {suffix: _first_line(_source(module)) for suffix, module in modules.items()}


def _places() -> dict[str, str]:
    return {name: f"{place}. {place.note}".rstrip() for name, place in TARGETS.items()}


def _told(table: str) -> Callable[[], dict[str, str]]:
    return lambda: library.kinds(table)


# By the word that is typed: the names and what each is, in a line.
KINDS: Mapping[str, Callable[[], dict[str, str]]] = {
    "scenes": _scenes,
    "races": _races,
    "optimizers": _told("optimizers"),
    "schedules": _told("schedules of the learning rate"),
    "problems": _told("problems"),
    "data": _told("data sets"),
    "timelines": _told("timelines"),
    "panels": _told("panels"),
    "themes": _themes,
    "languages": _languages,
    "formats": _formats,
    "places": _places,
}
OPTIONS = {  # kinds that an option names, and how
    "languages": "--set look.language={}",
    "formats": "-o sgd{}",
    "places": "--for {}",
}
ALSO = {"datasets": "data", "looks": "themes", "rules": "optimizers"}  # other words for them


def names(word: str) -> dict[str, str]:
    """The names of a kind, each with its line: `optimizers`, `optimizer`.

    Raises:
        VizoptError: no such kind.
    """
    known = kind(word)
    if not known:
        raise VizoptError(f"{word}: no such kind: {hint(word, KINDS)}")
    return KINDS[known]()


def kind(word: str) -> str:
    """The kind that a word means; empty for none."""
    plural = f"{word.lower().removesuffix('s')}s"
    every = word.lower(), plural, ALSO.get(plural, "")
    return next((each for each in every if each in KINDS), "")


def option(name: str) -> str:
    """What an option names, where it stands and how it is given; empty where it is none."""
    for word, way in OPTIONS.items():
        for known, line in KINDS[word]().items():
            if name.lower().removeprefix(".") == known.removeprefix("."):
                title, told = f"# {known}: {word.removesuffix('s')}", way.format(known)
                return f"{title}\n#\n# {line}\n#\n# vizopt make sgd {told}"
    return ""


def _source(module: str) -> str:
    path = f"{module.removeprefix('vizopt.').replace('.', '/')}.py"
    return (files("vizopt") / path).read_text(encoding="utf-8")


def _is_table(node: ast.stmt, name: str) -> bool:
    return isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == name


def _first_line(source: str) -> str:
    """The first line of a module's docstring, with which it begins."""
    return source.partition("\n")[0].strip('"')


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
