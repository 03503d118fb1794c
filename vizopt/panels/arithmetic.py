"""Arithmetic: the recorded update rule with the numbers of a step, as it is to be printed."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from vizopt.errors import RecordingError
from vizopt.panels.figures import Number, Work, written
from vizopt.panels.rule import Line, Rule, pieces, rule
from vizopt.recording import Recording

NEXT = Line("x", ast.parse("x + update", mode="eval").body, None)
ROUNDING = 4 * np.finfo(float).eps  # of x
OURS = frozenset({"x", "slope"})  # columns with fixed decimals; the other ones are rates


class Step(NamedTuple):
    """The arithmetic of one step, the last line of which is the next x.

    Args:
        works: its lines.
        texts: each number by key.
    """

    works: list[Work]
    texts: Mapping[str, str]

    def lines(self, left_out: int) -> list[list[str]]:
        """Each line in pieces, without the first ones, whose results are numbers in the others."""
        shown = {work.result: work.line.name for work in self.works[left_out:-1]}
        return [self._pieces(work, shown if work.line is not NEXT else {}) for work in self.works][
            left_out:
        ]

    def _pieces(self, work: Work, shown: Mapping[str, str]) -> list[str]:
        texts = {name: shown.get(key, self.texts[key]) for name, key in work.operands.items()}
        first, *others = pieces(work.line.expression, texts)
        return [f"{work.line.name} = {first}", *others, f"= {self.texts[work.result]}"]


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
    except (ValueError, TypeError) as error:
        raise RecordingError(f"{run.path}: damaged: its update rule: {error}") from error


def _steps(run: Recording, lines: Rule, rows: Sequence[int]) -> Iterator[tuple[int, Step]]:
    """A rule that remembers is followed from the first step on: what it knows is not recorded."""
    columns = {
        name: run[name]
        for name, array in run.columns.items()
        if array.path.startswith("history/") and not array.shape[1:]
    }
    epochs, delta = run["epoch"], run["delta"]
    wanted = {int(epochs[row]): row for row in rows}
    state: dict[str, Any] | None = None
    for step in range(max(wanted) + 1) if lines.remembers else sorted(wanted):
        given = {name: column[step] for name, column in columns.items()} | {"t": step + 1}
        state = lines.first(given) if state is None else state
        after, held = lines.after(state, given)
        if step in wanted:
            values = {**state, **given, "update": delta[wanted[step]][0]}
            yield wanted[step], _step(held, values, after)
        state = after


def _step(held: list[Line], values: Mapping[str, Any], after: Mapping[str, Any]) -> Step:
    """The lines that hold in a step, from the values before it and after it."""
    keys = {name: name for name in values}
    numbers = {name: Number(float(value), _kind(name, after)) for name, value in values.items()}
    works = []
    for line in held:
        if line.is_copy and line.operands:
            keys[line.name] = keys[line.operands[0]]
        elif not line.is_copy:
            result = f"{line.name} after"
            works.append(Work(line, result, {name: keys[name] for name in line.operands}))
            numbers[result] = Number(float(after[line.name]))
            keys[line.name] = result
    numbers[keys["update"]] = Number(float(values["update"]), "fixed")  # as it was recorded
    last = Work(NEXT, "x after", {"x": "x", "update": keys["update"]})
    numbers[last.result] = Number(_sum(float(values["x"]), float(values["update"])), "fixed")
    for lines in ([*works, last], [last]):  # lines that do not lead to it are none
        used = {key for work in lines for key in (work.result, *work.operands.values())}
        texts = written(lines, {key: numbers[key] for key in sorted(used)})
        if texts is not None:
            return Step(lines, texts)
    return Step([], {})


def _sum(x: float, update: float) -> float:
    """The next x; 0 where nothing is left of it but rounding."""
    left = x + update
    return 0.0 if abs(left) <= ROUNDING * abs(x) else left


def _kind(name: str, results: Mapping[str, Any]) -> str:
    if name == "t":
        return "count"
    return "fixed" if name in OURS else "" if name in results else "rate"
