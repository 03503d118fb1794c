"""A page: the title, the clips and the notes of one slide."""

from io import BytesIO
from typing import Any

from vizopt.core.sizes import MARGIN, SIDE, Box
from vizopt.formats import mp4
from vizopt.formats.poster import still
from vizopt.formats.slides.layout import CAPTION, captioned, columns, fitted, free, lettered
from vizopt.formats.slides.slide import Part, Slide
from vizopt.formats.slides.timing import timed

POINT = 12_700  # EMU
EDGE = MARGIN / SIDE  # of a clip's shorter side, left and right of what it shows


def add(deck: Any, layout: Any, slide: Slide) -> Any:
    """One slide more: title, clips, notes."""
    page = deck.slides.add_slide(layout)
    title = page.shapes.title
    for shape in list(page.placeholders):
        if shape.placeholder_format.idx != title.placeholder_format.idx:
            shape.element.getparent().remove(shape.element)  # it would say "Click to add text"
    title.text_frame.text, size = lettered(slide.title, title.width)
    if size:
        title.text_frame.paragraphs[0].runs[0].font.size = size * POINT
    boxes = columns(free(deck, layout), len(slide.parts))
    shapes = []
    for part, box in zip(slide.parts, boxes, strict=True):
        place = fitted(box, part.size)
        if len(boxes) > 1:  # names on one line, whatever shapes the clips have
            place = place._replace(top=box.top)
            _caption(page, part.name, place)
        shapes.append(_put(page, part, place))
    timed(page, slide, shapes)
    told = [f"{part.again}\n\n{part.recipe}" for part in slide.parts if part.recipe]
    page.notes_slide.notes_text_frame.text = "\n\n".join([*slide.notes, *told])
    return page


def _caption(page: Any, name: str, clip: Box) -> None:
    """The name above one of two clips, over what the clip shows."""
    from pptx.enum.text import MSO_ANCHOR

    inset = round(min(clip.width, clip.height) * EDGE)
    width = clip.width - 2 * inset
    text, size = captioned(name, width)
    box = page.shapes.add_textbox(clip.left + inset, clip.top - CAPTION, width, CAPTION)
    frame = box.text_frame
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    frame.vertical_anchor, frame.word_wrap = MSO_ANCHOR.BOTTOM, True  # else it is not at its left
    frame.text = text
    font = frame.paragraphs[0].runs[0].font
    font.size, font.bold = size * POINT, True


def _put(page: Any, part: Part, box: Box) -> Any:
    """The clip in its place, with its first picture and its alt text."""
    if part.moves_alone:
        shape = page.shapes.add_picture(str(part.clip), *box)
    else:
        poster = BytesIO(part.poster or still(part.clip, first=True))
        with part.clip.open("rb") as file:  # python-pptx puts a name into XML as it is: Q&A.mp4
            shape = page.shapes.add_movie(file, *box, poster, mp4.FORMAT.media_type)
    shape.name = part.name
    shape.element.xpath(".//p:cNvPr")[0].set("descr", part.alt)
    return shape


def colour(page: Any, slide: Slide) -> None:
    """The slide's paper, title and names in colours and font of the clips' own look."""
    from pptx.dml.color import RGBColor

    known: Any = RGBColor
    if slide.paper:
        page.background.fill.solid()
        page.background.fill.fore_color.rgb = known.from_string(slide.paper[1:].upper())
    for shape in page.shapes:
        for run in shape.text_frame.paragraphs[0].runs if shape.has_text_frame else ():
            if slide.ink:
                run.font.color.rgb = known.from_string(slide.ink[1:].upper())
            if slide.font:
                run.font.name = slide.font
