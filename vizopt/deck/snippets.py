"""Snippets: the slides of a deck that is written as text, the clips lying beside it."""

import re
from collections.abc import Callable, Sequence
from html import escape
from urllib.parse import quote

from vizopt.deck.powerpoint import RECIPE
from vizopt.deck.slide import Slide
from vizopt.marks import signed

# What Markdown would read as its own: anywhere, and at the start of a line. No more than that, for
# Marp leaves out of an alt text what has a backslash in front.
MARKS = re.compile(r"([\\`*_\[\]<>&~$^{}@#|!])")
START = re.compile(r"^([-+:=%]|\(?\w+(?=[.)]\s))")
# Marp takes these words of an alt text for orders to move or filter the picture.
ORDERS = re.compile(
    r"(?<!\S)(bg|blur|brightness|contrast|drop-shadow|grayscale|hue-rotate|invert|opacity|saturate"
    r"|sepia|w|h|width|height)(?=\s|:|$)"
)
STRETCH = 'class="r-stretch"'  # reveal.js: what is left of the slide
FIT = 'style="width: 100%; height: auto; max-height: 560px"'  # below a title in Quarto's 700
SILENT = "\u2060"  # a word joiner: not seen, not read out


def reveal(slides: Sequence[Slide]) -> str:
    """Sections for the `<div class="slides">` of a reveal.js page."""
    return signed("\n".join([*map(_section, slides), "<!-- "]), " -->\n")


def quarto(slides: Sequence[Slide]) -> str:
    """Slides for a Quarto document, to be included in it."""
    return signed("\n".join([*map(_quarto_slide, slides), "<!-- "]), " -->\n")


def marp(slides: Sequence[Slide]) -> str:
    """A whole Marp deck; a comment at its end would be a speaker's note."""
    return signed("---\nmarp: true\n# ", "\n---\n\n" + "\n---\n\n".join(map(_marp_slide, slides)))


# By the suffix of what is written.
SNIPPETS: dict[str, Callable[[Sequence[Slide]], str]] = {
    ".html": reveal,
    ".qmd": quarto,
    ".md": marp,
}


def _type(slide: Slide) -> str:
    """CSS of a title in ink and font of the clip's own look; empty without."""
    family = re.sub(r"[^\w .-]", lambda sign: f"\\{ord(sign[0]):x} ", slide.font)
    told = {"color": slide.ink, "font-family": f'"{family}"' if family else ""}
    return "; ".join(f"{name}: {value}" for name, value in told.items() if value)


def _section(slide: Slide) -> str:
    recipe = [f"<p>{escape(RECIPE)}</p>", f"<pre>{escape(slide.recipe)}</pre>"]
    notes = [f"<p>{escape(paragraph)}</p>" for paragraph in slide.notes]
    paper = f' data-background-color="{slide.paper}"' if slide.paper else ""
    style = f' style="{escape(_type(slide))}"' if _type(slide) else ""
    lines = [
        f"<section{paper}>",
        f"  <h2{style}>{escape(slide.title)}</h2>",
        f"  {_media(slide, STRETCH)}",
        f'  <aside class="notes">{"".join([*notes, *(recipe if slide.recipe else [])])}</aside>',
        "</section>",
        "",
    ]
    return "\n".join(lines)


def _media(slide: Slide, how: str) -> str:
    """The clip in HTML; reveal.js starts what has data-autoplay when its slide comes."""
    source, alt = escape(_source(slide)), escape(slide.alt)
    width, height = slide.size
    if slide.clip.suffix.lower() == ".gif":
        return f'<img {how} src="{source}" alt="{alt}" width="{width}" height="{height}">'
    plays = "" if slide.warning else " data-autoplay" + " loop" * (slide.loop != 1)
    return (
        f'<video {how} src="{source}" aria-label="{alt}" width="{width}"'
        f' height="{height}" preload="auto" controls muted playsinline{plays}></video>'
    )


def _quarto_slide(slide: Slide) -> str:
    """reveal.js plays it by itself; a page has a player, PowerPoint and PDF a link.

    On the paper of a look Quarto writes the title in white or black, as can be read.
    """
    paper = f' {{background-color="{slide.paper}"}}' if slide.paper else ""
    media = f"![{_marked(slide.alt)}]({_source(slide)}){{.r-stretch}}"
    if slide.clip.suffix.lower() != ".gif":
        shortcode = f'{{{{< video {_source(slide)} title="{_entities(slide.alt)}" >}}}}'
        media = (
            '::: {.content-visible when-format="revealjs"}\n'
            f"```{{=html}}\n{_defused(_media(slide, FIT))}\n```\n:::\n\n"
            f'::: {{.content-visible unless-format="revealjs"}}\n{shortcode}\n:::'
        )
    notes = [_marked(paragraph) for paragraph in slide.notes]
    if slide.recipe:
        notes += [_marked(RECIPE), f"```toml\n{_harmless(slide.recipe)}```"]
    told = "\n\n".join(notes)
    return f"## {_marked(slide.title)}{paper}\n\n{media}\n\n::: {{.notes}}\n{told}\n:::\n"


def _marp_slide(slide: Slide) -> str:
    alt = _marked(ORDERS.sub(SILENT + r"\1", slide.alt))
    recipe = [RECIPE, _harmless(slide.recipe)] if slide.recipe else []
    notes = [paragraph.replace("--", "–").replace(">", "›") for paragraph in slide.notes]
    told = "\n\n".join([*notes, *recipe])
    around = ""
    if slide.paper:
        around = f'<!--\n_backgroundColor: "{slide.paper}"\n_color: "{slide.ink}"\n-->\n\n'
    if _type(slide):
        around += f"<style scoped>\nh2 {{ {_type(slide)} }}\n</style>\n\n"
    picture = f"![h:520 {alt}]({_source(slide)})"
    return f"{around}## {_marked(slide.title)}\n\n{picture}\n\n<!--\n{told}\n-->\n"


def _source(slide: Slide) -> str:
    return quote(slide.clip.name)


def _marked(text: str) -> str:
    """Text on one line that Markdown shows as it is."""
    marked = MARKS.sub(r"\\\1", " ".join(text.split()))
    return START.sub(lambda m: m[1] + "\\" if m[1][-1].isalnum() else "\\" + m[1], marked)


def _entities(text: str) -> str:
    """Text in a shortcode's quotes, which Quarto puts into an attribute as it is."""
    return _defused(escape(text)).replace("\\", "&#92;")


def _defused(html: str) -> str:
    """HTML in which Quarto finds no shortcode."""
    return html.replace("{", "&#123;")


def _harmless(recipe: str) -> str:
    """TOML of the same meaning that holds no tag, end of a comment or shortcode.

    Doubled braces, < and > occur in a recipe's texts only, where TOML takes escapes.
    """
    recipe = recipe.replace("{{", "{\\u007b")
    return recipe.replace("<", "\\u003c").replace(">", "\\u003e")
