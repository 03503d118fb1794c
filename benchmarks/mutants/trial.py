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

from benchmarks.mutants.changes import ROOT, Change

# Which tests can notice a change in a module or folder of vizopt; the first that fits the path.
DRAWN = ("contracts/test_panels", "test_truth", "test_picture", "test_golden")
HELD = ("test_timeline", "test_hold", *DRAWN)
TESTS = {
    "panels": ("test_worked", "test_hold", *DRAWN),
    "stage": DRAWN,
    "labels": ("test_labels", "test_player", "test_story"),
    "player": ("test_player",),
    "events": ("test_events", "test_story"),
    "outcome": ("test_outcome", "test_events", "test_functions", "test_story"),
    "timeline": HELD,
    "hold": HELD,
    "train": ("test_train", "test_network", "test_functions"),
    "problems": (
        "test_streams",
        "test_tables",
        "test_formulas",
        "test_outcome",
        "test_network",
        "test_functions",
        "test_train",
        "test_scene",
    ),
    "schedules": ("test_peers", "test_scene"),
    "optimizers": ("test_peers", "contracts/test_optimizers"),
    "encoders": ("contracts/test_encoders",),
    "fit": ("test_fit",),
}
NO_TORCH = 'raise ModuleNotFoundError("No module named \'torch\'", name="torch")\n'


class Result(NamedTuple):
    change: Change
    noticed: str  # by which test; empty where by none
    seconds: float


def tests_of(path: str) -> tuple[str, ...]:
    """The test files of a file, from the root."""
    module = Path(path).relative_to("vizopt").parts[0].removesuffix(".py")
    if module not in TESTS:
        raise SystemExit(f"{path}: no tests are named for it in benchmarks/mutants/trial.py")
    return tuple(f"tests/{name}.py" for name in TESTS[module])


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
        self._costs: dict[str, float] = {}
        self._stamp = time.time()
        for copy in self._copies:
            _copied(copy)
            self._free.put(copy)

    def measure(self, tests: Sequence[str]) -> None:
        """Run the tests unchanged: those that pass are the ones that can notice something."""
        with ThreadPoolExecutor(self._workers) as pool:
            for costs in pool.map(self._measured, tests):
                self._costs |= costs
        for copy in self._copies:
            (copy / "costs.json").write_text(json.dumps(self._costs), encoding="utf-8")

    def tried(self, changes: Sequence[Change]) -> Iterator[Result]:
        """Each change and what noticed it, as they come."""
        with ThreadPoolExecutor(self._workers) as pool:
            yield from pool.map(self._tried, changes)

    def _measured(self, test: str) -> dict[str, float]:
        copy = self._free.get()
        try:
            noted = copy / "noted.json"
            _, said = _pytest(copy, [test], {"VIZOPT_NOTED": str(noted)}, limit=3600)
            costs: dict[str, float] = json.loads(noted.read_text(encoding="utf-8"))
            for line in filter(_is_bad, said):
                print(f"left out, for it fails unchanged: {line}", flush=True)
            if not costs:
                raise SystemExit(f"{test}: nothing passes unchanged:\n" + "\n".join(said[-20:]))
            return costs
        finally:
            self._free.put(copy)

    def _tried(self, change: Change) -> Result:
        copy, start = self._free.get(), time.monotonic()
        file = copy / change.path
        before = file.read_text(encoding="utf-8")
        tests = tests_of(change.path)
        usual = sum(cost for test, cost in self._costs.items() if test.split("::")[0] in tests)
        try:
            self._write(file, change.text)
            code, said = _pytest(copy, ["-x", *tests], {}, limit=60 + 5 * usual)
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
