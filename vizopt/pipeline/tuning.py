"""Tuning: the learning rate of every rule of a race, by the same budget for each.

Nine rates, evenly spaced in their logarithm over three decades around the rule's own default, are
tried with three seeds that the race does not use; of a function, in which nothing is random, with
one. The best is the one that is *settled* first: at the target from then to the end. The first
touch is not it, for a rule that flies past touches too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from vizopt.clips.staging import Staging, staged
from vizopt.core.errors import VizoptError
from vizopt.core.floats import MAX_FLOAT
from vizopt.core.numbers import count, number, setting
from vizopt.core.progress import Bar, quiet
from vizopt.pipeline.job import Job, Say
from vizopt.pipeline.racing import HISTORY, check_folder, job_of, recorded, train_runs
from vizopt.recording.descent import outcome
from vizopt.recording.standings import settled
from vizopt.recording.store import Recording
from vizopt.scene.race import Race, Trial, file_name
from vizopt.scene.spec import Scene
from vizopt.scene.written import kinds
from vizopt.train.schedules import Constant

RATES, SEEDS, DECADES = 9, 3, 3.0
FIRST_SEED = 1_000  # behind the race's own: what was tuned on is not raced on
# The chapter's, where it has one; else the paper's or PyTorch's.
DEFAULTS = {
    **dict.fromkeys(("sgd", "momentum", "momentum-torch", "nesterov", "nesterov-keras"), 1.0),
    **dict.fromkeys(("adagrad", "adadelta"), 1.0),
    **dict.fromkeys(("rmsprop", "adam", "amsgrad", "adamw", "radam"), 1e-3),
    **dict.fromkeys(("adamax", "nadam"), 2e-3),
    "rprop": 1e-2,
    "lion": 1e-4,
    "muon": 2e-2,
}


@dataclass(frozen=True)
class Tuned:
    """What tuning has found.

    Args:
        race: with the best rates and all trials.
        best: of each run, by its name.
    """

    race: Race
    best: dict[str, Trial]

    def lines(self) -> Iterator[str]:
        """A row for each trial, the best of each run marked."""
        rows = [("run", "rate", "settled", "each seed", "final loss")]
        for trial in self.race.trials:
            mark = " *" if trial == self.best[trial.run] else ""
            seeds = ", ".join(map(count, trial.settled))
            never = len(trial.seeds) - len(trial.settled)
            last = f"> {count(trial.last)}"
            each = ", ".join(filter(None, [seeds, *[last] * never]))
            loss = "diverged" if trial.loss is None else number(trial.loss)
            median = last if trial.median is None else count(trial.median)
            rows.append((trial.run, setting(trial.lr, 3) + mark, median, each, loss))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            yield "  ".join(
                cell.ljust(width) for cell, width in zip(row, widths, strict=True)
            ).rstrip()


def tune(
    race: Race,
    folder: Path,
    target: float,
    bar: Bar = quiet,
    say: Say = print,
    cores: int | None = None,
) -> Tuned:
    """Give every run of a race the best of its rates.

    Args:
        race: whose update rules are tuned, each on its run's own problem.
        folder: where trials are recorded; what is there is not trained again.
        target: accuracy to settle at, of a regression R²; of descents it is a global minimum.
        bar: shows progress.
        say: is told which recordings are reused.
        cores: how many trials are trained beside each other; the result is the same.
    """
    check_folder(folder)
    with staged() as staging:
        tried = [
            (scene.title, rate, _jobs(scene, rate, folder, staging))
            for scene in race.scenes(FIRST_SEED)
            for rate in rates(scene.optimizer)
        ]
        train_runs([job for _, _, jobs in tried for job in jobs], folder, bar, say, cores)
        trials = [_trial(name, rate, jobs, target) for name, rate, jobs in tried]
    best = {
        each.name: min((trial for trial in trials if trial.run == each.name), key=_rank)
        for each in race.run
    }
    entries = tuple(
        replace(each, optimizer=with_rate(each.optimizer, best[each.name].lr)) for each in race.run
    )
    budget = f"rate: best of {RATES}"
    many = max(len(trial.seeds) for trial in trials)
    budget += f" × {many} seeds" if many > 1 else ""
    return Tuned(replace(race, run=entries, budget=budget, trials=tuple(trials)), best)


def _jobs(scene: Scene, rate: float, folder: Path, staging: Staging) -> list[Job]:
    """A rate with each seed; nothing is random in a function."""
    optimizer, jobs = with_rate(scene.optimizer, rate), []
    for k in range(1 if scene.problem.kind == "function" else SEEDS):
        name = f"{file_name(scene.title)} {rate:.3e} {k}"
        trial = replace(scene, optimizer=optimizer, seed=scene.seed + k, keep=HISTORY, title=name)
        jobs.append(job_of(trial, folder / f"{name}.zarr", staging, (folder,)))
    return jobs


def rates(optimizer: Any) -> list[float]:
    """The rates that a rule is tried with, to three figures."""
    middle = DEFAULTS.get(kinds()[type(optimizer)], optimizer.lr(0))
    powers = np.linspace(-DECADES / 2, DECADES / 2, RATES)
    return [float(f"{middle * 10**power:.3g}") for power in powers.tolist()]


def with_rate(optimizer: Any, rate: float) -> Any:
    """A rule with another rate; one that decays keeps how it decays."""
    schedule = optimizer.lr
    if "initial" in {each.name for each in fields(schedule)}:
        return replace(optimizer, lr=replace(schedule, initial=rate))
    if not isinstance(schedule, Constant):
        told = type(schedule).__name__
        raise VizoptError(f"tune: lr: a {told} has no first rate to tune: use a number")
    return replace(optimizer, lr=Constant(rate))


def _trial(name: str, rate: float, jobs: Sequence[Job], target: float) -> Trial:
    runs = [*map(recorded, jobs)]
    found = sorted(at for at in (_settled(run, target) for run in runs) if at is not None)
    losses = sorted(float(run["loss"][-1]) if run.diverged is None else np.inf for run in runs)
    median = losses[(len(losses) - 1) // 2]
    last = max(run.header.epochs for run in runs) - 1
    return Trial(
        run=name,
        lr=rate,
        settled=tuple(found),
        last=last,
        loss=median if abs(median) < MAX_FLOAT else None,
        seeds=tuple(job.scene.seed for job in jobs),
    )


def _settled(run: Recording, target: float) -> int | None:
    if run.diverged is not None:
        return None
    if run.header.kind == "function":
        ended = outcome(run)
        return ended.reached_at if ended.minimum and ended.minimum.is_global else None
    return settled(run["r2" if run.header.kind == "regression" else "accuracy"], target)


def _rank(trial: Trial) -> tuple[float, float]:
    steps = np.inf if trial.median is None else trial.median
    return steps, np.inf if trial.loss is None else trial.loss
