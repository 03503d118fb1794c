"""Quantities: everything that is recorded or measured, and how it is called, drawn and told."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from vizopt.core.arrays import Vector
from vizopt.core.words import phrase, worded
from vizopt.recording.header import Kind

BOOK = re.compile(r"dense(\d+)")  # a layer of the book
HELD_OUT = "validation_"  # in front of a name: the same of the samples held out
HELD_OUTS = (HELD_OUT, "val_", "valid_", "eval_", "dev_", "test_")  # what others write there
TRAINED_ON = ("training_", "train_")
Shape: TypeAlias = Literal["scalar", "params", "plane", "line", "samples", "constant"]
Scale: TypeAlias = Literal["linear", "auto", "mostly", "log"]
# Of the parameters before an update, its gradient, and the update, all or a layer's.
Measure: TypeAlias = Callable[[Vector, Vector, Vector], float]


@dataclass(frozen=True, slots=True)
class Quantity:
    """What one recorded value is to whoever reads it.

    Args:
        title: above a curve, key of its words or, until languages have them, English; without one
            its name stands there.
        short: the same where there is little room.
        of_function: its title where a function is made small.
        shape: of a row: "scalar" is one number of every epoch, which curves can show.
        range: what it can be, where that is known.
        floor: an axis that reaches above 0 begins no lower: values below are cut from it.
        scale: of its axis: "auto" is logarithmic from two decades on, "mostly" where the upper nine
            tenths of its values span them: a cosine only ends near 0.
        falls: whether it falls when all goes well: high outliers are cut from its axis.
        spikes: whether its first value may lie far above all others and is then cut; no other is.
        reference: a value that its curve is held against, and the key of the words for that.
        colour: its curve's, by the name in a theme's accents.
        told: what a text calls it that tells its course; empty where it is told otherwise.
        made: whether training makes it, unlike a rate, which follows from its rule.
        aliases: what others call it, small letters, one blank between.
        measure: what gives it from an update, of the whole network and of each layer; made of their
            norms alone, all that adapters hand over.
        state: the names of those arrays of an optimizer's state whose norm it is, of the whole
            network and of each layer, one blank between.
        meaning: of one that is measured, for the reference.
        reading: what its values tell, for the same.
    """

    title: str = ""
    short: str = ""
    of_function: str = ""
    shape: Shape = "scalar"
    range: tuple[float, float] | None = None
    floor: float = -np.inf
    scale: Scale = "linear"
    falls: bool = False
    spikes: bool = False
    reference: tuple[float, str] | None = None
    colour: str = ""
    told: str = ""
    made: bool = True
    aliases: str = ""
    measure: Measure | None = None
    state: str = ""
    meaning: str = ""
    reading: str = ""


def norm(values: Vector) -> float:
    """‖v‖₂ in float64, whatever the precision of the parameters [n] or [rows, columns]."""
    return float(np.linalg.norm(np.asarray(values, np.float64)))


def ratio(params: Vector, update: Vector) -> float:
    """‖Δ‖₂ / ‖θ‖₂; ∞ where only the parameters are 0, and no number where both are."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.float64(norm(update)) / norm(params))


