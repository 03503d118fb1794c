"""Fit: smaller files for places with a limit, by the least harm first."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from vizopt.clips.targets import TARGETS, Limits
from vizopt.core.arrays import Size
from vizopt.core.errors import EncodeError, hint
from vizopt.draw.small import THUMBNAIL_SIZE
from vizopt.formats import Format, format_of
from vizopt.scene.options import ClipOptions

MIN_FPS = 5.0  # no place is worth a slower clip
RATES = 100  # that are tried down to it


def size_limits(place: str, files: Iterable[Path]) -> dict[Path, Limits]:
    """What each file may be at most in a place.

    Raises:
        EncodeError: no such place, or a file does not play there.
    """
    if place not in TARGETS:
        raise EncodeError(f"for {place}: unknown place: {hint(place, TARGETS)}")
    plays = TARGETS[place].plays
    found = {}
    for file in files:
        if file.suffix.lower() not in plays:
            raise EncodeError(f"{file}: does not play in {place}: name it {', '.join(plays)}")
        found[file] = plays[file.suffix.lower()]
    return found


def steps(
    file: Path, options: ClipOptions, most: Limits, frames: Callable[[float], int]
) -> list[tuple[ClipOptions, str]]:
    """Options of a file from the least harm that keeps its limits to the most, each with what it
    gives up; only bytes are not known before it is drawn.

    Args:
        file: to write.
        options: what was asked for.
        most: what the file may be at most.
        frames: how many a clip has at so many frames a second.

    Raises:
        EncodeError: the clip is too long for the place.
    """
    kind = format_of(file)
    size, fps = options.size or kind.size, kind.nearest_fps(options.fps or kind.fps)
    within = boxed(size, most)
    rates = [fps] if kind.still else _rates(kind, min(fps, most.fps or fps))
    good = [rate for rate in rates if not most.broken(within, rate, frames(rate))]
    if not good:  # fewer pixels then, as few as the slowest clip needs
        rate = rates[-1]
        if most.pixels:
            share = (most.pixels / (within[0] * within[1] * frames(rate))) ** 0.5
            within = scaled(within, share)
        if broken := most.broken(within, rate, frames(rate)):
            way = "choose a shorter clip with --seconds"
            raise EncodeError(f"{file}: {broken}: {way}")
        good = [rate]
    return quality_steps(file, replace(options, size=size, fps=fps), within, good[0])


def quality_steps(
    file: Path, options: ClipOptions, size: Size, fps: float
) -> list[tuple[ClipOptions, str]]:
    """Options of a file from no harm to the most, each with what it gives up.

    Args:
        file: to write.
        options: what was asked for, size and rate too.
        size: with which the steps begin.
        fps: likewise.
    """
    kind, asked = format_of(file), options.size
    twice = options.wants_narrow and kind.narrow_size(size)
    found: list[tuple[ClipOptions, str]] = []
    for step in kind.quality_steps:
        smaller = scaled(size, step.size_share)
        rate = kind.nearest_fps(max(fps * step.fps_share, min(fps, MIN_FPS)))
        given = ["the clip for narrow screens"] if twice and not step.narrow else []
        given += [f"level {step.level} of colours or detail"] if step.level else []
        given += [f"{rate:.4g} instead of {options.fps:.4g} fps"] if rate != options.fps else []
        given += [f"{told(smaller)} instead of {told(asked)}"] if asked and smaller != asked else []
        harm = f"gave up: {', '.join(given)}" if given else ""
        shape = replace(options, size=smaller, fps=rate, level=step.level)
        shape = replace(shape, narrow=options.narrow and (step.narrow or not twice))
        if not found or shape != found[-1][0]:
            found.append((shape, harm))
    return found


def told(size: Size) -> str:
    return f"{size[0]}×{size[1]}"


def _rates(kind: Format, fps: float) -> list[float]:
    """Rates that a format plays, from the highest down to a slow one."""
    slowest = min(fps, MIN_FPS)
    tried = (kind.nearest_fps(fps * (slowest / fps) ** (k / RATES)) for k in range(RATES + 1))
    return [rate for rate in dict.fromkeys(tried) if rate <= fps]


def boxed(size: Size, most: Limits) -> Size:
    """A size that goes into the one that there may be at most."""
    box = most.box(size)
    if not box:
        return size
    return scaled(size, min(most / side for most, side in zip(box, size, strict=True)))


def scaled(size: Size, scale: float) -> Size:
    """A size with even sides, no smaller than a frame with all its panels."""
    scale = max(scale, *(least / side for least, side in zip(THUMBNAIL_SIZE, size, strict=True)))
    if scale >= 1:
        return size
    width, height = (int(round(side * scale, 6)) // 2 * 2 for side in size)
    return width, height
