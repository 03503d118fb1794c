"""`python -m benchmarks [NAME …]`: run all or some, print the table in Markdown."""

import os

# One thread each, as the pipe to the encoder has the other; set before NumPy is loaded.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import platform
import sys

from benchmarks.run import BENCHMARKS


def main() -> None:
    wanted = sys.argv[1:] or list(BENCHMARKS)
    unknown = set(wanted) - set(BENCHMARKS)
    if unknown:
        sys.exit(
            f"unknown benchmark {', '.join(sorted(unknown))}: there are {', '.join(BENCHMARKS)}"
        )
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}\n")
    print("| what | measured | to reach | |\n|---|---|---|---|", flush=True)
    for name in wanted:
        for row in BENCHMARKS[name]():
            verdict = "✓" if row.ok else "✗"
            print(f"| {row.what} | {row.measured} | {row.reach} | {verdict} |", flush=True)


main()
