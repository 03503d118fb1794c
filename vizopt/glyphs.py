"""Glyphs: text that changes, cut from a strip of characters that was rasterised once."""

import re
from functools import lru_cache
from math import ceil
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import get_hinting_flag
from matplotlib.colors import to_rgb
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ft2font import FT2Font

from vizopt.arrays import Pixels
from vizopt.paint import DPI, ink

FAMILY = "DejaVu Sans"


def text_width(text: str, size: float, weight: str = "normal", family: str = FAMILY) -> float:
    """Width of a line of text in pixels, without kerning."""
    font = _font(size, weight, family)
    known = [c for c in text if font.get_char_index(ord(c))]
    missing = len(text) - len(known)  # drawn as boxes
    return missing * size * 0.6 + sum(
        float(font.load_char(ord(c)).linearHoriAdvance) / 65536 for c in known
    )


def drawn_width(text: str, size: float, weight: str = "normal", family: str = FAMILY) -> float:
    """Width of a line of text in pixels as matplotlib draws it: hinted, wider in small sizes."""
    font = _font(size, weight, family)
    known = "".join(c for c in text if font.get_char_index(ord(c)))
    font.set_text(known, 0.0, flags=get_hinting_flag())  # type: ignore[no-untyped-call]
    missing = len(text) - len(known)  # drawn as boxes
    return missing * size * 0.6 + float(font.get_width_height()[0] / 64)


def _font(size: float, weight: str, family: str) -> FT2Font:
    font = get_font(findfont(FontProperties(family=family, weight=weight)))
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
        characters: what can be written; anything else is left out.
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
        widths = {c: max(round(text_width(c, size, weight, family)), 1) for c in letters}
        self.baseline = ceil(size * 0.8)
        self.height = self.baseline + ceil(size * 0.25)
        total, starts = 2, {}
        for c in letters:
            starts[c] = total
            total += widths[c] + 2

        def draw(axes: Axes) -> None:
            for c, start in starts.items():
                style: dict[str, Any] = {"size": size, "weight": weight, "family": family}
                axes.text(start, self.baseline, c, color="w", va="baseline", **style)

        coverage = ink(total, self.height, draw)[..., 3:].astype(np.uint16)
        over, under = (
            np.array([round(v * 255) for v in to_rgb(c)], np.uint16) for c in (colour, paper)
        )
        strip = np.full((self.height, total, 4), 255, np.uint8)
        strip[..., :3] = (over * coverage + under * (255 - coverage) + 127) // 255
        self._tiles = {c: strip[:, starts[c] : starts[c] + widths[c]] for c in letters}

    def width(self, text: str) -> int:
        """Width of a text in pixels."""
        return sum(tile.shape[1] for tile in self._cut(text))

    def _cut(self, text: str) -> list[Pixels]:
        letters = re.findall(f".{self.HAT}?", text, re.DOTALL)
        return [self._tiles[c] for c in letters if c in self._tiles]

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
