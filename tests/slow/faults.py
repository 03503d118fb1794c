"""Faults: too little memory, disk, files or streams under a whole run, and a table of the ends.

unshare -Urm python tests/slow/faults.py [--of 1] [--part 0]

Disks of a few kilobytes are mounted; without unshare, or the rights of root, they are left out.
"""

import argparse
import multiprocessing
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from hashlib import sha256
from importlib import import_module
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from slow.counts import Counts

from vizopt.__main__ import main as vizopt
from vizopt.core.errors import RecordingError
from vizopt.formats import format_of
from vizopt.recording.store import Recording

SHORT = ["--set", "epochs=4", "--set", "keep.grid=8", "--seconds", "0.1", "--size", "480x270"]
FILES = ["a.mp4", "a.gif", "a.png", "a.zarr"]
COMMAND = ["make", "sgd", "-q", "--again", *SHORT, *(f"-o{name}" for name in FILES)]
BAD = ("traceback", "crash", "half file", "lost file", "silent", "many lines")


class Fault(NamedTuple):
    kind: str
    limits: Mapping[int, int] = MappingProxyType({})  # of the process, by resource
    redirected: str = ""  # what the shell does to its streams
    free: int | None = None  # bytes, of a disk that is nearly full


def faults(disks: bool) -> Iterator[Fault]:
    """All of them."""
    for megabytes in (*range(20, 100, 10), *range(120, 800, 60)):
        yield Fault("address space", {resource.RLIMIT_AS: megabytes * 10**6})
    for megabytes in range(800, 1400, 8):
        yield Fault("memory", {resource.RLIMIT_AS: megabytes * 10**6})
    for free in range(0, 400_000, 12_000) if disks else ():
        yield Fault("disk", free=free)
    for size in (0, 1, 100, 500, *range(1000, 40_000, 900), 10**5, 10**6):
        yield Fault("file size", {resource.RLIMIT_FSIZE: size})
    for number in range(3, 75, 2):
        yield Fault("open files", {resource.RLIMIT_NOFILE: number})
    for first in ("", "<&-"):
        for second in ("", ">&-", ">/dev/full", "| head -c 1"):
            for third in ("", "2>&-", "2>/dev/full"):
                yield Fault("streams", redirected=f"{third} {first} {second}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--of", type=int, default=1, help="every so many faults one is tried")
    parser.add_argument("--part", type=int, default=0, help="from this one on")
    options = parser.parse_args()
    import_module("vizopt.pipeline")  # here once, for all of the processes
    for name in FILES[:3]:
        format_of(Path(name))
    with (
        tempfile.TemporaryDirectory() as folder,
        Counts(("complete", "one line", *BAD), BAD) as counts,
    ):
        whole = Path(folder) / "whole"
        whole.mkdir()
        _run(whole, Fault("none"))
        for fault in islice(faults(_mounts(whole)), options.part, None, options.of):
            counts.add(fault.kind, _tried(whole, Path(folder) / "own", fault))
    return 1 if counts.faults else 0


def _mounts(folder: Path) -> bool:
    """Whether a disk can be mounted, and is gone at the end of this process."""
    with suppress(PermissionError):  # of the first process's, where ours is another
        if Path("/proc/self/ns/mnt").readlink() == Path("/proc/1/ns/mnt").readlink():
            return False
    return not _mount(folder, 10**6) and not subprocess.call(["umount", folder])


def _mount(folder: Path, size: int) -> int:
    return subprocess.call(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder])


def _tried(whole: Path, own: Path, fault: Fault) -> set[str]:
    own.mkdir()
    if fault.free is not None:
        _mount(own, _blocks(whole) + fault.free)
    shutil.copytree(whole, own, dirs_exist_ok=True)
    code, said = _run(own, fault)
    lost = sorted(name for name, _ in _digests(whole).items() - _digests(own).items())
    ends = set(_ends(code, said, own, lost, "2>" in fault.redirected))
    if ends & set(BAD):
        names = sorted(path.name for path in own.iterdir())
        print(fault, ends, code, names, lost, said, file=sys.stderr, flush=True)
    if fault.free is not None:
        subprocess.check_call(["umount", own])
    shutil.rmtree(own)
    return ends


def _blocks(folder: Path) -> int:
    """Bytes that a copy takes of a disk of whole pages."""
    sizes = [file.stat().st_size for file in folder.rglob("*") if file.is_file()]
    return sum(-(-size // 4096) * 4096 for size in sizes)


def _run(folder: Path, fault: Fault) -> tuple[int, str]:
    """Exit code and standard error of a run: in a shell where its start is at stake, else in a
    process that has all modules already, for loading them takes half of the time."""
    read, write = os.pipe()  # a file might be beyond a limit, and a line fits into a pipe
    if fault.redirected or fault.kind == "address space":
        command = [sys.executable, "-m", "vizopt", *COMMAND]
        code = subprocess.call(
            ["sh", "-c", f'"$@" {fault.redirected}', "sh", *command],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=write,
            preexec_fn=partial(_limit, fault),
        )
    else:
        fork = multiprocessing.get_context("fork")
        process = fork.Process(target=_limited, args=(folder, fault, write))
        process.start()
        process.join()
        code = process.exitcode
    os.close(write)
    with os.fdopen(read, errors="replace") as said:
        return code, said.read()


def _limited(folder: Path, fault: Fault, said: int) -> None:
    os.chdir(folder)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.dup2(said, 2)
    os.closerange(3, 100)
    # New ones: those of before know whether they could be sought, which may not be so any more.
    sys.stdout, sys.stderr = (os.fdopen(n, "w", closefd=False) for n in (1, 2))
    _limit(fault)
    sys.argv = ["vizopt", *COMMAND]
    vizopt()


def _limit(fault: Fault) -> None:
    for which, most in fault.limits.items():
        resource.setrlimit(which, (most, most))


def _ends(code: int, said: str, folder: Path, lost: Sequence[str], unheard: bool) -> Iterator[str]:
    """How a run ended: the same files are there as before, for the same scene makes the same.

    Those that are not are lost.
    """
    lines = [line for line in said.splitlines() if line]
    if "Traceback" in said or code == 70:
        yield "traceback"
    elif code < 0 or code > 127:
        yield "crash"
    elif len(lines) > 1:
        yield "many lines"
    elif code and not lines and not unheard:
        yield "silent"
    else:
        yield "one line" if code else "complete"
    if any(path.suffix in (".part", ".old") for path in folder.iterdir()):
        yield "half file"
    if lost:
        yield "lost file"


def _digests(folder: Path) -> dict[str, str]:
    """Of the clips, which are the same bytes each time, and of what the recording holds."""
    files = [folder / name for name in FILES if (folder / name).is_file()]
    found = {file.name: sha256(file.read_bytes()).hexdigest() for file in files}
    with suppress(RecordingError):
        run = Recording(folder / "a.zarr")
        found["a.zarr"] = sha256(
            b"".join(run[name].tobytes() for name in sorted(run.names))
        ).hexdigest()
    return found


if __name__ == "__main__":
    sys.exit(main())
