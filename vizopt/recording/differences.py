"""Differences: what the runs of a race do not have in common, beside their update rule."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from vizopt.core.numbers import count, setting
from vizopt.core.toml import parsed
from vizopt.recording.instants import fault, instants
from vizopt.recording.store import Recording

DATA = ("points", "labels", "targets", "held_out", "curve")  # constants that are the data
DATA_KEY = "data."  # in front of a setting of the data
RULE = "optimizer"
APART = ("seed", "length", "framework")  # differences that are not of the problem
FOLLOWS = {"sizes": "first weights", "start": "first weights", "f": "data"}  # from another one
SEPARATOR, ITEMS = "  ·  ", ", "  # between the settings below a title, and within one of them


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that two runs of a race do not have in common.

    Args:
        what: "optimizer.lr", "batch", "first weights".
        values: of each run, by its name; empty where there are too many to tell.
        beyond: whether it is more than the update rule and its settings: then the race is not one
            of the rules alone, and the picture says so.
    """

    what: str
    values: Mapping[str, str]
    beyond: bool


def differences(runs: Mapping[str, Recording]) -> list[Difference]:
    """What differs, that of the rules first; nothing where all runs are the same.

    Data and first weights are compared by their bits, settings by what the recordings say.

    Args:
        runs: by their names in the race.
    """
    found = [*_settings(runs)]
    said = {each.what for each in found}
    for what, of in START.items():
        if len({bits for run in runs.values() if (bits := of(run)) is not None}) > 1:
            found.append(Difference(what, {}, True))
    samples = {name: samples_seen(run) for name, run in runs.items()}
    is_told = {tells_samples(run) for run in runs.values()} != {True, False}
    if is_told and len(set(samples.values())) > 1 and "length" not in said:
        told = {name: count(seen) for name, seen in samples.items()}
        found.append(Difference("samples seen", told, True))
    return sorted(found, key=lambda each: each.beyond)


def unfair(runs: Mapping[str, Recording]) -> list[Difference]:
    """What differs beyond the rules, in plain words: another problem is one of them, whatever it is
    made of, and what follows from another difference is not told."""
    found = {each.what: each for each in differences(runs) if each.beyond}
    if "kind" in found:
        apart = [found[what] for what in APART if what in found]
        return [Difference("problem", found["kind"].values, True), *apart]
    data = [what for what in found if what.startswith(DATA_KEY)]
    if data:
        found["data"] = Difference("data", {}, True) if len(data) > 1 else found[data[0]]
    if "sizes" in found:
        values = {} if data else found["sizes"].values
        found["sizes"] = Difference("network", values, True)
    left_out = {*data, *(FOLLOWS[what] for what in found if what in FOLLOWS)}
    kept = (each for what, each in found.items() if what not in left_out)
    return [replace(each, what=re.sub("[._]", " ", each.what)) for each in kept]


def unrecorded(runs: Mapping[str, Recording]) -> list[str]:
    """Of what all should have in common at their start, what not every run has recorded."""
    return [what for what, of in START.items() if any(of(run) is None for run in runs.values())]


def samples_seen(run: Recording) -> int:
    """How many samples all the steps have seen that were to be made, or that were logged; of a
    descent, the steps."""
    if _counts(run):
        return round(float(instants(run, "samples")[-1]))
    return run.header.epochs * samples(run)


def samples(run: Recording) -> int:
    """How many samples an epoch sees; 1 of a descent, or where nobody told."""
    return int((run["held_out"] == 0).sum()) if _is_pass(run) else 1


def tells_samples(run: Recording) -> bool:
    """Whether it is known how many samples a run has seen, which of a descent are its steps."""
    return run.header.kind == "function" or _counts(run) or _is_pass(run)


def _counts(run: Recording) -> bool:
    """Whether the samples seen since the start were logged."""
    return "samples" in run.columns and not fault(run, "samples")


def _is_pass(run: Recording) -> bool:
    """Whether an epoch sees all samples; what a step of somebody's training sees nobody knows."""
    return "held_out" in run.names and (run.header.external is None or run.header.unit == "epoch")


