"""Contract: what every rule, schedule, data set and panel promises, tried on one of one's own."""

import copy
import pickle
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.random import RandomState

from vizopt.core.errors import VizoptError
from vizopt.core.kinds import read_again
from vizopt.core.library import bundled
from vizopt.core.params import ParamLayout
from vizopt.core.places import scratch
from vizopt.core.progress import quiet
from vizopt.core.sizes import Box
from vizopt.draw.paint import DPI, drawn, pixel_axes
from vizopt.draw.panels import DrawContext
from vizopt.draw.playback import Playback
from vizopt.draw.theme import THEMES
from vizopt.draw.views import alone
from vizopt.pipeline.training import trained
from vizopt.recording.store import Recording
from vizopt.scene.load import parse_scene
from vizopt.scene.register import TABLES
from vizopt.scene.written import kinds

LAYOUT = ParamLayout.of({"dense1.weights": (1, 2), "dense1.biases": (1,)})
START = np.array([-4.0, 0.5, 9.0])
STEPS = 300  # down a parabola
EPOCHS = range(1000)  # that a schedule is asked for
SCENES = ("sgd", "good")  # a network and a descent, for panels
SHORT_RUN = {"epochs": 9, "keep.first": 9}
WINDOW = Box(40, 30, 300, 200)


def check_contract(kind: Any) -> None:
    """Try what a registered rule, schedule, data set or panel promises.

    A rule comes nearer to the bottom of a parabola, leaves parameters, gradient and state as they
    are, gives the same twice and keeps the precision of the parameters. A schedule gives finite
    rates, none below 0, and a line of words. A data set fits together and is the same from the same
    seed. A panel stays in its window and draws a frame alone as in sequence.

    Args:
        kind: an instance, with the settings that it is tried with: `Lookahead(lr=0.1)`.

    Raises:
        VizoptError: what it does not keep, in one line.
    """
    name = type(kind).__name__
    named = kinds().get(type(kind))
    tables = [table for table, each in TABLES.items() if named in each.kinds]
    if not tables:
        raise VizoptError(f"{name}: is not registered: put @vizopt.register(…) in front of it")
    try:
        whole = pickle.loads(pickle.dumps(kind)) == kind
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise VizoptError(f"{name}: cannot be pickled: {error}") from error
    _hold(name, whole, "is another one when it was pickled")
    CHECKS[tables[0]](read_again(kind), name)


def _hold(name: str, kept: object, broken: str) -> None:
    if not kept:
        raise VizoptError(f"{name}: {broken}")


def _optimizer(rule: Any, name: str) -> None:
    params, grad = START.copy(), np.array([0.5, 0.25, -1.0])
    state = rule.init(params, LAYOUT)
    before = copy.deepcopy(state)
    delta, _ = rule.update(0, params, grad, state)
    _hold(name, np.shape(delta) == params.shape, f"update gives {np.shape(delta)}, not (3,)")
    _hold(name, np.array_equal(params, START), "update changes params: give the difference alone")
    _hold(name, np.array_equal(grad, [0.5, 0.25, -1.0]), "update changes grad: work on a copy")
    _hold(name, repr(before) == repr(state), "update changes its state: give a new one")
    _hold(name, not np.shares_memory(delta, grad), "update gives grad itself: give a copy")
    single = START.astype(np.float32)
    delta = rule.update(0, single, single.copy(), rule.init(single, LAYOUT))[0]
    _hold(name, delta.dtype == np.float32, f"update makes {delta.dtype} of float32 params")
    first, second = _descent(rule), _descent(rule)
    _hold(
        name, np.array_equal(first, second, equal_nan=True), "the same steps differ when repeated"
    )
    _hold(name, np.isfinite(first).all(), "diverges on a parabola: try a smaller lr")
    near = (first**2).sum() < (START**2).sum()
    _hold(
        name, near, "does not come nearer to the bottom of a parabola: is the sign of update right?"
    )


