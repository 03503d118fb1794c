"""The first screen, help, lists, and the hint that a wrong word gets."""

import re
import shlex
from importlib.metadata import version
from pathlib import Path

import pytest

from vizopt import cli
from vizopt.cli import kinds
from vizopt.clips.targets import TARGETS
from vizopt.core import library
from vizopt.core.words import languages
from vizopt.formats import FORMATS
from vizopt.scene.load import load_scene

COMMANDS = cli.cli.commands


def test_alone_it_shows_a_screen_that_fits_a_terminal(command):
    ran = command()
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert len(lines) <= 23  # and the prompt below
    assert max(map(len, lines)) <= 80
    assert lines[0].startswith("See what an optimizer does")
    assert [line.split("  ")[1] for line in lines if line.startswith("  vizopt")] == [
        "vizopt make sgd",
        "vizopt make sgd --set optimizer.lr=0.5",
        "vizopt show sgd > mine.toml",
    ]
    for option in ("--version", "--debug", "-h"):
        assert option in lines[-1]
    for arguments in (["--help"], ["-h"], ["help"]):
        assert command(*arguments) == ran


def test_the_screen_has_every_command_once_in_its_group_with_its_whole_summary(command):
    out = command().out
    told = re.findall(r"^(\w*) +([a-z]\S*)  +(\S.*)$", out, flags=re.M)
    assert [name for _, name, _ in told] == list(COMMANDS)
    assert [group for group, _, _ in told if group] == ["make", "look", "share", "check", "help"]
    for _, name, summary in told:
        first = (COMMANDS[name].help or "").split("\n")[0].rstrip(".")
        assert summary == first
        assert summary[-1] not in ".…" or name == "slides"


def test_the_three_commands_to_copy_run(command):
    lines = re.findall(r"^  vizopt (.+?)  ", command().out, flags=re.M)
    for line in lines:
        words = shlex.split(line.partition(" > ")[0])
        assert words[0] in COMMANDS
        if words[0] == "make":
            keys = dict(word.split("=") for word in words[3:])
            load_scene(words[1], {key: float(value) for key, value in keys.items()})
    Path("mine.toml").write_text(command("show", "sgd").out)
    assert load_scene("mine.toml").name == "mine"


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_a_command(command, name):
    ran = command("help", name)
    assert ran == command(name, "--help") == command(name, "-h")
    assert ran.out.startswith(f"Usage: vizopt {name} ")
    assert max(map(len, ran.out.splitlines())) <= 80


def test_the_version(command):
    assert command("--version").out.split() == ["vizopt,", "version", version("vizopt")]


KEYS = "--set {}=VALUE"
HINTS = {
    "make sgd --title X": "--title: no such option: set the scene's key with --set title=VALUE.",
    "make sgd --epochs=5": KEYS.format("epochs"),
    "make sgd --lr 0.5": KEYS.format("optimizer.lr"),
    "make sgd --seed 3": KEYS.format("seed"),
    "make sgd --optimizer adam": KEYS.format("optimizer.kind"),
    "make sgd --momentum 0.9": KEYS.format("optimizer.momentum"),
    "make sgd --beta-1 0.9": KEYS.format("optimizer.beta_1"),
    "make sgd --optimizer.lr 1": KEYS.format("optimizer.lr"),
    "make sgd --points 9": KEYS.format("problem.data.points"),
    "make sgd --learning-rate 1": KEYS.format("optimizer.lr"),
    "make sgd --batch_size 1": KEYS.format("problem.batch"),
    "--titel X": "set behind a command: vizopt make SCENE --set title=VALUE. See: vizopt --help",
    "--size 1x1": "--size: options stand behind a command: vizopt make … --size. See: vizopt --h",
    "--versoin": '--versoin: no such option: did you mean "--version"? See: vizopt --help',
    "--zzzz": "--zzzz: no such option: there are: --debug, --help, --version. See: vizopt --help",
    "make sgd --titel X": KEYS.format("title"),
    "record sgd --theme dark": KEYS.format("theme"),
    "pack sgd --seconds 3": KEYS.format("timeline.seconds"),
    "slides sgd --language de": KEYS.format("look.language"),
    "render a.zarr --title X": KEYS.format("title"),
    "render a.zarr --epochs 5": "epochs was trained so: train again with vizopt make SCENE --set",
    "make sgd --them dark": 'did you mean "--theme"?',
    "make sgd --output a.mp4": "it is -o",
    "make sgd --duration 5": "it is --seconds",
    "info a.zarr --title": "there are: --json, --verify",
    "mak": 'mak: no such command: did you mean "make"?',
    "sgd": "make the scene with vizopt make sgd",
    "mine.toml": "make the scene with vizopt make mine.toml",
    "run.zarr": "draw the recording with vizopt render run.zarr -o NAME.mp4",
    "make sgd lr=0.5": "'lr=0.5' is no scene: set a key with --set optimizer.lr=0.5. See:",
    "race rates epochs=10": "'epochs=10' is no scene: set a key with --set epochs=10. See: vizopt",
    "make sgd a.gif": "a.gif: no such clip: to write it: -o a.gif. See: vizopt make --help",
    "race sgd adam a.mp4": "a.mp4: no such clip: to write it: -o a.mp4. See: vizopt race --help",
    "table run.zarr --csv --json": "--csv or --json: one of them. See: vizopt table --help",
    "help mak": 'did you mean "make"?',
}


