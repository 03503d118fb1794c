"""Decks: clips on slides, for PowerPoint, reveal.js, Quarto and Marp."""

from vizopt.deck.powerpoint import checked, room, write
from vizopt.deck.slide import Part, Room, Slide, joined, slide
from vizopt.deck.snippets import ROOMS, SNIPPETS

__all__ = [
    "ROOMS",
    "SNIPPETS",
    "Part",
    "Room",
    "Slide",
    "checked",
    "joined",
    "room",
    "slide",
    "write",
]
