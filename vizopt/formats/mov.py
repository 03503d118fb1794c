"""MOV: H.264 for QuickTime and Keynote; without paper Apple ProRes 4444, which keeps the alpha."""

from contextlib import AbstractContextManager
from pathlib import Path

from vizopt.core.arrays import Size
from vizopt.core.ffmpeg import able
from vizopt.formats.base import StreamSpec, Write
from vizopt.formats.ffmpeg import COLOUR, piped
from vizopt.formats.mp4 import MP4, h264

# Profile 4 is 4444; 12-bit colour at full resolution, 16-bit alpha.
PRORES = ("-vf", COLOUR, "-c:v", "prores_ks", "-profile:v", "4", "-alpha_bits", "16")
CODEC = (*PRORES, "-pix_fmt", "yuva444p10le", "-vendor", "apl0")
# A MOV has few tags of its own; this lets it have those of an MP4, the recipe's too.
FLAGS = "use_metadata_tags+faststart"


class MOV(MP4):
    """As an MP4, or what an editing program takes over other pictures."""

    alpha = True

    def check(self, path: Path, size: Size) -> None:
        super().check(path, size)
        able(path, CODEC)

    def open(self, path: Path, stream: StreamSpec) -> AbstractContextManager[Write]:
        if stream.transparent:
            return piped(path, stream, CODEC, ["-movflags", FLAGS, "-f", "mov"])
        return h264(path, stream, container="mov", flags=FLAGS)


ENCODER = MOV()
