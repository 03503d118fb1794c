"""Shared: what two clips beside each other on a slide have in common, so that they compare."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from vizopt.clips.options import Request
from vizopt.draw.defaults import arranged_for
from vizopt.draw.panels import Curves
from vizopt.recording.store import Recording
from vizopt.scene.load import presented
from vizopt.scene.written import as_table

OWN = "own scales"  # of clips that have none in common


class Half(NamedTuple):
    """A recording that is drawn for half a slide, and how."""

    run: Recording
    asked: Request

    @property
    def curves(self) -> Curves | None:
        """The panel of its curves; none in a picture without them or of the scene's own."""
        run, asked = self
        scene = presented(run, asked.overrides)
        if scene.stage and scene.stage.mosaic:
            return None
        size = asked.options.get("size")
        panel = arranged_for(run, scene.stage, size).panels.get("curves")
        return panel if isinstance(panel, Curves) else None


def with_common_axes(halves: Sequence[Half]) -> list[Half]:
    """The halves, the curves of which span what all of them need; those of other columns do not."""
    panels = [half.curves for half in halves]
    first = panels[0]
    if first is None or any(panel != first for panel in panels):
        return list(halves)
    axes = {
        column: first.axis_of(column, [half.run for half in halves]) for column in first.columns
    }
    limits = {column: (axis.low, axis.high) for column, axis in axes.items()}
    keys = {"stage.panels.curves": as_table(replace(first, limits=limits))}
    return [
        Half(run, replace(asked, overrides={**asked.overrides, **keys})) for run, asked in halves
    ]


def differ(recipes: Sequence[str]) -> bool:
    """Whether clips have other axes, as their recipes tell: of a function, or ends of curves."""
    scales = [_scales(recipe) for recipe in recipes]
    return all(recipes) and not (scales[0] and all(scale == scales[0] for scale in scales))


def _scales(recipe: str) -> Mapping[str, Any]:
    """What decides on the axes of a clip; nothing where it is not known."""
    try:
        scene = tomllib.loads(recipe)
        if scene["problem"]["kind"] == "function":
            return dict(scene["problem"])
        return dict(scene["stage"]["panels"]["curves"]["limits"])
    except (tomllib.TOMLDecodeError, KeyError):
        return {}
