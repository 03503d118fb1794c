"""A plugin of pytest that runs no test itself: each trial is a fork of the collected session.

The libraries, vizopt and the tests are in memory then, so that a trial takes what its tests take.
VIZOPT_TRIALS names a file with the trials, `{name, path, text, files}` a line; what comes of them
is written beside it, `{name, noticed, seconds}` a line.
"""

import functools
import gc
import json
import os
import resource
import shutil
import signal
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

import vizopt
from benchmarks.mutants.bodies import changed_bodies, put

TRIALS = Path(os.environ["VIZOPT_TRIALS"])
DONE = TRIALS.with_suffix(".done")
COSTS: dict[str, float] = json.loads(os.environ["VIZOPT_COSTS"])
QUICK = 0.05  # seconds of a test that is not among the costs
MOST = float(os.environ["VIZOPT_SECONDS"])  # of tests for one change
SHARE = 0.25  # of them, of one file
BYTES = 6 << 30  # that a trial may take
HANGS = 3600  # seconds, after which nothing was noticed
WORKED_OUT = tuple(  # where what is kept may be what a change alters
    f"vizopt.{name}" for name in ("draw", "train", "recording", "clips", "story", "formats")
)
IMPORTED = "import"  # instead of who noticed: it takes a new import

settings.register_profile(  # a busy machine notices nothing, and neither does luck
    "mutants", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("mutants")


def cost(item: pytest.Item) -> float:
    return COSTS.get(item.nodeid, QUICK)


class Trials:
    """Trials of a session, one after the other.

    Args:
        session: collected.
        items: its tests that may be asked to run, by file.
    """

    def __init__(self, session: pytest.Session) -> None:
        self.items: dict[str, list[pytest.Item]] = {}
        for item in session.items:
            self.items.setdefault(item.nodeid.split("::")[0], []).append(item)
        self.sound: dict[str, bool] = {}
        self.base = Path(os.environ["TMPDIR"])

    def noticed(self, trial: dict[str, Any]) -> str:
        """Which test notices a change; empty where none does."""
        while True:
            found = self.forked(trial, self.chosen(trial["files"]))
            if "::" not in found:
                return found
            name = found.removeprefix("the time limit of ")
            if name not in self.sound:  # a test that fails unchanged notices nothing
                same = [item for items in self.items.values() for item in items]
                alone = [item for item in same if item.nodeid == name]
                self.sound[name] = not self.forked(None, alone)
            if self.sound[name]:
                return found

    def chosen(self, files: Sequence[str]) -> list[pytest.Item]:
        """Tests of files, the nearest file first and its quick tests first: so many seconds of
        them in all, and a part of these of one file."""
        found: list[pytest.Item] = []
        whole = 0.0
        for file in files:
            here = 0.0
            for item in sorted(self.items.get(file, ()), key=cost):
                if self.sound.get(item.nodeid, True) and here < SHARE * MOST and whole < MOST:
                    found.append(item)
                    here, whole = here + cost(item), whole + cost(item)
        return found

    def forked(self, trial: dict[str, Any] | None, items: Sequence[pytest.Item]) -> str:
        """Run tests in a fork, up to the first that fails: its name."""
        read, write = os.pipe()
        folder = self.base / f"trial-{time.monotonic_ns()}"
        child = os.fork()
        if not child:
            os.close(read)
            os.setpgid(0, 0)
            os.write(write, _child(trial, items, folder).encode())
            os._exit(0)
        os.close(write)
        late = time.monotonic() + HANGS
        while os.waitpid(child, os.WNOHANG)[0] == 0:
            time.sleep(0.05)
            if time.monotonic() > late:  # it waits for ever, or the machine is too busy
                os.killpg(child, signal.SIGKILL)
                os.waitpid(child, 0)
                os.close(read)
                return ""
        with os.fdopen(read) as said:
            found = said.read()
        shutil.rmtree(folder, ignore_errors=True)
        return found.removeprefix("=") if found else "the end of Python"


class _Ends(BaseException):
    """A test failed, or takes too long."""


def _child(trial: dict[str, Any] | None, items: Sequence[pytest.Item], folder: Path) -> str:
    """What a fork says, behind a sign that it came so far."""
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    resource.setrlimit(resource.RLIMIT_DATA, (BYTES, BYTES))
    if trial:
        file = Path(trial["path"]).absolute()
        pairs = changed_bodies(file, trial["text"])
        module = trial["path"].removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        import_module(module)
        if pairs is None or not put(pairs):
            return f"={IMPORTED}"
    for one in gc.get_objects():
        if isinstance(one, functools._lru_cache_wrapper) and one.__module__.startswith(WORKED_OUT):
            one.cache_clear()
    if not items:
        return "="
    config = items[0].config
    folder.mkdir()
    config._tmp_path_factory._basetemp = folder
    now = [""]

    class Watch:
        @staticmethod
        def pytest_runtest_logreport(report: pytest.TestReport) -> None:
            if report.failed:
                raise _Ends(report.nodeid)

    def late(*_: object) -> None:
        raise _Ends(f"the time limit of {now[0]}")

    config.pluginmanager.register(Watch())
    signal.signal(signal.SIGPROF, late)
    following: list[pytest.Item | None] = [*items[1:], None]
    try:
        for item, next_ in zip(items, following, strict=True):
            now[0] = item.nodeid
            signal.setitimer(signal.ITIMER_PROF, 20 + 10 * cost(item))
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=next_)
    except _Ends as ended:
        return f"={ended}"
    except BaseException:
        return f"={now[0]}"
    return "="


def pytest_runtestloop(session: pytest.Session) -> bool:
    trials, done = Trials(session), DONE.open("a", encoding="utf-8")
    imported()
    warm(session)
    for line in TRIALS.read_text(encoding="utf-8").splitlines():
        trial, start = json.loads(line), time.monotonic()
        noticed = trials.noticed(trial)
        result = {"name": trial["name"], "noticed": noticed, "seconds": time.monotonic() - start}
        done.write(json.dumps(result) + "\n")
        done.flush()
    return True


def imported() -> None:
    """All of vizopt, so that no fork has to."""
    for found in walk_packages(vizopt.__path__, "vizopt."):
        if not found.name.startswith(("vizopt.adapters", "vizopt.__main__")):
            import_module(found.name)
    for name in ("sgd", "momentum-fast"):
        vizopt.load_scene(name)


def warm(session: pytest.Session) -> None:
    """Make the recordings that many tests share, where what makes them is not changed."""
    wanted = {name for name in os.environ["VIZOPT_SHARED"].split(",") if name}
    for item in sorted(session.items, key=cost):
        if here := wanted & {*getattr(item, "fixturenames", ())}:
            wanted -= here
            other = next(one for one in session.items if one.path != item.path)
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=other)
