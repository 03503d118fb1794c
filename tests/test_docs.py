"""The documentation is true: all that stands on its pages runs, and its reference is complete."""

import configparser
import os
import re
import runpy
import subprocess
import sys
import tomllib
from contextlib import redirect_stdout
from dataclasses import fields
from importlib.util import find_spec
from io import StringIO
from itertools import pairwise
from pathlib import Path

import pytest

import vizopt
from vizopt import cli
from vizopt.clips.targets import TARGETS
from vizopt.core import library
from vizopt.core.library import is_table
from vizopt.formats import FORMATS
from vizopt.pipeline import tuning
from vizopt.recording.quantities import MEASURED
from vizopt.scene.load import parse_scene

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
sys.path.insert(0, str(DOCS))

from sitepages import commands, gallery, keys, links, places  # noqa: E402
from sitepages.blocks import blocks, lines  # noqa: E402

PAGES = [
    ROOT / "README.md",
    *(page for page in sorted(DOCS.rglob("*.md")) if page.parent.name not in ("made", "build")),
]
LONG = {"blog", "data", "flashes", "formats", "keep", "look", "python", "race", "slides", "start"}
LONG |= {"walkthrough"}
QUICK = {"epochs": 40, "keep.grid": 20, "timeline.seconds": 0.5}
SMALL = {"size": (480, 270), "fps": 10, "seconds": 0.5}
KINDS = ("bash", "python", "toml", "text", "output", "")
NEEDED = {
    "keras": ("keras", "torch"),
    "jax": ("jax", "optax"),
    "sklearn": ("sklearn", "pandas"),
    "pytorch": ("torch", "lightning"),
}
FEW = 101  # epochs that a page names itself and that are run as it says
SETUP = configparser.ConfigParser()
SETUP.read(ROOT / "setup.cfg", encoding="utf-8")


def text_of(page):
    return page.read_text(encoding="utf-8")


def quick(arguments):
    """The command with a short run, whatever it says itself."""
    if arguments[:1] == ["render"]:
        return [*arguments, *small(arguments), "--set", "timeline.seconds=0.5", "-q"]
    if arguments[:1] == ["tune"]:
        return [*arguments, *small(arguments)]
    if not arguments or arguments[0] not in ("make", "race", "record", "slides", "pack"):
        return arguments
    stated = dict(word.split("=", 1) for word in arguments if "=" in word)
    settings = [
        part for key, value in short(stated).items() for part in ("--set", f"{key}={value}")
    ]
    quiet = [] if any(map(is_table, arguments)) else ["-q"]  # whose scene is told
    return [*arguments, *small(arguments), *settings, *quiet]


def short(stated):
    """The keys of a short run; a page's own few epochs are kept."""
    few = int(stated.get("epochs", FEW + 1)) <= FEW
    return {key: value for key, value in QUICK.items() if not (few and key == "epochs")}


def small(arguments):
    """A small picture at a low rate, where the command takes them and names none; one process."""
    drawn = ("make", "race", "render", "slides")
    options = {
        "--size": ("480x270", drawn),
        "--fps": ("10", drawn),
        "--cores": ("1", ("race", "tune")),
    }
    return [
        part
        for option, (value, commands) in options.items()
        if arguments[0] in commands and option not in arguments
        for part in (option, value)
    ]


def ran(command, line, *, told):
    """Run one line of a page as a reader would, but for the length of the run; what it prints.

    Args:
        told: whether the page shows that, and thus how the line ends.
    """
    program, *arguments = line.words
    if program == "pip":
        assert arguments[0] == "install"
        extra = re.fullmatch(r"(?:\.|vizopt)(?:\[(\w+)\])?", arguments[1])
        assert extra, line
        assert not extra[1] or extra[1] in SETUP["options.extras_require"], line
        return ""
    if program == "pytest":
        return ""
    if program == "python":
        return subprocess.run(
            [sys.executable, *arguments], check=True, capture_output=True, encoding="utf-8"
        ).stdout
    assert program == "vizopt", line
    done = command(*quick(arguments))
    assert told or done.code == 0, (line, done.err)
    if line.output:
        Path(line.output).write_text(done.out, encoding="utf-8")
    return done.err + ("" if line.output else done.out)


