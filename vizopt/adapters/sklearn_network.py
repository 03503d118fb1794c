"""The multi-layer perceptrons of scikit-learn: what their `fit` calls, listened to."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from vizopt.adapters.hooks import shadowed
from vizopt.adapters.sklearn_listener import Listener, held


class Network(Listener):
    """MLPClassifier and MLPRegressor by sgd or adam: `_backprop` is called at each batch with the
    weights before it, `_update_no_improvement_count` after each epoch. A row has the weights before
    the epoch, and the loss that `loss_curve_` has of it."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        final = self.final
        self.optimizer = {"sgd": "SGD", "adam": "Adam"}[final.solver]
        names = ("momentum",) if final.solver == "sgd" else ("beta_1", "beta_2", "epsilon")
        self.settings = {"learning_rate": final.learning_rate_init}
        self.settings |= {name: getattr(final, name) for name in names} | {"alpha": final.alpha}
        self._held: Any = None  # the estimator as it was before the epoch
        self._measured: dict[str, Any] = {}  # of the weights after the last epoch

    def listen(self, hooks: ExitStack) -> None:
        hooks.enter_context(shadowed(self.final, "_backprop", self._before))
        hooks.enter_context(shadowed(self.final, "_update_no_improvement_count", self._after))

    def end(self) -> None:
        self.log_end(**self._measured)

    def _before(self, backprop: Callable[..., Any]) -> Callable[..., Any]:
        def listened(*args: Any, **named: Any) -> Any:
            if self._held is None:
                with self.aside("weights"):
                    self._rate = self._lr()
                    self._held = held(self.final)
            return backprop(*args, **named)

        return listened

    def _after(self, count: Callable[..., Any]) -> Callable[..., Any]:
        def listened(*args: Any, **named: Any) -> Any:
            found = count(*args, **named)
            before, self._held = self._held, None
            if before is not None:
                with self.aside("epoch"):
                    self.log(before, loss=self.final.loss_, lr=self._rate, **self._measured)
                    scores = self.final.validation_scores_
                    self._measured = {f"val_{self.score}": scores[-1]} if scores else {}
            return found

        return listened

    def _lr(self) -> float:
        """Adam keeps a corrected step in the place of its rate."""
        adam = self.final.solver == "adam"
        return float(self.final.learning_rate_init if adam else self.final._optimizer.learning_rate)


class Evaluations(Listener):
    """MLPClassifier and MLPRegressor by lbfgs: `_loss_grad_lbfgs` is called with the weights that
    are to be judged, several times an iteration."""

    unit = "step"
    note = "a step is an evaluation of the loss"
    optimizer = "L-BFGS"

    def listen(self, hooks: ExitStack) -> None:
        hooks.enter_context(shadowed(self.final, "_loss_grad_lbfgs", self._judging))

    def end(self) -> None:
        self.log_end(loss=self.final.loss_)

    def _judging(self, judge: Callable[..., Any]) -> Callable[..., Any]:
        def listened(*args: Any, **named: Any) -> Any:
            found = judge(*args, **named)
            with self.aside("evaluation"):
                self.log(self.final, loss=found[0])
            return found

        return listened
