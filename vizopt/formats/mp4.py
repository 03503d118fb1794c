"""MP4: H.264 that plays everywhere, slides and old QuickTime included."""

from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np

from vizopt.core.arrays import Size
from vizopt.core.ffmpeg import able
from vizopt.formats.base import Format, check_even
from vizopt.formats.ffmpeg import COLOUR, SPARING, is_large, piped
from vizopt.formats.stream import StreamSpec, Write
from vizopt.formats.texts import video_recipe


def _assembly() -> str:
    """What x264 is told of the processor: nothing, or to leave out AVX-512.

    There its tree of macroblocks reads what nobody has written, where their columns are no multiple
    of eight: by what lay in the memory, the same pictures were other bytes now and then. Without it
    is as fast.
    """
    known = np.show_config(mode="dicts").get("SIMD Extensions", {})  # of none it is not told
    names = [*known.get("baseline", ()), *known.get("found", ())]
    return ":asm=avx2" if any(name.startswith(("AVX512", "X86_V4")) for name in names) else ""


# Most of the picture stands still, so what pays is the tree of macroblocks and CABAC; with little
# else the clips have size and PSNR of preset medium crf 20 in half of its time (benchmarks/).
TREE = f"mbtree=1:rc-lookahead=10:cabac=1{_assembly()}"
SETTINGS = ("-preset", "superfast", "-tune", "animation", "-x264-params", TREE)
CODEC = ("-vf", COLOUR, "-c:v", "libx264", *SETTINGS, "-pix_fmt", "yuv420p")
CRF, CRF_PER_LEVEL = 18, 4  # and what each level of harm adds

# Of large pictures x264 keeps few: see docs/decisions/023. Better by LARGE_CRF_LESS they look as
# those of SETTINGS do.
LOW_MEMORY_X264 = (
    "mbtree=1:cabac=1:rc-lookahead=1:sync-lookahead=0:sliced-threads=1:bframes=0:ref=1:weightp=0"
    f"{_assembly()}"
)
THREADS = ("-threads", "2")
LARGE_SETTINGS = (
    "-preset",
    "superfast",
    "-tune",
    "animation",
    *THREADS,
    "-x264-params",
    LOW_MEMORY_X264,
)
LARGE_CODEC = ("-c:v", "libx264", *LARGE_SETTINGS, "-pix_fmt", "yuv420p")
LARGE_CRF_LESS = 3


def check_h264(path: Path, size: Size) -> None:
    """H.264 with 4:2:0 colour needs even sides, and an ffmpeg that writes it."""
    check_even(path, size)
    if is_large(size):
        able(path, LARGE_CODEC, SPARING)
    else:
        able(path, CODEC)


def h264(
    path: Path, stream: StreamSpec, *options: str, container: str = "mp4", flags: str = "+faststart"
) -> AbstractContextManager[Write]:
    """An MP4 or MOV to write frames to: libx264, yuv420p, tagged BT.709, index in front.

    More of ffmpeg's options go to x264.
    """
    large = is_large(stream.size)
    crf = CRF - LARGE_CRF_LESS * large + CRF_PER_LEVEL * stream.level
    quality = ["-crf", str(crf), *options]
    codec = LARGE_CODEC if large else CODEC
    made = [*quality, "-movflags", flags, "-f", container]
    return piped(path, stream, codec, made, sparing=large)


FORMAT = Format(
    media_type="video/mp4",
    begins=rb"....(ftyp|moov|mdat|free|wide)",
    open=h264,
    read_recipe=video_recipe,
    check=check_h264,
    plays_in=frozenset({"browser", "slide"}),
)
