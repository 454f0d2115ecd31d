"""Least squares on factors, of many series at once: loadings and residuals."""

import numpy as np

from xlalloc.core.checks import NO_RISK
from xlalloc.core.covariances import ROUNDING, finite, moments
from xlalloc.errors import Label, NotAvailableError, NumberError

COLLINEAR = 1e-6  # of a factor's volatility: the movement of its own that a regression needs


def residual_stds(returns: np.ndarray, e: np.ndarray) -> np.ndarray:
    """√(Σe²/(T−1)) of each column; what rounding leaves of an exact fit is zero."""
    s = np.sqrt((e * e).sum(axis=0) / (len(e) - 1))
    s[s <= np.maximum(NO_RISK * np.abs(returns).max(axis=0), ROUNDING)] = 0.0
    return s


def regression(returns: np.ndarray, factors: np.ndarray, spare: int) -> tuple[np.ndarray, np.ndarray]:
    """B (n×k) and the residuals (T×n) of the regression with intercept, by the factors' QR decomposition."""
    T, k = factors.shape
    if k + spare > T:
        raise NotAvailableError(
            f"factor_returns: {T} complete rows are not enough for {k} factors; at least {k + spare} are needed. "
            "Give a longer history, or fewer factors."
        )
    with np.errstate(over="ignore", invalid="ignore"):
        X, S = moments(returns)
        F, V = moments(factors)
        finite(S.diagonal(), "returns")
        v = np.sqrt(finite(V.diagonal(), "factor_returns"))
    if not v.all():
        at = Label("factors", int(v.argmin()))
        raise NumberError("factor_returns: {} does not move, so nothing can load on it. Leave it out.", at)
    Q, R = np.linalg.qr(F / v)
    own = np.abs(R.diagonal()) / np.sqrt(T)  # of each factor's volatility, what those before it leave unexplained
    if own.min() <= COLLINEAR:
        at = Label("factors", int((own <= COLLINEAR).argmax()))
        raise NumberError(
            "factor_returns: {} is a linear combination of the factors before it: their loadings cannot be told apart. "
            "Leave it out.",
            at,
        )
    fitted = Q.T.dot(X)
    return (np.linalg.solve(R, fitted) / v[:, None]).T, X - Q.dot(fitted)
