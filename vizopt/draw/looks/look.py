"""A look of one's own: what a scene's [look] or a file says in the place of its theme."""

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from difflib import get_close_matches
from re import fullmatch
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from vizopt.core.specs import Flag, spec
from vizopt.core.words import LONGEST, language, languages, table
from vizopt.core.words import checked as checked_words
from vizopt.draw.looks.checks import checked
from vizopt.draw.looks.tints import derived
from vizopt.draw.theme import THEMES, Text, Theme

MAX_NAMES = 8  # of many names
SMALLEST_TEXT, LARGEST_TEXT = 1.8, 2.9  # percent: normal, and what leaves the pictures room
NAMED = r"^\s*(#([0-9A-Fa-f]{3}){1,2}|[A-Za-z]+)\s*$"  # what may be a colour; for editors
# Size of text, for editors.
SIZE = {"type": "number", "minimum": SMALLEST_TEXT, "maximum": LARGEST_TEXT}
TEXT = {"anyOf": [{"enum": ["normal", "large"]}, SIZE]}
# A language, a file of words, or words by their keys; for editors.
LANGUAGE = {
    "anyOf": [
        {"enum": [*languages()]},
        {"type": "string", "pattern": r"\.[Tt][Oo][Mm][Ll]$"},
        {
            "type": "object",
            "propertyNames": {"enum": [*table("en")]},
            "additionalProperties": {"type": "string", "maxLength": LONGEST},
        },
    ]
}


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


def _text(value: Any) -> Any:
    """A size of text, by name or in percent."""
    named = value in ("normal", "large") if isinstance(value, str) else False
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not (named or (number and SMALLEST_TEXT <= value <= LARGEST_TEXT)):
        raise ValueError(f'{value!r}: write "normal", "large" or percent, from 1.8 to 2.9')
    return value


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
        from vizopt.draw.fonts import look_again

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
    return "there are: " + ", ".join(some[:MAX_NAMES]) + (", …" if len(some) > MAX_NAMES else "")


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


Colour: TypeAlias = Annotated[
    str, AfterValidator(_colour), Field(json_schema_extra={"format": "color", "pattern": NAMED})
]
Row: TypeAlias = Annotated[tuple[Colour, ...], Field(min_length=2, max_length=256)]
Pair: TypeAlias = Annotated[tuple[Colour, ...], Field(min_length=2, max_length=3)]
Column: TypeAlias = Literal["loss", "accuracy", "lr"]


@spec
class LookSpec:
    """What differs from the theme; a file of a theme says all of it. Colours are checked.

    Args:
        text: size of all text: "normal", "large" for the last row of a hall, or how high the
            smallest is in percent of the frame's shorter side; normal is 1.8, large 2.6.
        font: family of all text; it must be installed.
        language: of the labels: "en", "de", "fr", "es", a file of one's own words (WORDS.toml), or
            the words themselves; what they lack is English.
        transparent: whether the paper is left out, where the format can do without.
        paper: colour of the background; like every colour #rrggbb or a CSS name.
        ink: colour of titles and values, 4.5 : 1 on the paper at least.
        muted: colour of labels and ticks, 4.5 : 1 on the paper at least.
        rule: colour of frames and grid lines.
        edge: colour of the points' outline, 3 : 1 from every region at least.
        border: colour of the line between regions, 3 : 1 from both at least.
        classes: colours of the points, by class.
        regions: colours of the classes' regions, in rows: the first that is long enough is taken;
            derived from `classes` when left out.
        diverging: colours of weights, negative to positive: a map's name in matplotlib, or two or
            three colours.
        accents: colours of curves, by column.
        path: colours of a descent, from its first step to its last.
    """

    text: Annotated[Text, BeforeValidator(_text), WithJsonSchema(TEXT)] | None = None
    font: Annotated[str, AfterValidator(_family)] | None = None
    language: (
        Annotated[str | dict[str, str], BeforeValidator(_language), WithJsonSchema(LANGUAGE)] | None
    ) = None
    transparent: Flag | None = None
    paper: Colour | None = None
    ink: Colour | None = None
    muted: Colour | None = None
    rule: Colour | None = None
    edge: Colour | None = None
    border: Colour | None = None
    classes: Annotated[Row, AfterValidator(_different)] | None = None
    regions: Annotated[tuple[Row, ...], Field(min_length=1, max_length=20)] | None = None
    diverging: Annotated[str | Pair, BeforeValidator(_diverging)] | None = None
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
        ValueError: two colours are too near; the key, both, and the nearest that passes, or the
            theme that the look is one for.
    """
    stated = look.stated if look else {}
    if not stated:
        return THEMES[theme]
    try:
        return _changed(THEMES[theme], stated)
    except ValueError as error:
        other = "light" if theme == "dark" else "dark"
        try:
            _changed(THEMES[other], stated)
        except ValueError:
            raise error from None
        way = f'or start from the {other} theme: theme = "{other}" (--theme {other})'
        raise ValueError(f"{error}; {way}") from error


def _changed(base: Theme, stated: Mapping[str, Any]) -> Theme:
    """A theme with the values of a look by their keys."""
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
