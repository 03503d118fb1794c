"""Arithmetic: the recorded update rule with the numbers of a step, as it is to be printed."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from typing import Any, NamedTuple

import numpy as np

from vizopt.core.errors import RecordingError
from vizopt.core.words import ENGLISH, Language
from vizopt.draw.panels.figures import DECIMALS, Number, Work, float_of, written
from vizopt.draw.panels.pieces import pieces
from vizopt.draw.panels.rule import Line, Rule, rule, size, value
from vizopt.recording.readout import Readout
from vizopt.recording.store import Recording

NEXT = Line("x", ast.parse("x + update", mode="eval").body, None)
ROUNDING = 1e-10  # of a result's terms: where less is left of them, no figure of it is certain
UPDATE_TOLERANCE = 1e-6  # of a recorded update: so near to it comes what its lines give
FEWER = np.finfo(float).tiny  # below it a float has fewer figures
SMALLEST_SHOWN = 0.5 * 10.0**-DECIMALS  # what is smaller is 0 to so many decimals
# Names of results that a picture has words for.
NAMES = (
    *("velocity", "update", "mean", "sum", "before", "largest", "new", "push", "size", "turn"),
    *("move", "moved", "cache"),  # the last in recordings of before
)
OURS = frozenset({"x", "slope"})  # columns with fixed decimals; the other ones are rates


class Step(NamedTuple):
    """The arithmetic of one step, the last line of which is the next x.

    Args:
        works: its lines.
        texts: each number by key.
    """

    works: list[Work]
    texts: Mapping[str, str]

    def lines(self, left_out: int, words: Language = ENGLISH) -> list[list[str]]:
        """Each line in pieces, without the first ones, whose results are numbers in the others."""
        names = {work.result: words.retold(work.line.name, *NAMES) for work in self.works}
        shown = {work.result: names[work.result] for work in self.works[left_out:-1]}
        return [
            self._pieces(work, names[work.result], shown if work.line is not NEXT else {})
            for work in self.works[left_out:]
        ]

    def _pieces(self, work: Work, name: str, shown: Mapping[str, str]) -> list[str]:
        result = f"= {self.texts[work.result]}"
        if not all(isfinite(float_of(self.texts[key])) for key in work.operands.values()):
            return [f"{name} {result}"]  # nothing can be redone with infinity
        texts = {own: shown.get(key, self.texts[key]) for own, key in work.operands.items()}
        first, *others = pieces(work.line.expression, texts)
        return [f"{name} = {first}", *others, result]


def arithmetic(run: Recording, rows: Sequence[int]) -> dict[int, Step]:
    """The arithmetic of each of these recorded rows.

    Raises:
        RecordingError: the recorded rule cannot be read.
    """
    told = run.header.worked
    try:
        with np.errstate(all="ignore"):
            # Before there were lines to be redone, the text had places in braces for numbers.
            lines = Rule((), ()) if "{" in told else rule(told)
            return dict(_steps(run, lines, rows))
    except (ValueError, TypeError, RecursionError) as error:
        raise RecordingError(f"{run.path}: damaged: its update rule: {error}") from error


def _steps(run: Recording, lines: Rule, rows: Sequence[int]) -> Iterator[tuple[int, Step]]:
    """A rule that remembers is followed from the first step on: what it knows is not recorded."""
    columns = {
        name: run[name]
        for name, array in run.columns.items()
        if array.path.startswith("history/") and not array.shape[1:]
    }
    epochs, delta, digits = run["epoch"], run["delta"], Readout.of(run)
    wanted = {int(epochs[row]): row for row in rows}
    state: dict[str, Any] | None = None
    for step in range(max(wanted) + 1) if lines.remembers else sorted(wanted):
        given = {name: column[step] for name, column in columns.items()} | {"t": step + 1}
        state = lines.first(given) if state is None else state
        after, held = lines.after(state, given)
        if step in wanted:
            values = {**state, **given, "update": delta[wanted[step]][0]}
            yield wanted[step], _step(held, values, state, digits)
        state = after


def _step(
    held: Sequence[Line], values: Mapping[str, Any], state: Mapping[str, Any], digits: Readout
) -> Step:
    """The lines that hold in a step, from the values before it and the recorded update."""
    known, sizes = _results(held, values)
    x, update = (float(values[name]) for name in ("x", "update"))
    if abs(known["update"] - update) > max(
        UPDATE_TOLERANCE * abs(update), ROUNDING * sizes["update"], FEWER
    ):
        held = []  # lines that lead to another update are none of this step
    keys = {name: name for name in values}
    numbers = {name: Number(float(before), _kind(name, state)) for name, before in values.items()}
    works = []
    for line in held:
        if line.is_copy and line.operands:
            keys[line.name] = keys[line.operands[0]]
        elif not line.is_copy:
            result = f"{line.name} after"
            works.append(Work(line, result, {name: keys[name] for name in line.operands}))
            cancelled = not known[line.name] and sizes[line.name]
            numbers[result] = Number(float(known[line.name]), "fixed" if cancelled else "")
            keys[line.name] = result
    made = update if known["update"] or abs(update) >= SMALLEST_SHOWN else 0.0
    numbers[keys["update"]] = Number(made, "fixed")  # as it was recorded
    works.append(Work(NEXT, "x after", {"x": "x", "update": keys["update"]}))
    after = _certain(x + update, abs(x) + abs(update))
    for key, at in (("x", x), ("x after", after)):
        numbers[key] = Number(at, "fixed", digits.x_span(at))
    used = {key for work in works for key in work.keys}
    return Step(works, written(works, {key: numbers[key] for key in sorted(used)}))


def _results(
    held: Sequence[Line], values: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What each name comes to, and how large the terms were that it came from."""
    known: dict[str, Any] = {name: np.float64(before) for name, before in values.items()}
    sizes = {name: abs(before) for name, before in known.items()}
    signs = {name for line in held for name in line.signs}
    for line in held:
        result = value(line.expression, known)
        sizes[line.name] = size(line.expression, known, sizes)
        certain = line.name in signs  # however small, its sign decides
        known[line.name] = result if certain else _certain(result, sizes[line.name])
    return known, sizes


def _certain(result: float, terms: float) -> float:
    """A result, or 0 where nothing is left of its terms but rounding."""
    left = abs(result) > max(ROUNDING * terms, FEWER) or abs(result) >= SMALLEST_SHOWN
    return result if left or not isfinite(terms) else 0.0


def _kind(name: str, state: Mapping[str, Any]) -> str:
    if name == "t":
        return "count"
    return "fixed" if name in OURS else "" if name in state else "rate"
