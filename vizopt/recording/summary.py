"""What a recording tells in words and numbers."""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from math import floor, log10
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vizopt.core.errors import RecordingError
from vizopt.core.numbers import FIGURES, MAX_EXACT, counted, setting
from vizopt.core.toml import parsed
from vizopt.recording.descent import Outcome, outcome
from vizopt.recording.logged import final, is_logged
from vizopt.recording.quantities import MEASURED, QUANTITIES, ordered, quantity, title
from vizopt.recording.readout import Readout
from vizopt.recording.scalars import column_of, logged_steps, scalars, series
from vizopt.recording.store import Recording

NONE = "–"  # where nobody logged a value
SIX = 6  # decimals of a table, or figures
TABLE_MIN, TABLE_MAX = 1e-4, 1e5  # below the first and from the second on a table has an exponent
NARROW = 1e-3  # of the largest value: values that differ by less have more decimals
TABLE = [name for name, found in QUANTITIES.items() if found.shape == "scalar"]
JUDGED = ("loss", "accuracy", "r2", "mae")  # whose best value is told
INNER = ("descent", "minimum", "best_loss")  # parts of the summary with x and f in them


def summary(run: Recording) -> dict[str, Any]:
    """Rows, epochs, final and best loss and accuracy, optimizer, seed, columns, size on disk."""
    try:
        scene = parsed(run.header.scene)
    except ValueError as error:
        raise RecordingError(f"{run.path}: damaged recording: scene: {error}") from error
    by = run.header.external
    made = ("optimizer", "seed") if by is None else ()
    for key in ("title", *made):
        if key not in scene:
            raise RecordingError(f"{run.path}: damaged recording: scene: {key} is missing")
    values: dict[str, Any] = {
        "scene": run.header.name,
        "title": scene["title"],
        "rows": len(run),
        "unit": run.header.unit,
        "epochs": run.epochs,
        "planned": run.header.epochs,
        "diverged": run.diverged,
        "interrupted": run.interrupted,
    }
    if (logged := logged_steps(run)) < run.epochs:
        values["logged"] = logged
    values |= _values(run)
    if run.header.kind == "function":
        ended = outcome(run)
        values["descent"] = None if ended.ending.kind == "start" else _descent(ended)
        if ended.ending.kind in ("off", "steep"):
            values["diverged"] = None
    who = {key: scene[key] for key in made}
    if by is not None:
        who = {"recorded": {key: value for key, value in asdict(by).items() if value}}
    return (
        values
        | who
        | {
            "columns": {
                name: [str(array.dtype), *array.shape[1:]]
                for name, array in sorted(run.columns.items())
            },
            "bytes": sum(file.stat().st_size for file in run.path.rglob("*") if file.is_file()),
            "versions": run.header.versions,
        }
    )


def _values(run: Recording) -> dict[str, Any]:
    """The last value of each column, and the best loss and metrics with their epochs."""
    values: dict[str, Any] = {}
    for column in JUDGED:
        every = series(run, column)
        if np.isfinite(every).any():
            falls = quantity(column).falls
            missing = np.where(np.isfinite(every), every, np.inf if falls else -np.inf)
            at = int(missing.argmin() if falls else missing.argmax())
            values[f"final_{column}"] = _plain(final(every))
            values[f"best_{column}"] = {"value": float(every[at]), "epoch": at}
    return values | {f"final_{column}": _plain(final(run[column])) for column in _others(run)}


def _others(run: Recording) -> list[str]:
    """The columns besides loss and metrics whose last value is told."""
    if run.header.external is None:
        return [name for name in MEASURED if name in run.columns and run.epochs]
    main = {column_of(run, name) for name in JUDGED}
    return ordered(name for name in scalars(run) if name not in main)


def verified(run: Recording) -> str:
    """A line on a recording that was read before_damage, where all of it is sound.

    Raises:
        RecordingError: something is damaged: all of that, in one line.
    """
    if not run.damage:
        return f"{run.path}  {rows_of(run)}  nothing damaged"
    way = f"{counted(len(run), 'row')} before can be drawn with: vizopt render --before-damage"
    raise RecordingError(
        f"{run.path}: damaged: {'; '.join(run.damage)}"
        f"{': ' + way if len(run) else ': no rows before can be drawn'}"
    )


def _plain(value: float) -> float | None:
    """None where it is no number, which JSON does not have."""
    return value if np.isfinite(value) else None


def rows_of(run: Recording) -> str:
    """How much it keeps: `301 rows of 5 000 epochs`."""
    return f"{counted(len(run), 'row')} of {counted(run.epochs, run.header.unit)}"


