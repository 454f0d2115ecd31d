"""Estimates from returns: means, covariances, factor loadings; conversions, check and repair of covariances."""

from typing import Annotated

import numpy as np

from xlalloc.catalogue import Table, worksheet_function
from xlalloc.core.checks import NO_RISK, annualisation, positive_variances
from xlalloc.errors import DivisionError, InputError, Label, NotAvailableError, NumberError
from xlalloc.facts import learn, learning
from xlalloc.quantities import (
    DEFINITE,
    SYMMETRIC,
    Correlations,
    Covariance,
    FactorCovariance,
    FactorReturns,
    LabelledPanel,
    Loadings,
    Parameter,
    Periods,
    PerYear,
    Prices,
    Quantity,
    Returns,
    SpecificVols,
    TableResult,
    Vols,
    no_negative_variance,
    option,
    result,
    symmetric,
)

WINDOW, HALF_LIFE = 60.0, 63.0
ROUNDING = 1e-15  # returns are price ratios less 1: below this a movement is rounding
COLLINEAR = 1e-6  # of a factor's volatility: the movement of its own that a regression needs
ILL_CONDITIONED = 1e8  # above it half of the digits of an inverse are lost
SINGULAR = 1e-10  # smallest eigenvalue of a correlation matrix that cannot be told from zero
CONVERGED = 1e-14  # error of the diagonal of the nearest correlation matrix, relative to the largest eigenvalue + 1
MEMORY = 8  # rounds that Anderson's step combines
REPAIRABLE = 1e6  # a correlation beyond it is no rounding or contradiction but a cell of another kind

ReturnKind = Annotated[str, option("simple: p(t)/p(t-1) - 1; log: its logarithm ln(p(t)/p(t-1))", "simple", "log")]
CovMethod = Annotated[
    str,
    option("How to estimate the covariances", "sample", "window", "ewma", "ledoit_wolf", "oas", "constant_correlation",
           "semi"),
]  # fmt: skip
ShrinkageMethod = Annotated[
    str, option("Which shrinkage estimator of COV_MATRIX", "ledoit_wolf", "oas", "constant_correlation")
]
AnyMatrix = Annotated[
    np.ndarray, Quantity("matrix", "Covariance matrix to be checked, n x n", "per year", ("assets", "assets"))
]
RepairableCovariance = Annotated[
    np.ndarray,
    Quantity("matrix", "Covariance matrix to be repaired, n x n; it may be indefinite", "per year",
             ("assets", "assets"), checks=(symmetric, no_negative_variance)),
]  # fmt: skip
CovarianceResult = Annotated[np.ndarray, result("matrix", "Covariance matrix, n x n", "per year", ("assets", "assets"))]
CorrelationResult = Annotated[
    np.ndarray, result("matrix", "Correlation matrix, n x n", "-1 to 1", ("assets", "assets"))
]
LoadingsResult = Annotated[
    np.ndarray, result("matrix", "Factor loadings, assets down, factors across", "", ("assets", "factors"))
]
Intensity = Annotated[float, result("number", "Shrinkage intensity", "0 to 1")]


# Returns and means -------------------------------------------------------------------------------------------


@worksheet_function("=RETURNS({100,50;110,49;99,49})", [[0.1, -0.02], [-0.1, 0.0]])
def returns(prices: Prices, kind: ReturnKind = "simple") -> LabelledPanel:
    """Returns from one row of prices to the next, with the dates and names that the prices carry.

    simple: p_t/p_{t−1} − 1, what weights and every other function here expect. log: ln(p_t/p_{t−1}), which add up
    over time but not across assets. One row fewer than the prices, dated at the later price. A row with a missing price
    is left out, so the next return spans the gap. Prices must include dividends (total return).

    Source: Campbell, Lo & MacKinlay (1997), The Econometrics of Financial Markets, sec. 1.4.
    """
    with np.errstate(over="ignore", under="ignore", divide="ignore"):
        growth = prices[1:] / prices[:-1]
        return _finite(growth - 1.0 if kind == "simple" else np.log(growth), "prices")


