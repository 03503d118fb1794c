"""Quantities: what a recorded column is called wherever somebody reads it."""

from vizopt.core.words import phrase

TITLES = {"lr": "learning_rate"} | {
    name: name for name in ("loss", "accuracy", "slope", "epoch", "step")
}
OF_A_DESCENT = {"loss": "f(x)"}  # a run that counts steps goes down a function


def title(column: str, unit: str) -> str:
    """`loss`, `learning rate`; `f(x)` for the loss of a run that counts steps.

    English, as a phrase where a picture has it in other languages too.

    Args:
        column: of the recording's history.
        unit: what the run counts, "epoch" or "step".
    """
    if unit == "step" and column in OF_A_DESCENT:
        return OF_A_DESCENT[column]
    held_out = column.removeprefix("validation_")
    if held_out != column and held_out in TITLES:
        return phrase("validation", quantity=phrase(TITLES[held_out]))
    return phrase(TITLES[column]) if column in TITLES else column.replace("_", " ")
