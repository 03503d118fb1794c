"""Telling: what a clip says of one run, or of several, in words."""

from vizopt import story
from vizopt.core.arrays import Size
from vizopt.core.words import phrase
from vizopt.draw.views import Runs
from vizopt.recording.clock import Kind
from vizopt.recording.differences import (
    SEPARATOR,
    Difference,
    common,
    differences,
    unfair,
    unrecorded,
)
from vizopt.scene.race import RacePresentation
from vizopt.scene.spec import Presentation

VALUES = 4  # of a difference that the picture has room for


def told_of(runs: Runs, scene: Presentation, warning: str, slide: Size | None) -> story.Story:
    """The story of a clip.

    Args:
        runs: one, or those of a race by their names.
        scene: how they are drawn.
        warning: what stands on the card in front of a clip that may flash.
        slide: size of a clip for a slide, whose title stands outside it.
    """
    if isinstance(scene, RacePresentation):
        return story.of_race(runs, scene, warning, slide)
    (run,) = runs.values()
    return story.of(run, scene, warning, slide)


def settings_of(runs: Runs, scene: Presentation, unlike: str = "") -> str:
    """The line below the title: of one run its settings; of a race how fair it is, in what the
    rules are unlike, and what all have in common, which is cut where there is no room."""
    if not isinstance(scene, RacePresentation):
        (run,) = runs.values()
        return run.header.settings
    return SEPARATOR.join(filter(None, [fairness_of(runs, scene), unlike, common(runs)]))


def fairness_of(runs: Runs, scene: RacePresentation) -> str:
    """Whether the runs of a race have one start, and what differs besides the update rule; with how
    many seeds they were trained, and how their rates were chosen."""
    found = unfair(runs)
    parts = []
    network = all(run.header.kind == "network" for run in runs.values())
    unlike = {*unrecorded(runs), *(each.what for each in differences(runs))}
    if network and not {"data", "first weights"} & unlike:
        parts.append(phrase("race_same_start"))
    if found:
        parts.append(phrase("race_unlike", what=", ".join(map(_difference, found))))
    if scene.seeds > 1:
        parts.append(phrase("race_seeds", count=scene.seeds))
    return SEPARATOR.join(filter(None, [*parts, scene.budget]))


def _difference(each: Difference) -> str:
    """`batch – / 32`; of many values the name alone."""
    values = list(dict.fromkeys(each.values.values()))
    return f"{each.what} {' / '.join(values) if len(values) <= VALUES else ''}".strip()


def clock_kind(scene: Presentation) -> Kind:
    """What all runs have in common at an instant."""
    return scene.clock if isinstance(scene, RacePresentation) else "step"
