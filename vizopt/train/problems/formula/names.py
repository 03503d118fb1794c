"""The names in a formula: its variable, constants, functions, and the way out of a wrong one."""

import re
from itertools import pairwise

from vizopt.core.errors import hint
from vizopt.train.problems.formula.known import ALIASES, BRANCHES, FUNCTIONS, INSTEAD
from vizopt.train.problems.formula.numerals import PI, E
from vizopt.train.problems.formula.tokens import Token, cut

CONSTANTS = {"pi": (PI, "π"), "π": (PI, "π"), "e": (E, "e")}
IMAGINARY = "ij"
LONGEST = 30  # name that may be several


def variable_of(words: list[Token], named: str) -> str:
    """The variable: x, or the one other letter that the formula uses or names before its `=`.

    Raises:
        ValueError: it uses two.
    """
    letters = {
        word.text
        for word, after in pairwise(words)
        if word.kind == "name" and len(word.text) == 1 and word.text.isalpha() and after.kind != "("
    }
    unknown = sorted(letters - {*CONSTANTS, *IMAGINARY} | ({named} if named else set()))
    if "x" in unknown:
        return "x"
    if len(unknown) > 1:
        raise ValueError(f"more than one variable, {', '.join(unknown)}: write one x and numbers")
    return unknown[0] if unknown else "x"


def function_of(name: str) -> str:
    """The function that a name stands for; "" for none."""
    name = ALIASES.get(name, name)
    return name if name in FUNCTIONS or name in BRANCHES else ""


def unknown_name(name: str, variable: str) -> ValueError:
    """Of a name that is neither the variable, a constant nor a function."""
    apart = _apart(name, variable)
    if re.fullmatch(rf"{variable}_?\d+", name):
        way = f'did you mean "{variable}*{name.strip(variable + "_")}", or {variable} alone?'
    elif apart:
        way = f'did you mean "{apart}"?'
    elif name in INSTEAD:
        way = f"did you mean {INSTEAD[name]}?"
    else:
        way = f"the variable is {variable}, everything else a number"
    return ValueError(f'unknown name "{cut(name)}": {way}')


def unknown_function(name: str, variable: str) -> ValueError:
    """Of a name in front of a parenthesis that is no function."""
    apart = _apart(name, variable)
    if name in INSTEAD:
        way = f"did you mean {INSTEAD[name]}?"
    else:
        known = [*FUNCTIONS, *BRANCHES, "log"]
        way = f'did you mean "{apart}"?' if apart else hint(name, known)
    return ValueError(f'unknown function "{cut(name)}": {way}')


def _apart(name: str, variable: str) -> str:
    """A name that is several, written apart: xsin as x*sin, sinx as sin(x), x2 as x*2; or ""."""
    if len(name) > LONGEST:
        return ""
    known = sorted({variable, *CONSTANTS, *FUNCTIONS, *ALIASES}, key=len, reverse=True)
    word = "|".join(known)
    if not re.fullmatch(rf"(?:{word}|[0-9])+", name):
        return ""
    parts = re.findall(rf"{word}|[0-9]+", name)
    text = parts[-1]
    for part in reversed(parts[:-1]):
        text = f"{part}({text})" if function_of(part) else f"{part}*{text}"
    return text if "".join(parts) == name else ""
