"""Trials: a change is made in a copy of the tree, and the tests that could notice it are run."""

import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from coverage import CoverageData

from benchmarks.mutants.changes import ROOT, Change
from benchmarks.mutants.reach import Reach

NONE: tuple[int, list[str]] = (0, [])  # what no test reaches none notices
NO_TORCH = 'raise ModuleNotFoundError("No module named \'torch\'", name="torch")\n'


class Result(NamedTuple):
    change: Change
    noticed: str  # by which test; empty where by none
    seconds: float


class Copies:
    """Copies of the tree, one for each worker; nothing is ever changed in the tree itself.

    Args:
        folder: for the copies.
        workers: how many there are.
    """

    def __init__(self, folder: Path, workers: int) -> None:
        self._free: queue.Queue[Path] = queue.Queue()
        self._workers = workers
        self._copies = [folder / str(i) for i in range(workers)]
        self._reach = Reach({}, {}, CoverageData(no_disk=True))
        self._stamp = time.time()
        for copy in self._copies:
            _copied(copy)
            self._free.put(copy)

    def measure(self) -> None:
        """Run the tests unchanged: what they take and reach; those that fail notice nothing."""
        tests = sorted([*ROOT.glob("tests/test_*.py"), *ROOT.glob("tests/contracts/test_*.py")])
        with ThreadPoolExecutor(self._workers) as pool:
            for noted in pool.map(self._measured, (str(test.relative_to(ROOT)) for test in tests)):
                self._reach.add(noted)

    def tried(self, changes: Sequence[Change]) -> Iterator[Result]:
        """Each change and what noticed it, as they come."""
        with ThreadPoolExecutor(self._workers) as pool:
            yield from pool.map(self._tried, changes)

    def _measured(self, test: str) -> Path:
        copy = self._free.get()
        try:
            noted = copy.parent / f"{test.replace('/', '-')}.json"
            _, said = _pytest(copy, [test], {"VIZOPT_NOTED": str(noted)}, limit=3600)
            for line in filter(_is_bad, said):
                print(f"left out, for it fails unchanged: {line}", flush=True)
            if not noted.exists():
                raise SystemExit(f"{test}: could not be run:\n" + "\n".join(said[-20:]))
            return noted
        finally:
            self._free.put(copy)

    def _tried(self, change: Change) -> Result:
        copy, start = self._free.get(), time.monotonic()
        file = copy / change.path
        before = file.read_text(encoding="utf-8")
        tests = self._reach.chosen(change)
        limit = 120 + 10 * sum(self._reach.costs[test] for test in tests)
        try:
            self._write(file, change.text)
            (copy / "chosen.json").write_text(json.dumps(tests), encoding="utf-8")
            files = sorted({test.split("::")[0] for test in tests})
            code, said = _pytest(copy, ["-x", *files], {}, limit) if tests else NONE
            noticed = "" if code == 0 else "the time limit" if code is None else _first_bad(said)
            return Result(change, noticed, time.monotonic() - start)
        finally:
            self._write(file, before)
            self._free.put(copy)

    def _write(self, file: Path, text: str) -> None:
        """A compiled file is known by its source's size and second: no two are of one second."""
        file.write_text(text, encoding="utf-8")
        self._stamp -= 2
        os.utime(file, (self._stamp, self._stamp))


def _copied(folder: Path) -> None:
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


def _pytest(
    copy: Path, arguments: Sequence[str], more: dict[str, str], limit: float
) -> tuple[int | None, list[str]]:
    """Run pytest in a copy: its code, None where it took too long, and the lines that it said."""
    command = [sys.executable, "-m", "pytest", "-n", "0", "-q", "--tb=no", "-rfE", "--no-header"]
    command += ["-p", "no:cacheprovider", "-p", "benchmarks.mutants.ordered"]
    command += ["--basetemp", str(copy / "tmp" / "tests"), *arguments]
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    place = {"PYTHONPATH": str(copy), "TMPDIR": str(copy / "tmp")}
    process = subprocess.Popen(
        command,
        cwd=copy,
        env={**os.environ, **threads, **place, **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        process_group=0,
    )
    try:
        said, _ = process.communicate(timeout=limit)
        return process.returncode, said.strip().splitlines()
    except subprocess.TimeoutExpired:
        return None, []
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


def _is_bad(line: str) -> bool:
    return line.startswith(("FAILED ", "ERROR "))


def _first_bad(said: Sequence[str]) -> str:
    """The test that noticed, or the last line where pytest itself could not start."""
    line = next(filter(_is_bad, said), said[-1] if said else "pytest ended")
    return line.split(" - ")[0].split(" ", 1)[-1].removeprefix("tests/")
