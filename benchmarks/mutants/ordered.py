"""A plugin of pytest: notes what each test takes and reaches, or runs those that were chosen."""

import json
import os
import resource
from pathlib import Path

import coverage
import pytest

CHOSEN = Path("chosen.json")  # tests by name, the quick first
NOTED = os.environ.get("VIZOPT_NOTED")  # where to note; the data of coverage lie beside it
MOST = 6 << 30  # bytes that a mutant may take

resource.setrlimit(resource.RLIMIT_DATA, (MOST, MOST))
costs: dict[str, float] = {}
failed: set[str] = set()
users: dict[str, list[str]] = {}  # tests by the fixture that they share with others
reached = None
if NOTED:
    reached = coverage.Coverage(f"{NOTED}.lines", source=["vizopt"], config_file=False)
    reached.set_option("run:relative_files", True)
    reached.start()


def pytest_collection_modifyitems(config, items):
    for item in items:
        for name in item.fixturenames:
            users.setdefault(name, []).append(item.nodeid)
    if CHOSEN.exists():
        chosen = json.loads(CHOSEN.read_text(encoding="utf-8"))
        config.hook.pytest_deselected(items=[item for item in items if item.nodeid not in chosen])
        items[:] = [item for item in items if item.nodeid in chosen]
        files = list(dict.fromkeys(name.split("::")[0] for name in chosen))
        items.sort(key=lambda item: files.index(item.nodeid.split("::")[0]))  # they share fixtures


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item):
    item.session.context = item.nodeid
    if reached:
        reached.switch_context(item.nodeid)
    return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_fixture_setup(fixturedef, request):
    """What is made once for many tests is reached by all of them."""
    if not reached or fixturedef.scope == "function":
        return (yield)
    before = request.session.context
    request.session.context = f"fixture {fixturedef.argname}"
    reached.switch_context(request.session.context)
    try:
        return (yield)
    finally:
        request.session.context = before
        reached.switch_context(before)


def pytest_runtest_logreport(report):
    if not report.passed:  # skipped ones too: they notice nothing
        failed.add(report.nodeid)
    costs[report.nodeid] = costs.get(report.nodeid, 0.0) + report.duration


def pytest_sessionfinish():
    if reached:
        reached.stop()
        reached.save()
        passing = {test: cost for test, cost in costs.items() if test not in failed}
        noted = json.dumps({"costs": passing, "users": users})
        Path(NOTED).write_text(noted, encoding="utf-8")
