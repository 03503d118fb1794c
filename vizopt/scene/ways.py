"""Ways: how what an error about a table names is said on the command line."""

import re

DATA = "problem.data."  # keys of a data set
KEY = re.compile(
    r"\b(label|columns|drop|missing|delimiter|encoding|header|x|y) = "
    r'(?:"([\w.-]+)"(?! or))?'  # one value that is known
)
REGRESSION = 'kind = "regression"'


def on_the_command_line(told: str) -> str:
    """What is to be put behind an error that names keys of a scene; nothing where it names none."""
    key = KEY.search(told)
    ways = [f"--set '{DATA}{key[1]}={key[2] or '…'}'"] if key else []
    ways += ["--set problem.kind=regression"] if REGRESSION in told else []
    return f" (on the command line: {' or '.join(ways)})" if ways else ""