def executed(code, page, names, monkeypatch):
    """Run a page's Python, short and small, with the names of the blocks before; what it prints."""
    load, render = vizopt.load_scene, vizopt.render
    out = StringIO()
    with monkeypatch.context() as patch, redirect_stdout(out):
        patch.setattr(
            vizopt,
            "load_scene",
            lambda name, keys=None: load(name, {**(keys or {}), **short(keys or {})}),
            raising=False,
        )
        patch.setattr(
            vizopt,
            "render",
            lambda *to, **look: render(*to, **(look if "size" in look else SMALL | look)),
        )
        patch.syspath_prepend(".")
        exec(compile(code, page.name, "exec"), names)
    return out.getvalue()


def matches(shown, out):
    """Whether a page shows what was printed: … stands for anything in a line, alone for lines."""
    pattern = re.escape(shown.strip()).replace("\\\n…", r"(?:\n.*)*").replace("…", ".*")
    return re.fullmatch(pattern, out.strip())


def to_run():
    """The pages with something to run; those that draw much only where the site is built."""
    every = os.environ.get("VIZOPT_PAGES") == "all"
    for page in PAGES:
        kinds = {block.kind for block in blocks(text_of(page))}
        if kinds & {"bash", "python"} and (every or page.stem not in LONG):
            yield page


@pytest.mark.parametrize("page", list(to_run()), ids=lambda page: page.stem)
def test_all_that_a_page_tells_to_run_runs(page, command, monkeypatch):
    for module in NEEDED.get(page.stem, ()):
        if not find_spec(module):
            pytest.skip(f"{module} is not installed")
    monkeypatch.setattr(tuning, "RATES", 2)  # nine of them are 81 trainings
    every, names = blocks(text_of(page)), {}
    for block, after in pairwise([*every, None]):
        told, out = after is not None and after.kind == "output", ""
        if block.file:
            Path(block.file).write_text(block.text, encoding="utf-8")
        elif block.kind == "bash":
            out = "".join(ran(command, line, told=told) for line in lines(block))
        elif block.kind == "python":
            out = executed(block.text, page, names, monkeypatch)
        assert not told or matches(after.text, out), out


def test_no_block_of_a_shell_is_passed_over():
    for page in PAGES:
        for block in blocks(text_of(page)):
            assert block.kind in KINDS or "{" in block.kind, page
            if block.kind in ("", "text"):
                assert "vizopt " not in block.text, (page, block)


def test_toml_of_the_pages_is_what_a_scene_may_hold():
    found = [block for page in PAGES for block in blocks(text_of(page)) if block.kind == "toml"]
    assert len(found) >= 5
    for block in found:
        tomllib.loads(block.text)


def test_the_readme_promises_two_commands():
    told = text_of(ROOT / "README.md")
    run = text_of(ROOT / ".ci" / "run")
    assert "pip install . && vizopt make sgd" in told
    assert 'pip install ".[test]" && pytest' in told
    assert 'pip install --quiet ".[test]" && pytest' in run


def test_the_readme_can_be_read_in_two_minutes():
    prose = re.sub(r"```.*?```|\]\([^)]*\)", "", text_of(ROOT / "README.md"), flags=re.S)
    assert 300 <= len(prose.split()) <= 410


def test_every_command_and_option_is_in_the_reference():
    page = commands.page()
    for name, command in cli.cli.commands.items():
        assert command.help, name
        part = page.split(f"## `vizopt {name}`\n")[1].split("\n## ")[0]
        for option in command.params:
            for flag in option.opts if option.param_type_name == "option" else ():
                assert re.search(rf"`[^`]*{flag}[ `,]", part), (name, flag)