# In the order of tables.
QUANTITIES: dict[str, Quantity] = {
    "x": Quantity(),
    "accuracy": Quantity(
        title="accuracy",
        range=(0.0, 1.0),
        colour="accuracy",
        aliases="acc train_acc train_accuracy training_accuracy categorical_accuracy",
    ),
    "loss": Quantity(
        title="loss",
        of_function="f(x)",
        scale="auto",
        falls=True,
        colour="loss",
        aliases="train_loss training_loss cost f_x f",
    ),
    "r2": Quantity(
        title="r2",
        short="R²",
        range=(-np.inf, 1.0),
        floor=-1.0,
        colour="accuracy",
        aliases="r2_score r_squared r_2 coefficient_of_determination",
    ),
    "mae": Quantity(
        title="mae",
        short="MAE",
        scale="auto",
        falls=True,
        colour="lr",
        told="mean absolute error",
        aliases="mean_absolute_error l1_loss",
    ),
    "slope": Quantity(title="slope", aliases="grad gradient derivative"),
    "lr": Quantity(
        title="learning_rate",
        short="lr",
        scale="mostly",
        colour="lr",
        made=False,
        aliases="learning_rate current_learning_rate current_lr eta",
    ),
    "grad_norm": Quantity(
        title="grad_norm",
        short="‖g‖",
        scale="log",
        spikes=True,
        colour="loss",
        told="norm of the gradient",
        aliases="gradient_norm total_norm",
        measure=lambda params, grad, update: norm(grad),
        meaning="‖g‖₂ of the gradient",
        reading="a first layer far below the last one: gradients vanish",
    ),
    "update_ratio": Quantity(
        title="update_ratio",
        short="‖Δ‖ / ‖w‖",
        scale="log",
        spikes=True,
        reference=(1e-3, "rule_of_thumb"),
        colour="accuracy",
        told="ratio of an update to the weights",
        aliases="update_to_weight_ratio update_to_data_ratio",
        measure=lambda params, grad, update: ratio(params, update),
        meaning="‖Δ‖₂ / ‖w‖₂, the update over the weights before it",
        reading="about 0.001 is a rule of thumb; far above it the rate is too large, far below it "
        "the layer stands still",
    ),
    "weight_norm": Quantity(
        title="weight_norm",
        short="‖w‖",
        scale="auto",
        spikes=True,
        colour="lr",
        told="norm of the weights",
        aliases="param_norm parameter_norm",
        measure=lambda params, grad, update: norm(params),
        meaning="‖w‖₂, weights and biases",
        reading="grows for ever without decay",
    ),
    "momentum_norm": Quantity(
        title="momentum_norm",
        short="‖m‖",
        scale="auto",
        spikes=True,
        colour="accuracy",
        told="norm of the momentum",
        state="momentum_buffer exp_avg",
    ),
    "second_moment_norm": Quantity(
        title="second_moment_norm",
        short="‖v‖",
        scale="log",
        spikes=True,
        colour="lr",
        told="norm of the second moment",
        state="exp_avg_sq square_avg",
    ),
    **{unit: Quantity(title=unit, shape="constant") for unit in ("epoch", "step")},
    "params": Quantity(shape="params"),
    "delta": Quantity(shape="params"),
    "statistics": Quantity(shape="params"),
    "scores": Quantity(shape="plane"),
    "probabilities": Quantity(shape="line"),
    "fitted": Quantity(shape="line"),
    "predictions": Quantity(shape="samples"),
    **dict.fromkeys(
        ("points", "labels", "held_out", "extent", "units", "targets", "target_units"),
        Quantity(shape="constant"),
    ),
    **dict.fromkeys(("curve", "minima", "maxima"), Quantity(shape="constant")),
}
OTHER = Quantity(scale="auto", made=False)  # a rate that only its rule knows; whatever is logged
# By a word in its name, what nobody knows: what falls, what rises, norms, rates.
GUESSED: tuple[tuple[str, Quantity], ...] = (
    (
        "loss error perplexity ppl mse mae rmse nll bce cost",
        Quantity(scale="auto", falls=True, colour="loss"),
    ),
    ("acc accuracy f1 auc precision recall r2 iou", Quantity(colour="accuracy")),
    ("norm", Quantity(scale="auto", spikes=True)),
    ("lr rate", Quantity(scale="mostly", colour="lr", made=False)),
)
ALIASES = {
    alias: name
    for name, found in QUANTITIES.items()
    for alias in (*found.aliases.split(), name)
    if found.title
}
MEASURED = tuple(name for name, quantity in QUANTITIES.items() if quantity.measure)
STATES = tuple(name for name, quantity in QUANTITIES.items() if quantity.state)


def parts(column: str) -> tuple[str, str]:
    """A column's quantity, and the layer that it is of: `grad_norm.dense1`; empty for all."""
    name, _, layer = column.removeprefix(HELD_OUT).partition(".")
    return name, layer


def split(column: str) -> tuple[str, str]:
    """What tells of which samples a column is, and the rest of its name: `val_`, `loss`."""
    fronts = (front for front in (*HELD_OUTS, *TRAINED_ON) if column.lower().startswith(front))
    front = next(fronts, "")
    return front, column[len(front) :]


def known(column: str) -> str:
    """The name that the table has for a column, whatever it is called; empty where it has none."""
    name = split(column)[1].partition(".")[0]
    return name if name in QUANTITIES else ALIASES.get(name.lower(), "")


def quantity(column: str) -> Quantity:
    """What a column holds; of one that is not in the table what its name says."""
    if name := known(column):
        return QUANTITIES[name]
    words = re.split(r"[\W_]+", column.lower())
    return next((found for some, found in GUESSED if set(some.split()) & set(words)), OTHER)


def layered(name: str, layers: Sequence[str]) -> list[str]:
    """The columns of a measured quantity: of the network, and of its layers if it has several."""
    return [name, *(f"{name}.{layer}" for layer in layers if len(layers) > 1)]


def title(column: str, kind: Kind) -> str:
    """`loss`, `learning rate`; `f(x)` for the loss where a function is made small.

    English, as a phrase where a picture has it in other languages too.

    Args:
        column: of the recording's history.
        kind: of the run's problem.
    """
    name, layer = parts(column)
    found = quantity(column)
    if kind == "function" and found.of_function:
        return found.of_function
    if not found.title or name not in QUANTITIES:  # by the words of who logged it
        return column.replace("_", " ")
    told = worded(found.title)
    if column.startswith(HELD_OUT):
        told = phrase("validation", quantity=told)
    return phrase("of_layer", quantity=told, layer=layer_title(layer)) if layer else told


def layer_title(layer: str) -> str:
    """`Dense 1` of a book's layer; others as they are named."""
    book = BOOK.fullmatch(layer)
    return phrase("layer", number=book[1]) if book else layer


def number_of(layer: str) -> str:
    """`1` of a book's layer; others as they are named."""
    return BOOK.sub(r"\1", layer)


def ordered(columns: Iterable[str]) -> list[str]:
    """Columns as tables have them: in the order of QUANTITIES, the others behind them by name."""
    names = list(QUANTITIES)

    def place(column: str) -> tuple[int, list[str | int]]:
        name = column.partition(".")[0]
        found = [int(s) if s.isdigit() else s for s in re.split(r"(\d+)", column)]
        return names.index(name) if name in names else len(names), found

    return sorted(columns, key=place)
