"""Tuning: the learning rate of every rule of a race, by the same budget for each."""

from collections.abc import Mapping
from contextlib import nullcontext
from numbers import Real
from typing import Any

from vizopt.api.keywords import PathLike, check_cores
from vizopt.core.errors import VizoptError
from vizopt.core.places import at_home, scratch
from vizopt.core.progress import usual
from vizopt.core.wanted import wanted, wanted_keys, wanted_path
from vizopt.pipeline.tuned import tuned
from vizopt.pipeline.tuning import Tuned
from vizopt.scene.race import Race


def tune(
    source: PathLike | Race,
    file: PathLike | None = None,
    *,
    target: float = 0.8,
    overrides: Mapping[str, Any] | None = None,
    folder: PathLike | None = None,
    cores: int | None = None,
    overwrite: bool = False,
) -> Tuned:
    """The best learning rate of every rule of a race: `tune("rules").race` has them.

    Every rule has the same budget: nine rates over three decades around its own default, three
    seeds each (of a descent one), which are not those of the race. The best is settled first: at
    the target from then to the end.

    Args:
        source: a race, a bundled one's name or a TOML file.
        file: the race with the rates found, NAME.toml; none is written when left out.
        target: accuracy to settle at, of 1; of descents it is a global minimum.
        overrides: dotted key → value, any key of the race: {"epochs": 1001}.
        folder: where the recordings of the trials stay, and are reused; without it they go.
        cores: trials trained beside each other, all when left out; the result is the same.
        overwrite: whether a file that vizopt did not write may be replaced.

    Returns:
        The race with the best rates and all trials, the best trial of each run by its name, and
        `lines()`, the table that the command prints.

    Raises:
        VizoptError: a source that is no race, a wrong key or target, a file that cannot be written.
    """
    _check(target, cores, folder, overrides)
    with nullcontext(at_home(folder)) if folder else scratch() as trials:
        return tuned(
            source if isinstance(source, Race) else at_home(source),
            overrides or {},
            trials,
            target,
            None if file is None else at_home(file),
            usual(),
            lambda line: None,
            overwrite=overwrite,
            cores=cores,
        )


def _check(target: Any, cores: Any, folder: Any, overrides: Any) -> None:
    """What is told before anything is trained."""
    wanted("tune: target", target, Real, "0.8")
    if not 0 < target <= 1:
        raise VizoptError(f"tune: target: {target!r} is no accuracy: from 0 to 1, like 0.8")
    if cores is not None:
        check_cores("tune", cores)
    if overrides is not None:
        wanted_keys("tune: overrides", overrides)
    if folder is not None:
        wanted_path(folder)
