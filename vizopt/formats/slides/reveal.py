"""reveal.js: slides as sections of a page, the clips lying beside it."""

import re
from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from vizopt.core.marks import signed
from vizopt.formats.slides.slide import Part, Slide
from vizopt.formats.slides.widths import letters, shortened

# Most letters of a title and its size, so that the clips have the room; else the theme's own.
SIZES = ((24, ""), (36, "font-size: 1em"), (float("inf"), "font-size: 0.65em"))
LINE, LINES = 34, 3  # ems of the smallest that have room on reveal.js' 960 pixels, and how often
STRETCH = 'class="r-stretch"'  # what is left of the slide
ROW = "display: flex; gap: 2%"
COLUMN = "flex: 1; min-width: 0; margin: 0; display: flex; flex-direction: column"
NAME = "font-size: 0.6em; font-weight: bold; text-align: left"
WITHIN = "flex: 1; min-height: 0; width: 100%; max-width: 100%; max-height: 100%; margin: 0"
FILLED = f"{WITHIN}; object-fit: contain; object-position: top"
# Whoever plays or stops one of two clips does so with both.
TOGETHER = "for (const film of this.closest('section').querySelectorAll('video')) film"


def reveal(slides: Sequence[Slide]) -> str:
    """Sections for the `<div class="slides">` of a reveal.js page."""
    return signed("\n".join([*map(_section, slides), "<!-- "]), " -->\n")


def type_of(slide: Slide) -> str:
    """CSS of a title in ink and font of the clips' own look; empty without."""
    family = re.sub(r"[^\w .-]", lambda sign: f"\\{ord(sign[0]):x} ", slide.font)
    told = {"color": slide.ink, "font-family": f'"{family}"' if family else ""}
    return "; ".join(f"{name}: {value}" for name, value in told.items() if value)


def source(part: Part) -> str:
    return quote(part.clip.name)


def media(slide: Slide, alone: str, row: str) -> str:
    """The clips in HTML; reveal.js starts what has data-autoplay when its slide comes.

    Args:
        slide: whose clips.
        alone: attributes of a clip that has the slide for itself.
        row: attributes of what holds two, beside each other below their names.
    """
    if len(slide.parts) == 1:
        return _film(slide, slide.parts[0], alone)
    style = f' style="{escape("; ".join(filter(None, [NAME, type_of(slide)])))}"'
    together = f'style="{FILLED}"'
    figures = [
        f'<figure style="{COLUMN}"><figcaption{style}>{escape(part.name)}</figcaption>'
        f"{_film(slide, part, together)}</figure>"
        for part in slide.parts
    ]
    return f"<div {row}>{''.join(figures)}</div>"


def _film(slide: Slide, part: Part, how: str) -> str:
    place, alt = escape(source(part)), escape(part.alt)
    width, height = part.size
    if part.moves_alone:
        return f'<img {how} src="{place}" alt="{alt}" width="{width}" height="{height}">'
    plays = "" if slide.warning else " data-autoplay"
    plays += " loop" if slide.loop != 1 else ""
    if len(slide.parts) > 1:
        plays += f' onplay="{TOGETHER}.play()" onpause="{TOGETHER}.pause()"'
    return (
        f'<video {how} src="{place}" aria-label="{alt}" width="{width}"'
        f' height="{height}" preload="auto" controls muted playsinline{plays}></video>'
    )


def _section(slide: Slide) -> str:
    notes = [f"<p>{escape(paragraph)}</p>" for paragraph in slide.notes]
    for part in slide.parts:
        if part.recipe:
            notes += [f"<p>{escape(part.again)}</p>", f"<pre>{escape(part.recipe)}</pre>"]
    paper = f' data-background-color="{slide.paper}"' if slide.paper else ""
    title = shortened(slide.title, LINE, LINES)
    size = next(size for most, size in SIZES if letters(title) <= most)
    told = "; ".join(filter(None, [size, type_of(slide)]))
    style = f' style="{escape(told)}"' if told else ""
    row = f'{STRETCH} style="{ROW}"'
    lines = [
        f"<section{paper}>",
        f"  <h2{style}>{escape(title)}</h2>",
        f"  {media(slide, STRETCH, row)}",
        f'  <aside class="notes">{"".join(notes)}</aside>',
        "</section>",
        "",
    ]
    return "\n".join(lines)
