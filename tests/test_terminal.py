"""Other terminals and environments: code pages, a notebook's backend, no home."""

import os
import subprocess
import sys

import pytest

VIZOPT = [sys.executable, "-m", "vizopt"]
SMALL = ["-q", "--size", "480x270"]
SEVERAL = """
import sys
from vizopt.__main__ import main
for arguments in {}:
    sys.argv = ["vizopt", *arguments]
    try:
        main()
    except SystemExit as ended:
        assert not ended.code, arguments
    print("~" * 9)
"""


def run(*arguments, folder, **env):
    return subprocess.run(
        [*VIZOPT, *map(str, arguments)], cwd=folder, env=os.environ | env, capture_output=True
    )


def told(path, folder, **env):
    """What list, info and show print, one after the other in one process: each start takes long."""
    commands = [["list"], ["info", str(path)], ["show", "good"]]
    ran = subprocess.run(
        [sys.executable, "-c", SEVERAL.format(commands)],
        cwd=folder,
        env=os.environ | env,
        capture_output=True,
    )
    assert (ran.returncode, ran.stderr) == (0, b"")
    return ran.stdout


@pytest.fixture(scope="module")
def whole(descent, tmp_path_factory):
    return told(descent.path, tmp_path_factory.mktemp("whole")).decode("utf-8")


@pytest.mark.parametrize("page", ["cp1252", "cp932", "cp850", "cp1251"])
def test_a_code_page_shows_what_it_can(page, tmp_path, descent, whole):
    listed, info, shown, _ = told(descent.path, tmp_path, PYTHONIOENCODING=page).split(b"~" * 9)
    assert listed.decode(page)
    assert shown.decode(page)
    assert "f(x)      −1.23624" in whole
    assert "f(x)      -1.23624" in info.decode(page).replace("−", "-").replace("－", "-")
    assert "?" not in info.decode(page)


def test_a_file_or_a_pipe_is_utf_8_whatever_the_locale(tmp_path):
    ran = run("show", "good", folder=tmp_path, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert ran.stdout == run("show", "good", folder=tmp_path).stdout
    assert ran.stdout.decode("utf-8")


@pytest.mark.parametrize("backend", ["module://matplotlib_inline.backend_inline", "nonsense"])
def test_a_notebooks_backend_is_not_ours(backend, descent, tmp_path):
    ran = run("render", descent.path, "-o", "a.png", *SMALL, folder=tmp_path, MPLBACKEND=backend)
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert (tmp_path / "a.png").exists()


def test_without_a_home_nothing_is_said(descent, tmp_path):
    nowhere = {"HOME": "/proc/nowhere", "XDG_CONFIG_HOME": "", "XDG_CACHE_HOME": ""}
    ran = run("render", descent.path, "-o", "a.png", *SMALL, folder=tmp_path, **nowhere)
    assert (ran.returncode, ran.stderr) == (0, b"")
