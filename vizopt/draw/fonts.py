"""Fonts: which installed one draws each character of a text, and which characters none does."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.ft2font import FT2Font


FAMILY = "DejaVu Sans"  # comes with matplotlib, so it is everywhere
BOX = "\u25a1"  # in the place of a character that no font draws
LAST_RESORT = "Last Resort"  # has every character, and draws its block's sign for it
REGULAR = (400, "normal", "regular", "book")
MAX_CHARACTERS = 5  # characters that a warning names
# A character with what is written onto it or joined to it: one box in the place of all.
CLUSTER = re.compile(
    r".(?:[\u0300-\u036f\ufe00-\ufe0f\u20d0-\u20ff\U0001f3fb-\U0001f3ff]|\u200d.)*", re.S
)
CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
HIDDEN = ("Cc", "Cf", "Zl", "Zp")  # categories of characters
# Fonts that draw them, by the start of the characters' Unicode names.
HAVING = {
    "CJK": "Noto Sans CJK",
    "HIRAGANA": "Noto Sans CJK",
    "KATAKANA": "Noto Sans CJK",
    "HANGUL": "Noto Sans CJK",
    "IDEOGRAPHIC": "Noto Sans CJK",
    "FULLWIDTH": "Noto Sans CJK",
    "ARABIC": "Noto Naskh Arabic",
    "HEBREW": "Noto Sans Hebrew",
    "DEVANAGARI": "Noto Sans Devanagari",
    "THAI": "Noto Sans Thai",
}
PICTOGRAPHS = "Noto Emoji"  # one colour: coloured ones cannot be drawn
OTHERS = "Noto Sans and Noto Sans Symbols"


def families(text: str, family: str = FAMILY) -> tuple[str, ...]:
    """The family, and those that draw what it lacks of a text: for matplotlib's `family`."""
    first = (family,) if family == FAMILY else (family, FAMILY)
    return first if text.isascii() else (*first, *_chosen(frozenset(text), first)[0])


def lacking(text: str, family: str = FAMILY) -> str:
    """Characters of a text that no installed font draws, each once, in their order."""
    if text.isascii():
        return ""
    first = (family,) if family == FAMILY else (family, FAMILY)
    none = _chosen(frozenset(text), first)[1]
    return "".join(c for c in dict.fromkeys(text) if c in none)


def shown(text: str, family: str = FAMILY) -> str:
    """The text with a box for each character that no installed font draws, and a blank for each
    that ends a line or controls a terminal: every text is one line."""
    text = CONTROLS.sub(" ", text)
    none = set(lacking(text, family))
    if not none:
        return text
    return "".join(
        BOX if none & set(part[0]) else "".join(c for c in part if c not in none)
        for part in CLUSTER.findall(text)
    )


def warning(texts: Iterable[str], family: str = FAMILY) -> str:
    """What to install for characters that no font draws, in one line; empty where all are."""
    none = lacking("".join(texts), family)
    if not none:
        return ""
    some = ", ".join(f"{c} ({_script(c)})" for c in none[:MAX_CHARACTERS])
    more = f" and {len(none) - MAX_CHARACTERS} more" if len(none) > MAX_CHARACTERS else ""
    wanted = Counter(map(_having, none))
    ways = " and ".join(font for font, _ in wanted.most_common())
    return f"no installed font draws {some}{more}: boxes stand for them: install {ways}"


def shaped(text: str) -> bool:
    """Whether a text runs from right to left somewhere, so that it is laid out as a whole."""
    return not text.isascii() and any(unicodedata.bidirectional(c) in ("R", "AL") for c in text)


def _script(character: str) -> str:
    """What kind of character it is, for people: `CJK`, `Thai`, `emoji`."""
    if _having(character) == PICTOGRAPHS:
        return "emoji"
    block = _block(character)
    return block if block == "CJK" else block.capitalize()


def _block(character: str) -> str:
    """The script or kind of a character: the first word of its Unicode name."""
    return unicodedata.name(character, "UNKNOWN SIGN").partition(" ")[0].partition("-")[0]


def _having(character: str) -> str:
    if ord(character) >= 0x1F000:
        return PICTOGRAPHS if ord(character) < 0x20000 else HAVING["CJK"]
    return HAVING.get(_block(character), OTHERS)


@lru_cache(maxsize=512)
def _chosen(
    characters: frozenset[str], first: tuple[str, ...]
) -> tuple[tuple[str, ...], frozenset[str]]:
    """Families that together draw what the first ones lack, and what none draws."""
    from matplotlib.font_manager import FontProperties, findfont

    left = {c for c in characters if not _invisible(c)}
    for family in first:
        left -= _drawn(left, findfont(FontProperties(family=family)))
    chosen: list[str] = []
    if left:
        _once()
    while left:
        found = {family: _drawn(left, file) for family, file in _installed()}
        best = max(found, key=lambda family: (len(found[family]), _plain(family)), default="")
        if not found.get(best):
            break
        chosen.append(best)
        left -= found[best]
    return tuple(chosen), frozenset(left)


def _plain(family: str) -> tuple[bool, bool]:
    """What is preferred among fonts that draw as much."""
    return "Serif" not in family and "Mono" not in family, "Noto" in family


def _installed() -> Iterator[tuple[str, str]]:
    """Family and file of every upright regular font."""
    from matplotlib.font_manager import fontManager

    for font in fontManager.ttflist:
        upright = font.style == "normal" and font.weight in REGULAR
        if upright and not font.name.startswith(LAST_RESORT):
            yield font.name, font.fname


def look_again() -> None:
    """Let matplotlib know of fonts that were installed since it last looked."""
    from matplotlib.font_manager import findSystemFonts, fontManager

    known = {font.fname for font in fontManager.ttflist}
    for file in set(findSystemFonts()) - known:
        with suppress(Exception):  # a file that is no font, or a broken one
            fontManager.addfont(file)


_once = cache(look_again)


def _drawn(characters: set[str], file: str) -> set[str]:
    """Those of the characters that a font's file has outlines for."""
    from matplotlib.font_manager import get_font

    try:
        font = get_font(file)
    except (OSError, RuntimeError):  # a broken file, or one of pictures alone
        return set()
    return {c for c in characters if _has(font, c)}


def _has(font: "FT2Font", character: str) -> bool:
    if not font.get_char_index(ord(character)):
        return False
    if unicodedata.category(character) in ("Zs", "Mn"):
        return True
    try:
        font.load_char(ord(character))
        return len(font.get_path()[0]) > 0
    except RuntimeError:  # a picture in colours
        return False


def _invisible(character: str) -> bool:
    """Whether there is nothing to draw: controls, joiners, selectors of variants."""
    return unicodedata.category(character) in HIDDEN or "\ufe00" <= character <= "\ufe0f"
