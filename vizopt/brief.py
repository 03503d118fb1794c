"""Brief: what was written, in one line."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vizopt.arrays import Size
    from vizopt.safety import Verdict


def clip_line(path: Path, size: "Size", frames: int, fps: float, verdict: "Verdict") -> str:
    """A clip: size, length, rate, and what the flash check found."""
    width, height = size
    return (
        f"{path}  {width}×{height}  {told_bytes(path.stat().st_size)}  {frames} frames"
        f"  {frames / fps:.1f} s at {fps:.4g} fps  {told_verdict(verdict)}"
    )


def told_verdict(verdict: "Verdict") -> str:
    """What the flash check found, in a few words."""
    if verdict.passed:
        return "passes the flash check"
    worst = max(verdict.general, verdict.red, key=lambda measure: measure.flashes)
    return f"FAILS the flash check: {worst.flashes:g} a second"


def told_bytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{size / 1e3:.1f} kB"
