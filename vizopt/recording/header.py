"""Header: what a recording says of itself, and whether its arrays are such as it says.

It is read through a spec, as scenes are: a recording may come from anybody.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError

from vizopt.core.floats import MAX_EXACT_INT
from vizopt.core.numbers import setting
from vizopt.core.params import ParamLayout
from vizopt.core.sampling import size_before
from vizopt.core.specs import Count, Whole, spec
from vizopt.core.toml import parsed

if TYPE_CHECKING:
    import zarr

Group = Literal["history", "snapshots"]
GROUPS: tuple[Group, ...] = ("history", "snapshots")
LONGEST = 100_000  # characters of a text
MOST_CLASSES = 256  # a recorded or drawn class is a byte
MOST_ARRAYS = 10_000
ANY = -1  # length of a side
REFITTED = "refitted"  # how a note begins of steps that were trained again, one by one
RATES = ("lr", "learning_rate", "eta0")  # settings that the line below a title has
Text = Annotated[str, Field(max_length=LONGEST)]
Kind = Literal["network", "regression", "function"]
Settings = Annotated[Mapping[str, bool | int | float | Text], Field(max_length=1000)]
Shapes = tuple[tuple[str, tuple[int, ...]], ...]


def _tensors(value: Any) -> Any:
    """A layout as format 1 has it, names and shapes of the book, by its tensors."""
    if not isinstance(value, Mapping) or "shapes" not in value:
        return value
    shapes = TypeAdapter(Shapes).validate_python(value["shapes"])
    if len(dict(shapes)) < len(shapes):
        raise ValueError("two arrays of one name")
    return ParamLayout.of(dict(shapes))


@dataclass(frozen=True, slots=True)
class Column:
    """One recorded value a row: `history` has a row for every epoch, `snapshots` for kept ones."""

    name: str
    group: Group
    dtype: str
    shape: tuple[int, ...] = ()

    @property
    def nbytes(self) -> int:
        """Of a row."""
        return np.dtype(self.dtype).itemsize * prod(self.shape)


@spec
class External:
    """Who made the numbers, where vizopt did not train: it cannot make them again.

    Args:
        framework: "PyTorch", "Keras", "scikit-learn", "JAX" or "Python".
        model: class of the model, empty where nobody told.
        optimizer: class of the optimizer, empty where nobody told.
        settings: the optimizer's at the first step, by its own names.
        groups: of the parameters with settings of their own, what differs; none of a single group.
        note: what else must be known of how it was recorded: "refitted", "unit = execution".
    """

    framework: Text
    model: Text = ""
    optimizer: Text = ""
    settings: Settings = field(default_factory=dict)
    groups: Annotated[tuple[Settings, ...], Field(max_length=1000)] = ()
    note: Text = ""

    @property
    def told(self) -> str:
        """For the line below a title: `AdamW, lr 0.01 (PyTorch)`; `Python`."""
        rates = {key: self.settings[key] for key in RATES if key in self.settings}
        parts = [f"{key.replace('_', ' ')} {_rate(value)}" for key, value in rates.items()]
        if not self.optimizer:
            return self.framework
        return f"{', '.join([self.optimizer, *parts])} ({self.framework})"

    @property
    def again(self) -> str:
        """`refitted` where the steps are not those of one training; else empty."""
        return REFITTED if self.note.startswith(REFITTED) else ""


def _rate(value: bool | float | str) -> str:
    """A schedule leaves 0.0020000000000000018 of the 0.002 that somebody chose."""
    return setting(value) if isinstance(value, float) else str(value)


@spec
class Header:
    """What a recording says of itself.

    Args:
        name: the scene's name, for file names and messages.
        scene: the scene's TOML, overrides included; of a run that vizopt did not train, what of a
            scene tells how it is shown.
        layout: the tensors in the flat parameter vector.
        epochs: planned length of the run.
        versions: of vizopt and of what computed the numbers.
        kind: of the problem: a network that tells classes apart, one that predicts a number, or a
            function of one variable.
        external: who trained, where it was not vizopt.
        unit: what a step is called, "epoch" or "step".
        batch: samples of one step; 0 where that is all of them, or nobody told.
        settings: the optimizer, the data and the problem in a line.
        classes: names of the classes, in the order of their numbers.
        plane: what plane through the features the picture shows; empty for two features.
        axes: names of the plane's axes, x and y, or of one feature alone; none of data drawn from a
            rule.
        target: name of the number that a regression predicts.
        worked: the update rule in lines of arithmetic, to be redone by hand; see
            `vizopt.train.optimizers.worked`.
        whole: shapes that arrays had in the training of which evenly spaced cells are recorded, by
            name; see `vizopt.core.sampling`.
    """

    name: Annotated[str, Field(max_length=200)]
    scene: Text
    layout: Annotated[ParamLayout, BeforeValidator(_tensors)]
    epochs: Count
    versions: Annotated[Mapping[str, Text], Field(max_length=100)]
    kind: Kind = "network"
    external: External | None = None
    unit: Annotated[str, Field(pattern="^(epoch|step)$", description="epoch or step")] = "epoch"
    batch: Whole = 0
    settings: Text = ""
    classes: Annotated[tuple[Text, ...], Field(max_length=MOST_CLASSES)] = ()
    plane: Text = ""
    axes: Annotated[tuple[Text, ...], Field(max_length=2)] = ()
    target: Text = ""
    worked: Text = ""
    whole: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        shapes = self.layout.shapes.values()
        least = 0 if self.external else 1  # a history alone has no parameters
        if not least <= len(shapes) <= MOST_ARRAYS:
            raise ValueError(f"layout: {len(shapes)} arrays: should be {least} to {MOST_ARRAYS}")
        if self.layout.size > MAX_EXACT_INT or any(n < 1 for shape in shapes for n in shape):
            raise ValueError("layout: a shape of no array")
        for name, shape in self.whole.items():
            taken = self.layout.shapes.get(name, ())
            if len(taken) != len(shape) or any(map(int.__gt__, taken, shape)):
                raise ValueError(f"whole: {name[:60]}: is no sample of that shape")
        if size_before(self.layout, self.whole) > MAX_EXACT_INT:
            raise ValueError("whole: a shape of no array")


@spec
class Attributes:
    """What stands in a recording's zarr.json besides the header.

    Args:
        committed: rows of each group that count.
        id: of the run; none before there were ids.
        diverged: the epoch whose numbers are not finite.
        undefined: whether the loss had no value there; none in a recording that does not tell.
        interrupted: the epoch that Ctrl-C came at.
        open: whether it is written still, or who wrote it was killed.
        state: what an unfinished training goes on from; see `vizopt.recording.resume`.
    """

    committed: dict[Group, Whole]
    id: Text | None = None
    diverged: Whole | None = None
    undefined: bool | None = None
    interrupted: Whole | None = None
    open: bool = False
    state: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        if set(self.committed) != set(GROUPS):
            raise ValueError(f"committed: needs {' and '.join(GROUPS)}")
        if self.committed["snapshots"] > self.committed["history"]:
            raise ValueError("committed: more snapshots than history")


def read(attributes: Mapping[str, Any]) -> tuple[Header, Attributes]:
    """Header and attributes of a recording.

    Raises:
        ValueError: what in them cannot be, in one line.
    """
    stated = {key: value for key, value in dict(attributes["vizopt"]).items() if key != "format"}
    if "kind" not in stated:
        stated |= _read_off_the_scene(stated)
    known = {key: attributes[key] for key in Attributes.__dataclass_fields__ if key in attributes}
    try:
        header = TypeAdapter(Header).validate_python(stated)
        others = TypeAdapter(Attributes).validate_python(known)
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(str(part) for part in problem["loc"])
        told = str(problem.get("ctx", {}).get("error", problem["msg"]))
        raise ValueError(f"header: {place}: {told}" if place else f"header: {told}") from error
    if others.committed["history"] > header.epochs:
        raise ValueError("header: committed: more rows than epochs")
    return header, others


def _read_off_the_scene(stated: Mapping[str, Any]) -> dict[str, Any]:
    """What a header did not tell before there were kinds: all were of trainings by vizopt."""
    try:
        batch = parsed(stated["scene"])["problem"].get("batch", 0)
    except (ValueError, LookupError, AttributeError, TypeError):
        batch = 0
    kind = "function" if stated.get("unit") == "step" else "network"
    return {"kind": kind, "batch": batch}


def misfits(
    header: Header, columns: Mapping[str, "zarr.Array[Any]"], constants: Mapping[str, Any]
) -> Iterator[str]:
    """What of the arrays is not such as the header says, each in a few words."""
    if "epoch" not in columns:
        yield "there is no column epoch"
    classes = len(header.classes)
    shapes: dict[str, tuple[int, ...]] = dict.fromkeys(("params", "delta"), (header.layout.size,))
    for name, array in columns.items():
        inner = array.shape[1:]
        history = array.path.startswith("history/")
        if not array.ndim or array.dtype.kind not in _kinds(name):
            yield f"{array.path}: {array.dtype} {list(array.shape)} are no such numbers"
        elif name == "scores":
            if len(inner) != 3 or inner[1] != inner[2] or inner[0] != classes:
                yield f"{array.path}: {list(inner)} does not fit {classes} classes"
        elif name == "probabilities":
            if len(inner) != 2 or inner[0] != classes or inner[1] < 2:
                yield f"{array.path}: {list(inner)} does not fit {classes} classes"
        elif name in ("fitted", "predictions"):
            if len(inner) != 1 or inner[0] < (2 if name == "fitted" else 1):
                yield f"{array.path}: {list(inner)} are no numbers of a regression"
        elif inner != shapes.get(name, () if history or name == "epoch" else inner):
            yield f"{array.path}: {list(inner)} does not fit the header"
    yield from _misfit_constants(header, constants)


def _kinds(name: str) -> str:
    return {"epoch": "iu", "step": "iu", "scores": "u"}.get(name, "f")


def _misfit_constants(header: Header, constants: Mapping[str, Any]) -> Iterator[str]:
    """A network's points with a class or number each, on a plane or a line; a curve's x and f."""
    of = next((constants[name].shape for name in ("points", "targets") if name in constants), ())
    points, axes = (*of, ANY, ANY)[:2]
    axes = 1 if axes == 1 else 2
    wanted = {
        "points": ("f", (points, axes)),
        "labels": ("iu", (points,)),
        "targets": ("f", (points,)),
        "target_units": ("f", (2,)),
        "held_out": ("iu", (points,)),
        "extent": ("f", (2 * axes,)),
        "units": ("f", (axes, 2)),
        **dict.fromkeys(("curve", "minima", "maxima"), ("f", (ANY, 2))),
    }
    for name, array in constants.items():
        kinds, shape = wanted.get(name, ("biuf", array.shape))
        sides = zip(array.shape, shape, strict=False)
        fits = len(array.shape) == len(shape) and all(want in (ANY, has) for has, want in sides)
        empty = name in ("curve", "points") and not array.size
        if not fits or empty or array.dtype.kind not in kinds:
            yield f"constants/{name}: {array.dtype} {list(array.shape)} does not fit the header"
