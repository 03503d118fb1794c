"""Frames that are all in memory, fed to an encoder: what is left when drawing costs nothing."""

from vizopt.formats import StreamSpec, format_of
from vizopt.formats.ffmpeg import COLOUR, piped


def encode(path, frames, size, fps):
    """Our encoder with our settings."""
    film = StreamSpec(size, fps, lambda: frames[:: max(len(frames) // 8, 1)])
    with format_of(path).open(path, film) as write:
        for frame in frames:
            write(frame)


def medium(path, frames, size, fps):
    """x264's own default: preset medium, here at crf 20."""
    codec = ["-c:v", "libx264", "-preset", "medium", "-crf", "20", "-pix_fmt", "yuv420p"]
    with piped(
        path, StreamSpec(size, fps, lambda: []), ["-vf", COLOUR, *codec, "-f", "mp4"]
    ) as write:
        for frame in frames:
            write(frame)
