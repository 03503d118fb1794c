"""Trials: each change is put into a copy of the tree, and tests that read it are run."""

import hashlib
import json
import os
import queue
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

from benchmarks.mutants.bodies import changed_bodies
from benchmarks.mutants.changes import ROOT, Change
from benchmarks.mutants.process import run_pytest
from benchmarks.mutants.readers import DEFAULTS, readers

QUIET = (0, 5)  # pytest's codes where all pass, and where no test of that name is left
WRONG = 4  # its code where it cannot find a test
NO_TORCH = 'raise ModuleNotFoundError("No module named \'torch\'", name="torch")\n'
DRAWN = ("draw", "clips", "formats", "story", "flashes")  # they change no recording
SHARED = "run,line,descent"  # recordings that are made once for these
NEAR, LONG = 4, 1.0  # files of tests, and seconds of a test, for what is imported anew
ALL_DAY = 43_200.0  # seconds; thirty times a whole day are more than a process can wait
IMPORTED = "import"  # instead of who noticed: it takes a new import


class Result(NamedTuple):
    change: Change
    noticed: str  # by which test; empty where by none
    seconds: float


Found: TypeAlias = "queue.Queue[Result | None]"  # None where a session ended early


class Trials:
    """Trials in copies of the tree; nothing is ever changed in the tree itself.

    Args:
        folder: for the copies.
        noted: folder of what was noticed before, which is not tried again.
        costs: seconds of tests by their names, as far as they are not quick.
        seconds: of tests for one change.
    """

    def __init__(
        self, folder: Path, noted: Path, costs: Mapping[str, float], seconds: float
    ) -> None:
        self._folder, self._noted = folder, noted
        self._costs, self._seconds = costs, seconds
        self._stamp = time.time()

    def __call__(self, changes: Sequence[Change]) -> Iterator[Result]:
        """Each change and what noticed it, as they come: bodies of functions in forks of two
        sessions, what runs on import in processes of its own."""
        found: queue.Queue[Result | None] = queue.Queue()
        waiting = []
        for change in changes:
            if (note := self._note(change)).exists():
                yield Result(change, *json.loads(note.read_text(encoding="utf-8")))
            else:
                waiting.append(change)
        body = [change for change in waiting if _is_body(change)]
        drawn = [change for change in body if change.path.split("/")[1] in DRAWN]
        made = [change for change in body if change not in drawn]
        imported = [change for change in waiting if change not in body]
        for way, *given in (
            (self._imports, "imported", imported),
            (self._session, "drawn", SHARED, drawn),
            (self._session, "made", "", made),
        ):
            threading.Thread(target=_until_end, args=(way, *given, found), daemon=True).start()
        for _ in waiting:
            result = found.get()
            if result is None:
                return
            if result.noticed:
                self._note(result.change).write_text(json.dumps(result[1:]), encoding="utf-8")
            yield result

    def _note(self, change: Change) -> Path:
        return self._noted / f"{_key(change)}.noticed"

    def _imports(self, name: str, changes: Sequence[Change], found: Found) -> None:
        """Trials that take a new import each."""
        copy = _copied(self._folder / name) if changes else self._folder
        for change in changes:
            start, file = time.monotonic(), copy / change.path
            before = file.read_text(encoding="utf-8")
            self._write(file, change.text)
            try:
                code, said = run_pytest(copy, self._chosen(change), 60 + 5 * self._seconds)
            finally:
                self._write(file, before)
            if code == WRONG:
                raise SystemExit("\n".join(said))
            noticed = "" if code in QUIET else "the time limit" if code is None else _first(said)
            found.put(Result(change, noticed, time.monotonic() - start))

    def _chosen(self, change: Change) -> list[str]:
        """pytest's arguments: the nearest readers, without the tests that take longest."""
        long = [name for name, cost in self._costs.items() if cost > LONG]
        tests = dict.fromkeys([*readers(change.path)[:NEAR], *DEFAULTS])
        return ["-x", *tests, *(f"--deselect={name}" for name in long)]

    def _session(self, name: str, shared: str, changes: Sequence[Change], found: Found) -> None:
        """Trials in forks of a session."""
        if not changes:
            return
        copy, trials = _copied(self._folder / name), self._folder / f"{name}.trials"
        by_key = {_key(change): change for change in changes}
        lines = [
            {"name": key, "files": readers(one.path), "path": one.path, "text": one.text}
            for key, one in by_key.items()
        ]
        trials.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
        more = {
            "VIZOPT_TRIALS": str(trials),
            "VIZOPT_SHARED": shared,
            "VIZOPT_COSTS": json.dumps(self._costs),
            "VIZOPT_SECONDS": str(self._seconds),
        }
        files = sorted({file for line in lines for file in line["files"]})
        plugin = ["-p", "benchmarks.mutants.session", *files]
        run = threading.Thread(target=run_pytest, args=(copy, plugin, ALL_DAY, more), daemon=True)
        run.start()
        again = []
        for key, noticed, seconds in _told(trials.with_suffix(".done"), run):
            change = by_key.pop(key)
            if noticed == IMPORTED:
                again.append(change)
            else:
                found.put(Result(change, noticed, seconds))
        if by_key:
            print((copy / "said.txt").read_text(encoding="utf-8")[-2000:], flush=True)
            found.put(None)
        self._imports(f"{name}-imported", again, found)

    def _write(self, file: Path, text: str) -> None:
        """A compiled file is known by its source's size and second: no two are of one second."""
        file.write_text(text, encoding="utf-8")
        self._stamp -= 2
        os.utime(file, (self._stamp, self._stamp))


def _until_end(way: Callable[..., None], *given: object) -> None:
    """Trials of one kind, and word where they end early."""
    try:
        way(*given)
    except BaseException:
        given[-1].put(None)
        raise


def _told(done: Path, run: threading.Thread) -> Iterator[tuple[str, str, float]]:
    """What a session writes, as long as it runs."""
    done.touch()
    with done.open(encoding="utf-8") as lines:
        alive = True
        while alive:
            alive = run.is_alive()
            while line := lines.readline():
                result = json.loads(line)
                yield result["name"], result["noticed"], result["seconds"]
            time.sleep(0.2)


def _key(change: Change) -> str:
    return hashlib.sha256(f"{change.path}\n{change.text}".encode()).hexdigest()[:16]


def _is_body(change: Change) -> bool:
    return change.path.endswith(".py") and bool(changed_bodies(ROOT / change.path, change.text))


def _copied(folder: Path) -> Path:
    """Copy what git knows or would take, with the scenes where the package expects them."""
    list_ = ["git", "ls-files", "-co", "--exclude-standard", "-z"]
    names = subprocess.run(list_, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    (folder / "vizopt" / "scenes").symlink_to("../scenes")
    (folder / "torch.py").write_text(NO_TORCH, encoding="utf-8")  # stored traces must do
    (folder / "tmp").mkdir()
    return folder


def _first(said: Sequence[str]) -> str:
    """The test that noticed, or the last line where pytest itself could not start."""
    bad = (line for line in said if line.startswith(("FAILED ", "ERROR ")))
    line = next(bad, said[-1] if said else "pytest ended")
    return line.split(" - ")[0].split(" ", 1)[-1]
