"""Tab: what is offered for a word, and in a real shell what is then on the line."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from vizopt import cli
from vizopt.cli import kinds
from vizopt.cli.completion import INSTALL, SHELLS
from vizopt.cli.keys import keys
from vizopt.core import library
from vizopt.scene.load import parse_scene
from vizopt.train.optimizers import OPTIMIZERS


def offered(*words):
    """The values that Tab offers for the last word; those that go on end in an ellipsis."""
    *args, incomplete = words
    items = ShellComplete(cli.cli, {}, "vizopt", "_VIZOPT_COMPLETE").get_completions(
        list(args), incomplete
    )
    return [f"{item.value}{'…' if item.type == 'partial' else ''}" for item in items]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with one file of each kind."""
    monkeypatch.chdir(tmp_path)
    for name in (
        "mine.toml",
        "clip.gif",
        "clip.MP4",
        "thesis.txt",
        "talk/deep.toml",
        ".git/x.toml",
    ):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).touch()
    Path("run.zarr").mkdir()
    return tmp_path


def test_commands_options_and_help(folder):
    assert offered("re") == ["recipe", "record", "render"]
    assert offered("") == sorted(cli.cli.commands)
    assert offered("help", "sl") == ["slides"]
    assert offered("make", "sgd", "--ag") == ["--again"]
    assert offered("completion", "") == ["bash", "zsh", "fish"]
    assert offered("mak", "") == sorted(cli.cli.commands)


def test_scenes_and_files_of_the_kinds_that_a_command_takes(folder):
    own = ["mine.toml", "talk/…"]
    assert offered("record", "") == [*library.names(), "mine.toml", "run.zarr", "talk/…"]
    assert offered("make", "") == [*library.names(), "clip.MP4", "clip.gif", *own]
    assert offered("make", "momentum-0") == ["momentum-05", "momentum-09"]
    assert offered("make", "sgd", "ada") == ["adagrad", "adam", "adam-tuned"]
    assert offered("make", "talk/d") == ["talk/deep.toml"]
    assert offered("make", f"{folder}/mi") == [f"{folder}/mine.toml"]
    assert offered("make", "nowhere/x") == []
    assert offered("info", "") == ["run.zarr", "talk/…"]
    assert offered("check", "c") == ["clip.MP4", "clip.gif"]
    assert offered("recipe", "c") == ["clip.MP4", "clip.gif"]
    assert offered("make", "sgd", "--look", "") == own
    assert offered("show", ".g") == [".gif", ".git/…"]


def test_names_of_options(folder):
    assert offered("make", "sgd", "--theme", "") == [*library.looks()]
    assert offered("make", "sgd", "--theme=da") == ["dark"]
    assert offered("make", "sgd", "--for", "g") == ["google-slides", "github"]
    assert offered("make", "sgd", "--text", "l") == ["large"]
    assert offered("list", "p") == ["problems", "panels", "places"]
    assert offered("list", "data", "") == list(kinds.KINDS)
    assert offered("show", "da") == ["dark"]
    assert offered("show", "ke") == ["keynote"]
    assert offered("make", "sgd", "--at", "") == ["first", "last"]
    assert offered("make", "sgd", "--poster", "l") == ["last"]
    assert offered("make", "sgd", "--size", "1") == ["1080p"]


def test_compare_and_the_layers_of_table(folder, run):
    Path("mine.csv").touch()
    assert offered("compare", "ru") == ["run.zarr"]
    assert offered("compare", "momentum-0") == ["momentum-05", "momentum-09"]
    assert offered("compare", "run.zarr", "mine") == ["mine.csv", "mine.toml"]
    place = ("table", str(run.path), "--epoch", "0", "--weights")
    assert offered(*place, "dense1") == ["dense1", "dense1.weights", "dense1.biases"]


def test_each_scene_with_its_line():
    item = cli.cli.commands["make"].params[0].shell_complete(None, "momentum-09")[0]
    assert (item.value, item.help) == ("momentum-09", library.about("momentum-09"))


def test_keys_and_values_of_set(folder):
    place = ("make", "sgd", "--set")
    first = offered(*place, "")
    assert first[:4] == ["problem.…", "optimizer.…", "seed=…", "epochs=…"]
    assert len(first) == len({key.partition(".")[0] for key in keys()})
    assert offered(*place, "optimizer.l") == [
        "optimizer.lr=…",
        "optimizer.lr.…",
    ]
    assert offered(*place, "keep.") == ["keep.first=…", "keep.every=…", "keep.grid=…"]
    assert offered(*place, "optimizer.kind=") == [f"optimizer.kind={kind}" for kind in OPTIMIZERS]
    assert offered(*place, "problem.init=h") == ["problem.init=he"]
    assert offered(*place, "theme=") == [f"theme={name}" for name in library.looks()]
    assert offered(*place, "look.language=e") == ["look.language=en", "look.language=es"]
    assert offered(*place, "look.transparent=t") == ["look.transparent=true"]
    assert offered(*place, "epochs=") == []
    assert offered(*place, "nonsense=") == []
    assert "epochs=…" not in offered("render", "run.zarr", "--set", "")
    assert "title=…" in offered("render", "run.zarr", "--set", "")


