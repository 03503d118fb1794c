"""Targets: where a clip can be shown, what plays there, and what it may be at most."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from vizopt.core.numbers import count, counted

if TYPE_CHECKING:
    from vizopt.core.arrays import Size

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
        turned: whether a frame that is higher than wide has the sides the other way round.
    """

    size_bytes: int | None = None
    frames: int | None = None
    pixels: int | None = None
    size: "Size | None" = None
    fps: float | None = None
    seconds: float | None = None
    turned: bool = False

    def box(self, size: "Size") -> "Size | None":
        """Width and height that a frame of that shape may have."""
        if self.size and self.turned and size[1] > size[0]:
            return self.size[1], self.size[0]
        return self.size

    def broken(self, size: "Size", fps: float, frames: int) -> str:
        """The limit that a clip breaks, known before it is drawn; empty where it breaks none:
        `400 frames at 20 fps, where there may be 350 frames at most`.

        Args:
            size: width and height in pixels.
            fps: frames per second; of no account for a still.
            frames: how many; 1 of a still.
        """
        (width, height), seconds, box = size, frames / fps, self.box(size)
        moves, sides = frames > 1, f"{width}×{height}"
        length = counted(frames, "frame") + (f" at {fps:.4g} fps" if moves else "")
        found = (
            (frames, self.frames, "frames", length),
            (width * height * frames, self.pixels, "pixels", f"{sides} in {length}"),
            (width, box and box[0], "size", sides),
            (height, box and box[1], "size", sides),
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
            "size": f"{self.size[0]}×{self.size[1]}{' or upright' * self.turned}"
            if self.size
            else "",
            "fps": f"{self.fps:g} fps" if self.fps else "",
            "seconds": f"{self.seconds:g} s" if self.seconds else "",
        }
        return {name: words for name, words in told.items() if words}


Plays: TypeAlias = dict[str, Limits]  # by suffix, the best first


@dataclass(frozen=True)
class Target:
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


def _each(*suffixes: str, size_bytes: int | None = None, pixels: int | None = None) -> Plays:
    return dict.fromkeys(suffixes, Limits(size_bytes, pixels=pixels))


X_VIDEO = Limits(512 * MB, size=(1280, 1024), fps=60, seconds=140, turned=True)
LINKEDIN_VIDEO = Limits(5 * GB, size=(4096, 2304), fps=60, seconds=600, turned=True)
TARGETS = {
    "powerpoint": Target(
        _each(".mp4", ".gif", ".png", ".jpg", ".svg", ".pptx"),
        "https://support.microsoft.com/office/video-and-audio-file-formats-supported-in-powerpoint"
        "-d8b12450-26db-4c7b-a5c1-593d3418fb59",
        "2026-11",
        "Videos start by themselves in a .pptx of vizopt's; put in by hand they wait for a click.",
    ),
    "keynote": Target(
        _each(".mov", ".mp4", ".pptx", ".gif", ".png", ".jpg"),
        "https://support.apple.com/guide/keynote",
        "2026-11",
        "A .pptx opens as a presentation; a transparent .mov lies over what is below it.",
    ),
    "google-slides": Target(
        {
            **_each(".gif", size_bytes=50 * MB),
            **_each(".png", ".jpg", size_bytes=50 * MB, pixels=25 * MB),
        },
        "https://support.google.com/docs/answer/97447",
        "2026-11",
        "Videos play from Google Drive or YouTube only.",
    ),
    "github": Target(
        _each(
            *(".gif", ".webp", ".png", ".jpg", ".svg", ".mp4", ".mov", ".webm"), size_bytes=10 * MB
        ),
        "https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting"
        "/attaching-files",
        "2026-11",
        "Videos play in comments, after a click; an image that a README shows from another server "
        "has 5 MB at most: --fit 5MB.",
    ),
    "notebook": Target(
        _each(
            *(".mp4", ".html", ".webm", ".webp", ".gif", ".apng", ".png", ".jpg", ".svg"),
        ),
        "",
        "2026-11",
        "On GitHub a notebook shows an image in the place of a video or page.",
    ),
    "x": Target(
        {
            ".gif": Limits(15 * MB, frames=350, pixels=300 * MB, size=(1280, 1080)),
            **dict.fromkeys((".mp4", ".mov"), X_VIDEO),
            **_each(".png", ".jpg", ".webp", size_bytes=5 * MB),
        },
        "https://docs.x.com/x-api/media/quickstart/best-practices",
        "2026-11",
        "A video has half a second at least; without Premium.",
    ),
    "linkedin": Target(
        {
            **dict.fromkeys((".mp4", ".mov"), LINKEDIN_VIDEO),
            **_each(".gif", ".png", ".jpg", size_bytes=8 * MB),
        },
        "https://www.linkedin.com/help/linkedin/answer/a548372",
        "2026-11",
        "A video has 3 seconds at least.",
    ),
    "youtube": Target(
        _each(".mp4", ".mov", ".webm", size_bytes=256 * GB),
        "https://support.google.com/youtube/answer/71673",
        "2026-11",
        "Longer than 15 minutes after the account is verified.",
    ),
    "slack": Target(
        _each(".mp4", ".mov", ".gif", ".webm", ".png", ".jpg", size_bytes=GB),
        "https://slack.com/help/articles/201330736",
        "2026-11",
    ),
    "discord": Target(
        _each(".mp4", ".mov", ".gif", ".webm", ".png", ".jpg", size_bytes=10 * MB),
        "https://support.discord.com/hc/articles/25444343291031",
        "2026-11",
        "Without Nitro; it changes often: --fit says another.",
    ),
    "latex": Target(
        _each(".pdf", ".png", ".jpg"),
        "https://ctan.org/pkg/graphicx",
        "2026-11",
        "Text in a .pdf is text; NAME-%05d.png is a sequence for the package animate.",
    ),
}
