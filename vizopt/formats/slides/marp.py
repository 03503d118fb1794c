"""Marp: a whole deck in Markdown, of GIFs that lie beside it."""

import re
from collections.abc import Sequence

from vizopt.core.marks import signed
from vizopt.formats.slides.markdown import harmless, marked
from vizopt.formats.slides.reveal import source, type_of
from vizopt.formats.slides.slide import Part, Slide
from vizopt.formats.slides.widths import letters, shortened

# Marp takes these words of an alt text for orders to move or filter the picture.
ORDERS = re.compile(
    r"(?<!\S)(bg|blur|brightness|contrast|drop-shadow|grayscale|hue-rotate|invert|opacity|saturate"
    r"|sepia|w|h|width|height)(?=\s|:|$)"
)
SILENT = "\u2060"  # a word joiner: not seen, not read out
ALONE_SIZE, BESIDE_SIZE = "h:606", "w:594"  # of Marp's 1280 × 720: text as high as on other slides
SHORT_TITLE_CHARACTERS = 50  # letters of a title on one line
LINE, LINES = 45, 2  # ems of a longer one that have room, and how often
# The clips have the room of Marp's margins.
ROOM = """section { padding: 20px 40px; justify-content: start }
h2 { margin: 0 0 8px; font-size: %dpx }"""
TABLE = """table { margin: 0; width: 100%; table-layout: fixed }
section :is(table, thead, tbody, tr, th, td) { border: 0; background: none }
th { padding: 0; font-size: 24px; text-align: left }
td { padding: 0 }"""


def marp(slides: Sequence[Slide]) -> str:
    """A whole Marp deck; a comment at its end would be a speaker's note."""
    return signed("---\nmarp: true\n# ", "\n---\n\n" + "\n---\n\n".join(map(_slide, slides)))


def _slide(slide: Slide) -> str:
    notes = [paragraph.replace("--", "–").replace(">", "›") for paragraph in slide.notes]
    for part in slide.parts:
        notes += [part.again, harmless(part.recipe)] if part.recipe else []
    told = "\n\n".join(notes)
    around = ""
    if slide.paper:
        around = f'<!--\n_backgroundColor: "{slide.paper}"\n_color: "{slide.ink}"\n-->\n\n'
    title = shortened(slide.title, LINE, LINES)
    return (
        f"{around}{_style(slide)}\n\n## {marked(title)}\n\n{_pictures(slide)}\n\n"
        f"<!--\n{told}\n-->\n"
    )


def _style(slide: Slide) -> str:
    rules = [ROOM % (40 if letters(slide.title) <= SHORT_TITLE_CHARACTERS else 26)]
    rules += [TABLE] if len(slide.parts) > 1 else []
    rules += [f":is(h2, th) {{ {type_of(slide)} }}"] if type_of(slide) else []
    return "\n".join(["<style scoped>", *rules, "</style>"])


def _pictures(slide: Slide) -> str:
    """A picture; or a table with one line of names and one of pictures."""
    if len(slide.parts) == 1:
        return _picture(slide.parts[0], ALONE_SIZE)
    rows = (
        [marked(part.name) for part in slide.parts],
        ["---"] * len(slide.parts),
        [_picture(part, BESIDE_SIZE) for part in slide.parts],
    )
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _picture(part: Part, size: str) -> str:
    alt = marked(ORDERS.sub(SILENT + r"\1", part.alt))
    return f"![{size} {alt}]({source(part)})"
