"""Faults: too little memory, disk, files or streams under a whole run, and a table of the ends.

unshare -Urm python tests/slow/faults.py [--of 1] [--part 0]

Disks of a few kilobytes are mounted; without unshare, or the rights of root, they are left out.
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from hashlib import sha256
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from slow.counts import Counts

from vizopt.errors import RecordingError
from vizopt.recording import Recording

SHORT = ["--set", "epochs=4", "--set", "keep.grid=8", "--seconds", "0.1", "--size", "480x270"]
FILES = ["a.mp4", "a.gif", "a.png", "a.zarr"]
ENDS = ("complete", "one line", "traceback", "half file", "lost file", "silent")
BAD = ENDS[2:]


class Fault(NamedTuple):
    kind: str
    limits: Mapping[int, int] = MappingProxyType({})  # of the process, by resource
    redirected: str = ""  # what the shell does to its streams
    free: int | None = None  # bytes, of a disk that is nearly full


def faults(disks: bool) -> Iterator[Fault]:
    """All of them."""
    for megabytes in (*range(60, 800, 60), *range(800, 1400, 8)):
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
    with tempfile.TemporaryDirectory() as folder, Counts(ENDS, BAD) as counts:
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
    ran = _run(own, fault)
    ends = set(_ends(ran, own, _digests(whole), "2>" in fault.redirected))
    if ends & set(BAD):
        names = sorted(path.name for path in own.iterdir())
        print(fault, ends, ran.returncode, names, ran.stderr, file=sys.stderr, flush=True)
    if fault.free is not None:
        subprocess.check_call(["umount", own])
    shutil.rmtree(own)
    return ends


def _blocks(folder: Path) -> int:
    """Bytes that a copy takes of a disk of whole pages."""
    sizes = [file.stat().st_size for file in folder.rglob("*") if file.is_file()]
    return sum(-(-size // 4096) * 4096 for size in sizes)


def _run(folder: Path, fault: Fault) -> "subprocess.CompletedProcess[str]":
    def limit() -> None:
        for which, most in fault.limits.items():
            resource.setrlimit(which, (most, most))

    wanted = [part for name in FILES for part in ("-o", name)]
    command = [sys.executable, "-m", "vizopt", "make", "sgd", "-q", *SHORT, *wanted]
    return subprocess.run(
        ["sh", "-c", f'"$@" {fault.redirected}', "sh", *command],
        cwd=folder,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        preexec_fn=limit,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
    )


def _ends(
    ran: "subprocess.CompletedProcess[str]", folder: Path, before: dict[str, str], unheard: bool
) -> Iterator[str]:
    """How a run ended: the same files are there as before, for the same scene makes the same."""
    lines = [line for line in ran.stderr.splitlines() if line]
    if "Traceback" in ran.stderr or ran.returncode == 70:
        yield "traceback"
    elif ran.returncode and not lines and not unheard:
        yield "silent"
    else:
        yield "one line" if ran.returncode else "complete"
    if any(path.suffix in (".part", ".old") for path in folder.iterdir()):
        yield "half file"
    after = _digests(folder)
    if any(after.get(name) != digest for name, digest in before.items()):
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
