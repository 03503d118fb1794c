"""SVG: one frame for a page or paper, its text as text, with the letters that it needs."""

import io
import re
from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape, unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vizopt.core.arrays import Frame
from vizopt.core.atomic import atomic_write
from vizopt.core.bounded import read_bytes
from vizopt.core.marks import RECIPE as MADE_WITH
from vizopt.core.marks import SOFTWARE, signed, text_is_written
from vizopt.formats.base import Format
from vizopt.formats.quality import STILL_STEPS
from vizopt.formats.stream import ClipMetadata, StreamSpec, Write

if TYPE_CHECKING:
    from matplotlib.figure import Figure

IMAGE = 'role="img" aria-labelledby="title alt"'
SPACES = 'xml:space="preserve" style="white-space: pre"'  # as they are, indents too
RECIPE = re.compile(r"<dc:source>(.*?)</dc:source>", re.DOTALL)
MAX_READ_BYTES = 500_000_000
SETTINGS: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": SOFTWARE,
}  # text; the same bytes every time


@contextmanager
def _open(path: Path, stream: StreamSpec) -> Iterator[Write]:
    """A picture half as large as the images in it are."""
    import matplotlib as mpl

    def seen(frame: Frame) -> None:
        """The pixels are not wanted, the figure is."""

    assert stream.printed
    with atomic_write(path) as part:
        yield seen
        with stream.printed() as figure, mpl.rc_context(SETTINGS):
            text = io.StringIO()
            about = {"Title": stream.metadata.title, "Creator": SOFTWARE, "Date": None}
            about |= {"Source": stream.metadata.recipe}
            colour = figure.get_facecolor()
            figure.savefig(text, format="svg", metadata=about, facecolor=colour)
            whole = _named(text.getvalue(), stream, _letters(figure))
        part.write_text(whole, encoding="utf-8")
        sealed(part)


def sealed(path: Path) -> None:
    """Put the mark behind an SVG."""
    text = path.read_text(encoding="utf-8")
    path.write_text(signed(f"{text}<!-- ", " -->\n"), encoding="utf-8")


def _named(svg: str, stream: StreamSpec, fonts: str) -> str:
    """With its size in pixels, what it shows in words, and its fonts."""
    (width, height), metadata = stream.size, stream.metadata
    head, start, rest = svg.partition("<svg ")
    opening, _, inner = rest.partition(">")
    opening = re.sub(r'\b(width|height)="[^"]*" ?', "", opening)
    size = f'width="{width / 2:g}" height="{height / 2:g}" {SPACES}'
    title = f'<title id="title">{escape(metadata.title)}</title>'
    told = f'<desc id="alt">{escape(_told(metadata))}</desc>'
    return f"{head}{start}{size} {IMAGE} {opening}>\n{title}\n{told}\n<style>{fonts}</style>{inner}"


def _told(metadata: ClipMetadata) -> str:
    return metadata.warning or metadata.alt


def _letters(figure: "Figure") -> str:
    """The fonts of a figure's texts as CSS, each with no more than the letters used."""
    from matplotlib.font_manager import FontProperties, findfont, get_font
    from matplotlib.text import Text

    used: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for text in figure.findobj(Text):
        assert isinstance(text, Text)
        left = set(text.get_text())
        for family in text.get_fontfamily():
            file = findfont(FontProperties(family=family, weight=text.get_fontweight()))
            font = get_font(file)
            has = {letter for letter in left if font.get_char_index(ord(letter))}
            left -= has
            used[str(family), str(text.get_fontweight()), str(file)] |= has
    faces = (_face(*key, letters) for key, letters in sorted(used.items()) if letters)
    return "".join(faces)


def _face(family: str, weight: str, file: str, letters: set[str]) -> str:
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    font = TTFont(file, fontNumber=0, recalcTimestamp=False)
    options = Options(notdef_outline=True)
    options.drop_tables += ["FFTM"]  # FontForge's own times
    subsetter = Subsetter(options)
    subsetter.populate(text="".join(letters))
    subsetter.subset(font)
    data = io.BytesIO()
    font.save(data)
    source = f"url(data:font/ttf;base64,{b64encode(data.getvalue()).decode()})"
    return f'@font-face{{font-family:"{family}";font-weight:{weight};src:{source}}}'


def _read_recipe(path: Path) -> str:
    """The source of an SVG of ours."""
    text = read_bytes(path, MAX_READ_BYTES).decode(errors="replace")
    found = RECIPE.search(text)
    return unescape(found[1]) if found else ""


def _is_ours(path: Path) -> bool:
    return text_is_written(path, MADE_WITH)


FORMAT = Format(
    media_type="image/svg+xml",
    begins=rb"<\?xml|<svg",
    open=_open,
    read_recipe=_read_recipe,
    is_ours=_is_ours,
    size=(2560, 1440),
    quality_steps=STILL_STEPS,
    plays_in=frozenset({"browser"}),
    still=True,
    pixels=False,
    alpha=True,
)
