"""Sympy's expressions as Python functions."""

from collections.abc import Mapping
from typing import Any

import sympy
from sympy.printing.numpy import NumPyPrinter

from vizopt.train.problems.formula.functions import NUMPY, Meaning, X, shared

PRINTED = {
    "fully_qualified_modules": False,
    "user_functions": {name: name for name in NUMPY},
}


class _Printer(NumPyPrinter):  # type: ignore[misc]
    """Prints powers by a name too, but for roots."""

    def _print_Pow(self, power: Any, rational: bool = False) -> str:  # noqa: N802 - sympy's name
        if abs(power.exp) == sympy.S.Half:
            return str(super()._print_Pow(power, rational=rational))
        exponent = power.exp.evalf() if power.exp.is_Integer and power.exp < 0 else power.exp
        return f"power({self._print(power.base)}, {self._print(exponent)})"


def run_of(expression: Any, names: Mapping[str, Meaning]) -> Any:
    """A function of x that calls what its functions are by name.

    With "numpy" in the place of a printer all of NumPy would be searched for names, f2py too.
    """
    return sympy.lambdify(X, expression, [dict(names)], printer=_Printer(PRINTED), cse=shared)
