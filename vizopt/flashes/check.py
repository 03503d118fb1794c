"""Check: whether a clip is safe to show, by WCAG 2.2 success criterion 2.3.1, and how nearly."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from vizopt.core.arrays import Size
from vizopt.core.errors import DecodeError
from vizopt.flashes.containers import clips_in, is_page
from vizopt.flashes.decode import loops
from vizopt.flashes.fields import Field
from vizopt.flashes.flashes import Meter
from vizopt.flashes.frames import BLACK, WHITE, head
from vizopt.flashes.grid import Grid
from vizopt.flashes.tally import MAX_TRANSITIONS, Worst
from vizopt.flashes.watched import Watched

PAPERS = {WHITE: "white", BLACK: "black"}  # that a transparent clip is judged on
MAX_FLASHES = MAX_TRANSITIONS / 2  # a second; a flash is a pair of opposing transitions

Trace = Callable[[int, dict[str, int]], object]


@dataclass(frozen=True)
class Measure:
    """The worst second by one rule.

    Args:
        rule: which: general, or one of the two definitions of a red flash.
        passed: no more than three flashes in any second over a quarter of a field of 10°.
        flashes: the most in one second over such an area, in halves: one transition is half a one.
        margin: how many more might be; negative for a clip that fails.
        start, end: that second, in seconds of the clip; end < start: across the loop's seam.
        box: the field, in pixels: left, top, right, bottom.
        share: box as shares of width and height.
        where: box in words.
        area: the largest area with more than three flashes a second; 1 is the smallest that fails.
    """

    rule: str
    passed: bool
    flashes: float
    margin: float
    start: float | None
    end: float | None
    box: tuple[int, int, int, int] | None
    share: tuple[float, float, float, float] | None
    where: str | None
    area: float


@dataclass(frozen=True)
class Verdict:
    """What was found in a clip.

    Args:
        size: width and height of the clip in pixels.
        frames: number of pictures.
        seconds: length of the clip.
        looped: whether its end was judged as followed by its start.
        general: flashes of luminance.
        red: flashes of saturated red, by the definition that finds more.
        paper: what is seen through what is transparent, #rrggbb; empty where nothing is.
    """

    path: Path
    size: Size
    frames: int
    seconds: float
    looped: bool
    general: Measure
    red: Measure
    paper: str = ""

    @property
    def passed(self) -> bool:
        return self.general.passed and self.red.passed


def check_flashes(
    path: Path | str,
    once: bool = False,
    trace: Trace | None = None,
    papers: tuple[str, ...] = (WHITE, BLACK),
) -> Verdict:
    """Watch a clip from start to end, and over the seam if it loops.

    Of a page's two clips the worse verdict counts.
    One that is transparent somewhere is watched on each of the papers; the worst verdict counts.

    Args:
        path: of the clip.
        once: judge as shown once, whatever the clip says itself.
        trace: called for every frame with its time, µs, and the transitions by rule of the second
            up to it; times go on past the end. It sees the clip on the first paper.
        papers: what is seen through what is transparent.

    Raises:
        DecodeError: it cannot be read.
    """
    path = Path(path)
    if is_page(head(path)):
        with clips_in(path) as (clip, *rest):
            found = [check_flashes(clip, once, trace, papers)]
            found += [check_flashes(other, once, None, papers) for other in rest]
        return replace(worst(*found), path=path)
    verdict = _judged(path, once, trace, papers[0])
    others = papers[1:] if verdict.paper else ()
    return worst(verdict, *(_judged(path, once, None, paper) for paper in others))


def worst(*verdicts: Verdict) -> Verdict:
    """The one of the most harm."""
    return max(verdicts, key=_harm)


def _harm(verdict: Verdict) -> tuple[bool, float, float]:
    """What is more when a clip is worse."""
    both = verdict.general, verdict.red
    most = max(measure.flashes for measure in both)
    return not verdict.passed, most, max(measure.area for measure in both)


def _judged(path: Path, once: bool, trace: Trace | None, paper: str) -> Verdict:
    looped = not once and loops(path)
    meter: Meter | None = None
    watched = Watched(path, looped, paper)
    with closing(iter(watched)) as frames:  # the decoder ends with an error in the trace, too
        for micros, frame in frames:
            meter = meter or Meter(Grid((frame.shape[1], frame.shape[0])))
            counts = meter.see(micros, frame)
            if trace:
                trace(micros, counts)
    if meter is None:
        raise DecodeError(f"{path}: cannot read: there is no picture in it")
    end = watched.end
    general, *reds = [_measure(*item, meter.grid, end) for item in meter.worst.items()]
    red = max(reds, key=lambda measure: (measure.flashes, measure.area))
    size = meter.grid.size
    seen = paper if watched.clear else ""
    return Verdict(path, size, watched.frames, end / 1e6, looped, general, red, seen)


def _measure(rule: str, worst: Worst, grid: Grid, clip: int) -> Measure:
    """A rule's worst second in the words of the clip: its times, its pixels."""
    passed = worst.transitions <= MAX_TRANSITIONS
    flashes, area = worst.transitions / 2, round(worst.fast, 4)
    margin = MAX_FLASHES - flashes
    if worst.micros is None or worst.field is None:
        return Measure(rule, passed, flashes, margin, None, None, None, None, None, area)
    box = _pixels(worst.field, grid)
    (width, height), (left, top, right, bottom) = grid.size, box
    share = (left / width, top / height, right / width, bottom / height)
    start, end = _second(worst.micros, clip)
    return Measure(rule, passed, flashes, margin, start, end, box, share, _where(share), area)


