"""Targets: where a clip can be shown, what plays there, and what it may be at most."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from vizopt.numbers import count

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
        """What is too much of a clip before it is drawn, as `400 frames`; empty where nothing is.

        Args:
            size: width and height in pixels.
            fps: frames per second; of no account for a still.
            frames: how many; 1 of a still.
        """
        width, height = size
        found = (
            (frames, self.frames, f"{count(frames)} frames"),
            (width * height * frames, self.pixels, f"{width}×{height} in {count(frames)} frames"),
            (width, self.size and self.size[0], f"{width} pixels of width"),
            (height, self.size and self.size[1], f"{height} pixels of height"),
            (fps if frames > 1 else 0, self.fps, f"{fps:.4g} fps"),
            (frames / fps if frames > 1 else 0, self.seconds, f"{frames / fps:.4g} seconds"),
        )
        return next((words for value, most, words in found if most and value > most), "")

    def __str__(self) -> str:
        """`15 MB, 350 frames, 1280×1080`; empty where nothing is said."""
        size = self.size_bytes and self.size_bytes // MB
        large = f"{size // 1000} GB" if size and not size % 1000 else f"{size} MB"
        told = (
            large if size else "",
            f"{self.frames} frames" if self.frames else "",
            f"{self.pixels // 1_000_000} million pixels in all frames" if self.pixels else "",
            f"{self.size[0]}×{self.size[1]}" if self.size else "",
            f"{self.fps:g} fps" if self.fps else "",
            f"{self.seconds:g} s" if self.seconds else "",
        )
        return ", ".join(filter(None, told))


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
