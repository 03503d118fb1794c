"""GIF, APNG and WebP by Pillow: exact delays, disposal and transparency, the loop flag."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image, ImageSequence, UnidentifiedImageError

from vizopt.core.errors import DecodeError
from vizopt.flashes.frames import DecodedFrame
from vizopt.flashes.grid import RGB

SHORTEST_DELAY_MS = 10  # browsers show a picture with that or a shorter one longer
SLOWED_DELAY_MS = 100  # so long
TAIL_BYTES = 64  # bytes at the end, for the few that some programs add


def pictures(path: Path, paper: str) -> Iterator[DecodedFrame]:
    """The pictures over a paper, with the delays that browsers give them."""
    with _opened(path) as image:
        milliseconds = 0.0
        for i, shown in enumerate(ImageSequence.Iterator(image)):
            if i == 0 and image.info.get("default_image"):
                continue  # an APNG's picture for programs that cannot animate
            frame, clear = _over(paper, shown)
            delay = float(shown.info.get("duration", 0))
            start = milliseconds
            milliseconds += delay if delay > SHORTEST_DELAY_MS else SLOWED_DELAY_MS
            yield DecodedFrame(round(start * 1000), round(milliseconds * 1000), frame, clear)
    if image.format == "GIF" and not _has_trailer(path):
        raise DecodeError(f"{path}: cannot read: the file ends too early")


def loops(path: Path) -> bool:
    """Whether its loop flag says more than one showing.

    A GIF without the flag plays once; one with a count of 1 plays once or twice, by browser.
    """
    with _opened(path) as image:
        return image.info.get("loop", 1) != 1 or (image.format == "GIF" and "loop" in image.info)


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # Pillow warns here of what it refuses at twice the size.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=("GIF", "PNG", "WEBP", "JPEG")) as image:
                yield image
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise DecodeError(f"{path}: cannot read: more pixels than Pillow allows") from error
    except MemoryError:
        raise
    except Exception as error:  # each of Pillow's readers has its own
        raise DecodeError(f"{path}: cannot read: {reason(error)}") from error


def _has_trailer(path: Path) -> bool:
    """Whether a GIF ends as it should; Pillow takes a missing end for the end."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL_BYTES))
        return file.read().rstrip(b"\0\r\n").endswith(b";")


def _over(paper: str, image: Image.Image) -> tuple[RGB, bool]:
    """A picture on a paper, and whether any of that can be seen through it."""
    if not image.has_transparency_data:
        return _rgb(image), False
    picture = image if image.mode == "RGBA" else image.convert("RGBA")  # which copies it anyway
    if np.asarray(picture.getchannel("A")).min() == 255:
        return _rgb(picture), False
    below = Image.new("RGBA", picture.size, paper)
    return _rgb(Image.alpha_composite(below, picture)), True


def _rgb(image: Image.Image) -> RGB:
    """A picture [H, W, 3] without its alpha; packed straight from RGBA in a quarter of the time
    that its conversion to RGB takes first."""
    if image.mode not in ("RGB", "RGBA"):
        image = image.convert("RGB")
    width, height = image.size
    return np.frombuffer(image.tobytes("raw", "RGB"), np.uint8).reshape(height, width, 3)


def reason(error: Exception) -> str:
    """Why a picture cannot be read, in a few words."""
    if isinstance(error, UnidentifiedImageError):
        return "damaged at its start"
    return str(error).splitlines()[0] if str(error) else "the file ends too early"
