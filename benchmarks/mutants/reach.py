"""Which tests reach a line, and which of them are run to notice a change in it."""

import ast
import json
from pathlib import Path
from typing import NamedTuple

from coverage import CoverageData

from benchmarks.mutants.changes import ROOT, Change

MOST_SECONDS = 120.0  # of tests, as they take unchanged, for one change
FIXTURE = "fixture "


class Reach(NamedTuple):
    """What the unchanged tests took and reached.

    Args:
        costs: seconds of each test that passes unchanged, by its name.
        users: tests by the fixture that they share with others.
        lines: of vizopt, by test or fixture.
    """

    costs: dict[str, float]
    users: dict[str, list[str]]
    lines: CoverageData

    def add(self, noted: Path) -> None:
        """Take what a run of the plugin noted."""
        found = json.loads(noted.read_text(encoding="utf-8"))
        self.costs.update(found["costs"])
        for name, tests in found["users"].items():
            self.users.setdefault(name, []).extend(tests)
        lines = CoverageData(f"{noted}.lines")
        lines.read()
        self.lines.update(lines)

    def chosen(self, change: Change) -> list[str]:
        """The tests to run: the quickest that reach the change, so many seconds of them.

        What runs when a module is imported is reached by every test that lies in a file with one
        that reaches the module, for constants are also read from outside; what is no code by all.
        """
        tests = self._reaching(change) if change.path.endswith(".py") else set(self.costs)
        chosen, seconds = [], 0.0
        for test in sorted(tests, key=lambda test: (self.costs[test], test)):
            if seconds < MOST_SECONDS:
                chosen.append(test)
                seconds += self.costs[test]
        return chosen

    def _reaching(self, change: Change) -> set[str]:
        by_line = self.lines.contexts_by_lineno(change.path)
        first, last = statement(change)
        contexts = {name for at in range(first, last + 1) for name in by_line.get(at, ())}
        if contexts - {""}:
            return self._known(contexts)
        module = self._known({name for names in by_line.values() for name in names})
        files = {test.split("::")[0] for test in module}
        return {test for test in self.costs if test.split("::")[0] in files}

    def _known(self, contexts: set[str]) -> set[str]:
        """The tests behind names of tests and fixtures, as far as they pass unchanged."""
        tests = set()
        for name in contexts:
            shared = self.users.get(name.removeprefix(FIXTURE), [])
            tests.update(shared if name.startswith(FIXTURE) else [name])
        return tests & set(self.costs)


def statement(change: Change) -> tuple[int, int]:
    """The first and last line of the statement that is changed, without its body."""
    spans = [
        (node.lineno, _head(node))
        for node in ast.walk(ast.parse((ROOT / change.path).read_text(encoding="utf-8")))
        if isinstance(node, ast.stmt) and node.lineno <= change.line <= _head(node)
    ]
    return min(spans, key=lambda span: span[1] - span[0], default=(change.line, change.line))


def _head(node: ast.stmt) -> int:
    body = getattr(node, "body", None)
    return max(node.lineno, body[0].lineno - 1) if body else node.end_lineno or node.lineno
