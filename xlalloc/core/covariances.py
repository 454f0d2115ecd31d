"""Estimators of the covariance matrix: sample, window, exponential, shrinkage of either, semicovariance."""

import numpy as np

from xlalloc.core.checks import NO_RISK, positive_variances
from xlalloc.errors import InputError, NotAvailableError, NumberError
from xlalloc.explanation import record

WINDOW, HALF_LIFE, SHRUNK_HALF_LIFE = 60.0, 63.0, 126.0
ROUNDING = 1e-15  # returns are price ratios less 1: below this a movement is rounding


def estimate(returns: np.ndarray, method: str, parameter: float | None, periods: float = 1.0) -> np.ndarray:
    """The covariances of as many periods."""
    if parameter is not None and method not in ("window", "ewma", "ewma_shrunk"):
        raise InputError(
            f"parameter: {parameter:g} was given, but the method {method} takes none. Leave it out, or choose window "
            "(its number of rows), ewma or ewma_shrunk (their half-life in periods)."
        )
    record("method", method)
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        if method == "window":
            returns = _last_rows(returns, WINDOW if parameter is None else parameter)
        record("rows used", len(returns))
        if method in ("sample", "window"):
            cov = _sample(returns, periods)
        elif method == "ewma":
            cov = exponential(returns, HALF_LIFE if parameter is None else parameter, periods)[1]
        elif method == "semi":
            downside = np.minimum(returns, 0.0)
            cov = downside.T.dot(downside)
            cov *= periods / len(returns)
        else:
            cov = _shrunk(*samples(returns, method, parameter), method, periods)
    finite(cov.diagonal(), "returns")
    return cov