def common(runs: Mapping[str, Recording]) -> str:
    """The settings that all runs have, as they stand below a title; of `SGD, learning rate 1` and
    `SGD, learning rate 10` that is `SGD`."""
    return SEPARATOR.join(ITEMS.join(items) for items in _shared(runs))


def own(runs: Mapping[str, Recording]) -> dict[str, str]:
    """The settings of each run that are not those of all."""
    shared = _shared(runs)
    return {
        name: SEPARATOR.join(filter(None, (_rest(part, shared) for part in _parts(run))))
        for name, run in runs.items()
    }


def _shared(runs: Mapping[str, Recording]) -> list[list[str]]:
    """Of each setting as many items, from its first on, as are in one of every run."""
    first, *others = ([*map(_items, _parts(run))] for run in runs.values())
    found = []
    for items in first:
        alike = [max((_alike(items, part) for part in other), default=0) for other in others]
        found.append(items[: min(alike, default=len(items))])
    return [items for items in found if items]


def _rest(part: str, shared: list[list[str]]) -> str:
    """A setting without what all runs have of it."""
    items = _items(part)
    same = max((len(each) for each in shared if _alike(each, items) == len(each)), default=0)
    return ITEMS.join(items[same:])


def _alike(some: list[str], others: list[str]) -> int:
    """How many items are the same, from the first on."""
    return next(
        (i for i, pair in enumerate(zip(some, others, strict=False)) if pair[0] != pair[1]),
        min(len(some), len(others)),
    )


def _parts(run: Recording) -> list[str]:
    return run.header.settings.split(SEPARATOR)


def _items(part: str) -> list[str]:
    return part.split(ITEMS)


def _data(run: Recording) -> tuple[bytes, ...] | None:
    """The bits of the data; None where nobody gave any."""
    return tuple(run[name].tobytes() for name in DATA if name in run.names) or None


def _first_weights(run: Recording) -> bytes | None:
    """The bits of the first row, where it is that of the start."""
    if "params" not in run.columns or not len(run) or run["epoch"][0]:
        return None
    return run.row("params", 0).tobytes()


START: Mapping[str, Callable[[Recording], Any]] = {"data": _data, "first weights": _first_weights}


def _settings(runs: Mapping[str, Recording]) -> Iterator[Difference]:
    tables = {name: dict(_flat(_table(run))) for name, run in runs.items()}
    elsewhere = any(run.header.external for run in runs.values())
    for key in dict.fromkeys(key for table in tables.values() for key in table):
        values = {name: table.get(key) for name, table in tables.items()}
        if any(value != next(iter(values.values())) for value in values.values()):
            told = {name: _told(value) for name, value in values.items()}
            beyond = key.partition(".")[0] != RULE
            if elsewhere and beyond and None in values.values():
                continue  # nobody told
            yield Difference(_called(key), told, beyond)


def _table(run: Recording) -> dict[str, Any]:
    """What a recording says of its training, as far as that changes numbers."""
    who = run.header.external
    if who is not None:
        named = {"kind": who.optimizer} if who.optimizer else {}
        settings = {RULE: {**named, **who.settings}} if named or who.settings else {}
        return settings | {"epochs": run.header.epochs, "framework": who.framework}
    try:
        scene = parsed(run.header.scene)
    except ValueError:  # a damaged header is told where it is drawn
        return {}
    said = {key: scene[key] for key in (RULE, "problem", "seed", "epochs") if key in scene}
    return said | {"framework": "vizopt"}


def _called(key: str) -> str:
    """A key as one says it: `batch` for `problem.batch`."""
    return {"epochs": "length"}.get(key, key.removeprefix("problem."))


def _flat(table: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value


def _told(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool | str):
        return str(value).lower() if isinstance(value, bool) else value
    if isinstance(value, int):
        return count(value)
    if isinstance(value, float | np.number):
        return setting(float(value))
    return "-".join(map(str, value)) if isinstance(value, list) else str(value)
