"""Notebook: a clip shown where it is made, in Jupyter, VS Code, Colab and on GitHub."""

from base64 import b64encode
from html import escape
from typing import TYPE_CHECKING

from vizopt.showing import still, warning_of

if TYPE_CHECKING:
    from vizopt.clips import Clip

VIDEOS = {".mp4": "video/mp4", ".webm": "video/webm"}
IMAGES = {
    **{".gif": "image/gif", ".png": "image/png", ".apng": "image/png", ".webp": "image/webp"},
    **{".jpg": "image/jpeg", ".jpeg": "image/jpeg"},
}
LARGEST = 20_000_000  # bytes of a clip that is put into a notebook
BESIDE = 2_000_000  # bytes of an image that is put there twice, alone and in the HTML
FIT = "max-width: 100%; height: auto"


def bundle(clip: "Clip") -> dict[str, str]:
    """What is shown, by MIME type.

    The HTML plays; GitHub removes a video, so an image lies beside it.
    """
    path, suffix = clip.path, clip.path.suffix.lower()
    if not path.is_file():
        return {"text/plain": f"{path}  is no longer there"}
    plain = {"text/plain": str(clip)}
    if suffix == ".html":
        return plain | {"text/html": _page(clip)}
    if suffix == ".svg":
        return plain | {"image/svg+xml": path.read_text(encoding="utf-8")}
    if suffix not in VIDEOS | IMAGES:
        return plain
    data, kind = path.read_bytes(), (VIDEOS | IMAGES)[suffix]
    warning = warning_of(clip.label, clip.verdict)
    if kind in ("image/gif", "image/png") and len(data) <= BESIDE and not warning:
        image = {kind: b64encode(data).decode()}
    else:
        image = {"image/png": b64encode(still(path, first=bool(warning))).decode()}
    if len(data) > LARGEST or (suffix in IMAGES and warning):  # an image cannot be stopped
        return plain | image
    return plain | image | {"text/html": _html(clip, data, kind, warning)}


def _html(clip: "Clip", data: bytes, kind: str, warning: str) -> str:
    """The clip as HTML that needs no other file."""
    source = f"data:{kind};base64,{b64encode(data).decode()}"
    alt, width = escape(clip.label.alt or clip.path.stem), clip.size[0]
    if kind.startswith("image/"):
        return f'<img src="{source}" alt="{alt}" width="{width}" style="{FIT}">'
    words = f"<p>{escape(warning)}</p>" if warning else ""
    plays = "" if warning else " autoplay"
    return (
        f'{words}<video src="{source}" aria-label="{alt}" width="{width}" style="{FIT}"'
        f" controls loop muted playsinline{plays}></video>"
    )


def _page(clip: "Clip") -> str:
    """A web page in a frame that can run its player and reach nothing around it."""
    page, title = clip.path.read_text(encoding="utf-8"), clip.label.title
    height = clip.size[1] + 320  # the player below the picture
    return (
        f'<iframe srcdoc="{escape(page)}" title="{escape(title)}" sandbox="allow-scripts"'
        f' style="width: 100%; height: {height}px; border: 0"></iframe>'
    )
