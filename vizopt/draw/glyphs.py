"""Glyphs: text that changes, cut from a strip of characters that was rasterised once."""

import re
from functools import cache, lru_cache
from itertools import accumulate, groupby
from math import ceil
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vizopt.core.arrays import Pixels
from vizopt.draw import fonts
from vizopt.draw.fonts import FAMILY
from vizopt.draw.paint import DPI
from vizopt.draw.tracing import Traced

if TYPE_CHECKING:
    from matplotlib.ft2font import FT2Font

ACCENT_ROOM = 0.4  # of the size: the room for what stands above a capital, as in Ä and Ấ
WORDS = 256  # pictures of words that a strip keeps
ADVANCES = 4096  # widths of signs that are kept: loading one is most of what a width costs
WIDTHS = 4096  # of whole texts: a panel asks for the same ones as it fits them, and so do others
STRIPS = 128  # of one size, weight and family each: a picture has three to eight
LINES = 64  # of whole texts: names are written in every frame


@lru_cache(WIDTHS)
def text_width(text: str, size: float, weight: str = "normal", family: str = FAMILY) -> float:
    """Width of a line of text in pixels, without kerning."""
    font = _font(size, weight, (family,))
    if fonts.shaped(text) or not all(font.get_char_index(ord(c)) for c in text):
        return drawn_width(text, size, weight, family)
    return sum(_advance(font, size, c) for c in text)


@lru_cache(ADVANCES)
def _advance(font: "FT2Font", size: float, sign: str) -> float:
    """Width of a sign in pixels, of a font that is set to this size."""
    return float(font.load_char(ord(sign)).linearHoriAdvance) / 65536


@lru_cache(WIDTHS)
def drawn_width(text: str, size: float, weight: str = "normal", family: str = FAMILY) -> float:
    """Width of a line of text in pixels as matplotlib draws it: hinted, wider in small sizes."""
    from matplotlib.backends.backend_agg import get_hinting_flag

    text = fonts.shown(text, family)
    font = _font(size, weight, fonts.families(text, family))
    font.set_text(text, 0.0, flags=get_hinting_flag())  # type: ignore[no-untyped-call]
    return float(font.get_width_height()[0] / 64)


def _font(size: float, weight: str, families: tuple[str, ...]) -> "FT2Font":
    from matplotlib.font_manager import get_font

    font = get_font([_file(family, weight) for family in families])
    font.set_size(size, DPI)
    return font


