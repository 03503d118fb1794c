"""A plugin of pytest: notes what each passing test takes, or runs them by that, the quick first."""

import json
import os
import resource
from pathlib import Path

COSTS = Path("costs.json")  # seconds by test, of those that pass unchanged
SLOW = 2.0  # seconds
MOST = 6 << 30  # bytes that a mutant may take

resource.setrlimit(resource.RLIMIT_DATA, (MOST, MOST))
noted: dict[str, float] = {}
failed: set[str] = set()


def pytest_collection_modifyitems(config, items):
    if not COSTS.exists():
        return
    costs = json.loads(COSTS.read_text(encoding="utf-8"))
    left_out = [item for item in items if item.nodeid not in costs]
    items[:] = [item for item in items if item.nodeid in costs]
    items.sort(key=lambda item: costs[item.nodeid] > SLOW)  # stable: files stay together
    config.hook.pytest_deselected(items=left_out)


def pytest_runtest_logreport(report):
    if not report.passed:  # skipped ones too: they notice nothing
        failed.add(report.nodeid)
    noted[report.nodeid] = noted.get(report.nodeid, 0.0) + report.duration


def pytest_sessionfinish():
    if "VIZOPT_NOTED" in os.environ:
        passing = {test: cost for test, cost in noted.items() if test not in failed}
        Path(os.environ["VIZOPT_NOTED"]).write_text(json.dumps(passing), encoding="utf-8")
