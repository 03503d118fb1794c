"""Kills: a command is killed at random times over files of an earlier run, and a table of the rest.

python tests/slow/kills.py [--kills 60] [--seed 0]
"""

import argparse
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
import tomllib
from importlib import import_module
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[1]))

from racing import TINY
from slow.counts import Counts

from vizopt.cli import cli
from vizopt.clips import recipe
from vizopt.core.places import parts_of
from vizopt.flashes.decode import pictures
from vizopt.formats import format_of
from vizopt.recording.store import Recording

CLIPS = ["a.mp4", "a.webm", "a.gif", "a.html", "a.pptx", "a.png"]
FILES = ["a.zarr", *CLIPS, "a.txt"]
FAULTS = ("lost file", "half file", "mixed set", "next run failed", "left over")
ENDS = ("old", "recording waits", "new", *FAULTS)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    random = Random(options.seed)
    import_module("vizopt.pipeline")  # here once, for all of the processes
    for name in CLIPS:
        format_of(Path(name))
    with tempfile.TemporaryDirectory() as folder, Counts(ENDS, FAULTS) as counts:
        whole, own = Path(folder) / "whole", Path(folder) / "own"
        whole.mkdir()
        start = time.monotonic()
        _finished(_started(1, whole))
        seconds = time.monotonic() - start
        for k in range(options.kills):
            shutil.copytree(whole, own, symlinks=True)
            process = _started(2 + k, own)
            process.join(random.uniform(0, seconds))
            process.kill()
            process.join()
            ends = _rest(own)
            start = time.monotonic()
            ends |= _cleared(2 + k, own)
            seconds = time.monotonic() - start  # as fast as the machine is at this moment
            counts.add("SIGKILL", ends)
            if ends & set(FAULTS):
                print(f"kill {k}: {ends}: {_names(own)}", file=sys.stderr, flush=True)
            shutil.rmtree(own)
    return 1 if counts.faults else 0


def _names(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


def _started(seed: int, folder: Path) -> multiprocessing.Process:
    process = multiprocessing.get_context("fork").Process(target=_make, args=(seed, folder))
    process.start()
    return process


def _make(seed: int, folder: Path) -> None:
    os.chdir(folder)
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    keys = [f"--set={key}={value}" for key, value in (TINY | {"seed": seed}).items()]
    cli.main(["make", "sgd", "-q", *keys, *(f"-o{f}" for f in FILES[:-1])], standalone_mode=False)


def _finished(process: multiprocessing.Process) -> None:
    process.join()
    assert process.exitcode == 0, "it failed without a kill"


def _rest(folder: Path) -> set[str]:
    """What is wrong with the files, and whether they are of the run before or of this one."""
    found, seeds = set(), set()
    for name in FILES:
        if not (folder / name).exists():
            found.add("lost file")
    try:
        seeds.add(
            tomllib.loads(Recording(folder / "a.zarr", before_damage=True).header.scene)["seed"]
        )
        for name in CLIPS:
            seeds.add(tomllib.loads(recipe.read(folder / name))["seed"])
            if name != "a.png":
                assert len(list(pictures(folder / name)))
    except Exception as error:  # whatever it is, a file is not whole
        print(repr(error), file=sys.stderr)
        found.add("half file")
    if len(seeds) > 1:
        found.add("mixed set")
    waits = any(part.is_dir() for part in parts_of(folder / "a.zarr"))
    return found | {"new" if seeds != {1} else "recording waits" if waits else "old"}


def _cleared(seed: int, folder: Path) -> set[str]:
    """What is wrong after the same command has run to its end."""
    process = _started(seed, folder)
    process.join()
    found = {"next run failed"} if process.exitcode or _rest(folder) != {"new"} else set()
    left = _names(folder) - set(FILES)
    kept = {part.name for part in parts_of(folder / "a.zarr")}  # rows of a training that was cut
    return found | ({"left over"} if left - kept else set())


if __name__ == "__main__":
    sys.exit(main())
