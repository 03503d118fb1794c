"""Fit: smaller files for places with a limit, by the least harm first."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from vizopt.arrays import Size
from vizopt.encoders import encoder, is_still
from vizopt.errors import EncodeError, hint
from vizopt.outputs import SMALLEST, Look
from vizopt.player.shots import has_narrow
from vizopt.targets import PLACES, Limits


@dataclass(frozen=True)
class Rung:
    """One step of harm.

    Args:
        level: the encoder's own: a coarser quantiser, fewer colours.
        rate: share of the frames a second that is kept.
        scale: share of the width and height.
        narrow: whether a page keeps its second clip.
    """

    level: int = 0
    rate: float = 1.0
    scale: float = 1.0
    narrow: bool = True


# In this order by measurement: docs/decisions/009-least-harm.md. Each is smaller than the last.
VIDEO = (
    Rung(),
    *(Rung(level) for level in (1, 2)),
    *(Rung(2, 1.0, scale) for scale in (0.75, 0.6)),
    *(Rung(3, rate, 0.5) for rate in (1.0, 0.5)),
)
LOSSLESS = (
    Rung(),
    *(Rung(level) for level in (1, 2, 3)),
    *(Rung(3, rate) for rate in (0.75, 0.5)),
    *(Rung(3, 0.5, scale) for scale in (0.8, 0.6)),
    Rung(4, 0.25, 0.6),
)
GIF = (
    Rung(),
    *(Rung(0, rate) for rate in (0.75, 0.5)),
    *(Rung(0, 0.5, scale) for scale in (0.8, 0.65)),
    *(Rung(1, rate, 0.6) for rate in (0.4, 0.25)),
)
PAGE = (Rung(), *(replace(rung, narrow=False) for rung in VIDEO))
LADDERS = {".html": PAGE, ".gif": GIF, ".webp": LOSSLESS, ".apng": LOSSLESS}  # all others: VIDEO


def limits_at(place: str, files: Iterable[Path]) -> dict[Path, Limits]:
    """What each file may be at most in a place.

    Raises:
        EncodeError: no such place, or a file does not play there.
    """
    if place not in PLACES:
        raise EncodeError(f"for {place}: unknown place: {hint(place, PLACES)}")
    plays = PLACES[place].plays
    found = {}
    for file in files:
        if file.suffix.lower() not in plays:
            raise EncodeError(f"{file}: does not play in {place}: name it {', '.join(plays)}")
        found[file] = plays[file.suffix.lower()]
    return found


def ladder(file: Path, look: Look) -> list[tuple[Look, str]]:
    """Looks of a file from no harm to the most, each with what it gives up."""
    kind = encoder(file)
    size, fps = look.size or kind.size, kind.rate(look.fps or kind.fps)
    rungs = LADDERS.get(file.suffix.lower(), VIDEO)
    if is_still(file):
        rungs = tuple(Rung(scale=scale) for scale in (1.0, 0.75, 0.6, 0.5))
    twice = look.narrow and not look.embed and has_narrow(file, size)
    steps: list[tuple[Look, str]] = []
    for rung in rungs:
        smaller = scaled(size, rung.scale)
        rate = kind.rate(fps * rung.rate)
        given = ["the clip for narrow screens"] if twice and not rung.narrow else []
        given += [f"level {rung.level} of colours or detail"] if rung.level else []
        given += [f"{rate:.4g} instead of {fps:.4g} fps"] if rate != fps else []
        given += [f"{smaller[0]}×{smaller[1]} instead of {size[0]}×{size[1]}"] * (smaller != size)
        harm = f"gave up: {', '.join(given)}" if given else ""
        shape = replace(
            look,
            size=smaller,
            fps=rate,
            level=rung.level,
            narrow=look.narrow and (rung.narrow or not twice),
        )
        shape = replace(shape, overwrite=False)
        if not steps or shape != steps[-1][0]:
            steps.append((shape, harm))
    return steps


def scaled(size: Size, scale: float) -> Size:
    """A size with even sides, no smaller than can be read."""
    scale = min(
        1.0, max(scale, *(least / side for least, side in zip(SMALLEST, size, strict=True)))
    )
    if scale == 1:
        return size
    width, height = (-(-round(side * scale) // 2) * 2 for side in size)
    return width, height