def moments(returns: np.ndarray, freedom: int = 0, periods: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """The deviations X from the mean and S = X'X/(T − freedom), of as many periods."""
    X = returns - np.full(len(returns), 1.0 / len(returns)).dot(returns)
    S = X.T @ X
    still = _still(S.diagonal() / (len(X) - freedom), returns)
    S *= periods / (len(X) - freedom)
    if len(still):
        X[:, still] = S[still] = S[:, still] = 0.0
    return X, S


def _still(variances: np.ndarray, returns: np.ndarray) -> np.ndarray:
    """The columns that move by no more than rounding: their variance is zero, not what rounding makes of it."""
    suspects = np.flatnonzero(np.sqrt(variances) <= 1e-9 * np.abs(returns[0]) + ROUNDING)
    if not len(suspects):
        return suspects
    first = returns[0, suspects]
    return suspects[(returns[:, suspects] - first).std(axis=0) <= np.maximum(NO_RISK * np.abs(first), ROUNDING)]


def _sample(returns: np.ndarray, periods: float) -> np.ndarray:
    T, n = returns.shape
    if n >= T:
        record(
            "rank", f"at most {T - 1} with {T} rows for {n} assets: some portfolio has no risk; ledoit_wolf avoids it"
        )
    return moments(returns, 1, periods)[1]


def _last_rows(returns: np.ndarray, rows: float) -> np.ndarray:
    if rows != int(rows) or rows < 2:
        raise NumberError(f"parameter: the window is {rows:g} rows; it must be a whole number of at least 2.")
    if rows > len(returns):
        raise NotAvailableError(
            f"returns: {len(returns)} complete rows, but the window is {rows:g}. Give a longer history, or a window "
            f"(parameter) of at most {len(returns)}."
        )
    return np.ascontiguousarray(returns[-int(rows) :])


def exponential(returns: np.ndarray, half_life: float, periods: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """The rows X = √w_t x_t and S = X'X of as many periods, w_t ∝ ½^(age/h), x_t less the weighted mean."""
    w = 0.5 ** (np.arange(len(returns) - 1, -1, -1) / half_life)
    w /= w.sum()
    record("half-life", f"{half_life:g} periods")
    record("effective rows", f"{1.0 / w.dot(w):.4g}")
    X = returns - w.dot(returns)
    X *= np.sqrt(periods * w)[:, None]
    S = X.T.dot(X)
    if len(still := _still(S.diagonal() / periods, returns)):
        X[:, still] = S[still] = S[:, still] = 0.0
    return X, S


# Shrinkage ---------------------------------------------------------------------------------------------------


def samples(returns: np.ndarray, method: str, parameter: float | None) -> tuple[np.ndarray, np.ndarray]:
    """The deviations X that a shrinkage works on, and S = X'X/T: for ewma_shrunk X = √(T·w_t) x_t."""
    if method != "ewma_shrunk":
        return moments(returns)
    X, S = exponential(returns, SHRUNK_HALF_LIFE if parameter is None else parameter)
    return X * len(X) ** 0.5, S


def _shrunk(X: np.ndarray, S: np.ndarray, method: str, periods: float) -> np.ndarray:
    """(1−δ)S + δF of as many periods, in the memory of S."""
    delta = INTENSITIES[method](X, S)
    record("shrinkage intensity", delta)
    if method in ("constant_correlation", "ewma_shrunk"):
        F = _constant_correlation(S)
        S *= (1.0 - delta) * periods
        S += delta * periods * F
        return S
    n = len(S)
    m = S.trace() / n
    S *= (1.0 - delta) * periods
    S.ravel()[:: n + 1] += delta * periods * m
    return S


def _squared(M: np.ndarray) -> float:
    """‖M‖², the sum of the squares."""
    return float(np.vdot(M, M))


def _ledoit_wolf(X: np.ndarray, S: np.ndarray) -> float:
    """δ = min(b², d²)/d², d² = ‖S − mI‖², b² = Σ_t ‖x_t x_t' − S‖²/T² = (Σ_t ‖x_t‖⁴/T − ‖S‖²)/T (sec. 3.2)."""
    T, n = X.shape
    length2 = np.vecdot(X, X)
    S2 = _squared(S)
    d2 = S2 - S.trace() ** 2 / n
    if n == 1 or d2 <= 1e-15 * S2:
        return 0.0
    b2 = (length2.dot(length2) / T - S2) / T
    return min(max(b2, 0.0), d2) / d2


def _oracle(X: np.ndarray, S: np.ndarray) -> float:
    """δ = (tr S² + tr²S)/((T+1)(tr S² − tr²S/n)): eq. 23 without its terms 2/n, as scikit-learn."""
    T, n = X.shape
    S2, trace2 = _squared(S), S.trace() ** 2
    d2 = S2 - trace2 / n
    if n == 1:
        return 0.0
    if d2 <= 1e-15 * S2:
        return 1.0
    return min((S2 + trace2) / ((T + 1) * d2), 1.0)


def _constant_correlation(S: np.ndarray) -> np.ndarray:
    """The target F: fᵢᵢ = sᵢᵢ, fᵢⱼ = r̄ √(sᵢᵢsⱼⱼ), r̄ the mean of the correlations off the diagonal."""
    sigma, n = positive_variances(S, "returns"), len(S)
    u = 1.0 / sigma
    r = (u.dot(S).dot(u) - n) / (n * (n - 1)) if n > 1 else 0.0
    F = r * np.outer(sigma, sigma)
    F.ravel()[:: n + 1] = S.diagonal()
    return F


def _honey(X: np.ndarray, S: np.ndarray) -> float:
    """δ = max(0, min(κ/T, 1)), κ = (π − ρ)/γ (app. B), its sums over pairs of assets taken row by row.

    π = Σᵢⱼ πᵢⱼ = Σ_t ‖x_t‖⁴/T − ‖S‖².  γ = ‖F − S‖².
    ρ = Σᵢ πᵢᵢ + r̄ Σ_{i≠j} (σⱼ/σᵢ) θᵢⱼ,  θᵢⱼ = Σ_t xᵢ³xⱼ/T − sᵢᵢsᵢⱼ, the two halves of the paper's sum being equal.
    """
    T, n = X.shape
    F, S2 = _constant_correlation(S), _squared(S)
    gamma = _squared(F - S)
    if n == 1 or gamma <= 1e-24 * S2:
        return 0.0
    sigma = np.sqrt(S.diagonal())
    r = F[0, 1] / (sigma[0] * sigma[1])
    squares = X * X
    length2 = squares.sum(axis=1)
    pi = length2.dot(length2) / T - S2
    own = np.einsum("ij,ij->", squares, squares) / T - (sigma**4).sum()  # Σ πᵢᵢ
    theta = (squares * X).dot(1.0 / sigma).dot(X.dot(sigma)) / T - sigma.dot(S).dot(sigma)  # Σᵢⱼ (σⱼ/σᵢ) θᵢⱼ
    rho = own + r * (theta - own)
    return max(0.0, min((pi - rho) / gamma / T, 1.0))


INTENSITIES = {"ledoit_wolf": _ledoit_wolf, "oas": _oracle, "constant_correlation": _honey, "ewma_shrunk": _honey}


def finite(numbers: np.ndarray, name: str) -> np.ndarray:
    if not np.isfinite(np.add.reduce(numbers, axis=None)):
        raise NumberError(f"{name}: its numbers are too large or too small to compute with. Check their units.")
    return numbers
