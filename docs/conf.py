"""Sphinx: what the site is built with. `python docs/build.py` builds it."""

import os
import re
import sys
from importlib import metadata
from pathlib import Path

from sphinx.application import Sphinx

HERE = Path(__file__).parent
BUILD = Path(os.environ.get("VIZOPT_SITE", HERE.parent / "build" / "docs"))  # beside the site
sys.path.insert(0, str(HERE))

from sitepages import clips, commands, gallery, keys, places  # noqa: E402
from sitepages.directive import Clip  # noqa: E402

project = "vizopt"
release = metadata.version("vizopt")
language = "en"
smartquotes = False  # a scene is typed with straight ones
copyright = "its authors, MIT licence"
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_design"]
exclude_patterns = ["sitepages", "pypi.md"]
source_suffix = {".md": "myst-nb", ".ipynb": "myst-nb"}

html_theme = "furo"
html_title = "vizopt"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_extra_path = [str(BUILD / "extra")]
html_copy_source = False

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
nb_execution_mode = "cache"
nb_execution_cache_path = str(BUILD / "notebooks")
nb_execution_raise_on_error = True
nb_execution_timeout = 240  # seconds a cell
nb_execution_in_temp = True

autodoc_typehints = "none"
autodoc_member_order = "bysource"
napoleon_use_param = False


def setup(app: Sphinx) -> None:
    """Make the pages and clips that come from the program, before anything is read."""
    made = HERE / "made"
    made.mkdir(exist_ok=True)
    for page in (commands, gallery, keys, places):
        page.written(made)
    Clip.folder = BUILD / "extra" / "clips"
    clips.made(Clip.folder, BUILD / "clips")
    app.add_directive("clip", Clip)
    app.connect("autodoc-process-docstring", _starred)


def _starred(
    app: Sphinx, what: str, name: str, thing: object, options: object, lines: list
) -> None:
    """A star in a docstring is one, as in *names; after napoleon, which writes some of its own."""
    lines[:] = [re.sub(r"(?<![\w*])\*(?=\w)(?!\w[^*]*\*)", r"\\*", line) for line in lines]
