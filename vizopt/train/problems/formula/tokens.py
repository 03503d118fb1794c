"""The words of a formula: numbers, names, powers and signs, each with its place."""

import re
import unicodedata
from typing import NamedTuple

from vizopt.train.problems.formula.numerals import Number, decimal

RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
FRACTIONS = "¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
OTHERS = {
    "**": "^",
    **dict.fromkeys("×·⋅∙∗", "*"),
    **dict.fromkeys("÷∕⁄", "/"),
    **dict.fromkeys("−–‒", "-"),
    **{"≤": "<=", "≥": ">=", "≠": "!=", "&&": "and", "&": "and"},
}  # signs with the same meaning
INSTEAD = {
    **dict.fromkeys("ˣⁿ", "write e^x"),
    **dict.fromkeys("[]{}", "write ( and )"),
    "=": "write what f(x) is, without a sign of equality",
    "%": "write x - 2*floor(x/2) for what is left of x by 2, /100 for per cent",
    "!": "there is no factorial: write a product, x*(x - 1)",
    "∜": "write x^(1/4)",
    "∞": "write a number",
    "°": "write *pi/180, angles are in radians",
    "'": "write f(x) = … itself, its slope is derived from it",
}  # of a character that has no meaning in a formula
WORDS = ("and", "or", "not", "if", "else")

_LETTER = rf"(?![{RAISED}{FRACTIONS}πˣⁿ])\w"
_POWER_OF_TEN = r"(?:[eE][+\-−]?[0-9]+)?"
_TOKEN = re.compile(
    rf"(?P<number>(?:[0-9]+(?:_[0-9]+)*(?:\.[0-9]*)?|\.[0-9]+){_POWER_OF_TEN}|[{FRACTIONS}])"
    rf"|(?:(?:np|numpy|jnp|math|torch|sympy)\.)?(?P<name>π|(?!\d)(?:{_LETTER})+)"
    rf"|(?P<raised>⁻?[{RAISED}]+)"
    r"|(?P<sign>\*\*|<=|>=|==|!=|&&|[-+*/^(),|√∛<>&×·⋅∙∗÷∕⁄−–‒≤≥≠])"
)
_HEAD = re.compile(r"\s*(?:[^\W\d_]\w*\s*\(\s*([^\W\d_])\s*\)|[fy])\s*=(?!=)")  # of "f(t) = …"


class Token(NamedTuple):
    """A word of a formula.

    Args:
        kind: "number", "name", "raised", "end"; a sign or word of logic is a kind of its own.
        text: as typed, a name in small letters.
        at: its first character's place in the formula.
        glued: nothing stands between the word before and this one.
    """

    kind: str
    text: str
    at: int
    glued: bool


def head(text: str) -> tuple[str, str]:
    """What stands before the formula's own text, `f(t) =`, and the variable named there."""
    found = _HEAD.match(text)
    return (found[0], _small(found[1] or "")) if found else ("", "")


def tokens(text: str, start: int) -> list[Token]:
    """The words from start on, an "end" behind them.

    Raises:
        ValueError: a character that has no meaning in a formula.
    """
    found = []
    at, glued = start, False
    while at < len(text.rstrip("; \t\n")):
        match = _TOKEN.match(text, at)
        if match:
            found.append(_token(match, glued))
            at, glued = match.end(), True
        elif text[at].isspace():
            at, glued = at + 1, False
        else:
            raise ValueError(f"{text[at]!r} is not allowed: {_instead(text[at])}")
    return [*found, Token("end", "", at, glued)]


def number(text: str) -> tuple[Number, str]:
    """The value of a number's word, and how it is written: `.50` as 0.50, `1_000` as 1000.

    Raises:
        ValueError: it is too large for a float.
    """
    if text in FRACTIONS:
        return decimal(text), text
    plain = text.replace("_", "").replace("−", "-").replace("E", "e")
    if float(plain) == float("inf"):
        raise ValueError(f"{cut(text)} is too large a number")
    digits, e, power = plain.partition("e")
    whole, dot, rest = digits.partition(".")
    shown = (whole.lstrip("0") or "0") + (dot + rest if rest else "")
    return decimal(plain), f"{shown}{e}{power.replace('-', '−')}"


def raised(text: str) -> str:
    """A whole number as a superscript: −12 as ⁻¹²."""
    return text.translate(str.maketrans("0123456789−-", RAISED + "⁻⁻"))


def lowered(text: str) -> str:
    """The number of a superscript: ⁻¹² as -12."""
    return text.translate(str.maketrans(RAISED + "⁻", "0123456789-"))


def cut(text: str, most: int = 60) -> str:
    """The text, or its first characters, for an error of one line."""
    return text if len(text) <= most else f"{text[:most]}…"


def _small(name: str) -> str:
    """A name as it is looked up: `X` and `𝑥` are x."""
    return unicodedata.normalize("NFKC", name).lower()


def _token(match: re.Match[str], glued: bool) -> Token:
    kind = str(match.lastgroup)
    text = match[kind]
    if kind == "name":
        text = _small(text)
        kind = text if text in WORDS else kind
    elif kind == "sign":
        kind = OTHERS.get(text, text)
    return Token(kind, text, match.start(), glued)


def _instead(character: str) -> str:
    if character in INSTEAD:
        return INSTEAD[character]
    return "use numbers, x, + - * / ^ and functions"
