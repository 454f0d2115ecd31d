"""The nearest correlation matrix, by alternating projections with Anderson's acceleration."""

import numpy as np

from xlalloc.errors import NumberError
from xlalloc.explanation import record

CONVERGED = 1e-14  # error of the diagonal of the nearest correlation matrix, relative to the largest eigenvalue + 1
MEMORY = 8  # rounds that Anderson's step combines


def nearest_correlation(C: np.ndarray) -> np.ndarray:
    """Alternating projections on the matrices without negative eigenvalues and on those of unit diagonal.

    With Dykstra's correction ΔS the matrix projected is R = Y − ΔS = C + Diag(y), and one round of the algorithm is
    y ← y + 1 − diag(R₊), n numbers for the whole state: a gradient step on the dual θ(y) = ½‖R₊‖² − 1'y, which always
    lowers it. Anderson's step combines the last rounds so that 1 − diag(R₊) is least; it counts only where θ falls.
    """
    values = np.linalg.eigvalsh(C)
    record("smallest eigenvalue before", float(values[0]))
    if values[0] >= -1e-15 * len(C):
        return C
    tolerance = CONVERGED * (1.0 + np.abs(values).max())
    y, dual = np.zeros(len(C)), np.inf
    history: list = []
    for step in range(1000):
        X = _positive_part(C, y)
        residual = 1.0 - X.diagonal()
        if np.abs(residual).max() <= tolerance:
            record("steps", step)
            return _unit_diagonal(X)
        half = 0.5 * float(np.vdot(X, X))
        before, dual = dual, half - float(y.sum())
        if dual > before + 1e-12 * (1.0 + half) and len(history) > 1:
            history, dual = history[-1:], before
        else:
            history = [*history[-MEMORY:], (y, residual)]
        y = _next_round(history)
    off = float(np.abs(residual).max())
    raise NumberError(
        f"cov: no nearest correlation matrix was found; the diagonal is still off by {off:.3g}. "
        "Correct the correlations that are far beyond 1 first."
    )


def _next_round(history: list[tuple]) -> np.ndarray:
    """Anderson's step from the last pairs of y and residual; with a single pair the plain round."""
    y, residual = history[-1]
    if len(history) == 1:
        return y + residual
    Y, R = (np.diff(np.array(items).T, axis=1) for items in zip(*history, strict=True))
    share = np.linalg.lstsq(R, residual, rcond=1e-12)[0]
    return y + residual - (Y + R).dot(share)


def _positive_part(C: np.ndarray, y: np.ndarray) -> np.ndarray:
    """R₊ = Q max(Λ, 0) Q' of R = C + Diag(y)."""
    R = C.copy()
    R.ravel()[:: len(R) + 1] += y
    values, Q = np.linalg.eigh(R)
    Q = Q[:, values > 0.0] * np.sqrt(values[values > 0.0])
    return Q.dot(Q.T)


def _unit_diagonal(X: np.ndarray) -> np.ndarray:
    """What is left of the diagonal's error, scaled away; the eigenvalues keep their signs."""
    d = np.sqrt(X.diagonal())
    X /= np.outer(d, d)
    X.ravel()[:: len(X) + 1] = 1.0
    return X
