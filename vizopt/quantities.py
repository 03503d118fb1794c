"""Quantities: what a recorded column is called wherever somebody reads it."""

TITLES = {"lr": "learning rate"}
OF_A_DESCENT = {"loss": "f(x)"}  # a run that counts steps goes down a function


def title(column: str, unit: str) -> str:
    """`loss`, `learning rate`; `f(x)` for the loss of a run that counts steps.

    Args:
        column: of the recording's history.
        unit: what the run counts, "epoch" or "step".
    """
    titles = TITLES | (OF_A_DESCENT if unit == "step" else {})
    return titles.get(column, column.replace("_", " "))
