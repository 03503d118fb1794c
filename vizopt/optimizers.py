"""Optimizers by the name that the documentation has: `from vizopt.optimizers import …`."""

from vizopt.train.optimizers import *  # noqa: F403
from vizopt.train.optimizers import __all__ as __all__
