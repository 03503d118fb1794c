"""The names in a formula: its variable, constants, functions, and the way out of a wrong one."""

import re
from itertools import pairwise

from vizopt.core.errors import hint
from vizopt.train.problems.formula.known import ALIASES, BRANCHES, FUNCTIONS, INSTEAD
from vizopt.train.problems.formula.numerals import PI, E
from vizopt.train.problems.formula.tokens import Token, cut

CONSTANTS = {"pi": (PI, "π"), "π": (PI, "π"), "e": (E, "e")}
IMAGINARY = "ij"
GREEK = (
    *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"),
    *("lambda", "mu", "nu", "xi", "omicron", "rho", "sigma", "tau", "upsilon", "phi", "chi"),
    *("psi", "omega"),
)  # letters in words, but for pi
LONGEST = 30  # name that may be several


def variable_of(words: list[Token], named: str) -> str:
    """The variable: x, or the one other letter, θ and theta too, that the formula uses or names
    before its `=`.

    Raises:
        ValueError: it uses two.
    """
    letters = {
        word.text
        for word, after in pairwise(words)
        if word.kind == "name" and _is_letter(word.text) and after.kind != "("
    }
    unknown = sorted(letters - {*CONSTANTS, *IMAGINARY} | ({named} if named else set()))
    if "x" in unknown:
        return "x"
    if len(unknown) > 1:
        raise ValueError(f"more than one variable, {', '.join(unknown)}: write one x and numbers")
    return unknown[0] if unknown else "x"


def _is_letter(name: str) -> bool:
    """Whether it can be a variable: t, θ, theta."""
    return name in GREEK or (len(name) == 1 and name.isalpha())


def function_of(name: str) -> str:
    """The function that a name stands for; "" for none."""
    name = ALIASES.get(name, name)
    return name if name in FUNCTIONS or name in BRANCHES else ""


def unknown_name(name: str, variable: str) -> ValueError:
    """Of a name that is neither the variable, a constant nor a function."""
    apart = _apart(name, variable)
    indexed = re.fullmatch(r"([^\W\d_]+)_?(\d+)", name)
    if indexed and _is_letter(indexed[1]) and indexed[1] not in CONSTANTS:
        way = f'did you mean "{indexed[1]}*{indexed[2]}", or {indexed[1]} alone?'
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
    elif base := re.fullmatch(r"log_?(?!10$)([3-9]|\d{2,})", name):
        way = f'did you mean "ln({variable})/ln({base[1]})"?'
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
