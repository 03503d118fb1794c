"""Words: what a picture says, in the language of its look; each language is one file here."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any

from vizopt.core.errors import hint
from vizopt.core.toml import parsed

LONGEST = 300  # characters of one text
PUT_IN = re.compile(r"\{(\w+)\}")


class Phrase(str):
    """A text in English that remembers its key and what was put in, so that any language can say
    it; made by `phrase`."""

    key: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Language:
    """The words of one language by their keys; what it lacks is English.

    Args:
        words: key → text, with {names} where something is put in.
    """

    words: Mapping[str, str] = field(hash=False)

    def say(self, key: str, **values: object) -> str:
        """The text of a key; what is put in is said in this language too."""
        return self.text(key).format_map({name: self.told(value) for name, value in values.items()})

    def text(self, key: str) -> str:
        """The text of a key with its {names}."""
        return self.words.get(key) or table("en")[key]

    def told(self, value: object) -> str:
        """A phrase in this language; any other text, or a number, as it is."""
        return self.say(value.key, **value.values) if isinstance(value, Phrase) else str(value)

    def retold(self, text: str, *keys: str, inside: Sequence[str] = ()) -> str:
        """An English text of a recording in this language, where it is that of one of the keys.

        Args:
            text: the English one.
            keys: what it may be.
            inside: what that which was put into it may be.
        """
        for key in keys:
            found = _pattern(key).fullmatch(text)
            if found:
                parts = {
                    name: self.retold(part, *inside) for name, part in found.groupdict().items()
                }
                return self.say(key, **parts)
        return text


@cache
def _pattern(key: str) -> re.Pattern[str]:
    """What the English text of a key looks like when it is filled in."""
    parts = PUT_IN.split(table("en")[key])
    names = [f"(?P<{name}>.+)" for name in parts[1::2]] + [""]
    told = (re.escape(text) + name for text, name in zip(parts[::2], names, strict=True))
    return re.compile("".join(told), re.DOTALL)


def phrase(key: str, **values: object) -> Phrase:
    """A text that the story tells in English and a picture in its own language."""
    said = Phrase(ENGLISH.say(key, **values))
    said.key, said.values = key, values
    return said


def worded(text: str) -> str:
    """What a key stands for, as a phrase; a text that is none is English and stays so."""
    return phrase(text) if text in table("en") else text


@cache
def languages() -> tuple[str, ...]:
    """Those that come with vizopt: `de`, `en`, `es`, `fr`."""
    found = (item.name for item in files("vizopt.core.words").iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in found if name.endswith(".toml")))


@cache
def table(language: str) -> Mapping[str, str]:
    """The words of one of them."""
    return flat(_sections(language))


@cache
def setting_keys() -> tuple[str, ...]:
    """Keys of what a picture's line of settings is made of, those with the most words first."""
    words = _sections("en")["settings"]
    return tuple(sorted(words, key=lambda key: len(PUT_IN.sub("", words[key])), reverse=True))


def flat(words: Mapping[str, Any]) -> dict[str, Any]:
    """The words of a file without its sections."""
    found: dict[str, Any] = {}
    for key, value in words.items():
        found |= value if isinstance(value, Mapping) else {key: value}
    return found


def _sections(language: str) -> Mapping[str, Any]:
    return parsed((files("vizopt.core.words") / f"{language}.toml").read_text(encoding="utf-8"))


def checked(words: Mapping[str, Any]) -> dict[str, str]:
    """A table of somebody's own, with keys that there are and places that can be filled.

    Raises:
        ValueError: an unknown key, no text, or a {name} that nothing is put in for.
    """
    english = table("en")
    for key, text in words.items():
        if key not in english:
            raise ValueError(f"{key}: unknown key: {hint(key, english)}")
        if not isinstance(text, str) or len(text) > LONGEST or not text.isprintable():
            raise ValueError(f"{key}: needs a text in one line, of {LONGEST} characters at most")
        _check_places(key, text, english[key])
    return dict(words)


def _check_places(key: str, text: str, english: str) -> None:
    known = _places(english)
    try:
        wrong = sorted(_places(text) - known)
    except ValueError as error:
        raise ValueError(f'{key}: "{text}": {error}') from error
    if wrong:
        there = f"there is {', '.join(sorted(known))}" if known else "write it without"
        raise ValueError(f'{key}: "{text}": nothing is put in for {wrong[0]}: {there}')


def _places(text: str) -> set[str]:
    """The {names} of a text; with all else that stands in the braces."""
    return {
        "{" + name + (f"!{conversion}" if conversion else "") + (f":{form}" if form else "") + "}"
        for _, name, form, conversion in Formatter().parse(text)
        if name is not None
    }


def missing(words: Mapping[str, str]) -> tuple[str, ...]:
    """Keys that a table does not have; they are said in English."""
    return tuple(key for key in table("en") if key not in words)


def language(named: str | Mapping[str, str] | None) -> Language:
    """The language of that name, or of one's own words; English for None."""
    return Language(named if isinstance(named, Mapping) else table(named or "en"))


ENGLISH = language("en")
