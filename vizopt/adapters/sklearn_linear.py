"""The linear models of scikit-learn: by their callbacks, or fitted again epoch by epoch."""

import warnings
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import numpy as np

from vizopt.adapters.imports import required
from vizopt.adapters.sklearn_listener import Listener, held
from vizopt.core.errors import RecordingError
from vizopt.recording.rows import in_octaves

EPOCHS = 64  # the first ones, all of which are fitted again; later ones by the octave rule
STATED = ("constant", "invscaling", "adaptive")  # schedules that begin with eta0
PASSIVE = ("pa1", "pa2")  # rates that a sample decides, by its loss
ITERATION = "lbfgs-iter"
# Losses of a classifier by the margin m of a sample, in the mean over samples and classes.
OF_MARGINS: dict[str, Callable[[Any], Any]] = {
    "hinge": lambda m: np.maximum(1 - m, 0),
    "squared_hinge": lambda m: np.maximum(1 - m, 0) ** 2,
    "perceptron": lambda m: np.maximum(-m, 0),
    "modified_huber": lambda m: np.where(m < -1, -4 * m, np.maximum(1 - m, 0) ** 2),
}
# Losses of a regression by how far off a sample is, r ≥ 0, and the estimator's epsilon.
OF_RESIDUALS: dict[str, Callable[[Any, float], Any]] = {
    "huber": lambda r, e: np.where(r <= e, r**2 / 2, e * r - e**2 / 2),
    "epsilon_insensitive": lambda r, e: np.maximum(r - e, 0),
    "squared_epsilon_insensitive": lambda r, e: np.maximum(r - e, 0) ** 2,
}
FIXED = ("lbfgs", "newton-cg", "newton-cholesky")  # solvers without a random number


class Iterations(Listener):
    """LogisticRegression by lbfgs, through the callbacks that scikit-learn 1.9 has."""

    unit = "step"
    note = "a step is an iteration"
    optimizer = "L-BFGS"
    _held: Any = None  # what the last iteration has led to

    def listen(self, hooks: ExitStack) -> None:
        before = getattr(self.final, "_skl_callbacks", [])
        self.final.set_callbacks(*before, _Callback(self))
        hooks.callback(self.final.set_callbacks, *before)

    def iterated(self, fitted: Any) -> None:
        """Log the iteration before, and hold what this one has led to."""
        before, self._held = self._held, None
        with self.aside("iteration"):
            if before is not None:
                self.log(before, loss=self._loss(before))
            self._held = held(fitted)

    def end(self) -> None:
        if self._held is not None:
            self.log_end(loss=self._loss(self.final))

    def _loss(self, fitted: Any) -> float | None:
        if self._inputs is None:
            self._inputs = self.front(self.X)
        return loss_of(fitted, self._inputs, self.y)


class Refitted(Listener):
    """What fits in a loop that nobody sees: its first k epochs are fitted again for each k."""

    note = "refitted: the first k epochs again for each k"

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        kind, final = type(self.final).__name__, self.final
        self.optimizer = _rule(final)
        if getattr(final, "learning_rate", "constant") in STATED and getattr(final, "eta0", None):
            self.settings = {"eta0": final.eta0}
        fixed = getattr(final, "solver", "") in FIXED
        if not (fixed or isinstance(final.random_state, int | np.integer)):
            raise RecordingError(
                f"{kind}: random_state: {final.random_state}: needs a whole number: its epochs are "
                "fitted again, and have to be the same"
            )
        if final.warm_start:
            raise RecordingError(f"{kind}: warm_start: its epochs are fitted again from the start")

    def end(self) -> None:
        clone = required("sklearn.base", "sklearn").clone
        inputs, last = self.front(self.X), int(np.max(self.final.n_iter_))
        own = {name.rpartition("__")[2]: value for name, value in self.params.items()}
        for k in range(last + 1):
            if not in_octaves(k, EPOCHS) and k < last:
                continue
            again = clone(self.final).set_params(max_iter=max(k, 1))
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # that it has not converged
                again.fit(inputs, self.y, **own)
            if k == 0:  # where all of them begin
                again.coef_, again.intercept_ = 0 * again.coef_, 0 * again.intercept_
            found = loss_of(again, inputs, self.y)
            self.log(again, k, **({} if found is None else {"loss": found}))


def _rule(final: Any) -> str:
    """Its optimizer: that of Crammer et al. 2006 is a kind of estimator, or a rate of SGD."""
    kind = type(final).__name__
    if kind.startswith("PassiveAggressive") or str(getattr(final, "learning_rate", "")) in PASSIVE:
        return "passive-aggressive"
    return "SGD" if hasattr(final, "eta0") else str(final.solver)


class _Callback:
    """What scikit-learn calls at every iteration of its solver."""

    def __init__(self, listener: Iterations) -> None:
        self._listener, self._begun = listener, False

    def setup(self, estimator: Any, context: Any) -> None:
        """Nothing is to be set up."""

    def teardown(self, estimator: Any, context: Any) -> None:
        """Nothing is left to be done."""

    def on_fit_task_begin(self, estimator: Any, context: Any, *, fitted_estimator: Any) -> None:
        """The first iteration has the weights that it begins with."""
        if fitted_estimator is not None and not self._begun:
            self._begun = True
            self._listener.iterated(fitted_estimator)

    def on_fit_task_end(self, estimator: Any, context: Any, *, fitted_estimator: Any) -> None:
        """An iteration is done."""
        if fitted_estimator is not None and context.task_name == ITERATION:
            self._listener.iterated(fitted_estimator)


def loss_of(fitted: Any, inputs: Any, y: Any) -> float | None:
    """The mean loss that an estimator reduces, without its penalty; none that is not known."""
    metrics = required("sklearn.metrics", "sklearn")
    loss = getattr(fitted, "loss", "")
    if not hasattr(fitted, "classes_"):
        predicted = fitted.predict(inputs)
        if loss in OF_RESIDUALS:
            off = np.abs(np.asarray(y) - predicted)
            return float(OF_RESIDUALS[loss](off, fitted.epsilon).mean())
        known = loss in ("squared_error", "")
        return float(metrics.mean_squared_error(y, predicted)) if known else None
    if loss in OF_MARGINS:
        return float(OF_MARGINS[loss](_margins(fitted, inputs, y)).mean())
    if loss in ("log_loss", "") and hasattr(fitted, "predict_proba"):
        return float(metrics.log_loss(y, fitted.predict_proba(inputs), labels=fitted.classes_))
    return None


def _margins(fitted: Any, inputs: Any, y: Any) -> Any:
    """On which side of each border samples are, and how far, [N, C]: above 0 on the right one."""
    scores = fitted.decision_function(inputs)
    classes = fitted.classes_[1:] if scores.ndim == 1 else fitted.classes_
    signs = np.where(np.asarray(y)[:, None] == classes, 1, -1)
    return signs * scores.reshape(len(scores), -1)
