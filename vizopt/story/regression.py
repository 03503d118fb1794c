"""Regression: what is told of a network that predicts a number."""

from pathlib import Path

from vizopt.core.docstrings import first_line
from vizopt.core.numbers import count, counted, number
from vizopt.recording.events import Event
from vizopt.recording.store import Recording
from vizopt.scene.spec import Scene
from vizopt.story import history, network
from vizopt.story.layers import layers, penalties
from vizopt.story.phrases import cut, lower, plain
from vizopt.train.problems import RegressionSpec

NAME = 40  # characters of a number's or file's name
ACTED_ON = network.ACTED_ON
LOSS = (
    "Its single output is linear: it is the predicted number. What training makes small is the "
    "loss, the mean of the squared differences between predicted and true numbers."
)
SCALED = (
    " Each feature, and the number itself, is scaled to mean 0 and standard deviation 1{}; the "
    "loss is that of the scaled numbers."
)
R2 = (
    "R² is 1 where every prediction is right, and 0 where they are no better than the mean of the "
    "true numbers."
)


def what(name: str, run: Recording, scene: Scene) -> str:
    """In a few words, for the alt text: `Adam trains a network to predict y on 100 points`."""
    target = cut(plain(run.header.target), NAME)
    return f"{name} trains a network to predict {target} on {counted(_points(run), 'point')}"


def trained(run: Recording, scene: Scene) -> str:
    """The data and the network."""
    problem: RegressionSpec = scene.problem  # type: ignore[assignment]
    told = [_data(problem, run), layers(problem, run), LOSS]
    return " ".join([*told, R2] if "r2" in run.columns else told)


def length(run: Recording, scene: Scene) -> str:
    """What an epoch is."""
    return network.length(run, scene)


def extras(scene: Scene) -> list[str]:
    """Penalties, dropout, the seed."""
    problem: RegressionSpec = scene.problem  # type: ignore[assignment]
    return [*penalties(problem), f"Everything random is drawn with seed {scene.seed}."]


def happened(run: Recording, found: tuple[Event, ...]) -> str:
    """The paragraph of how it went."""
    return " ".join(filter(None, [history.happened(run, found), measured(run)]))


def in_short(run: Recording, found: tuple[Event, ...]) -> list[str]:
    """The same for the alt text, the most important sentence first."""
    ways = [f"loss {history.way(run['loss'])}"]
    ways += [f"R² {history.way(run['r2'])}"] * ("r2" in run.columns)
    return history.in_short(run, ways, found)


def measured(run: Recording) -> str:
    """R² and the mean absolute error at both ends."""
    told = []
    if "r2" in run.columns and run.epochs > 1:
        first, last = (number(float(run["r2"][at])) for at in (0, -1))
        told.append(f"R² goes from {first} to {last}.")
    if "mae" in run.columns and run.epochs:
        error = number(float(run["mae"][-1]))
        own = ", in the units of the data" if run["target_units"].tolist() != [0.0, 1.0] else ""
        told.append(f"At the end a prediction is {error} off on average{own}.")
    return " ".join(told)


def _points(run: Recording) -> int:
    return len(run["targets"])


def _data(problem: RegressionSpec, run: Recording) -> str:
    target, path = cut(plain(run.header.target), NAME), getattr(problem.data, "path", "")
    if path:
        file = cut(plain(Path(path).name), NAME)
        what = f"{counted(_points(run), 'sample')} from the file {file}"
        features = counted(problem.sizes[0], "feature")
        scaled = SCALED.format(network.constant(run))
        text = f"The data are {what} with {features} and the number to predict, {target}.{scaled}"
    else:
        kind = lower(first_line(type(problem.data))).rstrip(".") or "of somebody's own"
        text = f"The data are {counted(_points(run), 'point')}: {kind}."
    if held_out := int(run["held_out"].sum()):
        text += f" {count(held_out)} of them are held out of training, to validate with."
    return text
