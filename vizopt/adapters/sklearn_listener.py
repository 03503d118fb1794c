"""Listener: what is common to the recorded fits of scikit-learn's estimators."""

import copy
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vizopt.adapters.hooks import Aside, HookedRun
from vizopt.adapters.imports import required
from vizopt.core.chance import chance_kept


class Listener:
    """Records the fit of an estimator. Each kind says where its steps are to be seen.

    Args:
        whole: what is fitted: the estimator, or the Pipeline that it is the last step of.
        final: the estimator itself.
        X, y: the data.
        params: for `fit`.
    """

    unit = "epoch"
    note = ""
    optimizer = ""

    def __init__(self, whole: Any, final: Any, X: Any, y: Any, params: Mapping[str, Any]) -> None:
        is_regressor = required("sklearn.base", "sklearn").is_regressor
        self.whole, self.final, self.X, self.y, self.params = whole, final, X, y, params
        self.settings: dict[str, bool | int | float] = {}
        self.score = "r2" if is_regressor(final) else "accuracy"
        self.now: Any = final  # the estimator as the row has it
        self._inputs: Any = None
        self._run: HookedRun

    def fit(self, run: HookedRun) -> None:
        """Fit, and log each step."""
        self._run, self.aside = run, Aside(run.path)
        with ExitStack() as hooks:
            self.listen(hooks)
            self.whole.fit(self.X, self.y, **self.params)
        with self.aside("end"):
            self.end()

    def listen(self, hooks: ExitStack) -> None:
        """Put what logs the steps in its place, and its removal into hooks."""

    def end(self) -> None:
        """Log what is known after the fit."""

    def predict(self, points: NDArray[np.float64]) -> Any:
        """Scores, or numbers, of samples [M, D] as X has them, of the estimator as the row has
        it."""
        inputs = self.front(self._framed(points))
        if self.score == "r2":
            return self.now.predict(inputs)
        if hasattr(self.now, "predict_proba"):
            return self.now.predict_proba(inputs)
        scores = self.now.decision_function(inputs)
        return np.stack([-scores, scores], axis=1) if scores.ndim == 1 else scores

    def log(self, now: Any, step: int | None = None, **values: Any) -> None:
        """Log the step at which the estimator is `now`, with its score on all samples."""
        self._run.log(step=step, params=arrays_of(now), **self._scored(now, values))

    def log_end(self, **values: Any) -> None:
        """Log what the fit has led to."""
        self._run.log_end(params=arrays_of(self.final), **self._scored(self.final, values))

    def _scored(self, now: Any, values: dict[str, Any]) -> dict[str, Any]:
        self.now = now
        with self.aside("score"), chance_kept():
            if self._inputs is None:
                self._inputs = self.front(self.X)
            values[self.score] = now.score(self._inputs, self.y)
        return values

    def front(self, X: Any) -> Any:
        """What the steps of a Pipeline before the last one make of samples."""
        whole = self.whole
        while whole is not self.final:
            X = whole[:-1].transform(X) if len(whole) > 1 else X
            whole = whole.steps[-1][1]
        return X

    def _framed(self, points: NDArray[np.float64]) -> Any:
        """A table with X's columns, if X is one."""
        if not hasattr(self.X, "columns"):
            return points
        return type(self.X)(points, columns=self.X.columns)


def steps_of(estimator: Any) -> list[Any]:
    """The steps of a Pipeline, of one in its end too; an estimator alone is one."""
    if not hasattr(estimator, "steps"):
        return [estimator]
    *before, end = [step for _, step in estimator.steps]
    return [*before, *steps_of(end)]


def held(estimator: Any) -> Any:
    """An estimator with weights of its own, that training does not move."""
    now = copy.copy(estimator)
    for name in ("coefs_", "intercepts_", "coef_", "intercept_"):
        if hasattr(estimator, name):
            setattr(now, name, copy.deepcopy(getattr(estimator, name)))
    return now


def arrays_of(estimator: Any) -> dict[str, NDArray[Any]]:
    """Weights [inputs, outputs] and biases by the names of their layers: hidden1, output."""
    if not hasattr(estimator, "coefs_"):
        weights, biases = np.atleast_2d(estimator.coef_).T, np.ravel(estimator.intercept_)
        return {"linear.weights": weights, "linear.biases": biases}
    found: dict[str, NDArray[Any]] = {}
    last = len(estimator.coefs_) - 1
    for i, (weights, biases) in enumerate(
        zip(estimator.coefs_, estimator.intercepts_, strict=True)
    ):
        name = "output" if i == last else f"hidden{i + 1}"
        found |= {f"{name}.weights": weights, f"{name}.biases": biases}
    return found
