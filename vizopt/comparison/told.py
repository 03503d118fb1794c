"""Told: a comparison in lines, the answer first."""

from collections.abc import Iterator
from math import ceil, isfinite, log10

import numpy as np

from vizopt.comparison import Comparison
from vizopt.comparison.gaps import Gap, is_made, precision
from vizopt.comparison.log import Log
from vizopt.core.numbers import counted, setting
from vizopt.recording.snapshot import step_of

MIN_DIGITS, MAX_DIGITS = 5, 17  # digits that tell two numbers apart
QUIET = {"float32": 2e-7, "float64": 2e-15}  # of a value: rounding that has not grown
SUDDEN = 1e3  # times what a gap was before: no training makes that of rounding in one step
GROWN = 2.0  # times what a gap was in the first half of the epochs before: it has begun to grow
MIN_TOLERANCE = 1e-15  # a tolerance below the last digit of a float
WIDEST = -2  # power of ten of a tolerance that still tells something
NAMED = 3  # epochs that are listed


def lines(found: Comparison) -> Iterator[str]:
    """The first difference or that there is none, what was before, each column, what was done."""
    if found.epoch is None:
        yield _equal(found)
    else:
        yield f"first differs at {found.unit} {found.epoch}: {'; '.join(_at(found))}"
        yield from _before(found)
        yield from _columns(found)
    yield from (*found.here.notes, *found.there.notes)
    yield from _rounded(found)
    yield from _left_out(found)


def _at(found: Comparison) -> Iterator[str]:
    """What differs at the first epoch: weights, which cause it, before columns."""
    weights = found.weights
    if weights and weights.epoch == found.epoch:
        name = f"{weights.name}[{', '.join(map(str, weights.index))}]"
        more = f", and {weights.others} more of its {weights.size}" if weights.others else ""
        yield f"{name} {_two(weights.here, weights.there)}{more}"
    for gap in found.gaps:
        if gap.first is not None and gap.epochs[gap.first] == found.epoch:
            here, there = float(gap.here[gap.first]), float(gap.there[gap.first])
            yield f"{_title(found, gap.name)} {_two(here, there)}"


def _two(here: float, there: float) -> str:
    """`1.0978 here, 1.0979 there (0.00011 apart)`, with as many digits as tell them apart."""
    for digits in range(MIN_DIGITS, MAX_DIGITS + 1):
        ours, theirs = setting(here, digits), setting(there, digits)
        if ours != theirs:
            break
    apart = abs(here - there)
    by = f" ({setting(apart, 2)} apart)" if isfinite(apart) else ""
    return f"{ours} here, {theirs} there{by}"


def _title(found: Comparison, name: str) -> str:
    return found.there.titles.get(name) or found.here.titles.get(name) or name


def _before(found: Comparison) -> Iterator[str]:
    """What both had before, how the difference came, and which step to look at."""
    unit, epoch = found.unit, found.epoch
    gap = next((g for g in found.gaps if g.first is not None and g.epochs[g.first] == epoch), None)
    if gap and not gap.first and not is_made(gap.name):
        yield _cause(found, gap, 0)
    elif epoch == 0:
        kinds = {found.here.kind, found.there.kind} - {""}
        is_function = "function" in kinds if kinds else unit == "step"
        where = "the start, the formula" if is_function else "the data, the first weights, the loss"
        yield f"nothing has moved yet at {unit} 0: look at {where}"
    elif found.weights and found.weights.epoch == epoch:
        yield f"these are the weights before {step_of(unit, epoch)}: {_steps(found)}"
    elif gap is None or not gap.first:
        yield f"look at the steps before {unit} {epoch}"
    else:
        last = gap.first - 1
        value = setting(float(gap.here[last]), MIN_DIGITS)
        yield f"before: {_title(found, gap.name)} {value} at {unit} {gap.epochs[last]}{_share(gap)}"
        yield _cause(found, gap, int(gap.epochs[last]))


def _steps(found: Comparison) -> str:
    """The steps between the last weights that are equal and the first that differ."""
    weights = found.weights
    assert weights is not None
    if weights.equal is None:
        return f"look at all steps before, from {found.unit} 0 on"
    steps = _between(found.unit, weights.equal, weights.epoch)
    both = (
        "" if weights.before is None else f", there {setting(weights.before, MIN_DIGITS)} in both"
    )
    return f"those of {found.unit} {weights.equal} are equal{both}, so look at {steps}"


def _between(unit: str, equal: int, differs: int) -> str:
    """The steps that lead from one epoch to another."""
    last = differs - 1
    return step_of(unit, last) if equal == last else f"the steps of {equal} to {last}"


def _share(gap: Gap) -> str:
    if gap.name.endswith("accuracy"):
        return ""
    largest = float(gap.apart[: gap.first].max())
    if not largest:
        return ", no digit apart up to there"
    return f", at most {setting(largest, 2)} of it apart up to there"


