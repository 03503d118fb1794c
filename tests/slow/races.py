"""Races: eight processes write one target in twenty rounds, and a table of what was there then.

python tests/slow/races.py [--rounds 20] [--runs 8] [TARGET ...]
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from racing import SETS, left_beside, race, runs_in
from slow.counts import Counts

TARGETS = ["a.mp4", "a.webm", "a.gif", "a.html", "a.pptx", "%05d.png", "a.txt", "a.zarr"]
TARGETS += SETS
FAULTS = ("failed", "mixed", "unreadable", "left over")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS).replace("%", "%%")
    )
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--runs", type=int, default=8)
    options = parser.parse_args()
    with Counts(FAULTS, FAULTS) as counts:
        for name in options.targets or TARGETS:
            with tempfile.TemporaryDirectory() as folder:
                for _ in range(options.rounds):
                    counts.add(name, _raced(Path(folder) / name, options.runs))
    return 1 if counts.faults else 0


def _raced(path: Path, runs: int) -> Iterator[str]:
    """What is wrong after one round."""
    if any(race(path, runs, 1)):
        yield "failed"
    try:
        if len(runs_in(path)[0]) != 1:
            yield "mixed"
    except Exception as error:  # whatever it is, the file is not whole
        print(f"{path.name}: {error!r}", file=sys.stderr)
        yield "unreadable"
    if left_beside(path):
        yield "left over"


if __name__ == "__main__":
    sys.exit(main())
