"""Races: several trainings in one picture, as data."""

import re
from collections import Counter
from dataclasses import field, fields, is_dataclass, replace
from typing import Annotated

from pydantic import Field

from vizopt.core.specs import Finite, Flag, Positive, Whole, spec
from vizopt.draw.race import PLANES
from vizopt.recording.clock import Kind as Clock
from vizopt.scene.spec import Presentation, Scene, Training
from vizopt.train.probes import measured

MAX_RUNS = 20  # of a race, as many as there are badges
MAX_NAME = 24  # characters of a run's, which stands above its plane and at its curve


@spec
class Entry(Training):
    """One run of a race: what is trained, and the name that the picture has for it.

    Args:
        name: above its plane and at the end of its curve.
    """

    name: Annotated[
        str,
        Field(
            pattern=r"^\S(.*\S)?$",
            max_length=MAX_NAME,
            description="a run's name is one line, with no blank at either end",
        ),
    ] = field(kw_only=True)


@spec
class Trial:
    """A learning rate that was tried for a run.

    Args:
        run: name of the run.
        lr: the learning rate.
        settled: of each seed that gets there, the epoch from which on it stays at the target.
        last: the last epoch of the trial; what never settled needs more than that.
        loss: median of the seeds at the end; none where it is no number.
        seeds: with which it was tried; of a function, which has no randomness, one.
    """

    run: str
    lr: Positive
    settled: tuple[Whole, ...]
    last: Whole
    loss: Finite | None = None
    seeds: tuple[Whole, ...] = ()  # were three before they were noted

    @property
    def median(self) -> int | None:
        """Of the seeds; None where more than half never settle."""
        middle = (len(self.seeds) or 3) // 2
        return self.settled[middle] if len(self.settled) > middle else None


@spec
class RacePresentation(Presentation):
    """How several runs are shown in one picture.

    Args:
        seeds: how often each run is trained, from its seed on; curves are then medians with the
            band between the quartiles.
        clock: what all runs have in common at an instant: the "step" (or epoch), the "samples"
            seen, or the "seconds" of the training, where they are recorded.
        mixed: whether the runs may be of problems that have nothing in common.
        weights: layer whose weights and updates stand below each run's plane, "dense2"; none when
            left out.
        budget: what the settings were chosen by, for the picture.
        trials: what was tried for that, as `vizopt tune` writes it.
    """

    seeds: Annotated[int, Field(strict=True, ge=1, le=100)] = 1
    clock: Clock = "step"
    mixed: Flag = False
    weights: str = ""
    budget: Annotated[str, Field(max_length=100)] = ""
    trials: tuple[Trial, ...] = ()


@spec
class Race(RacePresentation):
    """Several runs in one picture.

    Args:
        run: the runs, two or more; in a file each has the keys that differ from those of the file.
    """

    run: tuple[Entry, ...] = field(kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.run) < 2:
            raise ValueError("run: a race needs two runs at least")
        if len(self.run) > MAX_RUNS:
            raise ValueError(f"run: {too_many(len(self.run))}")
        for name, many in Counter(entry.name for entry in self.run).items():
            if many > 1:
                raise ValueError(f'run: {many} are named "{name}": give each its own name')
        if not self.mixed:
            self._check_common()
        self._check_seeds()

    def __repr__(self) -> str:
        """`<Race rules: "Five update rules, one start", SGD, Momentum, AdaGrad>`."""
        return f'<Race {self.name}: "{self.title}", {", ".join(each.name for each in self.run)}>'

    def scenes(self, seed: int = 0) -> list[Scene]:
        """Each run as the scene that it is alone.

        Args:
            seed: is added to each run's own.
        """
        return [scene_of(entry, entry.name, self, seed) for entry in self.run]

    def _check_common(self) -> None:
        """Raises ValueError where two runs make different things small."""
        first = self.run[0]
        for entry in self.run[1:]:
            if entry.problem.subject != first.problem.subject:
                way = "allow it with mixed = true, or mixed=True"
                raise ValueError(f"run: no common problem: {_apart(first, entry)}: {way}")

    def _check_seeds(self) -> None:
        """Raises ValueError where a run would race on a seed that its rate was tuned on."""
        for entry in self.run:
            if entry.problem.kind == "function":  # nothing is random
                continue
            trials = (trial for trial in self.trials if trial.run == entry.name)
            tuned = {seed for trial in trials for seed in trial.seeds}
            if both := sorted(tuned & {entry.seed + k for k in range(self.seeds)}):
                what = f"{entry.name} would race on seed {both[0]}, on which its rate was tuned"
                raise ValueError(f"seed: {what}: choose another one, or leave out the trials")


def too_many(runs: int) -> str:
    """Why so many are refused, and how many would have room."""
    fits = f"up to {MAX_RUNS} have curves and standings, up to {PLANES} of them planes too"
    return f"{runs} runs: leave some out: {fits}"


def scene_of(training: Training, name: str, shown: Presentation, seed: int = 0) -> Scene:
    """A run of a race as the scene that it is alone, with the race's pace and colours; recorded is
    what the race's picture shows of it too.

    Args:
        training: what is trained.
        name: in the race.
        shown: how the race is.
        seed: is added to its own.
    """
    trained = {each.name: getattr(training, each.name) for each in fields(Training)}
    needs = shown.stage.needs_of(name) if shown.stage else frozenset()
    known = training.record.quantities
    more = tuple(each for each in measured(needs) if each not in known)
    record = replace(training.record, quantities=known + more)
    return Scene(
        **trained | {"seed": (training.seed + seed) % 2**32, "record": record},
        title=name,
        name=file_name(name),
        timeline=shown.timeline,
        theme=shown.theme,
        look=shown.look,
    )


def file_name(name: str) -> str:
    """A run's name as that of its files."""
    return re.sub(r"[^\w.,+() -]|^[^\w(]|[. ]$", "_", name)


def entered(scene: Scene, name: str) -> Entry:
    """A scene as a run of a race."""
    return Entry(**{each.name: getattr(scene, each.name) for each in fields(Training)}, name=name)


def _apart(first: Entry, other: Entry) -> str:
    """What two runs are trained on; of one data set the keys that differ."""
    one, two = first.problem, other.problem
    if type(one.subject) is not type(two.subject) or not is_dataclass(one.subject):
        return f"{first.name} trains on {one.about}, {other.name} on {two.about}"
    keys = [field.name for field in fields(one.subject)]
    values = ((key, getattr(one.subject, key), getattr(two.subject, key)) for key in keys)
    differ = [
        f"problem.data.{key} is {a!r} for {first.name}, {b!r} for {other.name}"
        for key, a, b in values
        if a != b
    ]
    return "; ".join(differ)
