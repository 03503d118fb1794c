"""Playback: how the frames of a picture are looked at."""

from typing import Literal, NamedTuple, TypeAlias

from vizopt.core.arrays import Size

SECONDS = 0.5  # that an update is summed over, and that a plane is held where it would flash

Mode: TypeAlias = Literal["clip", "still", "flashing"]


class Playback(NamedTuple):
    """How the frames of a picture are looked at.

    Args:
        size: of the whole frame in pixels.
        fps: frames per second.
        mode: "clip": one after the other, so that nothing may flash; "still": each by itself,
            which cannot; "flashing": one after the other, in the lesson's look.
    """

    size: Size
    fps: float
    mode: Mode

    @property
    def window(self) -> int:
        """Frames over which an update is summed: half a second, or one in the lesson's look."""
        return 1 if self.mode == "flashing" else max(round(self.fps * SECONDS), 1)