@worksheet_function("=MEAN_RETURNS({0.02,0.01;-0.01,0.03},12)", [[0.06], [0.24]])
def mean_returns(returns: Returns, periods: Periods = None) -> PerYear:
    """Arithmetic mean of the returns of each asset, per year.

    μᵢ = P · (1/T) Σ_t r_{t,i}: the expected return of mean-variance analysis. It is not compounded; ANN_RETURN is the
    rate at which money actually grew. A mean of a few years is a poor forecast: its standard error is σ/√years.

    Source: Markowitz (1952), Portfolio Selection.
    """
    with np.errstate(over="ignore"):
        return _finite(annualisation(periods) * returns.mean(axis=0), "returns")


# Covariances -------------------------------------------------------------------------------------------------


@worksheet_function(
    '=COV_MATRIX({0.02,0.01;-0.01,0.03;0.03,-0.02},"sample",12)', [[0.0052, -0.0058], [-0.0058, 0.0076]]
)
def cov_matrix(
    returns: Returns, method: CovMethod = "sample", periods: Periods = None, parameter: Parameter = None
) -> CovarianceResult:
    """Covariance matrix of the returns, per year, by the method chosen.

    With x_t the deviations from the mean and T rows: sample: Σ x_t x_t'/(T−1). window: the same on the last
    `parameter` rows (60). ewma: weights ½^(age/h), age 0 for the last row, h = `parameter` periods (63), scaled to sum
    1; the weighted mean is removed and nothing corrected for bias, as pandas ewm(halflife=h).cov(bias=True).
    RiskMetrics' λ = 0.94 is h = 11.2.

    Shrinkage, with S = Σ x_t x_t'/T: (1−δ)S + δF. ledoit_wolf and oas: F = mI, m the mean variance; δ as in
    scikit-learn's LedoitWolf and OAS. constant_correlation: F has the sample variances and the mean correlation
    everywhere. All three are usable with fewer rows than assets, where sample and window are singular.

    semi: Σ min(r_t,0) min(r_t,0)'/T, downside of zero, without a mean, all T rows counted; PyPortfolioOpt's
    semicovariance with benchmark 0. The result is times the periods per year. An asset whose returns never change has
    exactly zero variance. Too few rows for the window: #N/A. `parameter` belongs to window and ewma alone.

    Source: Ledoit & Wolf (2004), A Well-Conditioned Estimator for Large-Dimensional Covariance Matrices, sec. 3; Chen,
    Wiesel, Eldar & Hero (2010), Shrinkage Algorithms for MMSE Covariance Estimation, eq. 23; Ledoit & Wolf (2004),
    Honey, I Shrunk the Sample Covariance Matrix, app. B; RiskMetrics (1996) for the exponential weights.
    """
    P = annualisation(periods)
    cov = _estimate(returns, method, parameter)
    cov *= P
    if learning():
        _learn_condition(cov)
    return cov


@worksheet_function('=CORR_MATRIX({0.02,0.01;-0.01,0.03;0.03,-0.02},"sample")', [[1, -0.9226129], [-0.9226129, 1]])
def corr_matrix(
    returns: Returns, method: CovMethod = "sample", periods: Periods = None, parameter: Parameter = None
) -> CorrelationResult:
    """Correlation matrix of the returns, from the covariance matrix that COV_MATRIX estimates.

    ρᵢⱼ = σᵢⱼ/(σᵢσⱼ), with the methods and the parameter of COV_MATRIX; the periods per year cancel. An asset without
    variance has no correlations: #NUM!.

    Source: as COV_MATRIX.
    """
    return _correlations(_estimate(returns, method, parameter), "returns")


