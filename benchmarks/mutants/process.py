"""pytest in a process of its own, forked from one that has the libraries in memory already."""

import multiprocessing
import os
import resource
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

LIBRARIES = (
    "numpy", "matplotlib.backends.backend_agg", "matplotlib.figure", "zarr", "sympy", "mpmath",
    "pydantic", "PIL.Image", "imageio_ffmpeg", "click", "tomli_w", "tqdm", "pytest",
)  # fmt: skip
THREADS = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
MOST = 6 << 30  # bytes that a mutant may take
WAIT = 30  # times the CPU time that is given: seconds in which also a busy machine ends
OPTIONS = (
    "-n", "0", "-q", "--tb=no", "-rfE", "--no-header", "-p", "no:cacheprovider",
    "-W", "ignore::pytest.PytestAssertRewriteWarning",  # of libraries that are in memory
)  # fmt: skip


def start() -> None:
    """Load the libraries once; vizopt itself each process loads anew, for it is what changes."""
    os.environ.update(THREADS)
    multiprocessing.set_start_method("forkserver")
    multiprocessing.set_forkserver_preload(["__main__", *LIBRARIES])


def run_pytest(
    copy: Path, arguments: Sequence[str], limit: float, more: Mapping[str, str] | None = None
) -> tuple[int | None, list[str]]:
    """Run pytest in a copy of the tree: its code, None where it took too long, and what it said.

    Args:
        copy: the tree; Python finds vizopt there.
        arguments: of pytest.
        limit: seconds of CPU time, so that a busy machine is no reason to end it.
        more: environment variables.
    """
    said = copy / "said.txt"
    place = {"PYTHONPATH": str(copy), "TMPDIR": str(copy / "tmp"), **(more or {})}
    process = multiprocessing.Process(
        target=_run, args=(copy, list(arguments), place, int(limit), said)
    )
    process.start()
    try:
        process.join(limit * WAIT)
        code = process.exitcode
    finally:
        _end(process)
    if code is None:  # it waits for ever, or the machine is too busy: nothing was noticed
        return 0, []
    late = code in (-signal.SIGXCPU, -signal.SIGKILL)
    return None if late else code, said.read_text(encoding="utf-8").strip().splitlines()


def _run(
    copy: Path, arguments: list[str], environment: dict[str, str], limit: int, said: Path
) -> None:
    os.setpgid(0, 0)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    resource.setrlimit(resource.RLIMIT_DATA, (MOST, MOST))
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 10))
    os.environ.update(environment)
    sys.dont_write_bytecode = False  # what is compiled once is there for the next
    os.chdir(copy)
    out = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(out, stream)
    sys.path.insert(0, str(copy))
    code = pytest.main([*OPTIONS, "--basetemp", str(copy / "tmp" / "tests"), *arguments])
    sys.stdout.flush()
    os._exit(code)


def _end(process: BaseProcess) -> None:
    """With all that it has started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid or 0, signal.SIGKILL)
    process.join()
