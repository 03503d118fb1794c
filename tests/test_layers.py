"""Arrows point forward: no folder imports one from a layer above it, and none goes in a circle."""

import ast
import re
from configparser import ConfigParser
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "vizopt"
LAYERS = [
    {"core"},
    {"recording", "flashes"},
    {"train", "adapters", "draw", "formats"},
    {"scene"},
    {"story"},
    {"clips"},
    {"pipeline", "comparison", "search"},
    {"deck"},
    {"api"},
    {"cli"},
    {"__main__"},
    {"optimizers", "problems", "schedules"},
    {"__init__"},
]
HEIGHT = {part: i for i, layer in enumerate(LAYERS) for part in layer}
LONGEST_FILE, LONGEST_FUNCTION = 300, 45  # lines
LAZY = re.compile(r"vizopt(?:\.\w+)+")  # a module in the strings of a table


def name_of(path: Path) -> str:
    """`vizopt.core.arrays`, `vizopt.cli` for its `__init__.py`."""
    parts = ("vizopt", *path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts).removesuffix(".__init__")


MODULES = {name_of(path): path for path in ROOT.rglob("*.py")}


def part_of(module: str) -> str:
    """The folder, or the module beside them."""
    return [*module.split("."), "__init__"][1]


def imports(module: str) -> set[str]:
    """Modules of vizopt that one imports, wherever in the file; not those for types only."""
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    typing = [n for n in ast.walk(tree) if isinstance(n, ast.If) and "TYPE_CHECKING" in ast.dump(n)]
    skipped = {id(inner) for block in typing for inner in ast.walk(block)}
    found = set()
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "vizopt":
            found |= {whole(node.module, alias.name) for alias in node.names}
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name in MODULES}
        if isinstance(node, ast.Constant) and LAZY.fullmatch(str(node.value)):
            found |= {node.value} & set(MODULES)
    return found - {module}


def whole(module: str, name: str) -> str:
    """What `from module import name` imports: a module of that name, or the module."""
    return f"{module}.{name}" if f"{module}.{name}" in MODULES else module


def test_every_part_has_a_layer():
    assert {part_of(module) for module in MODULES} == set(HEIGHT)


def test_no_import_climbs_and_folders_of_a_layer_do_not_know_each_other():
    climbs = [
        f"{module} imports {other}"
        for module in MODULES
        for other in imports(module)
        if part_of(module) != part_of(other)
        if HEIGHT[part_of(other)] >= HEIGHT[part_of(module)]
    ]
    assert climbs == []


@pytest.mark.parametrize("part", sorted(HEIGHT))
def test_no_folder_has_a_circle(part):
    inside = {module for module in MODULES if part_of(module) == part}
    TopologicalSorter({m: imports(m) & inside for m in inside}).prepare()


def test_a_few_modules_stand_at_the_top():
    assert len(list(ROOT.glob("*.py"))) <= 8


def test_files_and_functions_are_short():
    long = []
    for path in MODULES.values():
        text = path.read_text(encoding="utf-8")
        if (lines := len(text.splitlines())) > LONGEST_FILE:
            long.append(f"{path}: {lines} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                if lines > LONGEST_FUNCTION:
                    long.append(f"{path}:{node.lineno}: {node.name} has {lines} lines")
    assert long == []


def test_every_folder_of_the_package_is_installed():
    config = ConfigParser()
    config.read(ROOT.parent / "setup.cfg")
    listed = set(config["options"]["packages"].split())
    folders = {module.parent.relative_to(ROOT.parent) for module in ROOT.rglob("*.py")}
    assert {".".join(folder.parts) for folder in folders} - {"vizopt.scenes"} <= listed
    assert all(
        (ROOT.parent / Path(*name.split("."))).is_dir() for name in listed - {"vizopt.scenes"}
    )
