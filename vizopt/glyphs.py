"""Glyphs: text that changes, cut from a strip of characters that was rasterised once."""

import re
from functools import lru_cache
from itertools import groupby
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np

from vizopt import fonts
from vizopt.arrays import Pixels
from vizopt.fonts import FAMILY
from vizopt.paint import DPI, ink

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.ft2font import FT2Font

WORDS = 256  # pictures of words that a strip keeps


def text_width(text: str, size: float, weight: str = "normal", family: str = FAMILY) -> float:
    """Width of a line of text in pixels, without kerning."""
    font = _font(size, weight, (family,))
    if fonts.shaped(text) or not all(font.get_char_index(ord(c)) for c in text):
        return drawn_width(text, size, weight, family)
    return sum(float(font.load_char(ord(c)).linearHoriAdvance) / 65536 for c in text)


def drawn_width(text: str, size: float, weight: str = "normal", family: str = FAMILY) -> float:
    """Width of a line of text in pixels as matplotlib draws it: hinted, wider in small sizes."""
    from matplotlib.backends.backend_agg import get_hinting_flag

    text = fonts.shown(text, family)
    font = _font(size, weight, fonts.families(text, family))
    font.set_text(text, 0.0, flags=get_hinting_flag())  # type: ignore[no-untyped-call]
    return float(font.get_width_height()[0] / 64)


def _font(size: float, weight: str, families: tuple[str, ...]) -> "FT2Font":
    from matplotlib.font_manager import FontProperties, findfont, get_font

    files = [findfont(FontProperties(family=family, weight=weight)) for family in families]
    font = get_font(files)
    font.set_size(size, DPI)
    return font


class Glyphs:
    """A strip of characters, rasterised once; text that changes is cut from it.

    Args:
        size: font size in pixels.
        colour: of the text.
        paper: of the flat background that the text stands on.
        weight: "normal" or "bold".
        family: of the font.
        characters: what is drawn beforehand; anything else is drawn when it is asked for.
    """

    CHARACTERS = (
        "0123456789 abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
        ".,:;%/()[]+-−±=·×→–∞′²≤≥<>|'√^μνρ\u2009"
    )
    HAT = "\u0302"  # a letter's; it has no width of its own

    def __init__(
        self,
        size: float,
        colour: str,
        paper: str,
        weight: str = "normal",
        family: str = FAMILY,
    ) -> None:
        letters = [*self.CHARACTERS, f"m{self.HAT}", f"v{self.HAT}"]
        self.baseline = ceil(size * 0.8)
        self.height = self.baseline + ceil(size * 0.25)
        self._style: dict[str, Any] = {"size": size, "weight": weight, "family": family}
        self._colours = colour, paper
        self._tiles = self._drawn(letters)
        self._words: dict[str, Pixels] = {}  # what is not in the strip, as it was asked for

    def _drawn(self, letters: list[str]) -> dict[str, Pixels]:
        """Each letter, or word, as a picture."""
        from matplotlib.colors import to_rgb

        size, weight, family = self._style.values()
        widths = {c: max(round(text_width(c, size, weight, family)), 1) for c in letters}
        total, starts = 2, {}
        for c in letters:
            starts[c] = total
            total += widths[c] + 2

        def draw(axes: "Axes") -> None:
            for c, start in starts.items():
                style = self._style | {"family": list(fonts.families(c, family))}
                text = fonts.shown(c, family)
                axes.text(start, self.baseline, text, color="w", va="baseline", **style)

        coverage = ink(total, self.height, draw)[..., 3:].astype(np.uint16)
        over, under = (
            np.array([round(v * 255) for v in to_rgb(c)], np.uint16) for c in self._colours
        )
        strip = np.full((self.height, total, 4), 255, np.uint8)
        strip[..., :3] = (over * coverage + under * (255 - coverage) + 127) // 255
        return {c: strip[:, starts[c] : starts[c] + widths[c]] for c in letters}

    def width(self, text: str) -> int:
        """Width of a text in pixels."""
        return sum(tile.shape[1] for tile in self._cut(text))

    def _cut(self, text: str) -> list[Pixels]:
        if fonts.shaped(text):
            return [self._word(text)]
        letters = re.findall(f".{self.HAT}?", text, re.DOTALL)
        tiles = []
        for known, group in groupby(letters, self._tiles.__contains__):
            part = list(group)
            tiles += [self._tiles[c] for c in part] if known else [self._word("".join(part))]
        return tiles

    def _word(self, text: str) -> Pixels:
        """Letters that the strip does not have, as the font lays them out together."""
        if text not in self._words:
            if len(self._words) >= WORDS:
                self._words.clear()
            self._words |= self._drawn([text])
        return self._words[text]

    def write(self, pixels: Pixels, text: str, x: int, y: int, align: float = 0.0) -> None:
        """Write with the baseline at y; align 0 starts at x, 1 ends there, 0.5 centres.

        What lies outside the window is cut.
        """
        tiles = self._cut(text)
        if not tiles:
            return
        line = np.concatenate(tiles, axis=1)
        left, top = x - round(align * line.shape[1]), y - self.baseline
        rows = slice(max(-top, 0), min(self.height, pixels.shape[0] - top))
        columns = slice(max(-left, 0), min(line.shape[1], pixels.shape[1] - left))
        if rows.start < rows.stop and columns.start < columns.stop:
            part = line[rows, columns]
            window = pixels[top + rows.start :, left + columns.start :]
            window[: part.shape[0], : part.shape[1]] = part


@lru_cache(maxsize=64)
def strip(size: float, colour: str, paper: str, weight: str, family: str) -> Glyphs:
    """A glyph strip; panels that write alike share one."""
    return Glyphs(size, colour, paper, weight, family)
