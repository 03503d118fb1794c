"""Decks: clips on slides, for PowerPoint, reveal.js, Quarto and Marp."""

from vizopt.deck.powerpoint import checked, room, write
from vizopt.deck.slide import Slide, slide
from vizopt.deck.snippets import SNIPPETS

__all__ = ["SNIPPETS", "Slide", "checked", "room", "slide", "write"]
