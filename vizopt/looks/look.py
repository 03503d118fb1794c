"""A look of one's own: what a scene's [look] or a file says in the place of its theme."""

from collections.abc import Iterable
from dataclasses import fields, replace
from difflib import get_close_matches
from re import fullmatch
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field

from vizopt.looks.checks import checked
from vizopt.looks.tints import derived
from vizopt.specs import spec
from vizopt.theme import THEMES, Text, Theme
from vizopt.words import checked as checked_words
from vizopt.words import language, languages

SHOWN = 8  # of many names


def _colour(text: str) -> str:
    """A colour as #rrggbb."""
    from matplotlib.colors import CSS4_COLORS, to_hex

    name = text.strip().lower()
    if fullmatch(r"#([0-9a-f]{3}){1,2}", name):
        return to_hex(name)
    if name in CSS4_COLORS:
        return to_hex(CSS4_COLORS[name])
    near = get_close_matches(name, CSS4_COLORS, n=1)
    way = f'did you mean "{near[0]}"?' if near and "#" not in name else "write it like #3f90da"
    raise ValueError(f'"{text}" is no colour: {way}')


def _diverging(value: Any) -> Any:
    """A map's name, or two or three colours."""
    from matplotlib import colormaps

    if isinstance(value, str) and value not in colormaps:
        raise ValueError(f'no map "{value}": {_few(value, colormaps)}')
    if isinstance(value, list | tuple):
        if not (2 <= len(value) <= 3 and all(isinstance(part, str) for part in value)):
            raise ValueError(f"{value!r}: needs two or three colours, or the name of a map")
        return tuple(map(_colour, value))
    return value


def _family(name: str) -> str:
    """A family of fonts that is installed here, as it spells itself."""
    wanted = name.strip().lower()
    known = _families()
    if wanted not in known:
        from vizopt.fonts import look_again

        look_again()
        known = _families()
    if wanted not in known:
        raise ValueError(f'no font "{name}" here: {_few(name, known.values())}')
    return known[wanted]


def _families() -> dict[str, str]:
    from matplotlib.font_manager import fontManager

    return {family.lower(): family for family in fontManager.get_font_names()}


def _few(name: str, options: Iterable[str]) -> str:
    """The names that are near, or some of all."""
    known = {option.lower(): option for option in options}
    near = get_close_matches(name.lower(), known, n=3, cutoff=0.5)
    if near:
        return "near is " + ", ".join(f'"{known[name]}"' for name in near)
    some = sorted(known.values())
    return "there are: " + ", ".join(some[:SHOWN]) + (", …" if len(some) > SHOWN else "")


def _different(colours: tuple[str, ...]) -> tuple[str, ...]:
    for i, colour in enumerate(colours):
        if colour in colours[:i]:
            raise ValueError(f"{colour} stands for two classes: give each a colour of its own")
    return colours


def _language(value: Any) -> Any:
    """The name of a language that vizopt has, or a table of one's own words."""
    if isinstance(value, dict):
        return checked_words(value)
    if isinstance(value, str) and value in languages():
        return value
    there = ", ".join(f'"{name}"' for name in languages())
    raise ValueError(
        f"{value!r}: no such language: there are {there}, or a file of words, WORDS.toml"
    )


Colour: TypeAlias = Annotated[str, AfterValidator(_colour)]
Row: TypeAlias = Annotated[tuple[Colour, ...], Field(min_length=2, max_length=256)]
Column: TypeAlias = Literal["loss", "accuracy", "lr"]


@spec
class LookSpec:
    """What differs from the theme; a file of a theme says all of it. Colours are checked.

    Args:
        text: "normal", or "large" for the last row of a hall.
        font: a family that is installed.
        language: of the labels: "en", "de", "fr", "es", or one's own words; what they lack is
            English.
        transparent: no paper, where the format can do without.
        paper, ink, muted, rule, edge, border: colours by their use, as Theme has them.
        classes: of the points.
        regions: of the classes' regions; derived from `classes` when left out.
        diverging: of weights, negative to positive: a map's name, or two or three colours.
        accents: of curves by column.
        path: of a descent from its first step to its last.
    """

    text: Text | None = None
    font: Annotated[str, AfterValidator(_family)] | None = None
    language: Annotated[str | dict[str, str], BeforeValidator(_language)] | None = None
    transparent: Annotated[bool, Field(strict=True)] | None = None
    paper: Colour | None = None
    ink: Colour | None = None
    muted: Colour | None = None
    rule: Colour | None = None
    edge: Colour | None = None
    border: Colour | None = None
    classes: Annotated[Row, AfterValidator(_different)] | None = None
    regions: Annotated[tuple[Row, ...], Field(min_length=1, max_length=20)] | None = None
    diverging: Annotated[str | tuple[str, ...], BeforeValidator(_diverging)] | None = None
    accents: dict[Column, Colour] | None = None
    path: Row | None = None

    @property
    def stated(self) -> dict[str, Any]:
        """What it says, by key."""
        return {f.name: v for f in fields(self) if (v := getattr(self, f.name)) is not None}


def resolved(theme: str, look: LookSpec | None) -> Theme:
    """A theme with what a look says in its place.

    Colours that the look does not name follow those that it does: to the nearest that passes.

    Raises:
        ValueError: two colours are too near; the key, both, and the nearest that passes.
    """
    base = THEMES[theme]
    stated = look.stated if look else {}
    if not stated:
        return base
    keys = dict(stated)
    if "font" in keys:
        keys["family"] = keys.pop("font")
    if "language" in keys:
        keys["words"] = language(keys.pop("language"))
    if "accents" in keys:
        keys["accents"] = tuple((dict(base.accents) | keys["accents"]).items())
    if "classes" in keys and stated["classes"] != base.classes and _is_ours(stated.get("regions")):
        row = base.tints(min(len(stated["classes"]), len(base.classes)))[:, :3] / 255
        keys["regions"] = (derived(stated["classes"], row),)
    return checked(replace(base, **keys), frozenset(stated))


def _is_ours(regions: tuple[tuple[str, ...], ...] | None) -> bool:
    """Whether rows of regions were left out, or left as a theme has them for its own classes."""
    return regions is None or any(regions == theme.regions for theme in THEMES.values())
