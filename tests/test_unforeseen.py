"""What nobody foresaw, and streams and memory that are not there: one line, the right exit code."""

import platform
import re
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

from vizopt.core import library
from vizopt.core.errors import is_shortage

VIZOPT = [sys.executable, "-m", "vizopt"]


def child(redirected, *arguments, **keys):
    """A vizopt process in a shell that closes or redirects its streams."""
    line = f'"$@" {redirected}'
    keys.setdefault("cwd", tempfile.gettempdir())  # from here Python would find the tree
    command = ["sh", "-c", line, "sh", *VIZOPT, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **keys)


@pytest.fixture
def bug(monkeypatch, tmp_path):
    """A function that the command calls is really broken."""
    secret = "hunter2"
    monkeypatch.setenv("VIZOPT_TOKEN", secret)
    monkeypatch.setattr(library, "TABLES", {"optimizers": None})
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return secret


def test_a_bug_is_one_line_and_its_traceback_in_a_file_of_its_own(command, bug, tmp_path):
    names = set()
    for _ in range(2):
        ran = command("list")
        assert (ran.code, ran.err.count("\n")) == (70, 1)
        told = re.fullmatch(r"vizopt: a bug in vizopt, please report: (\S+)\n", ran.err)
        names.add(told[1])
    assert len(names) == 2
    for name in names:
        assert Path(name).parent == tmp_path
        text = Path(name).read_text()
        assert "TypeError: cannot unpack non-iterable NoneType object" in text
        assert "Traceback" in text
        assert platform.python_version() in text
        assert bug not in text


@pytest.mark.parametrize("arguments", [("--debug", "list"), ("list", "--debug")])
def test_debug_shows_the_traceback_of_a_bug(command, bug, tmp_path, arguments):
    ran = command(*arguments)
    assert ran.code == 70
    assert ran.err.startswith("vizopt: a bug in vizopt, please report:\nTraceback")
    assert "TypeError" in ran.err
    assert list(tmp_path.iterdir()) == []


def test_a_bug_where_nothing_can_be_written_is_named(command, bug, monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    ran = command("list")
    assert ran.code == 70
    assert ran.err.count("\n") == 1
    assert "report: TypeError: cannot unpack" in ran.err
    assert "--debug" in ran.err


def test_debug_is_silent_where_all_is_well(command):
    ran = command("show", "sgd", "--debug")
    assert (ran.code, ran.err) == (0, "")
    assert "--debug" in command("--help").out


@pytest.mark.parametrize(
    ("redirected", "arguments", "code", "told"),
    [
        (">&-", ("list",), 1, "vizopt: standard output: Bad file descriptor\n"),
        (">/dev/full", ("list",), 1, "vizopt: standard output: No space left on device\n"),
        (">&-", ("--version",), 1, "vizopt: standard output: Bad file descriptor\n"),
        (">&-", ("nonsense",), 2, "vizopt: nonsense: no such command"),
        ("2>&-", ("--version",), 0, ""),
        ("2>/dev/full", ("nonsense",), 2, ""),
        ("<&- >&- 2>&-", ("nonsense",), 2, ""),
        ("2>&-", ("nonsense",), 2, ""),
    ],
)
def test_streams_that_cannot_be_written(redirected, arguments, code, told):
    ran = child(redirected, *arguments)
    assert ran.returncode == code
    assert ran.stderr.startswith(told)
    assert ran.stderr.count("\n") == bool(told)


@pytest.mark.skipif(sys.platform == "win32", reason="Python opens them there")
def test_what_is_started_has_streams_where_there_are_none(tmp_path):
    """A file that it opens would get the number of one, and what it prints."""
    program = f"""
import subprocess, sys
from vizopt.core import streams
streams.opened()
opened = "import os; print(os.open(os.devnull, 0), file=open({str(tmp_path / "said")!r}, 'w'))"
subprocess.run([sys.executable, "-S", "-c", opened], check=True)
"""
    line = '"$0" -c "$1" <&- >&- 2>&-'
    subprocess.run(["sh", "-c", line, sys.executable, program], check=True)
    assert int((tmp_path / "said").read_text()) > 2


def test_a_reader_that_has_seen_enough_hears_nothing():
    ran = child("| (read line; echo $line)", "list")
    assert (ran.stdout, ran.stderr) == ("scenes:\n", "")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits are Linux's")
@pytest.mark.parametrize("megabytes", [100, 799])
def test_too_little_address_space_is_one_line(tmp_path, megabytes):
    def limited():
        resource.setrlimit(resource.RLIMIT_AS, (megabytes * 10**6,) * 2)

    ran = child("", "make", "sgd", "-q", "-o", "a.png", cwd=tmp_path, preexec_fn=limited)
    assert ran.returncode == 1
    assert ran.stderr == (
        f"vizopt: {megabytes} MB of address space are too little: at least 800 MB are needed: "
        "see ulimit -v\n"
    )
    assert list(tmp_path.iterdir()) == []
    assert child("", "list", preexec_fn=limited).returncode == 0


def test_memory_that_ends_later_is_one_line(command, monkeypatch, tmp_path):
    def short(*_, **__):
        raise MemoryError

    monkeypatch.setattr(np, "linspace", short)
    ran = command("make", "sgd", "-q", "-o", "a.png", "--set", "epochs=5")
    assert (ran.code, ran.err) == (1, "vizopt: out of memory\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("can't start new thread"),
        ImportError("libz.so: failed to map segment from shared object"),
        OSError(12, "Cannot allocate memory"),
        BlockingIOError(11, "Resource temporarily unavailable"),
    ],
)
def test_kinds_of_too_little_memory(error):
    assert is_shortage(error)
    outer = ValueError("x")
    outer.__cause__ = error
    assert is_shortage(outer)
    assert not is_shortage(ValueError("x"))


