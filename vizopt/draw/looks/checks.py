"""Checks: whether text can be read and points be seen in the colours of a look."""

from collections.abc import Sequence, Set
from dataclasses import replace
from typing import Any

import numpy as np

from vizopt.core.contrast import SHAPE, TEXT, apart, contrast, nearest, ratio
from vizopt.draw.theme import Theme

SIGNS = 0.15  # in OKLab, of the ends of the map for weights from each other and from the paper


def checked(theme: Theme, stated: Set[str]) -> Theme:
    """The theme, with colours that were not stated moved to the nearest that pass.

    Raises:
        ValueError: a stated colour does not pass.
    """
    theme = _accents(_text(theme, stated), stated)
    tints = _tints(theme)
    _signs(theme, stated)
    return _edge(_border(theme, tints, stated), tints, stated)


def _text(theme: Theme, stated: Set[str]) -> Theme:
    """Ink and labels on the paper."""
    if "paper" in stated and "ink" not in stated and not _passes(theme.ink, theme.paper):
        new = nearest(theme.paper, [theme.ink], TEXT)
        why = _far("ink", theme.ink, theme.paper, TEXT)
        raise ValueError(f"look.paper: {theme.paper}: {why}: {new} passes, or give an ink too")
    for key in ("ink", "muted"):
        colour = getattr(theme, key)
        if _passes(colour, theme.paper):
            continue
        new = nearest(colour, [theme.paper], TEXT)
        if key in stated:
            raise ValueError(f"look.{key}: {_on_paper(colour, theme.paper, new)}")
        theme = _with(theme, key, new)
    return theme


def _accents(theme: Theme, stated: Set[str]) -> Theme:
    """Colours of curves: their values are written in them."""
    accents = dict(theme.accents)
    for name, colour in accents.items():
        if _passes(colour, theme.paper):
            continue
        new = nearest(colour, [theme.paper], TEXT)
        if "accents" in stated:
            raise ValueError(f"look.accents.{name}: {_on_paper(colour, theme.paper, new)}")
        accents[name] = str(new)
    return replace(theme, accents=tuple(accents.items()))


def _border(theme: Theme, tints: Sequence[str], stated: Set[str]) -> Theme:
    """The line between regions."""
    far = contrast([theme.border], tints)[0]
    if far.min() >= SHAPE:
        return theme
    tint = tints[int(far.argmin())]
    return _moved(theme, "border", tint, _far("the region", tint, theme.border), tints, stated)


def _edge(theme: Theme, tints: Sequence[str], stated: Set[str]) -> Theme:
    """Points on every region and, in the line of classes, on the paper: by edge or by fill."""
    grounds = [*tints, theme.paper]
    edges, fills = contrast([theme.edge], grounds), contrast(theme.classes, grounds)
    seen = np.maximum(edges, fills)
    if seen.min() >= SHAPE:
        return theme
    c, k = np.unravel_index(seen.argmin(), seen.shape)
    fill, ground = theme.classes[c], grounds[k]
    why = f"{_far('the region' if k < len(tints) else 'paper', ground, theme.edge)}, and "
    why += f"{ratio(fill, ground)} with a point's fill {fill}"
    return _moved(theme, "edge", ground, why, grounds, stated)


def _moved(
    theme: Theme, key: str, ground: str, why: str, grounds: Sequence[str], stated: Set[str]
) -> Theme:
    """The theme with another edge or border; one that was stated is refused."""
    colour = getattr(theme, key)
    new = nearest(colour, grounds, SHAPE)
    if key in stated:
        way = f"{new} passes" if new else "no colour passes: give the regions others"
        raise ValueError(f"look.{key}: {colour}: {why}: {way}")
    if new is None:
        place = next((key for key in ("regions", "classes", "paper") if key in stated), key)
        raise ValueError(
            f"look.{place}: no {key} has {SHAPE:g}:1 with all of them: {ground}: {why}"
        )
    return _with(theme, key, new)


def _signs(theme: Theme, stated: Set[str]) -> None:
    """Weights of both signs from each other and from zero, which has the paper's colour."""
    from matplotlib.colors import to_hex

    if not stated & {"diverging", "paper"}:
        return
    shades = theme.shades(3)
    negative, positive = to_hex(shades[0] / 255), to_hex(shades[2] / 255)
    place = "diverging" if "diverging" in stated else "paper"
    named = getattr(theme, place)
    words = f'"{named}"' if isinstance(named, str) and place == "diverging" else str(named)
    way = "choose a map with other ends, as RdBu_r, or two colours"
    for sign, colour in (("negative", negative), ("positive", positive)):
        if apart(colour, theme.paper) < SIGNS:
            why = f"its {sign} end {colour} cannot be told from zero, the paper {theme.paper}"
            raise ValueError(f"look.{place}: {words}: {why}: {way}")
    if apart(negative, positive) < SIGNS:
        why = f"its ends {negative} and {positive} cannot be told apart"
        raise ValueError(f"look.{place}: {words}: {why}: {way}")


def _with(theme: Theme, key: str, colour: str | None) -> Theme:
    values: dict[str, Any] = {key: colour}
    return replace(theme, **values)


def _tints(theme: Theme) -> list[str]:
    """Every colour that a region can have."""
    from matplotlib.colors import to_hex

    counts = {len(row) for row in theme.regions} | {3 * len(theme.regions[-1])}
    return [to_hex(tint / 255) for n in sorted(counts) for tint in theme.tints(n)]


def _passes(colour: str, paper: str) -> bool:
    return float(contrast([colour], [paper])[0, 0]) >= TEXT


def _on_paper(colour: str, paper: str, new: str | None) -> str:
    why = f"{colour} on paper {paper} has {ratio(colour, paper)}, {TEXT:g}:1 at least"
    return f"{why}: {new} passes"


def _far(what: str, ground: str, colour: str, least: float = SHAPE) -> str:
    return f"{what} {ground} has {ratio(colour, ground)} with it, {least:g}:1 at least"