def _descent(rule: Any) -> Any:
    """Where the rule comes on Σ x²."""
    params, state = START, rule.init(START, LAYOUT)
    with np.errstate(over="ignore", invalid="ignore"):
        for step in range(STEPS):
            delta, state = rule.update(step, params, 2 * params, state)
            params = params + delta
    return params


def _schedule(schedule: Any, name: str) -> None:
    for epoch in EPOCHS:
        rate = schedule(epoch)
        fits = isinstance(rate, int | float) and np.isfinite(rate) and rate >= 0
        _hold(name, fits, f"gives {rate!r} at epoch {epoch}: needs a finite number, 0 or above")
        _hold(name, schedule(epoch) == rate, f"gives two rates at epoch {epoch}")
    told = schedule.describe()
    line = isinstance(told, str) and told and "\n" not in told
    _hold(name, line, f"describe gives {told!r}: needs a few words in one line")


def _data(source: Any, name: str) -> None:
    data, again = source.make(RandomState(0)), source.make(RandomState(0))
    x, y = data.x, data.y
    _hold(
        name,
        x.ndim == 2 and x.dtype == np.float32,
        f"x is {x.dtype}, {x.ndim}-d: needs float32 [N, D]",
    )
    _hold(name, np.isfinite(x).all(), "x has numbers that are not finite")
    _hold(name, y.shape == x.shape[:1], f"y has {len(y)} labels for {len(x)} samples")
    known = y.dtype.kind in "iu" and ((y >= 0) & (y < len(data.classes))).all()
    _hold(name, known, f"y must be numbers of classes, 0 to {len(data.classes) - 1}")
    _hold(name, len(data.features) == x.shape[1], "features must have a name for each column of x")
    _hold(name, data.words, "words must say what it is, for the picture")
    same = np.array_equal(x, again.x) and np.array_equal(y, again.y)
    _hold(name, same, "the same seed gives other samples: draw all that is random from rng")


def _panel(panel: Any, name: str) -> None:
    with scratch() as folder:
        for scene in SCENES:
            run_of = parse_scene(bundled(scene), scene, {}, SHORT_RUN)
            trained(run_of, folder / scene, quiet, None)
            run = Recording(folder / scene)
            if panel.needs <= run.names:
                _drawn(panel, run, name)
                return
        missing = ", ".join(sorted(panel.needs - run.names))
        raise VizoptError(f"{name}: needs {missing}, which neither {' nor '.join(SCENES)} records")


def _drawn(panel: Any, run: Recording, name: str) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure((400 / DPI, 300 / DPI), dpi=DPI, facecolor="#ffffff")
    canvas = FigureCanvasAgg(figure)
    playback = Playback((640, 360), 6.0, "clip")
    size = WINDOW.width, WINDOW.height
    slot = DrawContext(pixel_axes(figure, *WINDOW), *size, THEMES["light"], 0.5, playback)
    rows = np.arange(len(run))
    views = alone(run, rows)
    panel.static(slot, views)
    still = drawn(canvas)
    x, y, width, height = WINDOW
    around = still.copy()
    around[y - 1 : y + height + 1, x - 1 : x + width + 1] = 255
    _hold(name, (around == 255).all(), "static draws outside of its window")
    draw = panel.dynamic(slot, views)

    def frame(k: int) -> Any:
        pixels = still[y : y + height, x : x + width].copy()
        draw(pixels, k)
        return pixels

    forward = [frame(k) for k in range(len(rows))]
    same = all(np.array_equal(frame(k), forward[k]) for k in reversed(range(len(rows))))
    _hold(name, same, "a frame alone is not the frame in sequence: draw it from its index alone")


CHECKS: Mapping[str, Callable[[Any, str], None]] = {
    "optimizer": _optimizer,
    "schedule": _schedule,
    "data": _data,
    "panel": _panel,
}