def test_no_temporary_folder_is_one_line(command, monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    ran = command("make", "sgd", "-q", "-o", "a.png", "--set", "epochs=5")
    assert ran.code == 1
    assert ran.err.count("\n") == 1
    assert "No such file" in ran.err


BUSY = """
import sys, time
from zarr.core import sync
from vizopt.recording.store import Recording
Recording(sys.argv[1])
sync.loop[0].call_soon_threadsafe(time.sleep, 0.5)
"""


def test_the_end_of_a_process_on_a_busy_machine_is_silent(run):
    """Zarr's thread ends when it gets to run, not within the fifth of a second that Zarr waits."""
    command = [sys.executable, "-c", BUSY, run.path]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert (ran.stdout, ran.stderr) == ("", "")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (MemoryError(), "out of memory"),
        (OSError(24, "Too many files"), "Too many"),
        (ImportError("_random.so: failed to map segment from shared object"), "out of memory\n"),
        (ImportError("No module named 'x'"), "cannot start: No module named 'x': install vizopt"),
        (SystemError("error return without exception set"), "out of memory\n"),
    ],
)
@pytest.mark.parametrize("tried", [None, ImportError("_sha512.so: failed to map segment")])
def test_modules_that_cannot_be_loaded_are_one_line(command, monkeypatch, error, told, tried):
    """A module that was tried in the place of one for which memory was short is not missed."""
    if tried and isinstance(error, ImportError):
        told = "out of memory\n"

    def failed():
        try:
            if tried:
                raise tried
        except ImportError:
            raise error  # noqa: B904  as in `random`: its context is the first
        raise error

    monkeypatch.setattr("vizopt.cli.run", failed)
    ran = command("list")
    assert ran.code == 1
    assert ran.err.startswith(f"vizopt: {told}")
    assert ran.err.count("\n") == 1


LOUD = """
import logging
from vizopt import __main__, cli
cli.run = lambda: logging.error("code for hash md5 was not found") or (0, "")
__main__.main()
"""


def test_what_libraries_log_is_not_heard():
    """As hashlib does without memory for its modules, with a traceback for each."""
    ran = subprocess.run([sys.executable, "-c", LOUD], capture_output=True, text=True, check=True)
    assert (ran.stdout, ran.stderr) == ("", "")
