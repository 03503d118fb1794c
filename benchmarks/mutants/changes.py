"""Changes of one place in the code: drawn at random by Cosmic Ray's operators, or found by text."""

import ast
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator

ROOT = Path(__file__).parents[2]
MODULES = (
    "draw/panels", "draw/timeline", "draw/hold", "recording/descent", "recording/events",
    "recording/minima", "recording/valleys", "train/loop", "train/probes", "train/problems",
    "train/schedules", "clips/fit", "clips/metadata", "clips/targets", "formats/html",
)  # fmt: skip

# Of each kind the changes that look like mistakes. The rest of Cosmic Ray's (`<<` for `+`, `is`
# for `<`) stop at the first call with a TypeError and would only make the share of kills larger.
SWAPS = {
    "ReplaceBinaryOperator": (
        "Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "Div_FloorDiv", "FloorDiv_Div", "Mod_FloorDiv",
        "Pow_Mul", "BitOr_BitAnd", "BitAnd_BitOr", "LShift_RShift", "RShift_LShift",
    ),
    "ReplaceComparisonOperator": (
        "Eq_NotEq", "NotEq_Eq", "Lt_LtE", "Lt_GtE", "LtE_Lt", "LtE_Gt", "Gt_GtE", "Gt_LtE",
        "GtE_Gt", "GtE_Lt", "Is_IsNot", "IsNot_Is",
    ),
    "ReplaceUnaryOperator": ("Delete_USub", "Delete_Invert", "Delete_Not"),
}  # fmt: skip
OPERATORS = (
    *(f"core/{kind}_{swap}" for kind, swaps in SWAPS.items() for swap in swaps),
    *(f"core/{name}" for name in (
        "AddNot", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "ReplaceAndWithOr",
        "ReplaceOrWithAnd", "ReplaceBreakWithContinue", "ReplaceContinueWithBreak",
        "NumberReplacer", "RemoveDecorator", "ZeroIterationForLoop",
    )),
)  # fmt: skip

Position = tuple[int, int]  # line from 1, column from 0


class Change(NamedTuple):
    """One lie.

    Args:
        path: of the file, from the root.
        line: of the change, from 1.
        words: what it is, for people.
        text: the whole file with it.
    """

    path: str
    line: int
    words: str
    text: str


class Place(NamedTuple):
    """Where code can be changed, and the ways: Cosmic Ray's operators and their occurrences."""

    path: str
    at: Position
    ways: tuple[tuple[str, int], ...]


def files(modules: Sequence[str] = MODULES) -> list[str]:
    """The files of modules and folders of vizopt, from the root."""
    found = []
    for name in modules:
        folder = ROOT / "vizopt" / name
        found += sorted(folder.rglob("*.py")) if folder.is_dir() else [folder.with_suffix(".py")]
    return [str(path.relative_to(ROOT)) for path in found]


def sample(count: int, seed: int, left_out: Sequence[str] = ()) -> list[Change]:
    """So many changes of MODULES: a place at random, and one way to change it at random."""
    chosen = random.Random(seed)
    places = [place for path in files() if path not in left_out for place in places_of(path)]
    chosen.shuffle(places)
    found: list[Change] = []
    for place in places:
        ways = list(place.ways)
        chosen.shuffle(ways)
        made = next(filter(None, (changed(place, way) for way in ways)), None)
        if made:
            found.append(made)
        if len(found) == count:
            break
    return found


def at(path: str, line: int) -> list[Change]:
    """Every change of one line."""
    places = [place for place in places_of(path) if place.at[0] == line]
    return [made for place in places for way in place.ways if (made := changed(place, way))]


def module(path: str) -> str:
    """The one of MODULES that a file is of."""
    return next(name for name in MODULES if path.startswith(f"vizopt/{name}"))


def places_of(path: str) -> list[Place]:
    """Every place of a file that is run; an annotation is not."""
    source = (ROOT / path).read_text(encoding="utf-8")
    tree, skipped = get_ast(source), list(annotations(source))
    ways: dict[Position, list[tuple[str, int]]] = defaultdict(list)
    for name in OPERATORS:
        operator = get_operator(name)()
        positions = (at for node in ast_nodes(tree) for at in operator.mutation_positions(node))
        for occurrence, (start, _) in enumerate(positions):
            if not any(first <= start < last for first, last in skipped):
                ways[start].append((name, occurrence))
    return [Place(path, start, tuple(ways[start])) for start in sorted(ways)]


def annotations(source: str) -> Iterator[tuple[Position, Position]]:
    """From where to where a source's annotations reach."""
    lines = source.splitlines()

    def column(line: int, byte: int) -> Position:
        return line, len(lines[line - 1].encode()[:byte].decode())

    for node in ast.walk(ast.parse(source)):
        for name in ("annotation", "returns"):
            part = getattr(node, name, None)
            if part is not None:
                yield (
                    column(part.lineno, part.col_offset),
                    column(part.end_lineno, part.end_col_offset),
                )


def changed(place: Place, way: tuple[str, int]) -> Change | None:
    """One change of a place; none where it is no code or no change."""
    name, occurrence = way
    source = (ROOT / place.path).read_text(encoding="utf-8")
    text = mutate_code(source, get_operator(name)(), occurrence)
    try:
        if text is None or ast.dump(ast.parse(text)) == ast.dump(ast.parse(source)):
            return None
    except SyntaxError:
        return None
    return Change(place.path, place.at[0], difference(source, text), text)


def difference(old: str, new: str) -> str:
    """What differs, before and after."""
    before, after = old.splitlines(), new.splitlines()
    for end in (0, -1):
        while before and after and before[end] == after[end]:
            del before[end], after[end]
    parts = (" ".join(filter(None, map(str.strip, part))) for part in (before, after))
    return " → ".join(f"`{part}`" for part in parts)


def replaced(path: str, old: str, new: str, words: str) -> Change:
    """A change that a text stands for.

    Raises:
        SystemExit: the text is not there once; the code has moved on.
    """
    source = (ROOT / path).read_text(encoding="utf-8")
    if source.count(old) != 1:
        raise SystemExit(f"{path}: {words}: found {source.count(old)} times, not once: {old!r}")
    line = source[: source.index(old)].count("\n") + 1
    return Change(path, line, words, source.replace(old, new))
