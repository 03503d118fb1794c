"""Quarto: slides of a document that includes them, the clips lying beside it."""

from collections.abc import Sequence
from html import escape

from vizopt.core.marks import signed
from vizopt.formats.slides.markdown import harmless, marked
from vizopt.formats.slides.reveal import ROW, media, source
from vizopt.formats.slides.slide import Part, Slide
from vizopt.formats.slides.widths import fits, shortened

HEIGHT = 560  # pixels below a title in Quarto's 700
LARGE = 16  # ems of a title in the theme's size on one line
LINE, LINES = 34, 2  # of a longer one, in small letters
FIT = f'style="width: 100%; height: auto; max-height: {HEIGHT}px"'


def quarto(slides: Sequence[Slide]) -> str:
    """Slides for a Quarto document, to be included in it."""
    return signed("\n".join([*map(_slide, slides), "<!-- "]), " -->\n")


def _slide(slide: Slide) -> str:
    """On the paper of a look Quarto writes the title in white or black, as can be read."""
    paper = f' {{background-color="{slide.paper}"}}' if slide.paper else ""
    notes = [marked(paragraph) for paragraph in slide.notes]
    for part in slide.parts:
        if part.recipe:
            notes += [marked(part.again), f"```toml\n{harmless(part.recipe)}```"]
    told = "\n\n".join(notes)
    shown = _alone(slide) if len(slide.parts) == 1 else _beside(slide)
    title = marked(shortened(slide.title, LINE, LINES))
    title = title if fits(slide.title, LARGE) else f'[{title}]{{style="font-size: 0.45em"}}'
    return f"## {title}{paper}\n\n{shown}\n\n::: {{.notes}}\n{told}\n:::\n"


def _alone(slide: Slide) -> str:
    """reveal.js plays it by itself; a page has a player, PowerPoint and PDF a link."""
    (part,) = slide.parts
    if part.moves_alone:
        return f"![{marked(part.alt)}]({source(part)}){{.r-stretch}}"
    return _either(slide, _video(part))


def _beside(slide: Slide) -> str:
    """Two columns; what is not reveal.js has them of its own."""
    columns = "\n\n".join(
        f'::: {{.column width="50%"}}\n**{marked(part.name)}**\n\n'
        f"{f'![{marked(part.alt)}]({source(part)})' if part.moves_alone else _video(part)}\n:::"
        for part in slide.parts
    )
    return _either(slide, f":::: {{.columns}}\n{columns}\n::::")


def _either(slide: Slide, other: str) -> str:
    """HTML for reveal.js, and what the other formats have."""
    html = _defused(media(slide, FIT, f'style="{ROW}; height: {HEIGHT}px"'))
    return (
        f'::::: {{.content-visible when-format="revealjs"}}\n```{{=html}}\n{html}\n```\n:::::\n\n'
        f'::::: {{.content-visible unless-format="revealjs"}}\n{other}\n:::::'
    )


def _video(part: Part) -> str:
    return f'{{{{< video {source(part)} title="{_entities(part.alt)}" >}}}}'


def _entities(text: str) -> str:
    """Text in a shortcode's quotes, which Quarto puts into an attribute as it is."""
    return _defused(escape(text)).replace("\\", "&#92;")


def _defused(html: str) -> str:
    """HTML in which Quarto finds no shortcode."""
    return html.replace("{", "&#123;")
