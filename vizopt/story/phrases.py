"""Phrases: lists, plurals, settings and cuts of plain sentences."""

from collections.abc import Sequence

from vizopt.theme import count

PLURALS = {"class": "classes", "minimum": "minima"}


def listed(parts: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(part for part in (", ".join(parts[:-1]), *parts[-1:]) if part)


def counted(many: int, what: str) -> str:
    """`1 point`, `10 000 points`."""
    *before, noun = what.split(" ")
    plural = noun if many == 1 else PLURALS.get(noun, f"{noun}s")
    return " ".join([count(many), *before, plural])


def times(many: int) -> str:
    """`once`, `twice`, `7 times`."""
    return {1: "once", 2: "twice"}.get(many, f"{count(many)} times")


def setting(value: float, digits: int = 6) -> str:
    """A value that somebody chose, without further zeros: `0.9`, `1e−7`."""
    mantissa, e, exponent = f"{value:.{digits}g}".partition("e")
    return (mantissa + (f"e{int(exponent)}" if e else "")).replace("-", "−")


def plain(text: str) -> str:
    """A user's text on one line, without control and direction characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def cut(text: str, most: int) -> str:
    """The text, or its first words and an ellipsis, in most characters at most.

    Only a plain space ends a word: the thin space inside a number and the one before a percent
    sign do not. A single word that is too long is cut where it must be.
    """
    if len(text) <= most:
        return text
    kept = text[:most]
    if " " in kept:
        kept = kept[: kept.rindex(" ")]
    kept = kept[: most - 1].rstrip(" ,;:.–")
    return f"{kept}…"


def sentence(text: str) -> str:
    """The text with a capital letter in front and a full stop at the end."""
    return text[:1].upper() + text[1:].rstrip(".") + "."


def lower(text: str) -> str:
    """A sentence as a part of another one: no capital letter, no full stop."""
    return text[:1].lower() + text[1:].rstrip(".")