def test_every_value_that_is_offered_is_one_that_the_key_takes():
    """Each is tried in a scene that has the key; an error names another key at most."""
    from vizopt.core.errors import SceneError

    text = library.bundled("sgd")
    tried = 0
    for key, values in keys().items():
        for value in values if key.count(".") < 2 else ():
            wanted = value == "true" if value in ("true", "false") else value
            error = ""
            try:
                parse_scene(text, "sgd", {}, {key: wanted})
            except SceneError as refused:
                error = str(refused)
            other = key == "problem.kind" and "problem.data: unknown kind" in error  # needs others
            assert not error or "missing" in error or "unknown key" in error or other, error
            tried += 1
    assert tried > 40


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_of_a_shell_and_how_to_install_it(command, shell):
    ran = command("completion", shell)
    assert (ran.code, ran.err) == (0, "")
    assert "_VIZOPT_COMPLETE" in ran.out
    assert f"{shell}_complete" in ran.out
    assert ran.out.splitlines()[-1] == f"# To install it: {INSTALL[shell]}"
    assert ("partial" in ran.out) == (shell != "fish")  # which needs no telling
    assert f"vizopt completion {shell}" in INSTALL[shell]


def answered(monkeypatch, capsys, shell, words, number):
    monkeypatch.setenv("_VIZOPT_COMPLETE", f"{shell}_complete")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(number))
    with pytest.raises(SystemExit) as ended:
        cli.run()
    out, err = capsys.readouterr()
    assert (ended.value.code, err) == (0, "")
    return out.split("\n")[:-1]


def test_what_zsh_and_fish_are_told(monkeypatch, capsys, folder):
    def tell(shell, words, at):
        return answered(monkeypatch, capsys, shell, words, at)

    line = "vizopt make sgd --set optimizer.kind=mu"
    assert tell("zsh", line, 4) == ["plain", "optimizer.kind=muon", "_"]
    assert tell("fish", line, "optimizer.kind=mu") == ["plain,optimizer.kind=muon"]
    assert tell("zsh", "vizopt make sgd --set keep.g", 4) == ["partial", "keep.grid=", "_"]
    assert tell("fish", "vizopt make sgd --set keep.g", "keep.g") == ["plain,keep.grid="]
    about = library.about("momentum-09")
    assert tell("zsh", "vizopt make momentum-09", 2) == ["plain", "momentum-09", about]
    assert tell("fish", "vizopt make momentum-09", "momentum-09") == [f"plain,momentum-09\t{about}"]


def test_a_mistake_while_completing_says_nothing(monkeypatch, capsys):
    monkeypatch.setattr(library, "names", lambda: 1 / 0)
    monkeypatch.setenv("_VIZOPT_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "vizopt make s")
    monkeypatch.setenv("COMP_CWORD", "2")
    assert cli.run() == (0, "")
    assert capsys.readouterr() == ("", "")


def test_completing_imports_nothing_heavy_but_for_keys(tmp_path):
    code = (
        "import sys; from vizopt import cli; from click.shell_completion import ShellComplete\n"
        "tab = ShellComplete(cli.cli, {}, 'vizopt', '').get_completions\n"
        "words = ['make', ''], ['make', '--for', ''], ['make', '--theme', ''], ['list', '']\n"
        "assert all(tab(before, last) for *before, last in words)\n"
        "heavy = {'numpy', 'matplotlib', 'zarr', 'pydantic', 'PIL', 'tqdm'} & set(sys.modules)\n"
        "sys.exit(', '.join(heavy) or 0)"
    )
    command = [sys.executable, "-c", code]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


TYPED = {  # what is typed before Tab, and what is on the line then
    "vizopt make momentum-s": "vizopt make momentum-slow ",
    "vizopt make sgd --set keep.g": "vizopt make sgd --set keep.grid=",
    "vizopt make sgd --set optimizer.kind=mu": "vizopt make sgd --set optimizer.kind=muon ",
    "vizopt make sgd --theme=d": "vizopt make sgd --theme=dark ",
    "vizopt info my": "vizopt info 'my run.zarr' ",
    "vizopt make tal": "vizopt make talk/",
}


@pytest.mark.skipif(not shutil.which("bash"), reason="no bash")
def test_in_a_real_bash(folder):
    """Typed at a terminal: Tab, then the line is printed instead of run."""
    Path("my run.zarr").mkdir()
    Path("vizopt").write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m vizopt "$@"\n')
    Path("vizopt").chmod(0o755)
    begin = 'bind "set enable-bracketed-paste off"\neval "$(vizopt completion bash)"\nhistory -c\n'
    keys = "".join(f"{line}\t\x01: \n" for line in TYPED)  # a line that does nothing
    env = os.environ | {"PATH": f"{folder}:{os.environ['PATH']}", "TERM": "xterm"}
    lines = typed(f"{begin}{keys}history -w typed\nexit\n", folder, env)
    assert [line.removeprefix(": ") for line in lines[-len(TYPED) - 1 : -1]] == list(TYPED.values())


def typed(keys, folder, env):
    """What an interactive bash has on its lines when these keys are pressed."""
    above, below = os.openpty()
    shell = ["bash", "--norc", "--noprofile", "-i"]
    with subprocess.Popen(
        shell, stdin=below, stdout=below, stderr=below, cwd=folder, env=env, start_new_session=True
    ) as process:
        os.close(below)
        os.write(above, keys.encode())
        shown = b""
        try:
            while part := os.read(above, 65536):
                shown += part
        except OSError:  # the shell has gone
            pass
        process.wait(timeout=600)
    os.close(above)
    assert Path("typed").exists(), shown
    return Path("typed").read_text().splitlines()
