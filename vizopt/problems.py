"""Problems by the name that the documentation has: `from vizopt.problems import …`."""

from vizopt.train.problems import *  # noqa: F403
from vizopt.train.problems import __all__ as __all__
