"""Decks: clips on slides, for PowerPoint, reveal.js, Quarto and Marp."""

from vizopt.formats.slides.powerpoint import room, write
from vizopt.formats.slides.slide import Part, Room, Slide, joined, slide
from vizopt.formats.slides.snippets import ROOMS, SNIPPETS

__all__ = [
    "ROOMS",
    "SNIPPETS",
    "Part",
    "Room",
    "Slide",
    "joined",
    "room",
    "slide",
    "write",
]