@worksheet_function("=SHRINKAGE({0.02,0.01;-0.01,0.03;0.03,-0.02;0.01,0.02})", [[0.51893]])
def shrinkage(returns: Returns, method: ShrinkageMethod = "ledoit_wolf") -> Intensity:
    """How far COV_MATRIX moves the sample covariances to its target: 0 not at all, 1 all the way.

    The δ of (1−δ)S + δF. Near 1 the history says little about the covariances beyond the target; more rows lower it.
    Where the sample already equals the target nothing is shrunk and ledoit_wolf and constant_correlation give 0.

    Source: as COV_MATRIX.
    """
    T, n = returns.shape
    with np.errstate(over="ignore", invalid="ignore"):
        if method == "constant_correlation" or n <= T:
            X, S = _moments(returns)
        else:
            X = returns - returns.mean(axis=0)
            S = X.dot(X.T) / T  # ‖XX'‖ = ‖X'X‖: the smaller one
        _finite(S.diagonal(), "returns")
        return float(INTENSITIES[method](X, S))


def _estimate(returns: np.ndarray, method: str, parameter: float | None) -> np.ndarray:
    """The covariances per period."""
    if parameter is not None and method not in ("window", "ewma"):
        raise InputError(
            f"parameter: {parameter:g} was given, but the method {method} takes none. Leave it out, or choose window "
            "(its number of rows) or ewma (its half-life in periods)."
        )
    learn("method", method)
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        if method == "window":
            returns = _last_rows(returns, WINDOW if parameter is None else parameter)
        learn("rows used", len(returns))
        if method in ("sample", "window"):
            cov = _sample(returns)
        elif method == "ewma":
            cov = _exponential(returns, HALF_LIFE if parameter is None else parameter)
        elif method == "semi":
            downside = np.minimum(returns, 0.0)
            cov = downside.T.dot(downside) / len(returns)
        else:
            cov = _shrunk(returns, method)
    _finite(cov.diagonal(), "returns")
    return cov


