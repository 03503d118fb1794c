"""Put small lies into a copy of the code and see which the tests notice.

    python -m benchmarks.mutants --sample 300 --seed 0
    python -m benchmarks.mutants --lies
    python -m benchmarks.mutants --at vizopt/timeline.py:56

The first two write benchmarks/MUTANTS.md, anew with each result. They need ".[test,dev]", and git.
"""

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.mutants import report
from benchmarks.mutants.changes import Change, at, sample
from benchmarks.mutants.lies import lies
from benchmarks.mutants.trial import Copies, Result, tests_of


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutants")
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--sample", type=int, metavar="N", help="so many at random")
    which.add_argument("--lies", action="store_true", help="those that were thought of")
    which.add_argument("--at", metavar="FILE:LINE", help="all of one line")
    parser.add_argument("--seed", type=int, default=0, help="of the random choice")
    parser.add_argument("--workers", type=int, default=2, help="how many at once")
    asked = parser.parse_args()
    if asked.lies:
        for results in tried(lies(), asked.workers):
            report.by_hand(results)
    elif asked.sample:
        reasons = report.known()
        for results in tried(sample(asked.sample, asked.seed), asked.workers):
            report.at_random(results, asked.seed, reasons)
    else:
        path, _, line = asked.at.rpartition(":")
        for _results in tried(at(path, int(line)), asked.workers):
            pass


def tried(changes: list[Change], workers: int) -> Iterator[list[Result]]:
    """The results so far, told as they come; the first N of a sample are a sample of N."""
    tests = sorted({test for change in changes for test in tests_of(change.path)})
    results: list[Result] = []
    with tempfile.TemporaryDirectory(prefix="mutants-", ignore_cleanup_errors=True) as folder:
        copies = Copies(Path(folder), workers)
        print(f"{len(changes)} changes; first {len(tests)} test files unchanged", flush=True)
        copies.measure(tests)
        for result in copies.tried(changes):
            results.append(result)
            place, words = report.place(result), result.change.words
            said = result.noticed or "NOTHING NOTICED"
            print(f"{result.seconds:4.0f} s  {place}  {words}  {said}", flush=True)
            yield results


main()
