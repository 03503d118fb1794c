"""Phrases: lists, plurals and cuts of plain sentences."""

import re
from collections.abc import Sequence

from vizopt.core.numbers import count

GAPS = re.compile(r"(?<!\d) | (?!\d)")  # between words, but not inside 10 000
NUMBER_AT_END = re.compile(r"\d[\d.,\N{THIN SPACE}\N{NO-BREAK SPACE}]*$")


def listed(parts: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(part for part in (", ".join(parts[:-1]), *parts[-1:]) if part)


def times(many: int) -> str:
    """`once`, `twice`, `7 times`."""
    return {1: "once", 2: "twice"}.get(many, f"{count(many)} times")


def plain(text: str) -> str:
    """A user's text on one line, without control and direction characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def cut(text: str, most: int) -> str:
    """The text, or its first words and an ellipsis, in most characters at most.

    A number stays whole, thin or plain spaces between its thousands included. A first word that
    is too long is cut where it must be, a number at its end left out.
    """
    if len(text) <= most:
        return text
    stop = max((m.start() for m in GAPS.finditer(text) if m.start() < most), default=0)
    kept = text[:stop] if stop else text[: most - 1]
    if not stop and text[most - 1].isdigit():
        kept = NUMBER_AT_END.sub("", kept)
    return kept.rstrip(" ,;:.–") + "…"


def sentence(text: str) -> str:
    """The text with a capital letter in front, but of f(x), and a full stop at the end."""
    return stated(text if text[1:2] == "(" else text[:1].upper() + text[1:])


def stated(text: str) -> str:
    """The text with a full stop at the end; a name in front stays as it is."""
    return text.rstrip(".") + "."


def lower(text: str) -> str:
    """A sentence as a part of another one: no capital letter, but of SGD, and no full stop."""
    first = text[:1] if text[1:2].isupper() else text[:1].lower()
    return first + text[1:].rstrip(".")
