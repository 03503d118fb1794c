"""PDF: one frame for a paper, its text as text, curves as curves and grids as images."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vizopt.core.arrays import Frame, Size
from vizopt.core.atomic import atomic_write
from vizopt.core.bounded import read_bytes
from vizopt.core.marks import SOFTWARE, seal
from vizopt.formats.base import Format, check_sides
from vizopt.formats.quality import STILL_STEPS
from vizopt.formats.stream import StreamSpec, Write

if TYPE_CHECKING:
    from matplotlib.artist import Artist

POINTS_PER_PX = 0.5  # of the page: its images have 144 an inch
MAX_SIDE_PX = 28_800  # readers show half as many points
MAX_READ_BYTES = 500_000_000
TRUETYPE = 42  # fonts are embedded whole in outline, so that text is found and copied
RECIPE = re.compile(rb"/Keywords \(((?:[^\\()]|\\.)*)\)", re.DOTALL)
ESCAPES = {b"n": b"\n", b"r": b"\r"}


@contextmanager
def _open(path: Path, stream: StreamSpec) -> Iterator[Write]:
    """A page with a point for two pixels, those of the images in it."""
    import matplotlib as mpl

    def seen(frame: Frame) -> None:
        """The pixels are not wanted, the figure is."""

    assert stream.printed
    metadata = stream.metadata
    about: dict[str, str | None] = {"Title": metadata.title, "Creator": SOFTWARE}
    about |= {"Subject": metadata.warning or metadata.alt, "Keywords": ascii_toml(metadata.recipe)}
    about["CreationDate"] = None
    with atomic_write(path) as part:
        yield seen
        with stream.printed() as figure, mpl.rc_context({"pdf.fonttype": TRUETYPE}):
            colour = figure.get_facecolor()
            finer = figure.add_artist(_finer())
            figure.savefig(part, format="pdf", metadata=about, facecolor=colour)
            finer.remove()
        part.write_bytes(_smaller(part.read_bytes(), stream.size))
        sealed(part)


def sealed(path: Path) -> None:
    """Put the mark into a PDF as a remark, in front of what says where its table is."""
    data = path.read_bytes()
    seal(path, b"% ", lambda mark: b"\n", kept=len(data) - data.rindex(b"startxref"))


def _finer() -> "Artist":
    """What scales all that is drawn after it, the background excepted: that fills the page."""
    from matplotlib.artist import Artist
    from matplotlib.backends.backend_pdf import Op

    class Finer(Artist):
        zorder = -1e6

        def draw(self, renderer: Any) -> None:
            renderer.file.output(POINTS_PER_PX, 0, 0, POINTS_PER_PX, 0, 0, Op.concat_matrix)

    return Finer()


def _smaller(data: bytes, size: Size) -> bytes:
    """The PDF with the page's sides scaled too; not a byte moves, so that its table holds."""
    box = b"/MediaBox [ 0 0 %d %d ]"
    whole, scaled = box % size, box % tuple(round(side * POINTS_PER_PX) for side in size)
    assert data.count(whole) == 1
    return data.replace(whole, scaled.ljust(len(whole)))


def ascii_toml(text: str) -> str:
    """TOML of the same meaning whose texts have escapes for what is not ASCII."""
    return re.sub(r"[^\x00-\x7f]", lambda sign: f"\\U{ord(sign[0]):08x}", text)


def _read_recipe(path: Path) -> str:
    """The keywords of a PDF of ours."""
    found = RECIPE.search(read_bytes(path, MAX_READ_BYTES))
    if not found:
        return ""
    plain = re.sub(rb"\\(.)", lambda sign: ESCAPES.get(sign[1], sign[1]), found[1], flags=re.DOTALL)
    return plain.decode("ascii", errors="replace")


FORMAT = Format(
    media_type="application/pdf",
    begins=rb"%PDF-",
    open=_open,
    read_recipe=_read_recipe,
    size=(2560, 1440),
    check=partial(check_sides, MAX_SIDE_PX),
    quality_steps=STILL_STEPS,
    still=True,
    pixels=False,
    alpha=True,
)
