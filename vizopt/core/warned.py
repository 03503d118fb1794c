"""Warned: a warning of ours stands at the line of the user's that led to it."""

import contextlib
import os
import sys
import warnings
from pathlib import Path

from vizopt.core.errors import VizoptWarning

# Files whose lines say nothing to a user: ours, and what lies between two of ours.
PASSED = (str(Path(__file__).parents[1]) + os.sep, contextlib.__file__)


def warn(line: str) -> None:
    """Say it at the nearest line outside of vizopt, as Python 3.12 does by itself."""
    frame, level = sys._getframe(1), 2
    while frame.f_back and frame.f_code.co_filename.startswith(PASSED):
        frame, level = frame.f_back, level + 1
    warnings.warn(line, VizoptWarning, stacklevel=level)