def _cause(found: Comparison, gap: Gap, last: int) -> str:
    """Which step to look at."""
    unit = found.unit
    assert gap.first is not None
    if not is_made(gap.name):
        return f"look at how {_title(found, gap.name)} follows from the {unit}"
    if gap.rounded:
        return f"look at the steps up to {unit} {last}: less than a digit does not show"
    if gap.name.endswith("accuracy"):
        return f"look at the steps up to {unit} {last}"
    since = _grown_since(gap, QUIET[precision(found.here, found.there)])
    if since is None:
        return f"a jump: look at {_between(unit, last, int(gap.epochs[gap.first]))}"
    return (
        f"it grew from {unit} {since} on: a small mistake in the step before, or rounding, "
        f"which grows like that{_wider(gap)}"
    )


def _grown_since(gap: Gap, quiet: float) -> int | None:
    """The epoch from which on a gap has grown to the first difference; None for a jump.

    Args:
        gap: a column's.
        quiet: share of a value that is rounding which has not grown.
    """
    apart = gap.apart[: gap.first]
    quiet = max(float(apart[: -(-len(apart) // 2)].max()), quiet)
    grown = np.flatnonzero(apart > GROWN * quiet)
    if not len(grown) or gap.apart[gap.first] > SUDDEN * apart.max():
        return None
    return int(gap.epochs[grown[0]])


def _wider(gap: Gap) -> str:
    """The tolerance that the first difference and the ten epochs after it stay below, if any."""
    assert gap.first is not None
    near = gap.apart[gap.first : gap.first + 10]
    power = ceil(log10(float(near.max(initial=MIN_TOLERANCE)))) if np.isfinite(near).all() else 0
    return f" (--tolerance 1e{power} looks past it)" if power <= WIDEST else ""


def _columns(found: Comparison) -> Iterator[str]:
    """A line for each column: where it first differs, and where most; none where that is the first
    difference of all, which was told."""
    unit = found.unit
    for gap in found.gaps:
        name, many = _title(found, gap.name), counted(len(gap.epochs), unit)
        if gap.first is None:
            yield f"  {name}: equal at {many}"
            continue
        apart = np.where(np.isfinite(gap.here - gap.there), abs(gap.here - gap.there), -1.0)
        widest = int(apart.argmax())
        if widest == gap.first and gap.epochs[widest] == found.epoch:
            continue
        ours, theirs = float(gap.here[widest]), float(gap.there[widest])
        told = f"  {name}: first at {unit} {gap.epochs[gap.first]}"
        most = f", widest at {unit} {gap.epochs[widest]}: {_two(ours, theirs)}"
        yield told + (most if widest != gap.first and apart[widest] > 0 else "")
    if found.rows and found.weights is None:
        yield f"  weights: equal at {counted(found.rows, unit)}"


def _equal(found: Comparison) -> str:
    unit = found.unit
    parts = [f"{_title(found, gap.name)} at {counted(len(gap.epochs), unit)}" for gap in found.gaps]
    if found.rows:
        parts.append(f"weights at {counted(found.rows, unit)}")
    printed = " to the printed digits" if any(gap.rounded for gap in found.gaps) else ""
    return f"equal{printed}: {', '.join(parts)}"


def _rounded(found: Comparison) -> Iterator[str]:
    """Which columns were compared at fewer digits than a number has."""
    told: dict[str, list[str]] = {}
    for gap in found.gaps:
        if gap.rounded:
            told.setdefault(gap.rounded, []).append(_title(found, gap.name))
    for rounded, names in told.items():
        yield f"compared at the {rounded} printed: {', '.join(names)}"


def _left_out(found: Comparison) -> Iterator[str]:
    """Columns, epochs and weights that only one of both has."""
    for log, other in ((found.here, found.there), (found.there, found.here)):
        names = sorted(set(log.series) - set(other.series))
        if names:
            yield f"only in {log.name}: {', '.join(names)}"
        yield from _epochs_of(found, log, other)
    if found.here.weights and found.there.weights:
        for name, shape in found.here.weights.shapes.items():
            theirs = found.there.weights.shapes.get(name)
            if theirs != shape:
                has = f"{' × '.join(map(str, shape))} here"
                there = f"{' × '.join(map(str, theirs))} there" if theirs else "missing there"
                yield f"{name}: {has}, {there}: not compared"


def _epochs_of(found: Comparison, log: Log, other: Log) -> Iterator[str]:
    """Which epochs a log has and the other has not."""
    ours, theirs = (_all_epochs(each) for each in (log, other))
    lacking = np.setdiff1d(ours, theirs)
    if not len(lacking) or not len(theirs):
        return
    inside = lacking[(lacking > theirs[0]) & (lacking < theirs[-1])]
    if len(inside):
        some = ", ".join(map(str, inside[:NAMED].tolist()))
        more = f" and {len(inside) - NAMED} more" if len(inside) > NAMED else ""
        yield f"{other.name}: lacks {found.unit} {some}{more}"
    if ours[0] < theirs[0]:
        yield f"{other.name}: begins at {found.unit} {theirs[0]}, {log.name} at {ours[0]}"
    if ours[-1] > theirs[-1]:
        yield f"{other.name}: ends at {found.unit} {theirs[-1]}, {log.name} at {ours[-1]}"


def _all_epochs(log: Log) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    every = [series.epochs for series in log.series.values()]
    return np.unique(np.concatenate(every)) if every else np.empty(0, np.int64)