@pytest.mark.parametrize("line", HINTS)
def test_a_wrong_word_gets_the_right_one(command, line):
    ran = command(*line.split())
    assert (ran.code, ran.out) == (2, "")
    assert HINTS[line] in ran.err
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("make sgd --set lr=0.5", 'lr: unknown key (did you mean "optimizer.lr"?)'),
        ("record sgd -o a.zarr --set points=9", 'did you mean "problem.data.points"?'),
        ("pack sgd --set seconds=3", 'did you mean "timeline.seconds"?'),
        ("make sgd --set optimizer=adam", 'is a table (did you mean "optimizer.kind=adam"?)'),
        ("make sgd --set optimizer.lr=cosine", 'did you mean "optimizer.lr.kind=cosine"?'),
        ("make sgd --set nonsense=3", "sgd: nonsense: unknown key (there are: about"),
    ],
)
def test_a_wrong_key_of_set_gets_the_right_one(command, line, told):
    ran = command(*line.split())
    assert (ran.code, ran.out) == (1, "")
    assert told in ran.err
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize("line", [*HINTS, "make", "make --size", "make sgd --size big", "list -x"])
def test_where_the_right_usage_is_told_is_a_sentence_of_its_own(command, line):
    err = command(*line.split()).err
    place = f" {line.split()[0]}" if line.split()[0] in COMMANDS and line != "help mak" else ""
    assert re.search(rf"[^.?][.?] See: vizopt{place} --help\n$", err), err


@pytest.mark.parametrize("word", kinds.KINDS)
def test_a_list_of_one_kind(command, word):
    ran = command("list", word)
    assert (ran.code, ran.err) == (0, "")
    told = {line.split("  ")[0].strip(): line for line in ran.out.splitlines()}
    assert list(told) == list(kinds.names(word))
    for name, line in told.items():
        summary = line.removeprefix(name).strip()
        assert len(summary) > 5, line


def test_the_list_of_all_has_the_others(command):
    whole = command("list").out
    for word in ("themes", "places"):
        lines = command("list", word).out.splitlines()
        assert "\n".join([f"{word}:", *(f"  {line}" for line in lines)]) in whole


def test_what_the_lists_of_names_are_of():
    assert list(kinds.names("scenes")) == library.names()
    assert tuple(kinds.names("themes")) == library.looks()
    assert tuple(kinds.names("languages")) == languages()
    assert list(kinds.names("formats")) == [".zarr", *FORMATS]
    assert kinds.names("themes")["dark"] == "For dark rooms and pages."
    assert kinds.names("languages")["de"] == "Die Wörter eines Bildes auf Deutsch"
    assert kinds.names("formats")[".png"] == "PNG: one frame as a still."
    assert kinds.names("places")["github"].startswith(
        "GIF, WEBP, PNG, JPG, SVG, MP4, MOV, WEBM (10 MB). Videos"
    )
    assert kinds.names("places")["latex"].startswith("PDF, PNG, JPG (any size). Text in a .pdf")
    assert list(kinds.names("places")) == list(TARGETS)


@pytest.mark.parametrize(
    ("word", "kind"),
    [("optimizer", "optimizers"), ("looks", "themes"), ("dataset", "data"), ("Scenes", "scenes")],
)
def test_other_words_for_a_kind(word, kind):
    assert kinds.names(word) == kinds.names(kind)


def test_the_help_of_list_names_every_kind(command):
    told = command("help", "list").out.partition("lists: ")[2].partition(".")[0].split()
    assert [word.strip(",") for word in told] == list(kinds.KINDS)


def test_several_kinds_and_none(command):
    out = command("list", "data", "themes").out
    assert out.startswith("data:\n  spiral ")
    assert "\n\nthemes:\n  light " in out
    ran = command("list", "optimisers")
    assert ran.code == 1
    assert ran.err == 'vizopt: optimisers: no such kind: did you mean "optimizers"?\n'
