"""The documentation is true: its commands run, its tables are those of the program."""

import re
import runpy
import shlex
from pathlib import Path

import pytest

from vizopt import cli, library

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [c for c in re.findall(r"^\| `(vizopt [^`]+)`", README, flags=re.M) if "…" not in c]
QUICK = {"epochs": 40, "keep.grid": 20, "timeline.seconds": 0.5}


def quick(arguments):
    """The command with a short run, whatever it says itself."""
    if arguments[0] in ("make", "record", "slides", "pack"):
        for key, value in QUICK.items():
            arguments = [*arguments, "--set", f"{key}={value}"]
        arguments += ["-q"]
    return arguments


def test_every_command_line_of_the_readme_runs(command):
    assert len(COMMANDS) >= 9
    Path("mine.toml").write_text(library.bundled("sgd"))
    Path("mine.csv").write_text("epoch,loss\n0,1.098594307899475\n")
    for line in COMMANDS:
        ran = command(*quick(shlex.split(line)[1:]))
        assert ran.code == 0, (line, ran.err)


def test_the_readmes_python_runs(monkeypatch, tmp_path):
    import vizopt

    code = re.search(r"```python\n(.*?)```", README, flags=re.S)[1]
    monkeypatch.chdir(tmp_path)
    load = vizopt.load_scene
    monkeypatch.setattr(vizopt, "load_scene", lambda name: load(name, QUICK), raising=False)
    exec(compile(code, "README.md", "exec"), {})
    assert Path("sgd.gif").exists()


def test_the_readmes_scene_loads():
    from vizopt.scene import parse_scene

    toml = re.search(r"```toml\n(title = .*?)```", README, flags=re.S)[1]
    assert parse_scene(toml, "README.md", {}, {}).optimizer.lr.decay == 1e-3


def test_every_command_has_help_and_stands_in_the_readme():
    for name, command in cli.cli.commands.items():
        assert command.help, name
        assert f"`vizopt {name}" in README, name


def test_the_readmes_tables_are_the_programs():
    path = ROOT / "docs" / "tables.py"
    module = runpy.run_path(str(path))
    assert module["written"](README) == README, "run: python docs/tables.py"
    for rows in module["tables"]().values():
        assert rows in README


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)h][^)]*)\)", README))
def test_links_lead_somewhere(link):
    assert (ROOT / link).exists()
