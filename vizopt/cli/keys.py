"""Keys: every dotted key that `--set` can name, read from the specs, and what it may hold."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from difflib import get_close_matches
from functools import cache
from typing import Any, Literal, get_args, get_origin, get_type_hints

from vizopt.core.errors import VizoptError
from vizopt.core.kinds import OneOf
from vizopt.core.library import looks
from vizopt.core.own import state
from vizopt.core.words import languages
from vizopt.scene.spec import Scene

NAMED: Mapping[str, Callable[[], tuple[str, ...]]] = {
    "theme": looks,
    "look.language": languages,
}  # what checks of their own allow
ELSEWHERE = {  # what other programs call it
    "learning-rate": "optimizer.lr",
    "batch-size": "problem.batch",
    "data": "problem.data.path",
    "dataset": "problem.data.kind",
    "rule": "optimizer.kind",
    "steps": "epochs",
    "layers": "problem.sizes",
    "lang": "look.language",
}


def keys() -> Mapping[str, tuple[str, ...]]:
    """Each dotted key with the values that it can be chosen from; none where it is any number or
    text. What `optimizer` can hold is called `optimizer.kind`."""
    return _keys(state())


@cache
def _keys(_: tuple[type, ...]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for key, values in _inside(Scene, "", ()):
        found[key] = tuple(dict.fromkeys((*found.get(key, ()), *values)))
    return found


def meant(name: str, *, nearly: bool = False) -> str:
    """The key that somebody means by a word: `title`, `lr` for `optimizer.lr`; empty for none.

    Args:
        name: the word.
        nearly: whether a misspelt one counts.
    """
    name = name.replace("_", "-").lower()
    known = {key.replace("_", "-"): key for key in sorted(keys(), key=lambda k: k.count("."))}
    short: dict[str, str] = {}
    for dashed, key in known.items():  # of several with one last word the nearest to the top
        short.setdefault(dashed.rpartition(".")[2], key)
    for found in (known.get(name), known.get(f"{name}.kind"), ELSEWHERE.get(name), short.get(name)):
        if found:
            return found
    near = get_close_matches(name, short, 1, 0.8) if nearly else []
    return short[near[0]] if near else ""


def checked(overrides: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Dotted keys and values, as `--set` has them; what else is wrong the scene itself refuses.

    Raises:
        VizoptError: a key of a lower table stands alone, or the name of a kind for its table.
    """
    for key, value in overrides:  # the keys are looked up only where one is given: a typo is quick
        tops = {known.partition(".")[0] for known in keys()}
        if "." not in key and key not in tops and meant(key):
            raise VizoptError(f'{key}: unknown key (did you mean "{meant(key)}"?)')
        if value in keys().get(f"{key}.kind", ()):
            raise VizoptError(f'{key}: is a table (did you mean "{key}.kind={value}"?)')
    return dict(overrides)


def _inside(
    at: type, above: str, around: tuple[type, ...]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The keys of a spec; a schedule within a schedule is not gone into again."""
    hints = get_type_hints(at, include_extras=True)
    for field in fields(at):
        yield from _of(hints[field.name], f"{above}{field.name}", (*around, at))


def _of(hint: Any, key: str, around: tuple[type, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    one_of = next((m for m in getattr(hint, "__metadata__", ()) if isinstance(m, OneOf)), None)
    inner = one_of.kinds.values() if one_of else (hint, *get_args(hint))
    specs = [part for part in inner if isinstance(part, type) and is_dataclass(part)]
    many = get_origin(hint) in (tuple, dict)
    if not specs or many or (one_of and one_of.bare):  # a bare number stands for a kind
        yield key, NAMED[key]() if key in NAMED else _choices(hint)
    if one_of:
        yield f"{key}.kind", tuple(one_of.kinds)
    for spec in specs:
        if spec not in around and not many:
            yield from _inside(spec, f"{key}.", around)


def _choices(hint: Any) -> tuple[str, ...]:
    """The values of a literal type, true and false."""
    if hint is bool:
        return ("true", "false")
    if get_origin(hint) is Literal:
        return tuple(map(str, get_args(hint)))
    if get_origin(hint) is dict:
        return ()
    return tuple(value for part in get_args(hint) for value in _choices(part))
