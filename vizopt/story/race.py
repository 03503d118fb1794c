"""Race: what a picture of several runs shows, in words."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from vizopt.core.arrays import Size
from vizopt.core.numbers import counted, number
from vizopt.core.words import phrase
from vizopt.recording.clock import Clock, Kind, times
from vizopt.recording.differences import (
    SEPARATOR,
    Difference,
    common,
    differences,
    own,
    unfair,
    unrecorded,
)
from vizopt.recording.events import MARKS, Event, percent
from vizopt.recording.events import Kind as EventKind
from vizopt.recording.standings import Standing, leads, score, standings, steps_to
from vizopt.recording.store import Recording
from vizopt.scene.race import RacePresentation
from vizopt.story.compose import ALT, TITLE, Story
from vizopt.story.phrases import cut, listed, plain, sentence, stated

NAMES = 4  # runs that the alt text names
VALUES = 8  # values of a difference that are told one by one


def of_race(
    runs: Mapping[str, Recording],
    scene: RacePresentation,
    warning: str = "",
    slide: Size | None = None,
) -> Story:
    """The story of a race.

    Args:
        runs: by their names in the race.
        scene: how they are drawn.
        warning: what stands on the card in front of a clip that may flash.
        slide: size of a clip for a slide, whose title stands outside it.
    """
    clock = Clock.of(runs, scene.clock)
    found = standings(runs, scene.clock)
    went = [_led(runs, clock), *_reached(runs, found, clock), *_diverged(found, clock)]
    paragraphs = [warning, _who(runs), unlike(runs), _counted(clock)]
    paragraphs += [" ".join(filter(None, went)), _seeds(scene), final(runs, scene.clock)]
    paragraphs += [scene.budget and sentence(scene.budget)]
    events = race_events(runs, scene.clock)
    return Story(_alt(runs, scene, found, clock), tuple(filter(None, paragraphs)), events)


def race_events(runs: Mapping[str, Recording], clock: Kind = "step") -> tuple[Event, ...]:
    """Who takes the lead, who reaches what first, who diverges; in their order on the clock."""

    def event(
        names: list[str], at: float, kind: EventKind, key: str, value: float | None = None
    ) -> Event:
        put = {} if value is None else {"share": percent(value)}
        words = phrase(key, run=", ".join(names), **put)
        if clock == "step":
            return Event(int(at), kind, words, value)
        epoch = int(np.searchsorted(times(runs[names[0]], clock), at, "right")) - 1
        return Event(epoch, kind, words, value, at=at)

    found = [event([name], at, "lead", "race_leads") for at, name in leads(runs, clock) if name]
    for mark, there in steps_to(runs, clock).items():
        if there and there[0][0] > 0:
            names = _at_once(there)
            key = "race_first" if len(names) == 1 else "race_first_together"
            found.append(event(names, there[0][0], "accuracy", key, mark))
    for each in standings(runs, clock):
        if each.minimum is not None:
            found.append(event([each.name], each.minimum, "descent", "race_minimum"))
        if each.diverged is not None:
            found.append(event([each.name], each.diverged, "divergence", "race_diverges"))
    return tuple(sorted(found, key=lambda event: event.instant))


def unlike(runs: Mapping[str, Recording]) -> str:
    """What all runs have in common, and what differs beyond the update rule."""
    found = differences(runs)
    beyond = [each for each in found if each.beyond]
    unknown = unrecorded(runs)
    said = {*unknown, *(each.what for each in beyond)}
    same = [what for what in ("data", "first weights") if what not in said]
    parts = []
    if same and all(run.header.kind == "function" for run in runs.values()):
        parts.append("All go down the same function from the same place.")
    elif same:
        parts.append(f"All have the same {listed(same)}, to the last bit.")
    rules = sorted({each.what.split(".")[1] for each in found if "." in each.what})
    untold = [what for what in unknown if what not in {each.what for each in beyond}]
    if untold:
        parts.append(f"Whether they have the same {listed(untold)} is not recorded.")
    if rules and not beyond and not unknown:
        parts.append("They differ in the update rule and its settings alone.")
    if beyond:
        told = listed([_difference(each) for each in unfair(runs)])
        parts.append(f"This is no race of the rules alone: the runs differ in {told}.")
    return " ".join(parts)


def final(runs: Mapping[str, Recording], kind: Kind = "step") -> str:
    """The standings at the end."""
    every, clock = standings(runs, kind), Clock.of(runs, kind)
    lines = [f"{place}. {_place(runs, each, clock)}" for place, each in enumerate(every, 1)]
    return f"Standings at the end: {'; '.join(lines)}."


def _seeds(scene: RacePresentation) -> str:
    if scene.seeds == 1:
        return ""
    told = f"Each run is trained with {scene.seeds} seeds (n = {scene.seeds})"
    return f"{told}: numbers and curves are medians, planes those of the seed nearest to them."


def _counted(clock: Clock) -> str:
    """What all runs have in common at an instant, where it is not the step."""
    told = {"samples": "as many samples seen", "seconds": "as many seconds"}.get(clock.kind)
    return f"At any instant of the clip all runs are shown after {told}." if told else ""


def _place(runs: Mapping[str, Recording], each: Standing, clock: Clock) -> str:
    run = runs[each.name]
    if each.best is None or each.best_at is None:
        return f"{each.name}, without a number"
    if score(runs) == "accuracy":
        told = f"{each.name}, best accuracy {number(each.best)}"
        if each.seeds > 1 and "best" in each.ranges:
            low, high = (number(value or 0) for value in each.ranges["best"])
            return f"{told} (median of {each.seeds} seeds, {low} to {high})"
        told = f"{told} at {clock.told(each.best_at)}"
        return f"{told}, {_ended(each, clock, f'loss {number(each.loss)} at the end')}"
    name = "f(x)" if run.header.kind == "function" else "loss"
    ends = _ended(each, clock, f"{number(each.loss)} at the end")
    return f"{each.name}, lowest {name} {number(each.best)} at {clock.told(each.best_at)}, {ends}"


def _ended(each: Standing, clock: Clock, ends: str) -> str:
    """The last loss, which of a run that diverged is none to tell."""
    return ends if each.diverged is None else f"diverged at {clock.told(each.diverged)}"


def _difference(each: Difference) -> str:
    """`batch (1, 32 and 300)`."""
    values = list(dict.fromkeys(each.values.values()))
    if not values or len(values) > VALUES:
        return each.what
    return f"{each.what} ({listed(values)})"


def _who(runs: Mapping[str, Recording]) -> str:
    """Each run with its settings, then what all have in common."""
    each = []
    for place, (name, settings) in enumerate(own(runs).items(), 1):
        apart = ", ".join(filter(None, settings.split(SEPARATOR)))
        each.append(f"{place} {name}" + (f" ({apart})" if apart else ""))
    told = f"{counted(len(runs), 'run')} stand beside each other: {'; '.join(each)}."
    return " ".join([told, *_shared(runs)])


def _shared(runs: Mapping[str, Recording]) -> Iterator[str]:
    """What all runs have of their settings, and who trained them where no rule is told."""
    shared = [part for part in common(runs).split(SEPARATOR) if part]
    frameworks = [run.header.external.framework for run in runs.values() if run.header.external]
    for part in {*shared}.intersection(frameworks):  # one, of runs without a rule's name
        shared.remove(part)
        yield f"All were trained in {part}, not by vizopt."
    if shared:
        yield stated(f"They have in common: {', '.join(shared)}")


def _led(runs: Mapping[str, Recording], clock: Clock) -> str:
    """Who leads from when on."""
    found = leads(runs, clock.kind)
    what = f"best {_value(runs)}" if score(runs) == "accuracy" else f"lowest {_value(runs)}"
    if not found:
        return "Nobody leads."
    (at, name), *others = found
    told = [f"{name} has the {what} so far from {clock.told(at)} on"]
    told += [f"{name or 'nobody alone'} from {clock.told(at)} on" for at, name in others]
    return stated(", ".join(told))


def _reached(
    runs: Mapping[str, Recording], found: Sequence[Standing], clock: Clock
) -> Iterator[str]:
    """Who reaches which accuracy when; who never does."""
    if score(runs) != "accuracy":
        there = [each for each in found if each.minimum is not None]
        parts = [f"{each.name} at {clock.told(each.minimum or 0)}" for each in there]
        if parts:
            yield f"A global minimum is reached by {listed(parts)}."
        return
    for mark, every in steps_to(runs, clock.kind).items():
        parts = [f"{name} at {clock.told(at)}" for at, name in every]
        never = [name for name in runs if name not in [name for _, name in every]]
        few = [each for each in found if each.name in never and each.counts.get(mark)]
        some = [f"{each.name} with {each.counts[mark]} of {each.seeds} seeds" for each in few]
        never = [name for name in never if name not in [each.name for each in few]]
        if parts:
            told = f"{percent(mark)} are reached by {listed([*parts, *some])}"
            yield f"{told}; never by {listed(never)}." if never else f"{told}."
        elif some:
            yield f"{percent(mark)} are reached by {listed(some)} alone."
        else:
            yield f"Nobody reaches {percent(mark)}."
            return


def _diverged(found: Sequence[Standing], clock: Clock) -> Iterator[str]:
    for each in found:
        if seeds := each.counts.get("diverged"):
            yield f"{each.name} diverges with {seeds} of {each.seeds} seeds."
        elif each.diverged is not None:
            yield f"{each.name} diverges at {clock.told(each.diverged)}."


def _value(runs: Mapping[str, Recording]) -> str:
    """What decides: accuracy, loss, or f(x) where functions are made small."""
    function = any(run.header.kind == "function" for run in runs.values())
    return "f(x)" if function else score(runs)


def _alt(
    runs: Mapping[str, Recording],
    scene: RacePresentation,
    found: Sequence[Standing],
    clock: Clock,
) -> str:
    """Title, who races, then as much of how it ends as there is room for."""
    title = cut(plain(scene.title), TITLE).rstrip(" .:")
    text = sentence(f"{title}: {counted(len(runs), 'run')}, {_some(list(runs))}")
    parts = [*_best(runs, found), *_first(runs, clock)]
    parts += [f"{each.name} diverges" for each in found if each.diverged is not None]
    for part in map(stated, parts):
        if len(text) + 1 + len(part) <= ALT:
            text = f"{text} {part}"
    return cut(text, ALT)


def _best(runs: Mapping[str, Recording], found: Sequence[Standing]) -> Iterator[str]:
    """Who has the best value at the end, or share it."""
    best = found[0].best
    if best is not None:
        names = [each.name for each in found if each.best == best]
        what = "highest" if score(runs) == "accuracy" else "lowest"
        has = "has" if len(names) == 1 else "have"
        yield f"{_some(names)} {has} the {what} {_value(runs)}, {number(best)}"


def _first(runs: Mapping[str, Recording], clock: Clock) -> Iterator[str]:
    """Who is first at the highest accuracy that any reaches, or share that."""
    every = steps_to(runs, clock.kind)
    for mark in [mark for mark in reversed(MARKS) if every[mark]][:1]:
        names = _at_once(every[mark])
        verb = "is" if len(names) == 1 else "are"
        yield f"{_some(names)} {verb} first at {percent(mark)}, at {clock.told(every[mark][0][0])}"


def _at_once(there: Sequence[tuple[float, str]]) -> list[str]:
    """Who is there first, of those in order: several where they share it."""
    return [name for at, name in there if at == there[0][0]]


def _some(names: Sequence[str]) -> str:
    """The first names of many."""
    more = [f"{len(names) - NAMES} more"] if len(names) > NAMES else []
    return listed([*names[:NAMES], *more])
