"""Find: the learning rate and momentum that reach a minimum of a function in the fewest steps."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray

from vizopt.core.errors import SceneError
from vizopt.core.numbers import count, setting
from vizopt.core.progress import Bar, quiet
from vizopt.recording.minima import Minimum, seen_from
from vizopt.recording.nearness import reached
from vizopt.recording.readout import Readout
from vizopt.scene.spec import Scene
from vizopt.train.loop import train
from vizopt.train.optimizers import Momentum
from vizopt.train.problems import Function, FunctionSpec
from vizopt.train.problems.formula import formula
from vizopt.train.schedules import Constant

Values: TypeAlias = NDArray[np.float64]

RATES = np.geomspace(1e-4, 1.0, 161)
MOMENTA = np.concatenate([[0.0], 1 - np.geomspace(1.0, 0.01, 41)[1:]])  # momentum
AFTERWARDS = 100  # steps more, at least, in which it must stay there
ROUNDS = 3  # of refinement, each a tenth as wide


@dataclass(frozen=True, repr=False)
class Found:
    """The best setting.

    Args:
        lr, momentum: of the Momentum rule.
        steps: the first step from which on it stays near the minimum, see `Minimum.near`, which
            may be more than wanted; None when no setting stays there at all.
        distance: of its end from the minimum.
        called: the minimum or lowest end that it stays near, or else the only one wanted; empty
            where it is near none of several.
        margin: the learning rate may be this share higher or lower, and it still stays there
            within the wanted steps.
    """

    lr: float
    momentum: float
    steps: int | None
    distance: float
    margin: float = 0.0
    called: str = ""

    @property
    def setting(self) -> str:
        """`learning rate 0.211349, momentum 0.292054`."""
        return f"learning rate {self.lr:.6g}, momentum {self.momentum:.6g}"

    @property
    def where(self) -> str:
        """What it stays near, in words."""
        return self.called or "a lowest place"

    def __str__(self) -> str:
        when = "never" if self.steps is None else f"from step {count(self.steps)} on"
        return f"{self.setting}: at {self.where} {when}"

    def __repr__(self) -> str:
        """`<Found learning rate 0.211, momentum 0.292: at the global minimum from step 4 on>`."""
        return f"<Found {self}>"


def find(scene: Scene, reach: str, within: int, bar: Bar = quiet) -> Found:
    """Search a log grid of settings, then finer ones around the best; all rates at once.

    Args:
        scene: a descent; its own optimizer does not matter.
        reach: "global" for any global minimum or lowest end, or the ordinal of a minimum, counted
            downhill from the start.
        within: largest number of steps that counts.

    Raises:
        SceneError: the scene is no descent, or has no such minimum.
    """
    if not isinstance(scene.problem, FunctionSpec):
        raise SceneError(scene.name, "problem", 'find searches descents: kind = "function"')
    search = _Search(scene.problem, _targets(scene.name, scene.problem, reach), within)
    rates, kept, best = RATES, MOMENTA, None
    for round_ in range(ROUNDS + 1):
        label = "searching" if not round_ else f"refining {round_}/{ROUNDS}"
        for momentum in bar(kept, len(kept), label, "momentum value"):
            found = search.best(rates, float(momentum))
            if best is None or _rank(found) < _rank(best):
                best = found
        assert best is not None
        spread = 0.3 / 4**round_
        rates = best.lr * np.geomspace(1 - spread / 2, 1 + spread / 2, 81)
        room = spread * (1 - best.momentum)
        kept = np.linspace(max(best.momentum - room / 2, 0), best.momentum + room / 2, 41)
    assert best is not None
    return replace(_checked(scene, search, best), margin=search.margin(best))


def with_setting(scene: Scene, found: Found, name: str) -> Scene:
    """The scene, descended with the setting that was found, under a name of its own."""
    optimizer = Momentum(lr=Constant(found.lr), momentum=found.momentum)
    epochs = (found.steps or 0) * 2 + 1
    return replace(
        scene,
        name=name,
        title="Momentum, found by search",
        about=f"learning rate {setting(found.lr, 4)}, momentum {setting(found.momentum, 4)}",
        order=1000,
        optimizer=optimizer,
        epochs=max(epochs, 2),
    )


class _Search:
    """Runs of the Momentum rule for many learning rates at once.

    velocity ← momentum · velocity − lr · f′(x),  x ← x + velocity: the rule of
    `vizopt.train.optimizers.Momentum`, which runs the setting that is reported once more.
    """

    def __init__(self, problem: FunctionSpec, targets: list[Minimum], within: int) -> None:
        self._start = problem.start
        self._value: Callable[[Any], Any] = formula(problem.f).value
        self._slope: Callable[[Any], Any] = formula(problem.f).slope
        self._targets = targets
        self._within = within
        self._readout = Readout.of(Function(problem).constants)

    def path(self, rates: Values, momentum: float) -> Values:
        """x of each step and rate [steps, rates], from the start on."""
        path = np.empty((self._within + max(self._within, AFTERWARDS) + 2, len(rates)))
        x = path[0] = np.full(len(rates), self._start)
        velocity = np.zeros(len(rates))
        with np.errstate(all="ignore"):
            for step in range(1, len(path)):
                velocity = momentum * velocity - rates * self._slope(x)
                x = path[step] = x + velocity
        return path

    def steps(self, path: Values) -> Values:
        """First step from which on each run stays near a target, infinite for those that do not.

        The last x of a path is where its last step's update leads.
        """
        runs = list(zip(path[:-1].T, self._value(path[:-1]).T, path[-1], strict=True))
        each = [[reached(target, x, f, to) for x, f, to in runs] for target in self._targets]
        steps = [[np.inf if at is None else at for at in found] for found in each]
        return np.asarray(np.min(steps, axis=0), np.float64)

    def called(self, x: Values | None) -> str:
        """The target that a run of these x [steps] stays near, or else the only one there is."""
        near = [
            f"{t.called} at {self._readout.place(t)}" if len(self._targets) > 1 else t.called
            for t in self._targets
            if len(self._targets) == 1
            or (x is not None and reached(t, x[:-1], self._value(x[:-1]), x[-1]) is not None)
        ]
        return near[0] if near else ""

    def distance(self, path: Values) -> Values:
        """How far each run's end is from the nearest target."""
        away = [target.away(path[-1]) for target in self._targets]
        return np.asarray(np.nan_to_num(np.min(away, axis=0), nan=np.inf))

    def best(self, rates: Values, momentum: float) -> Found:
        """The best of these rates: fewest steps, and the middle of those that need as few."""
        path = self.path(rates, momentum)
        steps = self.steps(path)
        distance = self.distance(path)
        if not np.isfinite(steps).any():
            at = int(distance.argmin())
            return Found(float(rates[at]), momentum, None, float(distance[at]))
        as_few = np.nonzero(steps == steps.min())[0]
        at = int(as_few[len(as_few) // 2])
        return Found(float(rates[at]), momentum, int(steps[at]), float(distance[at]))

    def margin(self, found: Found) -> float:
        """Largest share by which the rate may be off on both sides."""
        shares = np.linspace(0, 0.5, 501)
        holds = [
            self.steps(self.path(found.lr * (1 + sign * shares), found.momentum)) <= self._within
            for sign in (-1, 1)
        ]
        wrong = np.nonzero(~(holds[0] & holds[1]))[0]
        return float(shares[max(wrong[0] - 1, 0)]) if len(wrong) else 0.5


def _rank(found: Found) -> tuple[float, float]:
    return (np.inf if found.steps is None else found.steps, found.distance)


def _checked(scene: Scene, search: _Search, found: Found) -> Found:
    """The same setting, run by the project's own optimizer and training loop, and where it ends."""
    if found.steps is None:
        return replace(found, called=search.called(None))
    rng = RandomState(scene.seed)
    problem = scene.problem.build(rng)
    optimizer = Momentum(lr=Constant(found.lr), momentum=found.momentum)
    path = [
        s.params
        for s in train(problem, optimizer, epochs=len(search.path(RATES[:1], 0.0)), rng=rng)
    ]
    steps = search.steps(np.array(path))[0]
    called = search.called(np.array(path, np.float64)[:, 0])
    return replace(found, steps=int(steps) if np.isfinite(steps) else None, called=called)


def _targets(name: str, problem: FunctionSpec, reach: str) -> list[Minimum]:
    """The wanted minimum, or all that are global and the lowest ends."""
    slope = float(formula(problem.f).slope(np.float64(problem.start)))
    minima = seen_from(Function(problem).constants, problem.start, slope)
    ahead = {str(m.ordinal): [m] for m in minima if m.ordinal}
    known = {"global": [m for m in minima if m.kind != "local"]} | ahead
    if known.get(reach):
        return known[reach]
    ways = ["global"] * bool(known["global"]) + (
        ["1"] if len(ahead) == 1 else [f"1 to {len(ahead)}"] * bool(ahead)
    )
    what = "no global minimum" if reach == "global" else f'no minimum "{reach}"'
    way = f"say {', or '.join(ways)}" if ways else "it has none to be reached"
    raise SceneError(name, "problem.f", f"{what}: {way}")
