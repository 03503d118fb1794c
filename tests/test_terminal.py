"""Other terminals and environments: code pages, a notebook's backend, no home."""

import io
import os
import subprocess
import sys

import pytest

VIZOPT = [sys.executable, "-m", "vizopt"]
SMALL = ["-q", "--size", "320x180"]


def run(*arguments, folder, **env):
    return subprocess.run(
        [*VIZOPT, *map(str, arguments)], cwd=folder, env=os.environ | env, capture_output=True
    )


@pytest.mark.parametrize("page", ["cp1252", "cp932", "cp850", "cp1251"])
def test_a_code_page_shows_what_it_can(page, descent, command, monkeypatch):
    def told(*arguments):
        """What a terminal of that code page gets."""
        with monkeypatch.context() as patch:
            patch.setenv("PYTHONIOENCODING", page)  # which a terminal has by itself
            patch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), page))
            assert command(*arguments)[::2] == (0, "")
            sys.stdout.flush()
            return sys.stdout.buffer.getvalue().decode(page)

    assert told("list")
    assert told("show", "good")
    assert "f(x)      −1.23624" in command("info", descent.path).out
    info = told("info", descent.path)
    assert "f(x)      -1.23624" in info.replace("−", "-").replace("－", "-")
    assert "?" not in info


def test_the_code_page_that_python_is_told_counts(tmp_path, descent):
    ran = run("info", descent.path, folder=tmp_path, PYTHONIOENCODING="cp1252")
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert "f(x)      -1.23624" in ran.stdout.decode("cp1252")


def test_a_file_or_a_pipe_is_utf_8_whatever_the_locale(tmp_path, descent, command):
    ascii_ = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    ran = run("info", descent.path, folder=tmp_path, **ascii_)
    assert "−" in ran.stdout.decode("utf-8")
    assert ran.stdout.decode("utf-8") == command("info", descent.path).out


INLINE = {"MPLBACKEND": "module://matplotlib_inline.backend_inline"}
NOWHERE = {"HOME": "/proc/nowhere", "XDG_CONFIG_HOME": "", "XDG_CACHE_HOME": ""}


@pytest.mark.parametrize("env", [INLINE, {"MPLBACKEND": "nonsense"} | NOWHERE], ids=list)
def test_a_notebooks_backend_is_not_ours_and_without_a_home_nothing_is_said(env, descent, tmp_path):
    ran = run("render", descent.path, "-o", "a.png", *SMALL, folder=tmp_path, **env)
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert (tmp_path / "a.png").exists()
