"""Other terminals and environments: code pages, a notebook's backend, no home."""

import os
import subprocess
import sys

import pytest

VIZOPT = [sys.executable, "-m", "vizopt"]


def run(*arguments, folder, **env):
    return subprocess.run(
        [*VIZOPT, *map(str, arguments)], cwd=folder, env=os.environ | env, capture_output=True
    )


@pytest.mark.parametrize("page", ["cp1252", "cp932", "cp850", "cp1251"])
def test_a_code_page_shows_what_it_can(page, tmp_path, descent):
    for command in (["list"], ["info", descent.path], ["show", "good"]):
        ran = run(*command, folder=tmp_path, PYTHONIOENCODING=page)
        assert (ran.returncode, ran.stderr) == (0, b""), command
        assert ran.stdout.decode(page)
    told = run("info", descent.path, folder=tmp_path, PYTHONIOENCODING=page).stdout.decode(page)
    whole = run("info", descent.path, folder=tmp_path).stdout.decode("utf-8")
    assert "f(x)      −1.23624" in whole
    assert "f(x)      -1.23624" in told.replace("−", "-").replace("－", "-")
    assert "?" not in told


def test_a_file_or_a_pipe_is_utf_8_whatever_the_locale(tmp_path):
    ran = run("show", "good", folder=tmp_path, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert ran.stdout == run("show", "good", folder=tmp_path).stdout
    assert ran.stdout.decode("utf-8")


@pytest.mark.parametrize("backend", ["module://matplotlib_inline.backend_inline", "nonsense"])
def test_a_notebooks_backend_is_not_ours(backend, descent, tmp_path):
    ran = run("render", descent.path, "-o", "a.png", "-q", folder=tmp_path, MPLBACKEND=backend)
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert (tmp_path / "a.png").exists()


def test_without_a_home_nothing_is_said(descent, tmp_path):
    nowhere = {"HOME": "/proc/nowhere", "XDG_CONFIG_HOME": "", "XDG_CACHE_HOME": ""}
    ran = run("render", descent.path, "-o", "a.png", "-q", folder=tmp_path, **nowhere)
    assert (ran.returncode, ran.stderr) == (0, b"")
