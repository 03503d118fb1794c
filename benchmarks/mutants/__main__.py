"""Put small lies into a copy of the code and see which the tests notice.

    python -m benchmarks.mutants --lies --sample 300
    python -m benchmarks.mutants --at vizopt/draw/timeline.py:56

The first writes benchmarks/MUTANTS.md, anew with each result. It needs ".[test,dev]", and git.
"""

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.mutants import report
from benchmarks.mutants.changes import Change, at, sample
from benchmarks.mutants.lies import lies
from benchmarks.mutants.trial import Copies, Result


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutants")
    parser.add_argument("--lies", action="store_true", help="those that were thought of")
    parser.add_argument("--sample", type=int, metavar="N", default=0, help="so many at random")
    parser.add_argument("--seed", type=int, default=0, help="of the random choice")
    parser.add_argument("--at", metavar="FILE:LINE", help="all of one line")
    parser.add_argument("--workers", type=int, default=2, help="how many at once")
    asked = parser.parse_args()
    path, _, line = (asked.at or "").rpartition(":")
    here = at(path, int(line)) if path else []
    thought = lies() if asked.lies else []
    drawn = sample(asked.sample, asked.seed) if asked.sample else []
    reasons = report.known()
    with tempfile.TemporaryDirectory(prefix="mutants-", ignore_cleanup_errors=True) as folder:
        copies = Copies(Path(folder), asked.workers)
        print("all tests unchanged", flush=True)
        copies.measure()
        for _results in tried(here, copies):
            pass
        for results in tried(thought, copies):
            report.by_hand(results)
        for results in tried(drawn, copies):
            report.at_random(results, asked.seed, reasons)


def tried(changes: list[Change], copies: Copies) -> Iterator[list[Result]]:
    """The results so far, told as they come; the first N of a sample are a sample of N."""
    results: list[Result] = []
    for result in copies.tried(changes):
        results.append(result)
        place, words = report.place(result), result.change.words
        said = result.noticed or "NOTHING NOTICED"
        print(f"{result.seconds:4.0f} s  {place}  {words}  {said}", flush=True)
        yield results


main()
