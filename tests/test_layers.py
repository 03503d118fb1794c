"""Arrows point forward: no module imports one from a layer above it."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1] / "vizopt"
LAYERS = [
    {
        "arrays",
        "bounded",
        "cells",
        "docstrings",
        "schema",
        "errors",
        "exponential",
        "fonts",
        "specs",
        "library",
        "marks",
        "numbers",
        "places",
        "playback",
        "progress",
        "quantities",
        "limits",
        "ranges",
        "scores",
        "sizes",
        "snapshot",
        "state",
        "swap",
        "streams",
        "targets",
        "toml",
        "tracing",
        "unforeseen",
        "words",
    },
    {"layout", "schedules", "mosaic", "header", "kinds"},
    {
        "optimizers",
        "problems",
        "recording",
        "recorder",
        "resume",
        "chunks",
        "store",
        "timeline",
        "theme",
        "looks",
        "paint",
        "printed",
        "regions",
        "encoders",
    },
    {"train", "minima", "valleys", "readout", "outcome", "glyphs", "hold", "safety"},
    {"updates"},
    {"probes", "panels", "events"},
    {"small"},
    {"stage"},
    {"card"},
    {"clear"},
    {"showing"},
    {
        "arrange",
        "report",
        "export",
        "comparison",
        "outputs",
        "staging",
        "player",
        "deck",
        "notebook",
        "brief",
    },
    {"scene"},
    {"story", "find", "recipe", "keys"},
    {"labels", "still", "fit", "estimate", "trained", "prepared", "reuse", "writing"},
    {"checks"},
    {"clips", "completing"},
    {"pipeline", "cli_check", "cli_look", "cli_screen", "cli_completion", "cli_data", "reference"},
    {"api", "cli_show", "slide_sources"},
    {"lesson"},
    {"cli_slides", "cli_make", "cli_table", "cli_compare"},
    {"cli"},
    {"__main__"},
    {"__init__"},
]
DRAWS = {
    "panels",
    "stage",
    "encoders",
    "paint",
    "printed",
    "tracing",
    "glyphs",
    "regions",
    "hold",
    "updates",
    "theme",
    "timeline",
    "mosaic",
    "minima",
    "valleys",
    "readout",
    "outcome",
}
TRAINS = {"problems", "optimizers", "train", "probes"}


def part_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    """Parts of vizopt that a file imports, wherever in the file; not those for types only."""
    found = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing = [n for n in ast.walk(tree) if isinstance(n, ast.If) and "TYPE_CHECKING" in ast.dump(n)]
    skipped = {id(inner) for block in typing for inner in ast.walk(block)}
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "vizopt":
            inner = node.module.split(".")[1:]
            found |= {inner[0]} if inner else {alias.name for alias in node.names}
        if isinstance(node, ast.Import):
            found |= {a.name.split(".")[1] for a in node.names if a.name.startswith("vizopt.")}
    return found


def test_every_part_has_a_layer():
    parts = {part_of(path) for path in ROOT.rglob("*.py")}
    assert parts == set().union(*LAYERS)


def test_no_import_climbs():
    height = {part: i for i, layer in enumerate(LAYERS) for part in layer}
    climbs = [
        f"{path.relative_to(ROOT)} imports {part}"
        for path in ROOT.rglob("*.py")
        for part in imports(path) - {part_of(path), "__version__"}
        if height[part] > height[part_of(path)]
    ]
    assert climbs == []


def test_what_draws_knows_nothing_of_training():
    wrong = [
        f"{path.relative_to(ROOT)} imports {part}"
        for path in ROOT.rglob("*.py")
        if part_of(path) in DRAWS
        for part in imports(path) & TRAINS
    ]
    assert wrong == []
