"""What a model of Keras holds: its variables, their names, its metrics, its optimizer."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from vizopt.adapters.imports import required
from vizopt.adapters.thresholds import threshold_of
from vizopt.recording.given import array

SETTINGS = ("momentum", "nesterov", "beta_1", "beta_2", "rho", "epsilon", "weight_decay")


class Variables(NamedTuple):
    """Copies of a model's variables, in its own order."""

    trainable: list[Any]
    others: list[Any]


class Means:
    """A batch's own loss and metrics, from means that Keras continues until the epoch ends.

    own = (total − total before) / (count − count before)
    """

    def __init__(self) -> None:
        self._before: dict[str, tuple[float, float]] = {}

    def own(self, model: Any, logs: Mapping[str, Any]) -> dict[str, Any]:
        """What Keras tells of a batch, with the batch's own numbers in the place of means."""
        found = dict(logs)
        for metric in _means(model):
            total, count = float(_number(metric.total)), float(_number(metric.count))
            before, already = self._before.get(metric.name, (0.0, 0.0))
            self._before[metric.name] = total, count
            if count <= already:  # Keras has begun anew
                before, already = 0.0, 0.0
            if metric.name in found and count > already:
                found[metric.name] = (total - before) / (count - already)
        return found


def variables_of(model: Any) -> Variables:
    """Copies on the model's own device; JAX gives the arrays of a step away to the next."""
    ops = required("keras", "keras").ops
    kinds = model.trainable_variables, model.non_trainable_variables
    return Variables(*([ops.stop_gradient(ops.copy(v.value)) for v in kind] for kind in kinds))


def threshold_of_model(model: Any, labels: Any) -> float | None:
    """Over which its single output is the second class; none where nothing tells."""
    loss = model.loss
    name = loss if isinstance(loss, str) else getattr(loss, "__name__", type(loss).__name__)
    if getattr(loss, "from_logits", False):
        name = "bcewithlogits"
    last = model.layers[-1] if getattr(model, "outputs", None) else None  # not of a call of its own
    end = getattr(getattr(last, "activation", None), "__name__", "")
    return threshold_of(name, end, labels)


def names_of(model: Any) -> list[str]:
    """Paths of the trainable variables, without the model's own name: `dense/kernel`."""
    paths = [_path(variable, model) for variable in model.trainable_variables]
    counts = Counter(paths)
    seen: Counter[str] = Counter()
    names = []
    for path in paths:
        seen[path] += 1
        module, _, own = path.rpartition("/")
        names.append(path if counts[path] == 1 else f"{module}_{seen[path]}/{own}")
    return names


def modules_of(model: Any) -> dict[str, str]:
    """Class of each layer, by the path of its own variables."""
    found = {}
    for layer in model.layers:
        for variable in layer.trainable_variables:
            module = _path(variable, model).rpartition("/")[0]
            if module.rpartition("/")[2] == layer.name:
                found[module] = type(layer).__name__
    return found


def rate_of(model: Any) -> float:
    """The learning rate of the next step, also of a schedule."""
    return float(_number(model.optimizer.learning_rate))


def settings_of(optimizer: Any) -> dict[str, bool | int | float]:
    """An optimizer's settings that are numbers."""
    rate = float(str(_number(optimizer.learning_rate)))  # 0.005, as it was written in float32
    found: dict[str, bool | int | float] = {"learning_rate": rate}
    for name in SETTINGS:
        value = getattr(optimizer, name, None)
        if isinstance(value, bool | int | float):
            found[name] = value
    return found


def _means(model: Any) -> Iterator[Any]:
    """The metrics that are means, those that `compile` was given too."""
    mean = required("keras", "keras").metrics.Mean
    for metric in model.metrics:
        for own in getattr(metric, "metrics", [metric]):
            if isinstance(own, mean):
                yield own


def _path(variable: Any, model: Any) -> str:
    return str(variable.path).removeprefix(f"{model.name}/")


def _number(value: Any) -> Any:
    """A number of a variable, or of what a schedule gives; Keras' own conversion warns."""
    return array(getattr(value, "value", value))
