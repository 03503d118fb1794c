"""Workers: trainings in processes beside each other, one for each core.

A run is trained by one process from its start to its end, so its numbers do not depend on how many
there are. Nothing of the user's own script is run anew, as multiprocessing would.
"""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from itertools import chain
from pathlib import Path
from queue import SimpleQueue
from threading import Lock

from vizopt.core.cores import available_cores
from vizopt.core.errors import RecordingError, VizoptError
from vizopt.core.ffmpeg import OWN_GROUP, end
from vizopt.core.interrupts import heed, unheed, uninterrupted
from vizopt.core.own import OWN
from vizopt.core.places import tidy
from vizopt.core.progress import Bar, T
from vizopt.pipeline.job import Job, Say, record, stands
from vizopt.scene.load import parse_scene
from vizopt.scene.written import scene_toml

START = "import sys; sys.path[:] = sys.argv[1:]; from vizopt.pipeline.workers import serve; serve()"
PATIENCE_SECONDS = 10  # to tidy up in
TOLD = 100  # times that a process tells how far it has come


def train_all(jobs: Sequence[Job], bar: Bar, say: Say, cores: int | None = None) -> None:
    """Record every run; those that are finished stay, whatever happens to the others.

    Args:
        jobs: the runs.
        bar: shows the progress of each.
        say: is told which recordings are reused.
        cores: how many processes at most; as many as the machine has cores when left out.

    Raises:
        VizoptError: one cannot be recorded.
    """
    jobs = [job for job in jobs if not stands(job, say)]
    cores = min(cores or available_cores(), len(jobs))
    if cores < 2 or OWN or not sys.executable or getattr(sys, "frozen", False):
        for job in jobs:
            record(job, bar, say)
        return
    workers = [_Worker() for _ in range(cores)]
    free: SimpleQueue[_Worker] = SimpleQueue()
    for worker in workers:
        free.put(worker)

    def by_a_free_one(job: Job) -> None:
        worker = free.get()
        try:
            worker.record(job, bar, say)
        finally:
            free.put(worker)

    pool = ThreadPoolExecutor(cores)
    try:
        with uninterrupted():
            begun = [pool.submit(by_a_free_one, job) for job in jobs]
        for done in as_completed(begun):
            done.result()
    finally:
        with uninterrupted():  # one that is not ended trains on
            pool.shutdown(wait=False, cancel_futures=True)
            for worker in workers:
                worker.close()
            pool.shutdown()


class _Worker:
    """A process that records one run after the other; it starts with the first."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False
        self._starting = Lock()  # none starts that nobody would end

    def record(self, job: Job, bar: Bar, say: Say) -> None:
        """Have a run recorded, and tell what the process tells.

        Raises:
            VizoptError: as the process has met it, or it ended unasked.
        """
        look = None if job.look is None else list(map(str, job.look))
        asked = [scene_toml(job.scene), job.scene.name, str(job.path), str(job.own), look]
        answers = _Answers(self._started(), say)
        answers.ask(asked)
        first = next(answers, None)
        if first is not None:  # it trains: a bar begins
            total, unit = job.scene.epochs, job.scene.problem.unit
            steps = _counted(chain([first], answers))
            for _ in bar(steps, total, f"training {job.scene.title}", unit):
                pass
        answers.check(job.path)

    def close(self) -> None:
        """End it, whatever it does; it tidies up."""
        with self._starting:
            self._closed = True
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(PATIENCE_SECONDS)
        end(self._process)
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError, ValueError):
                assert pipe
                pipe.close()

    def _started(self) -> subprocess.Popen[bytes]:
        with self._starting:
            if self._closed:
                raise RecordingError("interrupted")
            if self._process is None or self._process.poll() is not None:
                self._process = subprocess.Popen(
                    [sys.executable, "-c", START, *sys.path],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    **OWN_GROUP,
                )
            return self._process


class _Answers(Iterator[int]):
    """How far a process has come with a run, as it tells it; and how that ended."""

    def __init__(self, process: subprocess.Popen[bytes], say: Say) -> None:
        self._asked, self._told = process.stdin, process.stdout
        self._say = say
        self._ended: tuple[str, str] | None = None

    def ask(self, job: object) -> None:
        assert self._asked
        with suppress(OSError, ValueError):  # it has ended: that is told by check()
            self._asked.write(json.dumps(job).encode() + b"\n")
            self._asked.flush()

    def __next__(self) -> int:
        assert self._told
        while self._ended is None and (line := self._told.readline()):
            what, value = json.loads(line)
            if what == "at":
                return int(value)
            if what == "say":
                self._say(value)
            else:
                self._ended = what, value
        raise StopIteration

    def check(self, path: Path) -> None:
        """Raises VizoptError where the run was not recorded."""
        what, value = self._ended or ("", "")
        if what == "wrong":
            raise VizoptError(value)
        if what != "done":
            why = "the process that trained it ended: is there enough memory?"
            raise RecordingError(f"{path}: {why}")


def _counted(answers: Iterable[int]) -> Iterator[int]:
    """One item for each epoch that is done."""
    done = 0
    for at in answers:
        yield from range(done, at)
        done = at


def serve() -> None:
    """What a process does: a run in; lines on how far it has come, and how it ended, out."""
    heed()  # what was committed is kept
    told = sys.stdout

    def tell(what: str, value: object = "") -> None:
        print(json.dumps([what, value]), file=told, flush=True)

    def bar(items: Iterable[T], total: int, label: str, unit: str, start: int = 0) -> Iterator[T]:
        step = max(total // TOLD, 1)
        tell("at", start)
        done = start
        for done, item in enumerate(items, start + 1):
            yield item
            if done % step == 0:
                tell("at", done)
        tell("at", done)

    try:
        for line in sys.stdin:
            toml, name, path, own, look = json.loads(line)
            folders = None if look is None else tuple(map(Path, look))
            try:
                scene = parse_scene(toml, name, {}, {})
                job = Job(scene, Path(path), Path(own), folders)
                record(job, bar, lambda said: tell("say", said))
            except VizoptError as error:
                tell("wrong", str(error))
            else:
                tell("done")
    finally:
        unheed()
        tidy()
