"""Races: eight processes write one target in twenty rounds, and a table of what was there then.

python tests/slow/races.py [--rounds 20] [--runs 8] [TARGET ...]
"""

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from racing import left_beside, race, runs_in

TARGETS = ["a.mp4", "a.webm", "a.gif", "a.html", "a.pptx", "%05d.png", "a.txt", "a.zarr", "pack"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--runs", type=int, default=8)
    options = parser.parse_args()
    print("target    rounds  failed  mixed  unreadable  left over", flush=True)
    bad = 0
    for name in options.targets or TARGETS:
        failed = mixed = unreadable = left = 0
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            for _ in range(options.rounds):
                failed += any(race(path, options.runs, 1))
                try:
                    mixed += len(runs_in(path)[0]) != 1
                except Exception as error:  # whatever it is, the file is not whole
                    print(f"{name}: {error!r}", file=sys.stderr)
                    unreadable += 1
                left += bool(left_beside(path))
        cells = f"{failed:6}  {mixed:5}  {unreadable:10}  {left:9}"
        print(f"{name:8}  {options.rounds:6}  {cells}", flush=True)
        bad += failed + mixed + unreadable + left
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
