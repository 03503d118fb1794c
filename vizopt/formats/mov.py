"""MOV: H.264 for QuickTime and Keynote; without paper Apple ProRes 4444, which keeps the alpha."""

from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

from vizopt.core.arrays import Size
from vizopt.core.ffmpeg import able
from vizopt.formats import mp4
from vizopt.formats.ffmpeg import COLOUR, piped
from vizopt.formats.mp4 import check_h264, h264
from vizopt.formats.stream import StreamSpec, Write

# Profile 4 is 4444; 12-bit colour at full resolution, 16-bit alpha.
PRORES = ("-vf", COLOUR, "-c:v", "prores_ks", "-profile:v", "4", "-alpha_bits", "16")
CODEC = (*PRORES, "-pix_fmt", "yuva444p10le", "-vendor", "apl0")
# A MOV has few tags of its own; this lets it have those of an MP4, the recipe's too.
FLAGS = "use_metadata_tags+faststart"


def _open(path: Path, stream: StreamSpec) -> AbstractContextManager[Write]:
    """As an MP4, or what an editing program takes over other pictures."""
    if stream.transparent:
        return piped(path, stream, CODEC, ["-movflags", FLAGS, "-f", "mov"])
    return h264(path, stream, container="mov", flags=FLAGS)


def _check(path: Path, size: Size) -> None:
    """What both need."""
    check_h264(path, size)
    able(path, CODEC)


FORMAT = replace(
    mp4.FORMAT,
    media_type="video/quicktime",
    open=_open,
    check=_check,
    plays_in=frozenset(),
    alpha=True,
)