@cache
def _file(family: str, weight: str) -> str:
    from matplotlib.font_manager import FontProperties, findfont

    return findfont(FontProperties(family=family, weight=weight))


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
        from matplotlib.colors import to_rgba

        letters = (*self.CHARACTERS, f"m{self.HAT}", f"v{self.HAT}")
        self.baseline = ceil(size * 0.8)
        self.height = self.baseline + ceil(size * 0.25)
        self._style: dict[str, Any] = {"size": size, "weight": weight, "family": family}
        self._colour = colour
        self._ink, self._paper = (
            np.array([round(v * 255) for v in to_rgba(c)], np.uint16) for c in (colour, paper)
        )
        self._tiles = self._coloured(_rasterised_once(letters, size, weight, family))
        self._words: dict[str, Pixels] = {}  # what is not in the strip, as it was asked for
        self._lines: dict[str, tuple[Pixels, int]] = {}  # what was written last, and its ascent

    def _coloured(self, raster: "_Raster") -> dict[str, Pixels]:
        """Each letter, or word, as a picture."""
        coverage = raster.coverage
        mixed = (self._ink * coverage + self._paper * (255 - coverage) + 127) // 255
        strip = mixed.astype(np.uint8)
        return {c: strip[part] for c, part in raster.parts.items()}

    def width(self, text: str) -> int:
        """Width of a text in pixels."""
        return sum(tile.shape[1] for tile in self._cut(text))

    def ascent(self, text: str) -> int:
        """Pixels of a text above its baseline: more where a letter is taller than a capital."""
        return max(map(len, self._cut(text)), default=self.height) - self.height + self.baseline

    def _cut(self, text: str) -> list[Pixels]:
        if self._tiles.keys() >= set(text):  # as most are, in every frame
            return [self._tiles[c] for c in text]
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
            self._words |= self._coloured(_rasterised((text,), *self._style.values()))
        return self._words[text]

    def _as_high(self, tile: Pixels, height: int) -> Pixels:
        """A tile with paper above it."""
        if len(tile) == height:
            return tile
        paper = np.empty((height - len(tile), tile.shape[1], 4), np.uint8)
        paper[...] = self._paper
        return np.concatenate([paper, tile])

    def _line(self, text: str) -> tuple[Pixels, int]:
        """A whole text as a picture, and its pixels above the baseline."""
        if text not in self._lines:
            if len(self._lines) >= LINES:
                self._lines.clear()
            tiles, below = self._cut(text), self.height - self.baseline
            height = max(map(len, tiles))
            line = np.concatenate([self._as_high(tile, height) for tile in tiles], axis=1)
            self._lines[text] = line, height - below
        return self._lines[text]

    def write(self, pixels: Pixels, text: str, x: int, y: int, align: float = 0.0) -> None:
        """Write with the baseline at y; align 0 starts at x, 1 ends there, 0.5 centres.

        What lies outside the window is cut.
        """
        if isinstance(pixels, Traced):
            pixels.note_text(text, x, y, align, self._style | {"color": self._colour})
            return
        if not text:
            return
        line, above = self._line(text)
        height = len(line)
        left, top = x - round(align * line.shape[1]), y - above
        rows = slice(max(-top, 0), min(height, pixels.shape[0] - top))
        columns = slice(max(-left, 0), min(line.shape[1], pixels.shape[1] - left))
        if rows.start < rows.stop and columns.start < columns.stop:
            part = line[rows, columns]
            window = pixels[top + rows.start :, left + columns.start :]
            window[: part.shape[0], : part.shape[1]] = part


class _Raster(NamedTuple):
    """Letters beside each other, in no colour yet.

    Args:
        coverage: of every pixel, 0 to 255 [h, w, 1].
        parts: rows and columns of each letter.
    """

    coverage: NDArray[np.uint16]
    parts: dict[str, tuple[slice, slice]]


def _rasterised(letters: tuple[str, ...], size: float, weight: str, family: str) -> _Raster:
    """Each letter, or word, as matplotlib draws it, straight into Agg: a Text takes longer."""
    from matplotlib.backends.backend_agg import RendererAgg
    from matplotlib.font_manager import FontProperties

    above, baseline = ceil(size * ACCENT_ROOM), ceil(size * 0.8)
    widths = {c: max(round(text_width(c, size, weight, family)), 1) for c in letters}
    *ends, total = accumulate((w + 2 for w in widths.values()), initial=2)
    starts = dict(zip(letters, ends, strict=True))
    height = above + baseline + ceil(size * 0.25)
    renderer = RendererAgg(total, height, DPI)  # type: ignore[no-untyped-call]
    pen = renderer.new_gc()
    pen.set_foreground("w")
    for c, start in starts.items():
        font = FontProperties(family=list(fonts.families(c, family)), weight=weight, size=size)
        place = (start, above + baseline)
        renderer.draw_text(pen, *place, fonts.shown(c, family), font, 0)  # type: ignore[no-untyped-call]
    pixels = np.array(renderer.buffer_rgba())  # type: ignore[no-untyped-call]
    coverage = pixels[..., 3:].astype(np.uint16)
    columns = {c: slice(starts[c], starts[c] + widths[c]) for c in letters}
    tops = {c: _top(coverage[:above, part]) for c, part in columns.items()}
    return _Raster(coverage, {c: (slice(tops[c], None), columns[c]) for c in letters})


_rasterised_once = lru_cache(STRIPS)(_rasterised)  # for strips of all colours


def _top(above: NDArray[np.uint16]) -> int:
    """The first row with ink of those above the strip, or their end."""
    inked = np.flatnonzero(above.any(axis=(1, 2)))
    return int(inked[0]) if inked.size else len(above)


@lru_cache(STRIPS)
def strip(size: float, colour: str, paper: str, weight: str, family: str) -> Glyphs:
    """A glyph strip; panels that write alike share one."""
    return Glyphs(size, colour, paper, weight, family)
