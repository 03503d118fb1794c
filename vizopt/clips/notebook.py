"""Notebook: a clip shown where it is made, in Jupyter, VS Code, Colab and on GitHub."""

from base64 import b64encode
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from vizopt.core.errors import VizoptError
from vizopt.formats import StreamSpec, format_of, mp4
from vizopt.formats.html.page import page
from vizopt.formats.html.shots import Shot
from vizopt.formats.poster import picture, still, warning_of

if TYPE_CHECKING:
    from vizopt.clips.clip import Clip

MAX_BYTES = 20_000_000  # of a clip that is put into a notebook
MAX_TWICE_BYTES = 2_000_000  # of an image that is put there twice, alone and in the HTML
BELOW_PX = 240  # of a player below its picture
FIT = "max-width: 100%; height: auto"


def bundle(clip: "Clip") -> dict[str, str]:
    """What is shown, by MIME type.

    The HTML plays; GitHub removes a video, so an image lies beside it.
    """
    path, known = clip.path, format_of(clip.path)
    if not path.is_file():
        return {"text/plain": f"{path}  is no longer there"}
    plain = {"text/plain": str(clip)}
    if "browser" not in known.plays_in:
        return plain
    if known.is_page:
        return plain | {"text/html": _framed(clip, _page(clip))}
    if not known.pixels:
        return plain | {known.media_type: path.read_text(encoding="utf-8")}
    data, kind = path.read_bytes(), known.media_type
    warning = warning_of(clip.metadata, clip.verdict)
    if kind in ("image/gif", "image/png") and len(data) <= MAX_TWICE_BYTES and not warning:
        image = {kind: b64encode(data).decode()}
    else:
        image = {"image/png": b64encode(still(path, first=bool(warning))).decode()}
    if len(data) > MAX_BYTES or (
        kind.startswith("image/") and warning
    ):  # an image cannot be stopped
        return plain | image
    return plain | image | {"text/html": _html(clip, data, kind, warning)}


def _html(clip: "Clip", data: bytes, kind: str, warning: str) -> str:
    """The clip as HTML that needs no other file."""
    source = f"data:{kind};base64,{b64encode(data).decode()}"
    alt, width = escape(clip.metadata.alt or clip.path.stem), clip.size[0]
    if kind.startswith("image/"):
        return f'<img src="{source}" alt="{alt}" width="{width}" style="{FIT}">'
    words = f"<p>{escape(warning)}</p>" if warning else ""
    plays = "" if warning else " autoplay"
    return (
        f'{words}<video src="{source}" aria-label="{alt}" width="{width}" style="{FIT}"'
        f" controls loop muted playsinline{plays}></video>"
    )


@dataclass(frozen=True)
class Player:
    """A clip's page in a cell: it plays and steps, and tells the numbers of the shown frame."""

    clip: "Clip"

    def __repr__(self) -> str:
        return f"<Player of {self.clip.path}>"

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        """A page for who can run it; GitHub removes it, so a picture lies beside."""
        plain = {"text/plain": repr(self)}
        if not self.clip.path.is_file():
            return bundle(self.clip)
        page = _page(self.clip)
        if len(page) > MAX_BYTES:
            return plain | {"text/html": f"<p>{escape(_too_large(self.clip, len(page)))}</p>"}
        return plain | {"text/html": _framed(self.clip, page)} | _picture(self.clip)


def player(clip: "Clip") -> Player:
    """The player of an MP4 or a page.

    Raises:
        VizoptError: a clip of another format.
    """
    known = format_of(clip.path)
    if not (known.is_page or known is mp4.FORMAT):
        raise VizoptError(f"{clip.path}: a player plays MP4s: render one like a.mp4")
    return Player(clip)


def _page(clip: "Clip") -> str:
    """The clip's page: itself, or one around the MP4."""
    if format_of(clip.path).is_page:
        return clip.path.read_text(encoding="utf-8")
    stream = StreamSpec(clip.size, clip.fps, tuple, clip.metadata)
    shown = picture(clip.path, first=bool(clip.metadata.pauses))  # the last would be an answer
    epochs = clip.metadata.numbers.get(clip.metadata.unit, ())
    changes = [
        k for k in range(clip.length) if not 0 < k < len(epochs) or epochs[k] != epochs[k - 1]
    ]
    shot = Shot(clip.size, clip.path.read_bytes(), shown, clip.length, changes)
    return page(stream, [shot], clip.verdict)


def _picture(clip: "Clip") -> dict[str, str]:
    """What stands for the player where it cannot run."""
    if format_of(clip.path).is_page:
        return {}
    warning = warning_of(clip.metadata, clip.verdict)
    return {"image/png": b64encode(still(clip.path, first=bool(warning))).decode()}


def _too_large(clip: "Clip", size: int) -> str:
    most = f"{MAX_BYTES / 1e6:g} MB"
    way = f'write it with vizopt.render(run, "{clip.path.stem}.html")'
    return f"{clip.path}: its page has {size / 1e6:.0f} MB, a notebook holds {most}: {way}"


def _framed(clip: "Clip", text: str) -> str:
    """A web page in a frame that can run its player and reach nothing around it."""
    width, height = clip.size
    high = f"calc(100cqw * {height / width:.4f} + {BELOW_PX}px)"
    return (
        f'<div style="container-type: inline-size"><iframe srcdoc="{escape(text)}"'
        f' title="{escape(clip.metadata.title)}" sandbox="allow-scripts"'
        f' style="width: 100%; height: {high}; border: 0"></iframe></div>'
    )
