"""Imports: a framework, when it is first needed."""

from importlib import import_module
from typing import Any

from vizopt.core.errors import RecordingError


def required(module: str, extra: str) -> Any:
    """Import a framework.

    Args:
        module: its name, `sklearn.base`.
        extra: of vizopt, that installs it.

    Raises:
        RecordingError: it is not installed.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        missing = (error.name or module).partition(".")[0]
        raise RecordingError(
            f'{missing} is missing: install it with: pip install "vizopt[{extra}]"'
        ) from error