def test_every_kind_and_key_is_in_the_reference_with_its_meaning():
    page = keys.page()
    specs = [item for part in keys.PARTS for item in part.specs.items()]
    assert len(specs) >= 45
    for name, spec in specs:
        part = page.split(f"\n### `{name}`\n")[1].split("\n### ")[0]
        for key in fields(spec):
            row = re.search(rf"^\| `{key.name}` \| (.*) \| (.*) \|$", part, flags=re.M)
            assert row, (name, key.name)
            assert row[2].strip(), f"{name}: {key.name} has no meaning in the docstring"


def test_defaults_of_the_reference_are_written_as_in_a_scene():
    adam = keys.page().split("\n### `adam`\n")[1].split("\n### ")[0]
    assert "| `lr` | to be given |" in adam
    assert "| `beta_1` | `0.9` |" in adam
    assert "m     ← beta_1 · m" in adam
    assert "Kingma and Ba 2015" in adam
    assert '| `formats` | `["mp4", "gif"]` |' in keys.page()
    assert "| `allow_flashes` | `false` |" in keys.page()


def test_every_public_name_is_on_the_page_of_python():
    page = text_of(DOCS / "reference" / "python.md")
    found = re.findall(r"^\.\. auto\w+:: vizopt\.(\w+)$", page, flags=re.M)
    assert sorted(found) == sorted(vizopt.__all__)


def test_the_table_of_places_has_what_the_program_goes_by():
    rows = [line.split(" | ") for line in places.page().splitlines() if line.startswith("| `")]
    assert [row[0] for row in rows] == [f"| `{name}`" for name in TARGETS]
    for (name, place), row in zip(TARGETS.items(), rows, strict=True):
        assert row[1] == str(place).replace("; ", ".<br>"), name
        assert place.note == row[2].strip(), name
        assert place.checked in row[3], name
        assert f"]({place.source}) |" in row[3] or (not place.source and "tried, " in row[3]), name


def test_every_format_and_measured_quantity_has_its_row():
    for page, text in runpy.run_path(str(DOCS / "schema.py"))["pages"]().items():
        assert text_of(page) == text, "run: python docs/schema.py"
    rows = re.findall(r"^\| `(?:NAME-)?(.+?)` \|", text_of(DOCS / "reference/formats.md"), re.M)
    assert rows == [".zarr", *FORMATS]
    rows = re.findall(r"^\| `(\w+)` \|", text_of(DOCS / "howto" / "measure.md"), flags=re.M)
    assert rows == [*MEASURED]


def test_the_gallery_has_every_scene():
    page = gallery.page()
    for name in library.names():
        assert f"```{{clip}} {name}\n" in page
        assert library.about(name) in page
        assert library.bundled(name).strip() in page
    assert [
        line.words for block in blocks(page) if block.kind == "bash" for line in lines(block)
    ] == [["vizopt", "make", name] for name in library.names()]


def test_clips_on_the_pages_are_of_scenes():
    for page in PAGES:
        for name in re.findall(r"^```\{clip\} (\S+)$", text_of(page), flags=re.M):
            assert name in library.names(), page


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)h][^)]*)\)", text_of(ROOT / "README.md")))
def test_links_of_the_readme_lead_somewhere(link):
    assert (ROOT / link).exists()


def test_the_sites_check_of_links_finds_what_leads_nowhere(tmp_path):
    (tmp_path / "a.html").write_text('<p id="here"><a href="b.html#there">b</a><a href="#here">')
    (tmp_path / "b.html").write_text(
        '<a href="a.html#gone"></a><img src="no.png"><a href="https://x">'
    )
    assert links.broken(tmp_path) == [
        "a.html: b.html#there: leads nowhere",
        "b.html: a.html#gone: leads nowhere",
        "b.html: no.png: leads nowhere",
    ]


def test_a_scene_of_the_pages_loads():
    for page in PAGES:
        for block in blocks(text_of(page)):
            if block.kind == "toml" and block.text.startswith("title") and not block.file:
                assert parse_scene(block.text, page.name, {}, {}).title
