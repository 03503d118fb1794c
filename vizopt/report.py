"""What a recording tells in words and numbers."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from vizopt.errors import RecordingError
from vizopt.numbers import counted, setting
from vizopt.outcome import Outcome, outcome
from vizopt.quantities import title
from vizopt.recording import Recording
from vizopt.toml import parsed


def summary(run: Recording) -> dict[str, Any]:
    """Rows, epochs, final and best loss and accuracy, optimizer, seed, columns, size on disk."""
    try:
        scene = parsed(run.header.scene)
    except ValueError as error:
        raise RecordingError(f"{run.path}: damaged recording: scene: {error}") from error
    for key in ("title", "optimizer", "seed"):
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
    for column, best in (("loss", np.argmin), ("accuracy", np.argmax)):
        every = run[column] if column in run.columns else np.empty(0)
        if np.isfinite(every).any():
            at = int(best(np.where(np.isfinite(every), every, np.inf if column == "loss" else -1)))
            values[f"final_{column}"] = float(every[-1])
            values[f"best_{column}"] = {"value": float(every[at]), "epoch": at}
    if "x" in run.columns:
        ended = outcome(run)
        values["descent"] = _descent(ended)
        if ended.ending.kind in ("off", "steep"):
            values["diverged"] = None
    return values | {
        "optimizer": scene["optimizer"],
        "seed": scene["seed"],
        "columns": {
            name: [str(array.dtype), *array.shape[1:]]
            for name, array in sorted(run.columns.items())
        },
        "bytes": sum(file.stat().st_size for file in run.path.rglob("*") if file.is_file()),
        "versions": run.header.versions,
    }


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
    columns = [name for name in ("x", "accuracy", "loss", "slope", "lr") if name in run.columns]
    values = [run[name] for name in columns]
    unit = run.header.unit
    titles = {"accuracy": "acc", "loss": title("loss", unit)}
    head = [titles.get(name, name).rjust(12) for name in columns]
    yield "  ".join([unit.rjust(7), *head])
    for epoch in epochs:
        numbers = [
            f"{value:12.6f}" if abs(value) < 1e5 else f"{value:12.5e}"
            for value in (float(column[epoch]) for column in values)
        ]
        yield "  ".join([f"{epoch:7d}", *numbers])


def lines(facts: dict[str, Any]) -> Iterator[str]:
    """The summary for people: a name and a value on each line, named as in the picture."""
    unit = facts["unit"]
    if facts["interrupted"] is not None:
        facts = facts | {"interrupted": f"interrupted at {unit} {facts['interrupted']}"}
    names = {"epoch": unit, "epochs": f"{unit}s"}
    names |= {f"{end}_loss": f"{end}_{title('loss', unit)}" for end in ("final", "best")}
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


def _text(value: Any) -> str:
    if isinstance(value, float):
        return setting(value)
    if isinstance(value, list):
        return " × ".join(map(str, value))
    if isinstance(value, dict):
        return " ".join(f"{key}={_text(item)}" for key, item in value.items())
    return str(value)