def _pixels(field: Field, grid: Grid) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of a field in pixels of the clip."""
    left, top = field.left * grid.block, field.top * grid.block
    right = min(grid.size[0], left + field.columns * grid.block)
    return left, top, right, min(grid.size[1], top + field.rows * grid.block)


def _second(micros: int, clip: int) -> tuple[float, float]:
    """Start and end of the second that ends at micros, in seconds of a clip that may go on."""
    if clip <= 1_000_000:
        return 0.0, clip / 1e6
    start = micros - 1_000_000
    if micros <= clip:
        return max(0, start) / 1e6, micros / 1e6
    return start % clip / 1e6, micros % clip / 1e6


def _where(share: tuple[float, float, float, float]) -> str:
    """Where a box lies, in words: the third of the picture that its middle is in."""
    left, top, right, bottom = share
    across = ("left", "centre", "right")[min(2, int((left + right) * 1.5))]
    along = ("top", "centre", "bottom")[min(2, int((top + bottom) * 1.5))]
    return along if along == across else f"{along} {across}"


def lines(verdict: Verdict) -> list[str]:
    """What a person wants to know."""
    width, height = verdict.size
    looped = "looped" if verdict.looped else "once"
    seen = PAPERS.get(verdict.paper, verdict.paper)
    paper = f"  transparent: on {seen}, the worse of white and black" if seen else ""
    facts = f"{width}×{height}  {verdict.seconds:.4g} s  {looped}{paper}"
    return [
        f"{verdict.path}  {_word(verdict.passed)}  {facts}",
        f"  {_line('flashes', verdict.general)}",
        f"  {_line('red flashes', verdict.red)}",
    ]


def facts(verdict: Verdict) -> dict[str, Any]:
    """What a program wants to know."""
    measures = {"general": asdict(verdict.general), "red": asdict(verdict.red)}
    return {
        "file": str(verdict.path),
        "error": None,
        "passed": verdict.passed,
        "width": verdict.size[0],
        "height": verdict.size[1],
        "frames": verdict.frames,
        "seconds": verdict.seconds,
        "looped": verdict.looped,
        "paper": verdict.paper or None,
        "limit": MAX_FLASHES,
        **measures,
    }


def no_facts(path: Path, error: str) -> dict[str, Any]:
    """The same for a clip that cannot be read."""
    keys = (
        "passed",
        "width",
        "height",
        "frames",
        "seconds",
        "looped",
        "paper",
        "limit",
        "general",
        "red",
    )
    return {"file": str(path), "error": error} | dict.fromkeys(keys)


def _line(name: str, measure: Measure) -> str:
    """One rule: verdict, worst second, place, margin."""
    parts = ["none over a quarter of any 10° of view"]
    if measure.start is not None and measure.end is not None and measure.box:
        left, top, right, bottom = measure.box
        seam = " over the seam" if measure.end < measure.start else ""
        definition = measure.rule.partition(", ")[2]
        by = f" by {definition}" if definition else ""
        parts = [
            f"{measure.flashes:.4g} a second{by}",
            f"{measure.start:.2f}–{measure.end:.2f} s{seam}",
            f"{measure.where} (x {left}–{right}, y {top}–{bottom})",
            _margin(measure.margin),
        ]
    if measure.area:
        parts.append(f"faster flashing covers {measure.area:.0%} of the area that fails")
    return f"{name:11}  {_word(measure.passed)}  {', '.join(parts)}"


def _margin(margin: float) -> str:
    if margin == 0:
        return f"at the limit of {MAX_FLASHES:.0f}"
    side = "below" if margin > 0 else "above"
    return f"{abs(margin):.4g} {side} the limit of {MAX_FLASHES:.0f}"


def _word(passed: bool) -> str:
    return "pass" if passed else "FAIL"
