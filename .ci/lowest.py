"""Print the lowest versions that setup.cfg allows, as constraints: `numpy>=2.0` → `numpy==2.0`."""

import configparser
from pathlib import Path

EXTRAS = ("slides", "test")

setup = configparser.ConfigParser()
setup.read(Path(__file__).parents[1] / "setup.cfg", encoding="utf-8")
texts = [setup["options"]["install_requires"], *map(setup["options.extras_require"].get, EXTRAS)]
print("\n".join(text.strip().replace(">=", "==") for text in texts))
