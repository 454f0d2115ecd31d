"""numpy in WebAssembly (Pyodide, and so xlwings Lite) as it is everywhere else: a matrix it cannot use is an error.

numpy learns from the processor's floating-point flags that LAPACK has failed. WebAssembly has no such flags, so there
``cholesky`` of an indefinite and ``inv`` of a singular matrix return NaN instead of raising LinAlgError, and a
covariance matrix that is none would be computed with.
"""

from functools import wraps

import numpy as np

FUNCTIONS = ("cholesky", "eig", "eigh", "eigvals", "eigvalsh", "inv", "lstsq", "solve", "svd")


def raising(function):
    """The function, with LinAlgError where finite numbers give NaN."""

    @wraps(function)
    def checked(*arguments, **named):
        answer = function(*arguments, **named)
        parts = answer if isinstance(answer, tuple) else (answer,)
        given = [a for a in arguments if isinstance(a, np.ndarray | list | tuple)]
        if any(np.isnan(part).any() for part in parts) and all(np.isfinite(a).all() for a in given):
            raise np.linalg.LinAlgError(f"{function.__name__}: the matrix is singular or not definite")
        return answer

    return checked


def mend() -> None:
    """Make numpy.linalg raise as its documentation says."""
    for name in FUNCTIONS:
        setattr(np.linalg, name, raising(getattr(np.linalg, name)))
