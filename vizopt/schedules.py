"""Schedules by the name that the documentation has: `from vizopt.schedules import …`."""

from vizopt.train.schedules import *  # noqa: F403
from vizopt.train.schedules import __all__ as __all__
