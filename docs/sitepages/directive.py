"""The directive `clip`: a bundled scene's clip with its poster and, in words, what it shows."""

from html import escape
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

PLAYER = """<figure class="clip">
<video controls loop muted playsinline preload="none" width="640" height="360"
 poster="{up}clips/{name}.png" aria-label="{alt}">
<source src="{up}clips/{name}.mp4" type="video/mp4">
</video>
<figcaption>{alt}</figcaption>
</figure>"""


class Clip(SphinxDirective):
    """Args: the scene's name. Nothing starts by itself; the alt text is read and shown."""

    required_arguments = 1
    folder: ClassVar[Path]

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0]
        alt = self.folder / f"{name}.alt"
        if not alt.exists():
            raise self.error(f"no scene is called {name!r}")
        self.env.note_dependency(str(alt))
        up = "../" * self.env.docname.count("/")
        text = escape(alt.read_text(encoding="utf-8"))
        return [nodes.raw("", PLAYER.format(up=up, name=name, alt=text), format="html")]
