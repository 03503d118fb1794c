"""scikit-learn: records what an estimator's own `fit` does, and leaves it as `fit` would.

Fitting again and again with `partial_fit` or `warm_start` is another training: it shuffles
otherwise, and Adam starts anew. So the methods that `fit` itself calls are listened to, or the
callbacks that an estimator takes; where there is neither, the first k epochs are fitted again for
each k, which a whole number as `random_state` makes the same ones, and the recording says so.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar, Unpack

import numpy as np

from vizopt.adapters.hooks import HookedRun
from vizopt.adapters.imports import required
from vizopt.adapters.options import Options, check
from vizopt.adapters.sklearn_linear import Iterations, Refitted
from vizopt.adapters.sklearn_listener import Listener, steps_of
from vizopt.adapters.sklearn_network import Evaluations, Network
from vizopt.core.errors import RecordingError
from vizopt.core.wanted import wanted
from vizopt.core.warned import warn
from vizopt.recording.given import samples
from vizopt.recording.header import External

REFITTED = {"BaseSGDClassifier", "BaseSGDRegressor"}  # Perceptron is one of them
ALL = (
    "MLPClassifier, MLPRegressor, LogisticRegression, SGDClassifier, SGDRegressor, Perceptron, "
    "alone or last in a Pipeline"
)
Estimator = TypeVar("Estimator")


def fit(
    estimator: Estimator,
    X: Any,
    y: Any,
    path: Path | str,
    *,
    fit_params: Mapping[str, Any] | None = None,
    **options: Unpack[Options],
) -> Estimator:
    """Fit an estimator as `estimator.fit(X, y)` does, to the last bit, and record it.

        classifier = vizopt.sklearn.fit(MLPClassifier((16,)), X, y, "mine.zarr")

    MLPClassifier and MLPRegressor are recorded at every epoch (`solver="lbfgs"`: at every
    evaluation), LogisticRegression with its solver lbfgs at every iteration; SGDClassifier,
    SGDRegressor, Perceptron and PassiveAggressive are refitted. Any of them may be the last step of
    a Pipeline, or of one at the end of another: then the plane is that of X, before the scaler.

    Args:
        estimator: to be fitted.
        X: samples [N, D], of which the picture shows a plane.
        y: a class each; a number each for a regressor.
        path: of the recording, `mine.zarr`.
        fit_params: for `fit`, such as `sample_weight`; in a Pipeline `STEP__sample_weight`.
        **options: title, classes, target, features, size and mode of `vizopt.Run`.

    Returns:
        The estimator, fitted.

    Raises:
        RecordingError: an estimator whose steps nobody can see, or a path that cannot be written.
    """
    required("sklearn", "sklearn")
    options, _ = check("sklearn.fit", path, options)
    params = {} if fit_params is None else fit_params
    wanted("sklearn.fit: fit_params", params, Mapping, '{"sample_weight": weights}')
    final = steps_of(estimator)[-1]
    listens = listener_of(final)(estimator, final, X, y, params)
    run = _run(listens, path, options)
    with run:
        listens.fit(run)
    return estimator


def _run(listens: Listener, path: Path | str, options: Options) -> HookedRun:
    """The recording of a fit."""
    data = _shown(listens, path, options)
    if hasattr(listens.X, "columns"):
        options.setdefault("features", [str(name) for name in listens.X.columns])
    return HookedRun(
        path,
        unit=listens.unit,
        data=data,
        predict=listens.predict if data is not None else None,
        convention="book",
        versions={
            "scikit-learn": required("sklearn", "sklearn").__version__,
            "numpy": np.__version__,
        },
        origin=External(
            "scikit-learn",
            " → ".join(type(part).__name__ for part in steps_of(listens.whole)),
            listens.optimizer,
            listens.settings,
            note=listens.note,
        ),
        **options,
    )


def listener_of(estimator: Any) -> type[Listener]:
    """How the steps of an estimator are to be seen.

    Raises:
        RecordingError: nobody can see them.
    """
    names = {kind.__name__ for kind in type(estimator).__mro__}
    if names & {"MLPClassifier", "MLPRegressor"}:
        return Evaluations if estimator.solver == "lbfgs" else Network
    if "LogisticRegression" in names and "LogisticRegressionCV" not in names:  # fits many
        listens = estimator.solver == "lbfgs" and hasattr(estimator, "set_callbacks")
        return Iterations if listens else Refitted
    if names & REFITTED:
        return Refitted
    raise RecordingError(
        f"{type(estimator).__name__}: has no steps that can be recorded; these have: {ALL}"
    )


def _shown(listens: Listener, path: Path | str, options: Options) -> tuple[Any, Any] | None:
    """The samples, where a picture of them can be drawn."""
    if listens.score == "r2":
        options.setdefault("target", str(getattr(listens.y, "name", None) or "y"))
    try:
        samples((listens.X, listens.y), options.get("classes"), options.get("target", ""))
    except RecordingError as error:
        warn(f"{path}: {error}: the picture of the data is left out")
        return None
    return listens.X, listens.y
