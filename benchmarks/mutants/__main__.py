"""Put small lies into a copy of the code and see which the tests notice.

    python -m benchmarks.mutants --lies --sample 300
    python -m benchmarks.mutants --at vizopt/draw/timeline.py:56

The first writes benchmarks/MUTANTS.md, anew with each result. It needs ".[test,dev]", and git.
"""

import argparse
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from benchmarks.mutants import process, report
from benchmarks.mutants.changes import Change, at, sample
from benchmarks.mutants.lies import lies
from benchmarks.mutants.trial import Result, Trials


def main() -> None:
    asked = _asked()
    process.start()
    path, _, line = (asked.at or "").rpartition(":")
    here = at(path, int(line)) if path else []
    thought = lies() if asked.lies else []
    drawn = sample(asked.sample, asked.seed, asked.leave_out) if asked.sample else []
    reasons = report.known()
    with tempfile.TemporaryDirectory(prefix="mutants-", ignore_cleanup_errors=True) as folder:
        noted = (asked.noted or Path(folder)).absolute()
        trials = Trials(Path(folder), noted, _costs(asked.durations), asked.seconds)
        found: list[Result] = []
        for result in tried([*here, *thought, *drawn], trials):
            found.append(result)
            if by_hand := [one for one in found if one.change in thought]:
                report.by_hand(by_hand)
            if at_random := [one for one in found if one.change in drawn]:
                report.at_random(at_random, asked.seed, reasons)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutants")
    parser.add_argument("--lies", action="store_true", help="those that were thought of")
    parser.add_argument("--sample", type=int, metavar="N", default=0, help="so many at random")
    parser.add_argument("--seed", type=int, default=0, help="of the random choice")
    parser.add_argument("--leave-out", nargs="+", default=[], help="files, of the random choice")
    parser.add_argument("--at", metavar="FILE:LINE", help="all of one line")
    parser.add_argument("--noted", type=Path, help="folder that keeps what was noticed")
    parser.add_argument("--durations", type=Path, help="a log of pytest --durations=0")
    parser.add_argument("--seconds", type=float, default=60.0, help="of tests for one change")
    return parser.parse_args()


def _costs(log: Path | None) -> dict[str, float]:
    """Seconds of each test in a log, with its fixtures."""
    costs: dict[str, float] = defaultdict(float)
    text = log.read_text(encoding="utf-8") if log else ""
    for seconds, test in re.findall(r"^([\d.]+)s (?:call|setup) +(.+)$", text, flags=re.M):
        costs[test] += float(seconds)
    return costs


def tried(changes: list[Change], trials: Trials) -> Iterator[Result]:
    """The results, told as they come."""
    for result in trials(changes):
        place, words = report.place(result), result.change.words
        said = result.noticed or "NOTHING NOTICED"
        print(f"{result.seconds:4.0f} s  {place}  {words}  {said}", flush=True)
        yield result


if __name__ == "__main__":
    main()
