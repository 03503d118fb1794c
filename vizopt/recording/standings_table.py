"""Standings in rows: for the terminal, as CSV and as JSON."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any

from vizopt.core.numbers import number
from vizopt.core.words import ENGLISH
from vizopt.recording.clock import Clock, Kind
from vizopt.recording.events import MARKS
from vizopt.recording.standings import Standing, score, standings
from vizopt.recording.store import Recording

Runs = Mapping[str, Recording]


def lines(runs: Runs, kind: Kind = "step") -> Iterator[str]:
    """The standings for people; what a run never reaches is more than the epochs it has."""
    clock = Clock.of(runs, kind)
    every = enumerate(standings(runs, kind), 1)
    rows = [_titles(runs, clock), *(_cells(runs, place, each, clock) for place, each in every)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [row[0].rjust(widths[0]), row[1].ljust(widths[1])]
        cells += [cell.rjust(width) for cell, width in zip(row[2:], widths[2:], strict=True)]
        yield "  ".join(cells).rstrip()
    many = max(each.seeds for each in standings(runs))
    if many > 1:
        yield f"medians and ranges of {many} seeds"
    for each in standings(runs):
        if seeds := each.counts.get("diverged"):
            yield f"{each.name}: {seeds} of {each.seeds} seeds diverged"


def facts(runs: Runs, kind: Kind = "step") -> list[dict[str, Any]]:
    """The same with all digits; what a run never reaches is None."""
    found = []
    for place, each in enumerate(standings(runs, kind), 1):
        row: dict[str, Any] = {"place": place, "run": each.name}
        row |= {f"best_{score(runs)}": each.best, "best_at": each.best_at}
        if each.seeds > 1:
            low, high = each.ranges.get("best", (None, None))
            row |= {"seeds": each.seeds, "best_lowest": low, "best_highest": high}
            row["diverged_seeds"] = each.counts["diverged"]
        if score(runs) == "accuracy":
            row |= {f"to_{100 * mark:.0f}": each.reached[mark] for mark in MARKS}
        else:
            row["to_global_minimum"] = each.minimum
        found.append(row | {"final_loss": each.loss, "last": each.last, "diverged": each.diverged})
    return found


def as_csv(runs: Runs, kind: Kind = "step") -> str:
    """A line of names, and one for each run; empty where there is no number."""
    text = io.StringIO()
    rows = facts(runs, kind)
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def as_json(runs: Runs, kind: Kind = "step") -> str:
    """A list of runs, the best first; null where there is no number."""
    every = [{key: _plain(value) for key, value in row.items()} for row in facts(runs, kind)]
    return (
        json.dumps({"unit": Clock.of(runs, kind).unit, "standings": every}, ensure_ascii=False)
        + "\n"
    )


def _plain(value: Any) -> Any:
    """None for a number that JSON has not."""
    return None if isinstance(value, float) and not isfinite(value) else value


def _titles(runs: Runs, clock: Clock) -> list[str]:
    at = f"at {ENGLISH.text(clock.unit)}"
    if score(runs) == "accuracy":
        return ["", "run", "best acc", at, *(f"{m:.0%}" for m in MARKS), "final loss"]
    name = "f(x)" if _descends(runs) else "loss"
    ends = ["global minimum"] if _descends(runs) else []
    return ["", "run", f"lowest {name}", at, *ends, f"final {name}"]


def _descends(runs: Runs) -> bool:
    return all(run.header.kind == "function" for run in runs.values())


def _cells(runs: Runs, place: int, each: Standing, clock: Clock) -> list[str]:
    def at(when: float | None) -> str:
        return f"> {clock.written(each.last)}" if when is None else clock.written(when)

    def reached(mark: float) -> str:
        if each.seeds == 1:
            return at(each.reached[mark])
        first, last = each.ranges[mark]
        return (
            at(first) if first == last else f"{at(each.reached[mark])} ({at(first)} to {at(last)})"
        )

    best = "–" if each.best is None else number(each.best)
    if each.seeds > 1 and "best" in each.ranges:
        best += " ({} to {})".format(*(number(value or 0) for value in each.ranges["best"]))
    best_at = "–" if each.best_at is None else clock.written(each.best_at)
    cells = [str(place), each.name, best, best_at]
    if score(runs) == "accuracy":
        cells += [reached(mark) for mark in MARKS]
    elif _descends(runs):
        cells.append(at(each.minimum))
    ended = "" if each.diverged is None else f", diverged at {clock.written(each.diverged)}"
    return [*cells, f"{number(each.loss)}{ended}"]
