"""PowerPoint: slides as a .pptx, on a plain master or on the user's own."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from vizopt.arrays import Size
from vizopt.deck.layout import Box, fitted, free, pixels, plain, points, titled
from vizopt.deck.package import listed
from vizopt.deck.slide import SHOWN, Slide
from vizopt.encoders import finished
from vizopt.errors import EncodeError, VizoptError, is_shortage
from vizopt.marks import SOFTWARE
from vizopt.showing import still

RECIPE = "To make the clip again, save these lines as NAME.toml and run: vizopt make NAME.toml"
LARGEST = 500_000_000  # bytes of a template, unpacked
POINT = 12_700  # EMU
MISSING = 'PowerPoint needs python-pptx: install it with: pip install "vizopt[slides]"'


def checked(file: Path, template: Path | None) -> None:
    """Find out before anything is trained that a deck can be written.

    Raises:
        EncodeError: python-pptx is missing, or the template has no usable layout.
    """
    if template and file.exists() and template.exists() and file.samefile(template):
        raise EncodeError(f"{file}: is the template itself: choose another name")
    _opened(file, "16:9", template)


def room(file: Path, ratio: str, template: Path | None) -> Size:
    """The size in pixels of a clip that fills the room on a slide.

    Raises:
        EncodeError: as `checked`.
    """
    return pixels(free(*_opened(file, ratio, template)))


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
            page = _add(deck, layout, slide)
            if template is None and slide.paper:
                _colour(page, slide)
            if template is None and slide.font:
                _font(page, slide)
    listed(deck)
    with finished(file) as part:
        deck.save(str(part))


def _opened(file: Path, ratio: str, template: Path | None) -> tuple[Any, Any]:
    """A deck and the layout to use in it."""
    try:
        from pptx import Presentation
    except ImportError as error:
        raise EncodeError(f"{file}: {MISSING}") from error
    if template is None:
        deck = Presentation()
        return deck, plain(deck, ratio)
    if not template.is_file():
        raise EncodeError(f"{template}: no such template")
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
    if size > LARGEST:
        raise EncodeError(f"{template}: unpacks to more than {LARGEST / 1e6:g} MB: not read")


def _colour(page: Any, slide: Slide) -> None:
    """The slide's paper and title in the colours of the clip's own look."""
    from pptx.dml.color import RGBColor

    colour: Any = RGBColor
    paper, ink = (colour.from_string(each[1:].upper()) for each in (slide.paper, slide.ink))
    page.background.fill.solid()
    page.background.fill.fore_color.rgb = paper
    for run in page.shapes.title.text_frame.paragraphs[0].runs:
        run.font.color.rgb = ink


def _font(page: Any, slide: Slide) -> None:
    """The title in the font of the clip's own look."""
    for run in page.shapes.title.text_frame.paragraphs[0].runs:
        run.font.name = slide.font


def _add(deck: Any, layout: Any, slide: Slide) -> Any:
    """One slide more: title, clip, notes."""
    page = deck.slides.add_slide(layout)
    title = page.shapes.title
    for shape in list(page.placeholders):
        if shape.placeholder_format.idx != title.placeholder_format.idx:
            shape.element.getparent().remove(shape.element)  # it would say "Click to add text"
    title.text_frame.text = slide.title
    if size := points(slide.title, title.width):
        title.text_frame.paragraphs[0].runs[0].font.size = size * POINT
    box = fitted(free(deck, layout), slide.size)
    if slide.clip.suffix.lower() == ".gif":
        shape = page.shapes.add_picture(str(slide.clip), *box)
    else:
        shape = _movie(page, slide, box)
    shape.name = slide.title
    shape.element.xpath(".//p:cNvPr")[0].set("descr", slide.alt)
    recipe = [f"{RECIPE}\n\n{slide.recipe}"] if slide.recipe else []
    page.notes_slide.notes_text_frame.text = "\n\n".join([*slide.notes, *recipe])
    return page


def _movie(page: Any, slide: Slide, box: Box) -> Any:
    """The clip; one that does not flash starts with its slide and repeats until the next."""
    kind = SHOWN[slide.clip.suffix.lower()]
    poster = BytesIO(slide.poster or still(slide.clip, first=True))
    with slide.clip.open("rb") as file:  # python-pptx puts a path's name into XML as it is: Q&A.mp4
        shape = page.shapes.add_movie(file, *box, poster, kind)
    if not slide.warning:
        node = page.element.xpath(f".//p:video[.//p:spTgt/@spid='{shape.shape_id}']")[0]
        node.xpath(".//p:cTn")[0].set("repeatCount", str(1000 * slide.loop or "indefinite"))
        node.xpath(".//p:cond")[0].set("delay", "0")
    return shape
