"""The table of mutants: which were noticed, module by module, and why the others were not."""

import platform
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from benchmarks.mutants.changes import ROOT, module
from benchmarks.mutants.trial import Result

FILE = ROOT / "benchmarks" / "MUTANTS.md"
HEAD = """# Mutants

Small changes that make the program lie, one at a time, in a copy of the tree and without PyTorch:
which of them the tests notice. Written by `python -m benchmarks.mutants`; what stands behind the
dash of a survivor is written by hand and kept. The player's JavaScript is not changed: the tests in
`tests/test_player.py` are all that looks at it.
"""


def by_hand(results: Sequence[Result]) -> None:
    """Write the section of the lies that were thought of."""
    rows = [f"| {r.change.words} | {place(r)} | {r.noticed or '**nothing**'} |" for r in results]
    table = ["| lie | place | noticed by |", "|---|---|---|", *rows]
    put("By hand", f"`python -m benchmarks.mutants --lies`: {share(results)}.", table)


def at_random(results: Sequence[Result], seed: int, reasons: Mapping[str, str]) -> None:
    """Write the section of the random sample; reasons are those of survivors known before."""
    modules: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        modules[module(result.change.path)].append(result)
    rows = [
        f"| {name} | {len(those)} | {killed(those)} | {len(those) - killed(those)} |"
        for name, those in sorted(modules.items())
    ]
    survivors = [
        f"- `{place(r)}` {r.change.words} — {reasons.get(key(r.change.path, r.change.words), '?')}"
        for r in results
        if not r.noticed
    ]
    command = f"`python -m benchmarks.mutants --sample {len(results)} --seed {seed}`"
    table = ["| module | sampled | killed | survived |", "|---|---|---|---|", *rows]
    versions = f"Cosmic Ray's operators, Python {platform.python_version()}"
    put("At random", f"{command}: {share(results)}. {versions}.", [*table, "", *survivors])


def put(title: str, said: str, lines: Sequence[str]) -> None:
    """Replace a section of the file, or add it."""
    parts = re.split(r"^## ", FILE.read_text("utf-8") if FILE.exists() else HEAD, flags=re.M)
    sections = {part.split("\n", 1)[0]: part.split("\n", 1)[1].strip() for part in parts[1:]}
    sections[title] = "\n".join([said, "", *lines]).strip()
    text = "\n".join(f"## {name}\n\n{body}\n" for name, body in sections.items())
    FILE.write_text(f"{HEAD}\n{text}", encoding="utf-8")


def known() -> dict[str, str]:
    """Why a survivor is none to worry about, as written by hand, by file and change."""
    text = FILE.read_text("utf-8") if FILE.exists() else ""
    found = re.findall(r"^- `(.+?):\d+` (.*?) — (.+)$", text, flags=re.M)
    return {key(path, words): reason for path, words, reason in found}


def key(path: str, words: str) -> str:
    return f"{path} {words}"


def place(result: Result) -> str:
    return f"{result.change.path}:{result.change.line}"


def killed(results: Sequence[Result]) -> int:
    return sum(bool(result.noticed) for result in results)


def share(results: Sequence[Result]) -> str:
    count, seconds = killed(results), sum(result.seconds for result in results)
    of = f"{count} of {len(results)} noticed, {100 * count / len(results):.1f} %"
    return f"{of}; {seconds / len(results):.0f} s each"
