"""Faults: too little memory, disk, files or streams under a whole run, and a table of the ends.

python tests/slow/faults.py [--of 1] [--part 0]
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from slow.counts import Counts

SHORT = ["--set", "epochs=4", "--set", "keep.grid=8", "--seconds", "0.1", "--size", "480x270"]
FILES = ["a.mp4", "a.gif", "a.png", "a.zarr"]
ENDS = ("complete", "one line", "traceback", "half file", "lost file", "silent")
BAD = ENDS[2:]


def faults() -> Iterator[tuple[str, dict[int, int], str]]:
    """A kind, limits of the process, and what the shell does to its streams."""
    for megabytes in range(60, 1020, 12):
        yield "memory", {resource.RLIMIT_AS: megabytes * 10**6}, ""
    for size in (0, 1, 100, 500, *range(1000, 40_000, 900), 10**5, 10**6):
        yield "file size", {resource.RLIMIT_FSIZE: size}, ""
    for number in range(3, 75, 2):
        yield "open files", {resource.RLIMIT_NOFILE: number}, ""
    for first in ("", "<&-"):
        for second in ("", ">&-", ">/dev/full", "| head -c 1"):
            for third in ("", "2>&-", "2>/dev/full"):
                yield "streams", {}, f"{third} {first} {second}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--of", type=int, default=1, help="every so many faults one is tried")
    parser.add_argument("--part", type=int, default=0, help="from this one on")
    options = parser.parse_args()
    chosen = islice(faults(), options.part, None, options.of)
    with tempfile.TemporaryDirectory() as folder, Counts(ENDS, BAD) as counts:
        whole = Path(folder) / "whole"
        whole.mkdir()
        _run(whole, {}, "")
        for kind, limits, redirected in chosen:
            counts.add(kind, _tried(whole, Path(folder) / "own", limits, redirected))
    return 1 if counts.faults else 0


def _tried(whole: Path, own: Path, limits: dict[int, int], redirected: str) -> set[str]:
    shutil.copytree(whole, own)
    ran = _run(own, limits, redirected)
    ends = set(_ends(ran, own, _digests(whole), "2>" in redirected))
    if ends & set(BAD):
        names = sorted(path.name for path in own.iterdir())
        print(limits, redirected, ends, ran.returncode, names, ran.stderr, file=sys.stderr)
        sys.stderr.flush()
    shutil.rmtree(own)
    return ends


def _run(
    folder: Path, limits: dict[int, int], redirected: str
) -> "subprocess.CompletedProcess[str]":
    def limit() -> None:
        for which, most in limits.items():
            resource.setrlimit(which, (most, most))

    wanted = [part for name in FILES for part in ("-o", name)]
    command = [sys.executable, "-m", "vizopt", "make", "sgd", "-q", "--again", *SHORT, *wanted]
    return subprocess.run(
        ["sh", "-c", f'"$@" {redirected}', "sh", *command],
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
    """Of the clips, which are the same bytes each time; the recording has an id of its own."""
    files = [folder / name for name in FILES if (folder / name).is_file()]
    return {file.name: sha256(file.read_bytes()).hexdigest() for file in files}


if __name__ == "__main__":
    sys.exit(main())
