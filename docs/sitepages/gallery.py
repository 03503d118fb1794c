"""The gallery: a page of every bundled scene, from the library."""

from pathlib import Path

from vizopt.core import library

HEAD = """# Gallery

Every scene that comes with vizopt, in the order of the lesson. The command makes it anew; the TOML
is all there is to it, and the start of your own (`vizopt show NAME`).
"""

SCENE = """
## `{name}`

{about}.

```{{clip}} {name}
```

```bash
vizopt make {name}
```

:::{{dropdown}} The scene
```toml
{toml}
```
:::
"""


def written(folder: Path) -> None:
    """Write gallery.md into a folder."""
    (folder / "gallery.md").write_text(page(), encoding="utf-8")


def page() -> str:
    """The gallery in Markdown."""
    return HEAD + "".join(
        SCENE.format(name=name, about=library.about(name), toml=library.bundled(name).rstrip())
        for name in library.names()
    )
