"""The JSON schema of a scene, for editors: what each key means, what it may be.

`python docs/schema.py` makes the file from the specs and their docstrings.
"""

from importlib.resources import files

from vizopt.core.own import OWN

NAME = "scene.schema.json"
RACE_KEYS = (
    "run",
    "over",
    "seeds",
    "clock",
    "mixed",
    "weights",
    "budget",
    "weights",
    "trials",
)  # that a scene of one run has not
# The first lines of a scene that `vizopt show` prints. The path is that of a file beside the scene:
# one of this installation would be wrong on every other machine.
POINTER = (
    f"#:schema ./{NAME}\n# Your editor completes and checks keys after: vizopt schema > {NAME}\n"
)


def current() -> str:
    """The schema's text, with what was registered."""
    if not OWN:
        return shipped()
    from vizopt.scene.generated import text  # imports all that a scene can name

    return text()


def shipped() -> str:
    """The schema's text, as it comes with vizopt."""
    return (files("vizopt.scene") / NAME).read_text(encoding="utf-8")
