"""Snippets: the slides of a deck that is written as text, the clips lying beside it."""

from collections.abc import Callable, Sequence

from vizopt.formats.slides.marp import marp
from vizopt.formats.slides.quarto import quarto
from vizopt.formats.slides.reveal import reveal
from vizopt.formats.slides.slide import Room, Slide

# By the suffix of what is written.
SNIPPETS: dict[str, Callable[[Sequence[Slide]], str]] = {
    ".html": reveal,
    ".qmd": quarto,
    ".md": marp,
}
# What each of one or two clips is drawn for: its share of the slide, its text as high as on others.
WHOLE, HALF = Room(None, 2.6), Room((758, 720), 2.75)
ROOMS = {
    1: {".html": WHOLE, ".qmd": WHOLE, ".md": WHOLE},
    2: {".html": HALF, ".qmd": HALF, ".md": Room((758, 720), 2.9)},
}
