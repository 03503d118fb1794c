"""WebM: VP9 for web pages; a fifth smaller than the MP4 at the same quality."""

from contextlib import AbstractContextManager
from pathlib import Path

from vizopt.core.arrays import Size
from vizopt.core.ffmpeg import able
from vizopt.formats.base import Format, check_even
from vizopt.formats.ffmpeg import COLOUR, piped
from vizopt.formats.stream import StreamSpec, Write
from vizopt.formats.texts import video_recipe

# Measured on the scene sgd: crf 26 has the MP4's PSNR (36.3 against 36.5 dB) at 0.8 of its size.
SPEED = ("-deadline", "good", "-cpu-used", "4", "-row-mt", "1", "-threads", "2")
CODEC = ("-vf", COLOUR, "-c:v", "libvpx-vp9", *SPEED, "-pix_fmt", "yuv420p")
CRF, CRF_PER_LEVEL = 26, 6  # and what each level of harm adds


def _open(path: Path, stream: StreamSpec) -> AbstractContextManager[Write]:
    """libvpx-vp9, yuv420p, or yuva420p without paper, tagged BT.709."""
    quality = ["-b:v", "0", "-crf", str(CRF + CRF_PER_LEVEL * stream.level)]
    pixels = ["-pix_fmt", "yuva420p"] if stream.transparent else []
    # bitexact: no random number in the file, so the same clip is the same bytes
    return piped(path, stream, CODEC, [*quality, *pixels, "-fflags", "+bitexact", "-f", "webm"])


def _check(path: Path, size: Size) -> None:
    """VP9 with 4:2:0 colour rounds odd sides, players then blur; and ffmpeg must write it."""
    check_even(path, size)
    able(path, CODEC)


FORMAT = Format(
    media_type="video/webm",
    begins=rb"\x1aE\xdf\xa3",
    open=_open,
    read_recipe=video_recipe,
    check=_check,
    plays_in=frozenset({"browser"}),
    alpha=True,
)
