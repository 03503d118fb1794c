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


def run_of(expression: Any, names: Mapping[str, Meaning]) -> Any:
    """A function of x that calls what its functions are by name.

    With "numpy" in the place of a printer all of NumPy would be searched for names, f2py too.
    """
    return sympy.lambdify(X, expression, [dict(names)], printer=NumPyPrinter(PRINTED), cse=shared)
