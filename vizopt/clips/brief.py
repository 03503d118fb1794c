"""Brief: what was written, in one line."""

from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

from vizopt.core.errors import one_line
from vizopt.core.numbers import counted

if TYPE_CHECKING:
    from vizopt.clips.clip import Clip
    from vizopt.flashes import Verdict
    from vizopt.recording.store import Recording


def clip_line(clip: "Clip") -> str:
    """A clip: size, length and rate or the epoch of a still, what it gave up, the flash check."""
    from vizopt.clips.plan import written
    from vizopt.formats import format_of

    width, height = clip.size
    size = sum(file.stat().st_size for file in written(clip.path))
    length = clip.at or (
        f"{counted(clip.length, 'frame')}  {clip.length / clip.fps:.1f} s at "
        f"{told_rate(clip.path, clip.fps, clip.asked)}"
    )
    card = "with a warning card in front" if clip.metadata.warning and not clip.at else ""
    kind = clip.path.suffix[1:].upper()
    smooth = "smooth " if kind == "GIF" else ""  # it has pixels that are there or not
    own = bool(format_of(clip.path).poster)  # says how it plays
    plays = f"plays {times(clip.metadata.loop)}" if own and clip.metadata.loop else ""
    paper = f"{kind} has no {smooth}transparency: on the look's paper" if clip.papered else ""
    parts = [
        str(clip.path),
        f"{width}×{height}",
        told_bytes(size),
        length,
        card,
        plays,
        clip.harm,
        f"no room for {', '.join(clip.unseen)}" if clip.unseen else "",
        paper,
    ]
    return "  ".join(filter(None, [*parts, told_verdict(clip.verdict) + _calmer(clip)]))


def times(many: int) -> str:
    """`once`, `3 times`."""
    return {1: "once", 2: "twice"}.get(many, counted(many, "time"))


def told_rate(file: Path, fps: float, asked: float | None) -> str:
    """`50 fps, the nearest that a GIF can hold`, where another rate was asked for."""
    kind = file.suffix[1:].upper()
    article = "an" if kind[0] in "AEFHILMNORSX" else "a"  # as the letter is spoken
    nearest = f", the nearest that {article} {kind} can hold" if asked not in (None, fps) else ""
    return f"{fps:.4g} fps{nearest}"


def told_verdict(verdict: "Verdict | None") -> str:
    """What the flash check found, in a few words."""
    if verdict is None:
        return ""
    if verdict.passed:
        return "passes the flash check"
    worst = max(verdict.general, verdict.red, key=lambda measure: measure.flashes)
    return f"FAILS the flash check: {worst.flashes:g} a second"


def _calmer(clip: "Clip") -> str:
    """What to do about a clip that flashes and has no warning; see docs/howto/blog.md."""
    if clip.verdict is None or clip.verdict.passed or clip.metadata.warning:
        return ""
    fewer = f"--fps {ceil(clip.fps * 2 / 3)} or fewer epochs"
    return f": {fewer} most often help, vizopt check --plot FLASHES.png tells where"


def recording_line(run: "Recording") -> str:
    """A recording: size, rows, and why it ends where it was not to."""
    from vizopt.recording.events import broken_off
    from vizopt.recording.summary import rows_of

    bytes_ = sum(file.stat().st_size for file in run.path.rglob("*") if file.is_file())
    unit = run.header.unit
    ended = f", {broken_off(run)}" if run.diverged is not None else ""
    if run.interrupted is not None:
        ended = f", interrupted at {unit} {run.interrupted}{goes_on(run)}"
    return one_line(f"{run.path}  {told_bytes(bytes_)}  {rows_of(run)}{ended}")


def goes_on(run: "Recording") -> str:
    """The command that goes on with an interrupted recording; nothing where none can."""
    from vizopt.recording.atomic import quoted

    return f"; vizopt record {quoted(run.path)} --resume goes on" if run.resumable else ""


def told_bytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{size / 1e3:.1f} kB"