def _moments(returns: np.ndarray, freedom: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """The deviations X from the mean and S = X'X/(T − freedom)."""
    X = returns - returns.mean(axis=0)
    S = X.T.dot(X)
    S /= len(X) - freedom
    if len(still := _still(S, returns)):
        X[:, still] = S[still] = S[:, still] = 0.0
    return X, S


def _still(S: np.ndarray, returns: np.ndarray) -> np.ndarray:
    """The columns that move by no more than rounding: their variance is zero, not what rounding makes of it."""
    suspects = np.flatnonzero(np.sqrt(S.diagonal()) <= 1e-9 * np.abs(returns[0]) + ROUNDING)
    if not len(suspects):
        return suspects
    first = returns[0, suspects]
    return suspects[(returns[:, suspects] - first).std(axis=0) <= np.maximum(NO_RISK * np.abs(first), ROUNDING)]


def _sample(returns: np.ndarray) -> np.ndarray:
    T, n = returns.shape
    if n >= T:
        learn("rank", f"at most {T - 1} with {T} rows for {n} assets: some mix has no risk; ledoit_wolf avoids it")
    return _moments(returns, 1)[1]


def _last_rows(returns: np.ndarray, rows: float) -> np.ndarray:
    if rows != int(rows) or rows < 2:
        raise NumberError(f"parameter: the window is {rows:g} rows; it must be a whole number of at least 2.")
    if rows > len(returns):
        raise NotAvailableError(
            f"returns: {len(returns)} complete rows, but the window is {rows:g}. Give a longer history, or a window "
            f"(parameter) of at most {len(returns)}."
        )
    return np.ascontiguousarray(returns[-int(rows) :])


def _exponential(returns: np.ndarray, half_life: float) -> np.ndarray:
    """Σ w_t x_t x_t', w_t ∝ ½^(age/h), x_t less the weighted mean."""
    w = 0.5 ** (np.arange(len(returns) - 1, -1, -1) / half_life)
    w /= w.sum()
    learn("half-life", f"{half_life:g} periods")
    learn("effective rows", f"{1.0 / w.dot(w):.4g}")
    X = returns - w.dot(returns)
    X *= np.sqrt(w)[:, None]
    S = X.T.dot(X)
    if len(still := _still(S, returns)):
        S[still] = S[:, still] = 0.0
    return S


# Shrinkage ---------------------------------------------------------------------------------------------------


def _shrunk(returns: np.ndarray, method: str) -> np.ndarray:
    """(1−δ)S + δF, in the memory of S."""
    X, S = _moments(returns)
    delta = INTENSITIES[method](X, S)
    learn("shrinkage intensity", delta)
    if method == "constant_correlation":
        F = _constant_correlation(S)
        S *= 1.0 - delta
        S += delta * F
        return S
    n = len(S)
    m = S.trace() / n
    S *= 1.0 - delta
    S.ravel()[:: n + 1] += delta * m
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


INTENSITIES = {"ledoit_wolf": _ledoit_wolf, "oas": _oracle, "constant_correlation": _honey}


# Conversions -------------------------------------------------------------------------------------------------


@worksheet_function("=COV_FROM_CORR({1,0.3;0.3,1},{0.2;0.1})", [[0.04, 0.006], [0.006, 0.01]])
def cov_from_corr(corr: Correlations, vols: Vols) -> CovarianceResult:
    """Covariance matrix of given correlations and volatilities.

    σᵢⱼ = ρᵢⱼσᵢσⱼ. Volatilities are per year, and so are the covariances. The two are matched by name where both are
    labelled.

    Source: the definition of the correlation; Markowitz (1952), Portfolio Selection.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        return _finite(corr * np.outer(vols, vols), "vols")


@worksheet_function("=CORR_FROM_COV({0.04,0.006;0.006,0.01})", [[1, 0.3], [0.3, 1]])
def corr_from_cov(cov: Covariance) -> CorrelationResult:
    """Correlation matrix of a covariance matrix.

    ρᵢⱼ = σᵢⱼ/√(σᵢᵢσⱼⱼ). An asset without variance has no correlations: #NUM!.

    Source: the definition of the correlation; Markowitz (1952), Portfolio Selection.
    """
    return _correlations(cov, "cov")


@worksheet_function("=VOLS_FROM_COV({0.04,0.006;0.006,0.01})", [[0.2], [0.1]])
def vols_from_cov(cov: Covariance) -> PerYear:
    """Volatility of each asset, from its variance on the diagonal of a covariance matrix.

    σᵢ = √σᵢᵢ, per year; a column.

    Source: Markowitz (1952), Portfolio Selection.
    """
    return np.sqrt(cov.diagonal())


def _correlations(cov: np.ndarray, name: str) -> np.ndarray:
    """σᵢⱼ/(σᵢσⱼ), with ones on the diagonal and rounding beyond ±1 cut off."""
    vols = positive_variances(cov, name)
    corr = cov / vols
    corr /= vols[:, None]
    corr = _symmetric(corr)
    corr.ravel()[:: len(corr) + 1] = 1.0
    if (size := np.abs(corr)).max() > 1.0 + DEFINITE:
        i, j = (int(k) for k in np.unravel_index(size.argmax(), size.shape))
        raise NumberError(
            f"{name}: the correlation of {{}} and {{}} would be {corr[i, j]:.6g}, beyond 1. Repair with COV_NEAREST.",
            Label("assets", i), Label("assets", j),
        )  # fmt: skip
    return np.clip(corr, -1.0, 1.0, out=corr)


def _symmetric(M: np.ndarray) -> np.ndarray:
    return 0.5 * (M + M.T)


def _finite(numbers: np.ndarray, name: str) -> np.ndarray:
    if not np.isfinite(np.add.reduce(numbers, axis=None)):
        raise NumberError(f"{name}: numbers of this size cannot be computed with. Check their units.")
    return numbers


# Repair and check --------------------------------------------------------------------------------------------


@worksheet_function(
    "=COV_NEAREST({1,1,0;1,1,1;0,1,1})", [[1, 0.7607, 0.1573], [0.7607, 1, 0.7607], [0.1573, 0.7607, 1]]
)
def cov_nearest(cov: RepairableCovariance) -> CovarianceResult:
    """The nearest valid covariance matrix: repairs figures by which some mix of assets would have a negative variance.

    The variances are kept. The correlations C become the correlation matrix X (ones on the diagonal, no negative
    eigenvalue) for which the sum of the squared changes ‖X − C‖² is least; a matrix in order comes back as it was.
    Given correlations, it gives correlations. An asset without variance gets covariances of zero. EXPLAIN shows how far
    the correlations moved: large changes mean that the assumptions contradict each other.

    Source: Higham (2002), Computing the Nearest Correlation Matrix, algorithm 3.3; sped up as in Higham & Strabić
    (2016), Anderson Acceleration of the Alternating Projections Method.
    """
    vols = np.sqrt(cov.diagonal())
    risky = np.flatnonzero(vols > 0.0)
    out = np.zeros_like(cov)
    if len(risky):
        v = vols[risky]
        C = _symmetric(cov[np.ix_(risky, risky)] / v / v[:, None])
        C.ravel()[:: len(C) + 1] = 1.0
        if not (largest := np.abs(C).max()) <= REPAIRABLE:
            raise NumberError(f"cov: a correlation of {largest:.3g} is beyond repair. Check variances and covariances.")
        X = _nearest_correlation(C)
        learn("distance of the correlations", float(np.linalg.norm(X - C)))
        if X is C and len(risky) == len(cov):
            return _symmetric(cov)
        out[np.ix_(risky, risky)] = X * np.outer(v, v)
    out.ravel()[:: len(out) + 1] = cov.diagonal()
    return out


def _nearest_correlation(C: np.ndarray) -> np.ndarray:
    """Alternating projections on the matrices without negative eigenvalues and on those of unit diagonal.

    With Dykstra's correction ΔS the matrix projected is R = Y − ΔS = C + Diag(y), and one round of the algorithm is
    y ← y + 1 − diag(R₊), n numbers for the whole state: a gradient step on the dual θ(y) = ½‖R₊‖² − 1'y, which always
    lowers it. Anderson's step combines the last rounds so that 1 − diag(R₊) is least; it counts only where θ falls.
    """
    values = np.linalg.eigvalsh(C)
    learn("smallest eigenvalue before", float(values[0]))
    if values[0] >= -1e-15 * len(C):
        return C
    tolerance = CONVERGED * (1.0 + np.abs(values).max())
    y, dual, history = np.zeros(len(C)), np.inf, []
    for step in range(1000):
        X = _positive_part(C, y)
        residual = 1.0 - X.diagonal()
        if np.abs(residual).max() <= tolerance:
            learn("steps", step)
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


REMEDIES = {
    "not symmetric": "Make the two halves equal: the covariance of A with B is that of B with A.",
    "negative variance": "Correct the diagonal: a variance is a squared volatility.",
    "indefinite": "Repair with COV_NEAREST, or estimate it from complete returns: some mix has a negative variance.",
    "zero variance": "Fine for cash; leave it out of risk parity, HRP, inverse volatility and correlations.",
    "singular": "Some mix has no risk: use more rows than assets, drop duplicates, or estimate with ledoit_wolf.",
    "ill-conditioned": "Optimal weights will be unstable: drop near-duplicates, or estimate with ledoit_wolf.",
    "good": "None needed.",
}


@worksheet_function(
    "=COV_CHECK({0.04,0.03;0.03,0.01})",
    [
        ["assets", "symmetric", "smallest eigenvalue", "condition number", "verdict", "remedy"],
        [2, True, -0.0085410, 6.8541020, "indefinite", REMEDIES["indefinite"]],
    ],
)
def cov_check(cov: AnyMatrix) -> TableResult:
    """Tells whether a covariance matrix is usable: symmetry, smallest eigenvalue, condition number, verdict, remedy.

    The condition number is the largest over the smallest absolute eigenvalue of the matrix itself, #DIV/0! where
    infinite; for a matrix that is not symmetric (1e-8 relative) both are #N/A. Verdicts, the worst first: not
    symmetric, negative variance, indefinite (smallest eigenvalue of the correlations below −1e-8), zero variance,
    singular (the same below 1e-10), ill-conditioned (condition number above 1e8), good. The functions here refuse
    the first three. EXPLAIN names the assets concerned.

    Source: Higham (2002), Computing the Nearest Correlation Matrix, sec. 1; Golub & Van Loan (2013), Matrix
    Computations, sec. 2.6, for the condition number.
    """
    equal = bool(np.abs(cov - cov.T).max() <= SYMMETRIC * np.abs(cov).max())
    if equal:
        scale = float(np.abs(cov).max()) or 1.0
        values = np.linalg.eigvalsh(_symmetric(cov / scale)) * scale
        smallest, condition = float(values[0]), _condition(values)
        verdict = _verdict(_symmetric(cov), condition)
    else:
        smallest = condition = NotAvailableError("cov: not symmetric, so there are no eigenvalues to show.")
        verdict = "not symmetric"
        i, j = (int(k) for k in np.unravel_index(np.abs(cov - cov.T).argmax(), cov.shape))
        learn("largest difference", [Label("assets", i), Label("assets", j), float(cov[i, j]), float(cov[j, i])])
    header = ("assets", "symmetric", "smallest eigenvalue", "condition number", "verdict", "remedy")
    return Table(header, [(len(cov), equal, smallest, condition, verdict, REMEDIES[verdict])])


def _condition(values: np.ndarray):
    """max|λ|/min|λ|; what rounding makes of a zero eigenvalue is zero."""
    size = np.abs(values)
    if size.min() <= len(size) * np.finfo(float).eps * size.max():
        return DivisionError("cov: singular, its condition number is infinite.")
    return float(size.max() / size.min())


def _verdict(cov: np.ndarray, condition) -> str:
    variances = cov.diagonal()
    n = len(cov)
    for verdict, found in (("negative variance", variances < 0.0), ("zero variance", variances == 0.0)):
        if found.any():
            learn(verdict, [Label("assets", int(i)) for i in np.flatnonzero(found)])
    if variances.min() < 0.0:
        return "negative variance"
    vols = np.sqrt(variances)
    vols[vols == 0.0] = vols.max() or 1.0  # cash: its covariances must be zero too
    C = cov / vols / vols[:, None]
    smallest = float(np.linalg.eigvalsh(C)[0])
    learn("smallest eigenvalue of the correlations", smallest)
    if n > 1:
        C.ravel()[:: n + 1] = 0.0
        i, j = (int(k) for k in np.unravel_index(np.abs(C).argmax(), C.shape))
        learn("strongest correlation", [Label("assets", i), Label("assets", j), float(C[i, j])])
    if smallest < -DEFINITE:
        return "indefinite"
    if variances.min() == 0.0:
        return "zero variance"
    if smallest <= SINGULAR:
        return "singular"
    return "ill-conditioned" if isinstance(condition, DivisionError) or condition > ILL_CONDITIONED else "good"


def _learn_condition(cov: np.ndarray) -> None:
    condition = _condition(np.linalg.eigvalsh(cov))
    learn("condition number", "infinite (singular)" if isinstance(condition, DivisionError) else condition)


# Factor models -----------------------------------------------------------------------------------------------


@worksheet_function(
    "=FACTOR_LOADINGS({0.02,0.01;-0.01,0.03;0.03,-0.02;0.01,0.02},{0.01;-0.02;0.02;0.01})", [[0.9444444], [-1]]
)
def factor_loadings(returns: Returns, factor_returns: FactorReturns) -> LoadingsResult:
    """Sensitivity of each asset to each factor, by least squares with an intercept.

    B of r_t = a + B f_t + e_t, fitted over all rows; one row an asset, one column a factor. The columns of returns and
    factor returns are joined on their dates where both have them. With k factors at least k+1 rows are needed: #N/A. A
    factor that does not move, or that is a mix of the others, makes B undetermined: #NUM!.

    Source: Sharpe (1963), A Simplified Model for Portfolio Analysis; Roncalli (2013), Introduction to Risk Parity and
    Budgeting, sec. 1.1.
    """
    B, _ = _regression(returns, factor_returns, 1)
    return B


@worksheet_function(
    "=SPECIFIC_VOLS({0.02,0.01;-0.01,0.03;0.03,-0.02;0.01,0.02},{0.01;-0.02;0.02;0.01},12)", [[0.0169967], [0.0447214]]
)
def specific_vols(returns: Returns, factor_returns: FactorReturns, periods: Periods = None) -> PerYear:
    """Volatility of what the factors leave unexplained of each asset, per year.

    sᵢ = √(P · Σ_t e²_{t,i}/(T−1)) of the residuals e of FACTOR_LOADINGS: divided by T−1 as every volatility here, so
    that COV_FACTOR with the sample covariance of the factors has exactly the sample variances of the assets. Regression
    packages report the standard error √(Σe²/(T−k−1)), which is larger. At least k+2 rows: #N/A.

    Source: Sharpe (1963), A Simplified Model for Portfolio Analysis.
    """
    P = annualisation(periods)
    _, e = _regression(returns, factor_returns, 2)
    s = np.sqrt((e * e).sum(axis=0) / (len(e) - 1))
    s[s <= np.maximum(NO_RISK * np.abs(returns).max(axis=0), ROUNDING)] = 0.0
    return _finite(s * P**0.5, "returns")


@worksheet_function(
    "=COV_FACTOR({1.1,0.1;0.3,0.8},{0.03,0.002;0.002,0.01},{0.1;0.05})", [[0.04684, 0.01252], [0.01252, 0.01256]]
)
def cov_factor(loadings: Loadings, factor_cov: FactorCovariance, specific_vols: SpecificVols) -> CovarianceResult:
    """Covariance matrix of assets that follow common factors, each with a risk of its own.

    Σ = B F B' + diag(s²): B the loadings, F the covariances of the factors per year, s the specific volatilities per
    year. Assets and factors are matched by name where they are labelled.

    Source: Sharpe (1963), A Simplified Model for Portfolio Analysis; Roncalli (2013), Introduction to Risk Parity and
    Budgeting, sec. 1.1.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        cov = _symmetric(loadings.dot(factor_cov).dot(loadings.T))
        cov.ravel()[:: len(cov) + 1] += specific_vols**2
        return _finite(cov, "loadings")


def _regression(returns: np.ndarray, factors: np.ndarray, spare: int) -> tuple[np.ndarray, np.ndarray]:
    """B (n×k) and the residuals (T×n) of the regression with intercept, by the factors' QR decomposition."""
    T, k = factors.shape
    if k + spare > T:
        raise NotAvailableError(
            f"factor_returns: {T} complete rows are not enough for {k} factors; at least {k + spare} are needed. "
            "Give a longer history, or fewer factors."
        )
    with np.errstate(over="ignore", invalid="ignore"):
        X, S = _moments(returns)
        F, V = _moments(factors)
        _finite(S.diagonal(), "returns")
        v = np.sqrt(_finite(V.diagonal(), "factor_returns"))
    if not v.all():
        at = Label("factors", int(v.argmin()))
        raise NumberError("factor_returns: {} does not move, so nothing can load on it. Leave it out.", at)
    Q, R = np.linalg.qr(F / v)
    own = np.abs(R.diagonal()) / np.sqrt(T)  # of each factor's volatility, what those before it leave unexplained
    if own.min() <= COLLINEAR:
        at = Label("factors", int((own <= COLLINEAR).argmax()))
        raise NumberError(
            "factor_returns: {} is a mix of the factors before it: their loadings cannot be told apart. Leave it out.",
            at,
        )
    fitted = Q.T.dot(X)
    return (np.linalg.solve(R, fitted) / v[:, None]).T, X - Q.dot(fitted)
