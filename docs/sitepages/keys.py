"""The reference of a scene's keys, from the specs: fields, defaults and docstrings."""

import re
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields
from inspect import cleandoc
from pathlib import Path
from typing import Any, NamedTuple

import vizopt
from sitepages.markdown import escaped
from vizopt.core.docstrings import docstring
from vizopt.draw.figure_spec import FigureSpec
from vizopt.draw.looks.look import LookSpec
from vizopt.draw.panels import PANELS
from vizopt.draw.timeline import TIMELINES
from vizopt.scene.options import ClipOptions
from vizopt.scene.race import Entry, Race
from vizopt.scene.spec import Pause, Scene
from vizopt.train.optimizers import OPTIMIZERS
from vizopt.train.probes import Keep, Record
from vizopt.train.problems import DATASETS, PROBLEMS
from vizopt.train.schedules import SCHEDULES


class Part(NamedTuple):
    """A page's part: title, what it begins with, and the specs of its tables or kinds."""

    title: str
    told: str
    specs: dict[str, type]


PARTS = (
    Part("A scene", "The keys at the top of a scene's file.", {"scene": Scene}),
    Part(
        "A race",
        "A scene with runs: above them stand the keys of a scene and these.",
        {"race": Race, "[[run]]": Entry},
    ),
    Part("Problems", "`kind` of `[problem]`.", PROBLEMS),
    Part("Data sets", "`kind` of `[problem.data]`.", DATASETS),
    Part("Optimizers", "`kind` of `[optimizer]`.", OPTIMIZERS),
    Part(
        "Learning rates",
        "`lr = 0.1`, or a table `[optimizer.lr]` of one of these kinds. An epoch's rate holds for "
        "all its batches.",
        SCHEDULES,
    ),
    Part("Timelines", "`kind` of `[timeline]`: the pace of the clip.", TIMELINES),
    Part("Panels", "`kind` of a panel in `[stage.panels.NAME]`.", PANELS),
    Part(
        "Other tables",
        "Tables without a kind.",
        {
            "[keep]": Keep,
            "[record]": Record,
            "[look]": LookSpec,
            "[stage]": FigureSpec,
            "[[pause]]": Pause,
            "[clip]": ClipOptions,
        },
    ),
)
HEAD = """# Keys of a scene

A scene is a TOML file, data and never code. Every key can be changed from the command line with
`--set`: `--set optimizer.lr=0.5`. A wrong key or value is one line, before anything is trained.
"""
SECTION = re.compile(r"^(Args|Reference|Raises[^:\n]*):", flags=re.M)


def written(folder: Path) -> None:
    """Write keys.md into a folder."""
    (folder / "keys.md").write_text(page(), encoding="utf-8")


def page() -> str:
    """Every key of every table, in Markdown."""
    return HEAD + "\n".join(line for part in PARTS for line in _part(part))


def _part(part: Part) -> Iterator[str]:
    yield f"\n## {part.title}\n\n{part.told}"
    for name, spec in part.specs.items():
        doc = cleandoc(spec.__doc__ or "")
        head = doc[: found.start()] if (found := SECTION.search(doc)) else doc
        first, _, rest = head.partition("\n")
        proper = f"**{spec.NAME}.** " if hasattr(spec, "NAME") else ""
        yield f"\n### `{name}`\n\n{proper}{escaped(first)}\n"
        if public := _public(spec):
            yield f"In Python `{public}`.\n"
        if rest.strip():
            yield f"```text\n{rest.strip()}\n```\n"
        if keys := [field for field in fields(spec) if field.init]:
            meaning = docstring(spec).meanings
            yield "| key | default | |\n|---|---|---|"
            for key in keys:
                yield f"| `{key.name}` | {_default(key)} | {escaped(meaning.get(key.name, ''))} |"
        if source := re.search(r"^Reference: *(.*(?:\n\S.*)*)", doc, flags=re.M):
            yield f"\n{escaped(' '.join(source[1].split()))}"


def _public(spec: type) -> str:
    """The name that Python has a class by, where it has one: `vizopt.problems.Moons`."""
    for module in (vizopt.problems, vizopt.optimizers, vizopt.schedules):
        if spec.__name__ in module.__all__:
            return f"{module.__name__}.{spec.__name__}"
    return f"vizopt.{spec.__name__}" if spec.__name__ in vizopt.__all__ else ""


def _default(field: Field[Any]) -> str:
    if field.default is not MISSING:
        value = field.default
    elif field.default_factory is not MISSING:
        value = field.default_factory()
    else:
        return "to be given"
    return "" if value is None or hasattr(value, "__dataclass_fields__") else f"`{_toml(value)}`"


def _toml(value: Any) -> str:
    """As it is written in a scene."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_toml, value))}]"
    return str(value)
