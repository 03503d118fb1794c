"""The library: bundled scenes and looks, and every kind that a scene can name, with a line each.

The kinds are read from the source, not imported: NumPy alone takes longer than the whole list.
"""

import ast
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path

from vizopt.core.docstrings import first_line
from vizopt.core.own import OWN

# What a scene can name: the table's module and its name there.
TABLES = {
    "optimizers": ("train/optimizers/__init__.py", "OPTIMIZERS"),
    "schedules of the learning rate": ("train/schedules/__init__.py", "SCHEDULES"),
    "problems": ("train/problems/__init__.py", "PROBLEMS"),
    "data sets": ("train/problems/__init__.py", "DATASETS"),
    "timelines": ("draw/timeline.py", "TIMELINES"),
    "panels": ("draw/panels/__init__.py", "PANELS"),
}

JOINED_BY = "+"  # joins the names of two that are shown beside each other
DATA_SUFFIXES = (".csv", ".tsv", ".npz", ".npy", ".xlsx", ".parquet")
PACKED_SUFFIXES = (".gz", ".bz2", ".xz")


def is_table(source: str | Path) -> bool:
    """Whether what stands in the place of a scene is a table of somebody's data, by its name."""
    return unpacked(source).suffix.lower() in DATA_SUFFIXES


def unpacked(source: str | Path) -> Path:
    """A file without the suffix of what it is compressed with: `a.csv` for `a.csv.gz`."""
    path = Path(source)
    return path.with_suffix("") if path.suffix.lower() in PACKED_SUFFIXES else path


def is_bundled_data(name: str) -> bool:
    """Whether a data file of that name comes with the bundled scenes."""
    return Path(name).suffix == ".csv" and (files("vizopt.scenes") / name).is_file()


def names() -> list[str]:
    """Names of the bundled scenes, in the order of the lesson."""
    found = (item.name for item in files("vizopt.scenes").iterdir())
    every = [name.removesuffix(".toml") for name in found if name.endswith(".toml")]
    return sorted(every, key=lambda name: (_head(name).get("order", 1000), name))


def bundled(name: str) -> str:
    """The TOML of a bundled scene."""
    return (files("vizopt.scenes") / f"{name}.toml").read_text(encoding="utf-8")


def races() -> list[str]:
    """Names of the bundled races, in order."""
    found = (item.name for item in (files("vizopt.scenes") / "races").iterdir())
    every = [name.removesuffix(".toml") for name in found if name.endswith(".toml")]
    return sorted(every, key=lambda name: (parsed_race(name).get("order", 1000), name))


def bundled_race(name: str) -> str:
    """The TOML of a bundled race."""
    return (files("vizopt.scenes") / "races" / f"{name}.toml").read_text(encoding="utf-8")


def parsed_race(name: str) -> dict[str, object]:
    """The same, read."""
    return tomllib.loads(bundled_race(name))


def looks() -> tuple[str, ...]:
    """Names of the looks that come with vizopt: the themes."""
    return ("light", "dark", "print")


def look(name: str) -> str:
    """The TOML of one of them."""
    return (files("vizopt") / "draw" / "looks" / f"{name}.toml").read_text(encoding="utf-8")


def about(name: str) -> str:
    """What a bundled scene shows, in one line."""
    return str(_head(name)["about"])


def kinds(table: str) -> dict[str, str]:
    """The kinds of one of TABLES, each with the first line of its docstring."""
    path, name = TABLES[table]
    read = cache(_tree)  # for this call: trees that are there when Python ends take 0.1 s to go
    docs = {kind: _told(_class(cls, path, read)) for kind, cls in _entries(read(path), name)}
    own = {kind: told_of(cls) for kind, cls in OWN.get(table, {}).items()}
    return docs | own


def told_of(cls: type) -> str:
    """What a class that was registered is, in a line; nothing where it has no docstring."""
    name, line = getattr(cls, "NAME", ""), first_line(cls)
    return f"{name}. {line}" if name else line


def _class(name: str, path: str, read: Callable[[str], ast.Module]) -> ast.ClassDef:
    """A class by its name in a module, which imports it or has it itself."""
    for node in read(path).body:
        match node:
            case ast.ClassDef() if node.name == name:
                return node
            case ast.ImportFrom(module=str(module), names=aliases):
                if any(alias.name == name for alias in aliases):
                    return _class(name, _path(module), read)
    raise LookupError(name)


def _path(module: str) -> str:
    """Where in the package a module of it is: `draw/timeline.py`."""
    path = module.removeprefix("vizopt.").replace(".", "/")
    return f"{path}/__init__.py" if (files("vizopt") / path).is_dir() else f"{path}.py"


def _tree(path: str) -> ast.Module:
    return ast.parse((files("vizopt") / path).read_text(encoding="utf-8"))


def _told(node: ast.ClassDef) -> str:
    """The first line of a class' docstring, its proper name in front where it has one."""
    line = (ast.get_docstring(node) or "").split("\n")[0]
    for part in node.body:
        match part:
            case ast.AnnAssign(target=ast.Name(id="NAME"), value=ast.Constant(value=str(name))):
                return f"{name}. {line}"
    return line


@cache
def _head(name: str) -> dict[str, object]:
    return tomllib.loads(bundled(name))


def _entries(tree: ast.Module, table: str) -> Iterator[tuple[str, str]]:
    """(kind, class name) of a table: of its dict, or of what it is filled with."""
    for node in tree.body:
        match node:
            case (
                ast.AnnAssign(target=ast.Name(id=name), value=ast.Dict(keys=keys, values=values))
                | ast.AugAssign(target=ast.Name(id=name), value=ast.Dict(keys=keys, values=values))
            ):
                if name == table:
                    for key, value in zip(keys, values, strict=True):
                        yield ast.literal_eval(key or value), ast.unparse(value)
