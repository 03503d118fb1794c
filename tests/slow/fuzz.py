"""Fuzz: thousands of wrong inputs of every kind, and a table of what came of them.

python tests/slow/fuzz.py [--inputs 1000] [--seed 0] [--start 0] [KIND ...]
"""

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from traceback import format_exc

sys.path.insert(0, str(Path(__file__).parents[1]))

from slow.attempt import attempt
from slow.counts import Counts
from slow.every import KINDS
from slow.kinds import material

FAULTS = ("traceback", "half file", "lost file", "too long", "no line", "many lines")
MEMORY = 8 << 30  # bytes of address space, so that a fault does not take the machine along


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=", ".join(KINDS))
    parser.add_argument("--inputs", type=int, default=1000, help="of each kind")
    parser.add_argument("--start", type=int, default=0, help="number of the first")
    parser.add_argument("--seconds", type=float, default=3600, help="for each kind at most")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    with tempfile.TemporaryDirectory() as folder, Counts(("refused", *FAULTS), FAULTS) as counts:
        whole = material(Path(folder) / "whole")
        for kind in options.kinds or KINDS:
            _all(kind, options, whole, Path(folder), counts)
    return 1 if counts.faults else 0


def _all(kind: str, options: argparse.Namespace, whole: Path, folder: Path, counts: Counts) -> None:
    start = time.monotonic()
    for i in range(options.start, options.start + options.inputs):
        if time.monotonic() - start > options.seconds:
            return
        random = Random(f"{kind} {options.seed} {i}")
        with tempfile.TemporaryDirectory(dir=folder) as own:
            try:
                arguments = KINDS[kind](random, Path(own), whole)
                code, said, faults = attempt(arguments, Path(own))
            except Exception:  # of vizopt.Run, which a kind may call
                arguments, code, said, faults = [], 1, format_exc(), ["traceback"]
        counts.add(kind, {*faults, *(("refused",) if code else ())})
        if faults:
            tail = "\n".join(said.strip().splitlines()[-6:])
            print(f"{kind} {options.seed} {i}: {faults}: {arguments}\n{tail}\n", file=sys.stderr)
            sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
