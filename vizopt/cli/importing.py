"""Importing: a file of Python that registers, because somebody asked for it on the command line."""

import sys
from collections.abc import Sequence
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import click

from vizopt.cli.paths import PATH
from vizopt.core.errors import VizoptError, one_line


def imported(path: Path) -> None:
    """Run a file of Python.

    Raises:
        VizoptError: it cannot be read, or has an error, told in one line.
    """
    if not path.is_file():
        raise VizoptError(f"{path}: no such file: --import needs a file of Python")
    name = f"imported_{path.stem}"
    found = spec_from_file_location(name, path)
    if found is None or found.loader is None:
        raise VizoptError(f"{path}: is no Python: --import needs a file like mine.py")
    module = module_from_spec(found)
    sys.modules[name] = module  # dataclasses look their types up there
    try:
        found.loader.exec_module(module)
    except VizoptError as error:
        raise VizoptError(f"{path}: {error}") from error
    except Exception as error:  # whatever the user's code raises
        at = f" line {line}:" if (line := _line(error, path)) else ""
        what = error.msg if isinstance(error, SyntaxError) else error
        told = one_line(f"{type(error).__name__}: {what}")
        raise VizoptError(f"{path}:{at} {told}") from error


def _line(error: BaseException, path: Path) -> int:
    """The last line of the file that an error came through; 0 for none."""
    if isinstance(error, SyntaxError) and _is(error.filename, path):
        return error.lineno or 0
    line, trace = 0, error.__traceback__
    while trace:
        if _is(trace.tb_frame.f_code.co_filename, path):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _is(name: str | None, path: Path) -> bool:
    return name is not None and Path(name) == path.absolute()


def _imported(_: click.Context, __: click.Parameter, files: Sequence[Path]) -> None:
    for file in files:
        imported(file)


IMPORT = click.option(
    "--import",
    "imports",
    type=PATH,
    multiple=True,
    expose_value=False,
    is_eager=True,
    callback=_imported,
    help="Python file that registers rules, schedules, data or panels; it is run.",
)
