"""MP4: H.264 that plays everywhere, slides and old QuickTime included."""

from contextlib import AbstractContextManager
from pathlib import Path

from vizopt.core.arrays import Size
from vizopt.core.ffmpeg import able
from vizopt.formats.base import Poster, StreamSpec, Write, check_even
from vizopt.formats.ffmpeg import COLOUR, is_large, piped

# Most of the picture stands still, so what pays is the tree of macroblocks and CABAC; with little
# else the clips have size and PSNR of preset medium crf 20 in half of its time (benchmarks/).
TREE = "mbtree=1:rc-lookahead=10:cabac=1"
SETTINGS = ("-preset", "superfast", "-tune", "animation", "-x264-params", TREE)
CODEC = ("-vf", COLOUR, "-c:v", "libx264", *SETTINGS, "-pix_fmt", "yuv420p")
CRF, STEP = 18, 4  # and what each level of harm adds

# Of large pictures x264 keeps few: see docs/decisions/023. Better by LARGE_BETTER they look as
# those of SETTINGS do.
FEW = "mbtree=1:cabac=1:rc-lookahead=2:sync-lookahead=0:sliced-threads=1:bframes=0:ref=1"
SPARING = ("-preset", "superfast", "-tune", "animation", "-threads", "2", "-x264-params", FEW)
LARGE_CODEC = ("-c:v", "libx264", *SPARING, "-pix_fmt", "yuv420p")
LARGE_BETTER = 2


class MP4:
    """libx264, yuv420p, tagged BT.709, index in front."""

    size: Size = (1280, 720)
    fps: float = 30.0
    alpha = False
    slide = False
    poster: Poster = ""

    def rate(self, fps: float) -> float:
        return fps

    def check(self, path: Path, size: Size) -> None:
        """H.264 with 4:2:0 colour needs even sides, and an ffmpeg that writes it."""
        check_even(path, size)
        able(path, LARGE_CODEC if is_large(size) else CODEC)

    def open(self, path: Path, stream: StreamSpec) -> AbstractContextManager[Write]:
        return h264(path, stream)


def h264(
    path: Path, stream: StreamSpec, *options: str, container: str = "mp4", flags: str = "+faststart"
) -> AbstractContextManager[Write]:
    """An MP4 or MOV to write frames to; more of ffmpeg's options go to x264."""
    large = is_large(stream.size)
    crf = CRF - LARGE_BETTER * large + STEP * stream.level
    quality = ["-crf", str(crf), *options]
    codec = LARGE_CODEC if large else CODEC
    made = [*quality, "-movflags", flags, "-f", container]
    return piped(path, stream, codec, made, sparing=large)


ENCODER = MP4()
