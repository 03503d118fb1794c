"""Which tests read a module: those of its own, those that import it, then those that look at what
it makes."""

from functools import cache
from pathlib import Path

from benchmarks.mutants.changes import ROOT

# Files of tests by the beginning of a path; the longest that fits counts. A file of a module's own
# name is a reader of it, and so is one that imports it.
READERS = {
    "": "layers cli story labels truth truth_descent run checks",
    "clips/fit": "fit places checks",
    "clips/metadata": "labels digits measured names outcome player slides external",
    "clips/targets": "fit show screen",
    "clips/staging": "staging files",
    "core": "numbers tongues theme looks features story truth labels",
    "core/contrast": "looks theme",
    "core/projection": "features",
    "core/words": "tongues story truth outcome",
    "draw/clear": "clear check",
    "draw/fonts": "tongues",
    "draw/header": "truth header golden drawn tongues",
    "draw/panels": "golden drawn truth_descent truth print contracts/panels picture room names",
    "draw/panels/a": "worked axis golden drawn measured truth_descent truth outcome beside room",
    "draw/panels/ba": "race_picture race_truth race golden drawn picture names",
    "draw/panels/base": (
        "contracts/panels axis bounds measured picture room tongues truth golden "
        "drawn"
    ),
    "draw/panels/curves": (
        "axis golden drawn measured truth race_picture race_truth contracts/panels curves beside "
        "external logged hairlines sofar"
    ),
    "draw/panels/distance": "curves golden drawn truth_descent contracts/panels picture",
    "draw/panels/features": "golden drawn features strip truth picture",
    "draw/panels/figures": "worked golden drawn truth_descent digits",
    "draw/panels/legend": "many golden drawn features truth strip picture names contracts/panels",
    "draw/panels/magnifier": "curves golden drawn truth_descent contracts/panels picture",
    "draw/panels/move": "trail golden drawn worked truth_descent contracts/panels",
    "draw/panels/names": "room golden drawn names race_picture truth_descent",
    "draw/panels/p": (
        "golden drawn markers curves truth_descent truth contracts/panels trail picture "
        "plane_painter"
    ),
    "draw/panels/predicted": "strip truth golden drawn contracts/panels hold",
    "draw/panels/readings": "worked truth_descent golden drawn",
    "draw/panels/rule": "worked golden drawn trail tongues truth_descent",
    "draw/panels/s": (
        "golden drawn recorded_params many markers strip truth contracts/panels picture"
    ),
    "draw/panels/small": "race_picture golden drawn contracts/panels picture beside",
    "draw/panels/standings": "race race_picture measured golden drawn names contracts/panels",
    "draw/panels/worked": "worked golden drawn trail truth_descent room contracts/panels",
    "draw": (
        "header contracts/panels truth truth_descent golden drawn print picture strip "
        "race_picture clear"
    ),
    "draw/timeline": "timeline views beside race hold truth",
    "flashes": "flashes stops clear check rules light",
    "formats": "contracts/formats fit player page",
    "formats/gif": "contracts/formats fit",
    "formats/html": "page labels measured digits player page_narrow names",
    "recording/descent": "outcome events functions truth_descent story tongues rounding extrema",
    "recording/events": "events logged labels outcome tongues story",
    "recording/minima": "extrema outcome curves rounding room tongues truth_descent functions",
    "recording/valleys": "outcome extrema truth_descent functions story",
    "recording": "recording resume rows recorder places reuse labels",
    "recording/atomic": "staging places files",
    "recording/quantities": "measured",
    "pipeline": "staging files reuse",
    "story": "story labels tongues external",
    "train/loop": "train streams network resume loops rows exponential",
    "train/optimizers": "contracts/optimizers peers worked rules",
    "train/probes": "train measured recorded_params estimate sizes resume recording truth",
    "train/problems": "tables sources bombs features own_table streams strip conventions checks",
    "train/problems/a": "network exponential peers streams bombs tables train",
    "train/problems/b": "extrema rounding removable outcome functions curves bombs network",
    "train/problems/c": "tables sources extrema rounding removable outcome checks functions",
    "train/problems/d": "edges tables sources network streams own_table features",
    "train/problems/dense": "network train streams regression exponential loops",
    "train/problems/formula": "formulas removable functions rounding extrema outcome bombs",
    "train/problems/functions": "functions formulas extrema scene outcome",
    "train/problems/he": "network exponential features external strip streams recording story",
    "train/problems/inferred": "own_table regression tables sources show",
    "train/problems/le": "extrema rounding removable outcome",
    "train/problems/network": "network streams exponential peers train params loops scene bombs",
    "train/problems/precision": "exponential network train streams",
    "train/problems/rounding": "rounding extrema removable outcome functions",
    "train/problems/st": "streams network exponential features tables strip",
    "train/problems/stan": "features tables strip own_table conventions",
    "train/problems/workspace": "network train recorder exponential streams",
    "train/schedules": "peers edges scene streams story own_table worked loops",
}  # fmt: skip
DEFAULTS = ["tests/test_schema.py"]  # reads what every class has when it is imported


@cache
def readers(path: str) -> list[str]:
    """The files of tests that read a file of vizopt, the nearest first."""
    inner = path.removeprefix("vizopt/")
    name = Path(path).stem
    begin = max((begin for begin in READERS if inner.startswith(begin)), key=len)
    near = [f"tests/{_file(one)}.py" for one in READERS[begin].split()]
    importing = _importing(path)
    if name == "__init__":  # of a package, whose table many import
        near, importing = importing, near
    own = f"tests/test_{name}.py", f"tests/alone/test_{name}.py"
    files = dict.fromkeys([*own, *importing, *near])
    return [one for one in files if (ROOT / one).is_file()]


def _file(name: str) -> str:
    folder, _, stem = name.rpartition("/")
    return f"{folder}/test_{stem}" if folder else f"test_{stem}"


def _importing(path: str) -> list[str]:
    """The files of tests that import a module by its name."""
    module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    package, _, name = module.rpartition(".")
    tests = sorted([*ROOT.glob("tests/test_*.py"), *ROOT.glob("tests/contracts/test_*.py")])
    lines = {test: test.read_text(encoding="utf-8") for test in tests}
    wanted = f"{module} import", f"from {package} import {name}\n"
    return [
        str(test.relative_to(ROOT))
        for test, text in lines.items()
        if any(one in text for one in wanted)
    ]
