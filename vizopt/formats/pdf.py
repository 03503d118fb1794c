"""PDF: one frame for a paper, its text as text, curves as curves and grids as images."""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vizopt.core.arrays import Frame, Size
from vizopt.core.atomic import finished
from vizopt.core.marks import SOFTWARE
from vizopt.formats.base import Poster, StreamSpec, Write, check_sides

if TYPE_CHECKING:
    from matplotlib.artist import Artist

FINE = 0.5  # points of the page for a pixel: its images have 144 an inch
LARGEST = 28_800  # pixels a side: readers show half as many points
TRUETYPE = 42  # fonts are embedded whole in outline, so that text is found and copied
RECIPE = re.compile(rb"/Keywords \(((?:[^\\()]|\\.)*)\)", re.DOTALL)
ESCAPES = {b"n": b"\n", b"r": b"\r"}


class PDF:
    """A page with a point for two pixels, those of the images in it."""

    size: Size = (2560, 1440)
    fps: float = 30.0
    alpha = True
    slide = False
    poster: Poster = ""

    def rate(self, fps: float) -> float:
        return fps

    def check(self, path: Path, size: Size) -> None:
        check_sides(path, size, LARGEST)

    def open(self, path: Path, stream: StreamSpec) -> AbstractContextManager[Write]:
        return _open(path, stream)


@contextmanager
def _open(path: Path, stream: StreamSpec) -> Iterator[Write]:
    import matplotlib as mpl

    def seen(frame: Frame) -> None:
        """The pixels are not wanted, the figure is."""

    assert stream.printed
    metadata = stream.metadata
    about: dict[str, str | None] = {"Title": metadata.title, "Creator": SOFTWARE}
    about |= {"Subject": metadata.warning or metadata.alt, "Keywords": ascii_toml(metadata.recipe)}
    about["CreationDate"] = None
    with finished(path) as part:
        yield seen
        with stream.printed() as figure, mpl.rc_context({"pdf.fonttype": TRUETYPE}):
            colour = figure.get_facecolor()
            finer = figure.add_artist(_finer())
            figure.savefig(part, format="pdf", metadata=about, facecolor=colour)
            finer.remove()
        part.write_bytes(_smaller(part.read_bytes(), stream.size))


def _finer() -> "Artist":
    """What scales all that is drawn after it, the background excepted: that fills the page."""
    from matplotlib.artist import Artist
    from matplotlib.backends.backend_pdf import Op

    class Finer(Artist):
        zorder = -1e6

        def draw(self, renderer: Any) -> None:
            renderer.file.output(FINE, 0, 0, FINE, 0, 0, Op.concat_matrix)

    return Finer()


def _smaller(data: bytes, size: Size) -> bytes:
    """The PDF with the page's sides scaled too; not a byte moves, so that its table holds."""
    box = b"/MediaBox [ 0 0 %d %d ]"
    whole, scaled = box % size, box % tuple(round(side * FINE) for side in size)
    assert data.count(whole) == 1
    return data.replace(whole, scaled.ljust(len(whole)))


def ascii_toml(text: str) -> str:
    """TOML of the same meaning whose texts have escapes for what is not ASCII."""
    return re.sub(r"[^\x00-\x7f]", lambda sign: f"\\U{ord(sign[0]):08x}", text)


def recipe(data: bytes) -> str:
    """The recipe in a PDF of ours; empty where there is none."""
    found = RECIPE.search(data)
    if not found:
        return ""
    plain = re.sub(rb"\\(.)", lambda sign: ESCAPES.get(sign[1], sign[1]), found[1], flags=re.DOTALL)
    return plain.decode("ascii", errors="replace")


ENCODER = PDF()
