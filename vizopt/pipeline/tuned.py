"""Tuned: a race with the rates that were found, as a file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vizopt.clips.plan import check_place
from vizopt.clips.write import write_text
from vizopt.core.errors import VizoptError
from vizopt.core.marks import signed
from vizopt.core.progress import Bar
from vizopt.formats.ours import guard
from vizopt.pipeline.job import Say
from vizopt.pipeline.tuning import Tuned, tune
from vizopt.scene.load_race import load_race, parse_race
from vizopt.scene.race import Race
from vizopt.scene.written import scene_toml


def tuned(
    source: str | Path | Race,
    overrides: Mapping[str, Any],
    folder: Path | None,
    target: float,
    file: Path | None,
    bar: Bar,
    say: Say,
    *,
    overwrite: bool = False,
    cores: int | None = None,
) -> Tuned:
    """Tune a race and write it.

    Args:
        source: the race, or its name or path.
        overrides: dotted key → value.
        folder: of the trials; outputs/NAME/tuning when left out.
        target: accuracy to settle at.
        file: to write, NAME.toml.
        bar: shows progress.
        say: is told which recordings are reused.
        overwrite: a file that vizopt did not write may be replaced.
        cores: how many trials are trained beside each other.
    """
    if file:
        if file.suffix != ".toml":
            raise VizoptError(f"{file}: a race's name ends in .toml")
        check_place(file)
        guard(file, overwrite)
    if isinstance(source, Race):
        race = parse_race(scene_toml(source), source.name, {}, overrides)
    else:
        race = load_race(source, overrides)
    place = folder or Path("outputs") / race.name / "tuning"
    found = tune(race, place, target, bar, say, cores)
    if file:
        write_text(file, signed(f"{scene_toml(found.race)}\n# ", "\n"))
    return found
