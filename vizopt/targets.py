"""Targets: where a clip can be shown, what plays there, and what it may be at most."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from vizopt.numbers import count, counted

if TYPE_CHECKING:
    from vizopt.arrays import Size

MB = 1_000_000
GB = 1_000_000_000


class Limits(NamedTuple):
    """What a file may be at most; None where nothing is said.

    Args:
        size_bytes: of the file.
        frames: how many.
        pixels: of all frames together, width · height · frames.
        size: width and height in pixels.
        fps: frames per second.
        seconds: length.
    """

    size_bytes: int | None = None
    frames: int | None = None
    pixels: int | None = None
    size: "Size | None" = None
    fps: float | None = None
    seconds: float | None = None

    def broken(self, size: "Size", fps: float, frames: int) -> str:
        """The limit that a clip breaks, known before it is drawn; empty where it breaks none:
        `400 frames at 20 fps, where there may be 350 frames at most`.

        Args:
            size: width and height in pixels.
            fps: frames per second; of no account for a still.
            frames: how many; 1 of a still.
        """
        (width, height), seconds = size, frames / fps
        moves, sides = frames > 1, f"{width}×{height}"
        length = counted(frames, "frame") + (f" at {fps:.4g} fps" if moves else "")
        found = (
            (frames, self.frames, "frames", length),
            (width * height * frames, self.pixels, "pixels", f"{sides} in {length}"),
            (width, self.size and self.size[0], "size", sides),
            (height, self.size and self.size[1], "size", sides),
            (moves * fps, self.fps, "fps", f"{fps:.6g} fps"),
            (moves * seconds, self.seconds, "seconds", f"{seconds:.6g} s"),
        )
        for value, most, name, words in found:
            if most and value > most:
                return f"{words}, where there may be {self._told()[name]} at most"
        return ""

    def __str__(self) -> str:
        """`15 MB, 350 frames, 1280×1080`; empty where nothing is said."""
        return ", ".join(self._told().values())

    def _told(self) -> dict[str, str]:
        """Each limit that there is, in words."""
        size = self.size_bytes and self.size_bytes // MB
        large = f"{size // 1000} GB" if size and not size % 1000 else f"{size} MB"
        told = {
            "size_bytes": large if size else "",
            "frames": counted(self.frames, "frame") if self.frames else "",
            "pixels": f"{count(self.pixels // MB)} million pixels in all" if self.pixels else "",
            "size": f"{self.size[0]}×{self.size[1]}" if self.size else "",
            "fps": f"{self.fps:g} fps" if self.fps else "",
            "seconds": f"{self.seconds:g} s" if self.seconds else "",
        }
        return {name: words for name, words in told.items() if words}


@dataclass(frozen=True)
class Place:
    """Where a clip is shown.

    Args:
        plays: by suffix, the best first, what a file may be at most.
        source: where that is said; empty where it was tried.
        checked: when that was read or tried, year and month.
        note: what else is good to know.
    """

    plays: Mapping[str, Limits]
    source: str
    checked: str
    note: str = ""

    def __str__(self) -> str:
        """`MP4, WEBM (10 MB); GIF (15 MB, 350 frames)`."""
        by_limit: dict[str, list[str]] = {}
        for suffix, most in self.plays.items():
            by_limit.setdefault(str(most) or "any size", []).append(suffix[1:].upper())
        return "; ".join(f"{', '.join(names)} ({most})" for most, names in by_limit.items())


def _each(*suffixes: str, size_bytes: int | None = None) -> dict[str, Limits]:
    return dict.fromkeys(suffixes, Limits(size_bytes))


PLACES = {
    "powerpoint": Place(_each(".mp4", ".gif", ".png", ".pptx"), "", "2026-11"),
    "keynote": Place(
        _each(".mp4", ".pptx", ".gif", ".png"),
        "https://support.apple.com/guide/keynote",
        "2026-11",
        "A .pptx opens as a presentation.",
    ),
    "google-slides": Place(
        _each(".gif", ".png", size_bytes=50 * MB),
        "https://support.google.com/docs/answer/97447",
        "2026-11",
        "25 megapixels at most; videos play from Google Drive or YouTube only.",
    ),
    "github": Place(
        _each(".gif", ".webp", ".png", ".mp4", ".webm", size_bytes=10 * MB),
        "https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting"
        "/attaching-files",
        "2026-11",
        "MP4 and WebM play in comments; images from other servers have 5 MB at most.",
    ),
    "notebook": Place(
        _each(".mp4", ".html", ".webm", ".webp", ".gif", ".apng", ".png"), "", "2026-11"
    ),
    "x": Place(
        {
            ".gif": Limits(15 * MB, frames=350, pixels=300 * MB, size=(1280, 1080)),
            ".mp4": Limits(512 * MB, size=(1280, 1024), fps=60, seconds=140),
            ".png": Limits(5 * MB),
            ".webp": Limits(5 * MB),
        },
        "https://docs.x.com/x-api/media/quickstart/best-practices",
        "2026-11",
    ),
    "linkedin": Place(
        {
            ".mp4": Limits(5 * GB, size=(4096, 2304), fps=60, seconds=600),
            ".gif": Limits(8 * MB),
            ".png": Limits(8 * MB),
        },
        "https://www.linkedin.com/help/linkedin/answer/a548372",
        "2026-11",
        "A video has 3 seconds at least.",
    ),
    "youtube": Place(
        {".mp4": Limits(256 * GB), ".webm": Limits(256 * GB)},
        "https://support.google.com/youtube/answer/71673",
        "2026-11",
    ),
    "slack": Place(
        _each(".mp4", ".gif", ".webm", ".png", size_bytes=GB),
        "https://slack.com/help/articles/201330736",
        "2026-11",
    ),
    "discord": Place(
        _each(".mp4", ".gif", ".webm", ".png", size_bytes=10 * MB),
        "https://support.discord.com/hc/articles/25444343291031",
        "2026-11",
        "Without Nitro; it changes often: --fit says another.",
    ),
    "latex": Place(
        _each(".png"), "", "2026-11", "NAME-%05d.png is a sequence for the package animate."
    ),
}
