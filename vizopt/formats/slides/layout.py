"""Layout: where title and clip stand on a slide; lengths in EMU, 914400 an inch."""

from collections.abc import Iterator
from math import ceil
from typing import Any

from vizopt.core.arrays import Size
from vizopt.core.sizes import Box
from vizopt.formats.slides.package import sized
from vizopt.formats.slides.widths import fits, shortened

INCH = 914_400
MARGIN = INCH * 20 // 100
GAP = INCH * 8 // 100
MIN_CLIP_SIDE = INCH * 2  # a clip that is smaller cannot be read
BETWEEN = INCH * 20 // 100  # two clips
CAPTION = INCH * 36 // 100  # height of the names above them
READABLE = 80  # a slide is so many times as wide as its smallest text is high: 12 pt on 13.3 inches
OWN = 44  # points of a layout's own titles, at most
SIZES = (26, 18)  # those of titles that are longer, the last one on two lines
NAMES = (18, 14, 12)  # of a name above a clip
TITLE_STYLE = """<a:lstStyle xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">
<a:lvl1pPr algn="l"><a:defRPr sz="2600" b="1"/></a:lvl1pPr></a:lstStyle>"""


def plain(deck: Any, ratio: str) -> Any:
    """The layout of a deck without a template, in slides of a ratio: "16:9" or "4:3"."""
    from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE
    from pptx.oxml import parse_xml

    before = deck.slide_width
    sized(deck, ratio)
    width, stretch = deck.slide_width, deck.slide_width / before
    for page in (deck.slide_master, *deck.slide_layouts):
        for shape in page.placeholders:
            if shape.element.xpath("./p:spPr/a:xfrm"):  # of its own, not its master's
                shape.left, shape.width = round(shape.left * stretch), round(shape.width * stretch)
    layout = next(layout for layout in deck.slide_layouts if layout.name == "Title Only")
    title = _title(layout)
    title.left, title.top = MARGIN, INCH * 15 // 100
    title.width, title.height = width - 2 * MARGIN, INCH * 60 // 100
    frame = title.text_frame
    frame.vertical_anchor, frame.auto_size = MSO_ANCHOR.MIDDLE, MSO_AUTO_SIZE.TEXT_TO_FIT_SHAPE
    frame.margin_left = frame.margin_right = 0
    body = title.element.txBody
    body.replace(body.find("{*}lstStyle"), parse_xml(TITLE_STYLE))
    for shape in list(layout.placeholders):  # the clip takes their room
        if shape is not title and shape.element is not title.element:
            layout.shapes.element.remove(shape.element)
    return layout


def titled(deck: Any) -> Any | None:
    """The layout with a title and the least else on which a clip has room; None without one."""
    usable = [layout for layout in deck.slide_layouts if _usable(deck, layout)]
    return min(usable, key=_others, default=None)


def free(deck: Any, layout: Any) -> Box:
    """The largest rectangle on a slide beside its title, above the footers."""
    title = _title(layout)
    foot = min(
        (shape.top for shape in _footers(layout) if shape.top > deck.slide_height * 3 // 4),
        default=deck.slide_height - MARGIN,
    )
    left, right = MARGIN, deck.slide_width - MARGIN
    below, after = title.top + title.height + GAP, title.left + title.width + GAP
    boxes = (
        Box(left, below, right - left, foot - below),
        Box(left, MARGIN, right - left, title.top - GAP - MARGIN),
        Box(left, MARGIN, title.left - GAP - left, foot - MARGIN),
        Box(after, MARGIN, right - after, foot - MARGIN),
    )
    return max(boxes, key=lambda box: max(box.width, 0) * max(box.height, 0))


def columns(box: Box, count: int) -> tuple[Box, ...]:
    """The places of some clips in a box: all of it, or beside each other below their names."""
    if count == 1:
        return (box,)
    width = (box.width - (count - 1) * BETWEEN) // count
    lefts = (box.left + i * (width + BETWEEN) for i in range(count))
    return tuple(Box(left, box.top + CAPTION, width, box.height - CAPTION) for left in lefts)


def text_percent(slide_width: int, clip: Box) -> float:
    """How high the smallest text of a clip is to be, in percent of its shorter side."""
    return ceil(10_000 * slide_width / READABLE / min(clip.width, clip.height)) / 100


def pixels(box: Box) -> Size:
    """The size of a clip that fills a box, its shorter side 720; even, and no wider than 5:2."""
    wide = min(max(box.width / box.height, 0.5), 2.5)
    width, height = (720 * wide, 720) if wide >= 1 else (720, 720 / wide)
    return round(width / 2) * 2, round(height / 2) * 2


def fitted(box: Box, size: Size) -> Box:
    """The largest rectangle of a clip's shape in the middle of a box."""
    scale = min(box.width / size[0], box.height / size[1])
    width, height = round(size[0] * scale), round(size[1] * scale)
    return Box(
        box.left + (box.width - width) // 2, box.top + (box.height - height) // 2, width, height
    )


def lettered(title: str, width: int) -> tuple[str, int | None]:
    """A title that has room on one line, or in small letters on two, or its beginning; and its font
    size in points, None for the layout's own."""
    if fits(title, _room(width, OWN)):
        return title, None
    large, small = SIZES
    if fits(title, _room(width, large)):
        return title, large
    return shortened(title, _room(width, small), 2), small


def captioned(name: str, width: int) -> tuple[str, int]:
    """A name on one line, or its beginning, and its font size."""
    size = next((size for size in NAMES if fits(name, _room(width, size))), NAMES[-1])
    return shortened(name, _room(width, size)), size


def _room(width: int, points: int) -> float:
    """A width in ems of letters of a size."""
    return width / INCH * 72 / points


def _usable(deck: Any, layout: Any) -> bool:
    title = _title(layout)
    if title is None or title.top is None:
        return False
    room = free(deck, layout)
    return min(room.width, room.height) >= MIN_CLIP_SIDE


def _others(layout: Any) -> tuple[bool, int]:
    """How much a layout has that is not wanted: a title page's looks, other placeholders."""
    from pptx.enum.shapes import PP_PLACEHOLDER

    centred = _title(layout).placeholder_format.type == PP_PLACEHOLDER.CENTER_TITLE
    return centred, len(list(layout.iter_cloneable_placeholders()))


def _title(layout: Any) -> Any:
    return next((shape for shape in layout.placeholders if shape.placeholder_format.idx == 0), None)


def _footers(layout: Any) -> Iterator[Any]:
    """Date, footer and slide number."""
    cloned = {shape.placeholder_format.idx for shape in layout.iter_cloneable_placeholders()}
    for shape in layout.placeholders:
        if shape.placeholder_format.idx not in cloned and shape.top is not None:
            yield shape
