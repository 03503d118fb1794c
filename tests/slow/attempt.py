"""Attempt: one command in this process, and what is wrong with how it ended."""

import io
import os
import signal
import sys
import time
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

from PIL import Image

from vizopt.__main__ import main

SECONDS = 20  # of CPU
TELLING = ("check", "compare")  # whose exit code is what they found
MINE = {"mine.txt": b"notes\n", "mine.png": b"no picture", "mine.toml": b"a = 1\n"}


def attempt(arguments: list[str], folder: Path) -> tuple[int, str, list[str]]:
    """Run the command in a folder: exit code, what it said, and its faults in a word or two."""
    for name, data in MINE.items():
        (folder / name).write_bytes(data)
    out, err = io.StringIO(), io.StringIO()
    start = time.process_time()
    with _inside(folder, arguments), redirect_stdout(out), redirect_stderr(err), _limited():
        try:
            main()
            code = 0
        except SystemExit as ended:
            code = int(ended.code or 0)
    said, faults = err.getvalue(), []
    if code == 70 or "Traceback" in said or "Warning" in said:
        faults.append("traceback")
    if time.process_time() - start > SECONDS and "it/s" not in said and "/s]" not in said:
        faults.append("too long")
    faults += ["half file" for path in folder.rglob("*") if path.suffix in (".part", ".old")]
    faults += ["half file" for path in folder.glob("made*.png") if not _is_whole(path)]
    if "--overwrite" not in arguments:
        faults += ["lost file" for name, data in MINE.items() if _read(folder / name) != data]
    lines = [line for line in said.replace("\r", "\n").split("\n") if line.startswith("vizopt: ")]
    tells = code == 1 and arguments[0] in TELLING
    most = len(arguments) - 1 if arguments[0] == "check" else 1  # of several files each is told
    if code and not tells and not 1 <= len(lines) <= most and not faults:
        faults.append("no line" if not lines else "many lines")
    return code, said, faults


@contextmanager
def _inside(folder: Path, arguments: list[str]):
    """The folder as the current one, the arguments as typed, and signals as they were."""
    here, argv = Path.cwd(), sys.argv
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    os.chdir(folder)
    sys.argv = ["vizopt", *arguments, "--debug"]
    try:
        yield
    finally:
        os.chdir(here)
        sys.argv = argv
        for number, handler in handlers.items():
            signal.signal(number, handler)


@contextmanager
def _limited():
    """Ctrl-C after SECONDS of CPU."""

    def press(number, frame):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGPROF, press)
    signal.setitimer(signal.ITIMER_PROF, SECONDS + 1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _is_whole(path: Path) -> bool:
    try:
        with Image.open(path) as image:
            image.load()
    except (OSError, SyntaxError, ValueError):
        return False
    return True


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""
