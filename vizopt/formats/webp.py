"""WebP: animated, lossless, smaller than a GIF; plays in browsers and on GitHub."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO
from xml.sax.saxutils import escape, unescape

from vizopt.core.arrays import Frame
from vizopt.core.atomic import atomic_write
from vizopt.core.marks import MARK_BYTES, seal
from vizopt.formats.base import Format, check_sides
from vizopt.formats.changes import Changes
from vizopt.formats.quality import LOSSLESS
from vizopt.formats.stream import ClipMetadata, StreamSpec, Write
from vizopt.formats.texts import image

MIN_DELAY_MS = 11  # browsers slow a shorter delay down to 100
ANIMATED, XMP = 0x02, 0x04  # flags
EFFORT = {"lossless": True, "method": 2, "quality": 50}  # measured: smaller takes far longer
MAX_SIDE_PX = 16384
SEAL = b"VZPT"  # a chunk that readers skip
SEAL_BYTES = 8 + MARK_BYTES + MARK_BYTES % 2


def _nearest_fps(fps: float) -> float:
    """A delay is a whole number of milliseconds."""
    return 1000 / max(round(1000 / fps), MIN_DELAY_MS)


@contextmanager
def _open(path: Path, stream: StreamSpec) -> Iterator[Write]:
    """Streams what changes in each frame.

    Libwebp's own animator, ffmpeg's and Pillow's too, keeps the whole clip until the end; so only
    single pictures come from it and the container is written here.

    Reference: WebP container specification, developers.google.com/speed/webp.
    """
    changes = Changes(stream.level, whole=stream.transparent)
    put = b"\x02" if stream.transparent else b"\0"  # in the place of what is shown, or over it
    milliseconds = round(1000 / stream.fps)
    packet = _xmp(stream.metadata)
    with atomic_write(path) as part:
        with part.open("wb") as file:
            sides = b"".join((side - 1).to_bytes(3, "little") for side in stream.size)
            file.write(b"RIFF\0\0\0\0WEBP")
            flags = ANIMATED | (XMP if packet else 0) | 0x10  # alpha
            _chunk(file, b"VP8X", bytes([flags, 0, 0, 0]) + sides)
            _chunk(file, b"ANIM", b"\xff\xff\xff\xff" + stream.metadata.loop.to_bytes(2, "little"))

            def write(frame: Frame) -> None:
                patch, left, top = changes(frame)
                numbers = (
                    left // 2,
                    top // 2,
                    patch.shape[1] - 1,
                    patch.shape[0] - 1,
                    milliseconds,
                )
                head = b"".join(number.to_bytes(3, "little") for number in numbers)
                _chunk(file, b"ANMF", head + put + _still(patch))

            if stream.metadata.poster is not None:
                write(stream.metadata.poster)
            yield write
            if packet:
                _chunk(file, b"XMP ", packet)
            length = file.tell() + SEAL_BYTES - 8
            file.seek(4)
            file.write(length.to_bytes(4, "little"))
        seal(part, SEAL + MARK_BYTES.to_bytes(4, "little"), lambda mark: b"\0")


def _still(patch: Frame) -> bytes:
    """The picture's chunk, out of a WebP file of its own."""
    from PIL import Image

    memory = io.BytesIO()
    Image.fromarray(patch).save(memory, "WEBP", **EFFORT)
    data = memory.getvalue()[12:]
    while data[:4] not in (b"VP8L", b"VP8 "):
        length = int.from_bytes(data[4:8], "little")
        data = data[8 + length + length % 2 :]
    return data


def _chunk(file: BinaryIO, kind: bytes, data: bytes) -> None:
    file.write(kind + len(data).to_bytes(4, "little") + data + b"\0" * (len(data) % 2))


def _xmp(metadata: ClipMetadata) -> bytes:
    """What the file says of itself, as an XMP packet."""
    if not (metadata.recipe or metadata.warning):
        return b""
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:vizopt="urn:vizopt">'
        f"<vizopt:comment>{escape(metadata.warning)}</vizopt:comment>"
        f"<vizopt:recipe>{escape(metadata.recipe)}</vizopt:recipe>"
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
    ).encode()


def _read_recipe(path: Path) -> str:
    """The recipe in the XMP packet."""
    with image(path, "WEBP") as opened:
        packet = bytes(opened.info.get("xmp", b"")).decode(errors="replace")
    return unescape(packet.partition("<vizopt:recipe>")[2].partition("</vizopt:recipe>")[0])


FORMAT = Format(
    media_type="image/webp",
    begins=rb"RIFF....WEBP",
    open=_open,
    read_recipe=_read_recipe,
    size=(800, 450),
    fps=20.0,
    nearest_fps=_nearest_fps,
    check=partial(check_sides, MAX_SIDE_PX),
    quality_steps=LOSSLESS,
    plays_in=frozenset({"browser"}),
    alpha=True,
    poster="frame",
)