def _descent(ended: Outcome) -> dict[str, Any]:
    """Start, end, the verdict, the minimum it ended in, steps to reach, and what went wrong."""
    minimum = ended.minimum
    level: dict[str, float] = {}
    if minimum and minimum.is_stretch:
        level = dict(zip(("level_from", "level_to"), minimum.flat, strict=True))
    return {
        "start": ended.start,
        "end": ended.end,
        "slope": ended.slope,
        "ending": ended.ending.words,
        "since": ended.ending.since,
        "valley": minimum and minimum.name,
        "minimum": minimum
        and {
            "x": minimum.x,
            "f": minimum.f,
            "ordinal": minimum.ordinal,
            "global": minimum.is_global,
            **level,
        },
        "settled": ended.settled_at is not None,
        "settled_at": ended.settled_at,
        "steps_to_reach": ended.reached_at,
        "global_basin_left": len(ended.left_at),
        "outside_at": ended.exits_at[0] if ended.exits_at else None,
        "diverged_at": ended.diverged_at,
    }


def table(run: Recording, epochs: range) -> Iterator[str]:
    """Epoch, accuracy, loss and learning rate in rows, as the lesson prints them; of a descent
    step, x, f(x), slope and learning rate.
    """
    columns = [name for name in TABLE if name in run.columns]
    if run.header.external:
        columns = ordered(scalars(run))
    unit = run.header.unit
    titles = {"accuracy": "acc", "loss": title("loss", run.header.kind)}
    cells = [[f"{unit:>7}", *(f"{epoch:7d}" for epoch in epochs)]]
    for name in columns:
        values = run[name]
        digits, there = _decimals(values), is_logged(values)
        told = (_cell(float(values[at]), digits) if there[at] else NONE for at in epochs)
        numbers = [titles.get(name, name), *told]
        width = max(12, *map(len, numbers))
        cells.append([number.rjust(width) for number in numbers])
    for row in zip(*cells, strict=True):
        yield "  ".join(row)


def _decimals(values: NDArray[np.float64]) -> int | None:
    """Decimals that tell the values [E] of a narrow span apart; None where it is wide."""
    finite = values[np.isfinite(values)]
    if not len(finite):
        return None
    largest, span = float(abs(finite).max()), float(np.ptp(finite))
    if not 0 < span < NARROW * largest or not TABLE_MIN <= largest < MAX_EXACT:
        return None
    finest = FIGURES - 2 - floor(log10(largest))
    return min(max(SIX, SIX - 1 - floor(log10(span))), max(finest, 0))


def _cell(value: float, decimals: int | None) -> str:
    if decimals is not None and abs(value) < MAX_EXACT:
        return f"{value:.{decimals}f}"
    plain = not value or TABLE_MIN <= abs(value) < TABLE_MAX
    return f"{value:.{SIX}f}" if plain else f"{value:.{SIX - 1}e}"


def lines(run: Recording) -> Iterator[str]:
    """The summary for people: a name and a value on each line, named as in the picture."""
    facts = summary(run)
    unit = facts["unit"]
    if facts["interrupted"] is not None:
        facts |= {"interrupted": f"interrupted at {unit} {facts['interrupted']}"}
    readout = Readout.of(run) if run.header.kind == "function" else None
    if readout:
        facts = _descent_told(facts, readout)
    names = {"epoch": unit, "epochs": f"{unit}s"}
    names |= {f"{end}_loss": f"{end}_{title('loss', run.header.kind)}" for end in ("final", "best")}
    for name, value in facts.items():
        if value is None or name == "unit":
            continue
        shown = names.get(name, name)
        if isinstance(value, dict):
            inside = names if name != "columns" else {}  # those are named as in the file
            inner = (f"{inside.get(key, key)} {_text(item)}" for key, item in value.items())
            yield f"{shown:15} {', '.join(inner)}"
        else:
            yield f"{shown:15} {_text(value)}"


def _descent_told(facts: dict[str, Any], readout: Readout) -> dict[str, Any]:
    """The summary of a descent, its x and f in the digits of their span."""

    def x(value: float) -> str:
        value = readout.rounded(value)
        return setting(value, span=readout.x_span(value))

    def f(value: float) -> str:
        return setting(value, span=readout.f_span(value))

    ways = {"start": x, "end": x, "x": x, "level_from": x, "level_to": x, "f": f}
    ways |= {"final_loss": f, "value": f}

    def told(part: dict[str, Any]) -> dict[str, Any]:
        return {
            name: told(value) if name in INNER and value else _as(ways.get(name), value)
            for name, value in part.items()
        }

    return told(facts)


def _as(way: Callable[[float], str] | None, value: Any) -> Any:
    return way(value) if way else value


def _text(value: Any) -> str:
    if isinstance(value, float):
        return setting(value)
    if isinstance(value, list):
        return " × ".join(map(str, value))
    if isinstance(value, dict):
        return " ".join(f"{key}={_text(item)}" for key, item in value.items())
    return str(value)
