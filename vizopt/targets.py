"""Targets: where a clip can be shown, what plays there, and how large it may be."""

from dataclasses import dataclass

MB = 1_000_000


@dataclass(frozen=True)
class Place:
    """Where a clip is shown.

    Args:
        suffixes: what plays there, the best first.
        limit: bytes; none where there is no limit.
    """

    suffixes: tuple[str, ...]
    limit: int | None = None

    def __str__(self) -> str:
        """`GIF, PNG; 50 MB at most`."""
        plays = ", ".join(suffix[1:].upper() for suffix in self.suffixes)
        return f"{plays}; {self.limit // MB} MB at most" if self.limit else plays


PLACES = {
    "powerpoint": Place((".mp4", ".gif", ".png", ".pptx")),
    "google-slides": Place((".gif", ".png"), 50 * MB),
    "github": Place((".gif", ".webp", ".png"), 10 * MB),
    "notebook": Place((".mp4", ".gif", ".png")),
    "x": Place((".gif", ".png"), 15 * MB),
    "discord": Place((".mp4", ".gif", ".png"), 10 * MB),  # changes often: --fit says another
}
