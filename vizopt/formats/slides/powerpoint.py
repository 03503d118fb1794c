"""PowerPoint: slides as a .pptx, on a plain master or on the user's own."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile
from zlib import crc32

from vizopt.core.arrays import Size
from vizopt.core.atomic import atomic_write
from vizopt.core.errors import EncodeError, VizoptError, is_shortage
from vizopt.core.marks import SOFTWARE
from vizopt.core.places import is_there
from vizopt.formats.slides.layout import columns, fitted, free, pixels, plain, text_percent, titled
from vizopt.formats.slides.package import listed
from vizopt.formats.slides.page import add, colour
from vizopt.formats.slides.slide import Room, Slide

PROPERTIES = "docProps/core.xml"
END, END_BYTES = b"PK\5\6", 22  # of an archive, and of what Python takes for one:
LAST_BYTES = END_BYTES + (1 << 16)
MAX_TEMPLATE_BYTES = 500_000_000  # bytes of a template, unpacked
MISSING = 'PowerPoint needs python-pptx: install it with: pip install "vizopt[slides]"'


def checked(file: Path, template: Path | None) -> None:
    """Find out before anything is trained that a deck can be written.

    Raises:
        EncodeError: python-pptx is missing, or the template has no usable layout.
    """
    _opened(file, "16:9", template)


def room(
    file: Path, ratio: str, template: Path | None, count: int, size: Size | None = None
) -> Room:
    """The room for each of the clips of a slide.

    Args:
        file, ratio, template: as of `write`.
        count: of the clips, 1 or 2.
        size: that they have; else they fill the room.

    Raises:
        EncodeError: as `checked`.
    """
    deck, layout = _opened(file, ratio, template)
    box = columns(free(deck, layout), count)[0]
    size = size or pixels(box)
    return Room(size, text_percent(deck.slide_width, fitted(box, size)))


def write(
    file: Path, slides: Sequence[Slide], ratio: str = "16:9", template: Path | None = None
) -> None:
    """Write a deck of slides.

    Args:
        file: to write, .pptx.
        slides: one at least.
        ratio: a key of SIDES, of a deck without a template.
        template: a deck whose master and slides are kept; the new ones come behind them.

    Raises:
        EncodeError: python-pptx is missing, the template unusable or the file not writable.
        DecodeError: a clip cannot be read.
    """
    deck, layout = _opened(file, ratio, template)
    about, now = deck.core_properties, datetime.now(UTC).replace(tzinfo=None)
    about.last_modified_by, about.modified = SOFTWARE, now
    if template is None:
        about.title, about.author, about.created = slides[0].title, "", now
    with _readable(template) if template else nullcontext():
        for slide in slides:
            page = add(deck, layout, slide)
            if template is None:
                colour(page, slide)
    listed(deck)
    with atomic_write(file) as part:
        deck.save(str(part))
        about.identifier = f"{SOFTWARE} {checksum(part)}"
        deck.save(str(part))


def checksum(deck: Path) -> str:
    """CRC-32 of all parts of a deck but its properties, and of what stands in front of them and
    behind: one that was worked on has another; empty where a part is damaged."""
    with ZipFile(deck) as archive, deck.open("rb") as file:
        if archive.testzip():
            return ""
        every = archive.infolist()
        around = file.read(min(part.header_offset for part in every))
        file.seek(max(deck.stat().st_size - LAST_BYTES, 0))
        last = file.read()
    around += last[last.rindex(END) + END_BYTES :]
    parts = sorted((part.filename, part.CRC) for part in every if part.filename != PROPERTIES)
    return f"{crc32(around, crc32(repr(parts).encode())):08x}"


def _opened(file: Path, ratio: str, template: Path | None) -> tuple[Any, Any]:
    """A deck and the layout to use in it."""
    try:
        from pptx import Presentation
    except ImportError as error:
        raise EncodeError(f"{file}: {MISSING}") from error
    if template is None:
        deck = Presentation()
        return deck, plain(deck, ratio)
    try:
        if not (is_there(template) and template.is_file()):
            raise EncodeError(f"{template}: no such template")
    except OSError as error:
        raise EncodeError(f"{template}: cannot read: {error.strerror}") from error
    with _readable(template):
        _check_size(template)
        deck = Presentation(str(template))
        layout = titled(deck)
    if layout is None:
        raise EncodeError(
            f"{template}: has no layout with a title and room for a clip: "
            'add the layout "Title Only" to its master'
        )
    return deck, layout


@contextmanager
def _readable(template: Path) -> Iterator[None]:
    try:
        yield
    except VizoptError:
        raise
    except Exception as error:  # python-pptx, lxml and zipfile each have their own
        if is_shortage(error):
            raise
        raise EncodeError(f"{template}: not a deck that can be read: save it as .pptx") from error


def _check_size(template: Path) -> None:
    """Parts are unpacked into memory, and no further than the archive says."""
    with ZipFile(template) as archive:
        size = sum(part.file_size for part in archive.infolist())
    if size > MAX_TEMPLATE_BYTES:
        raise EncodeError(
            f"{template}: unpacks to more than {MAX_TEMPLATE_BYTES / 1e6:g} MB: not read"
        )
