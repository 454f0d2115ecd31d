"""Estimates from returns: means, covariances, factor loadings; conversions, check and repair of covariances."""

from typing import Annotated

import numpy as np

from xlalloc.catalogue import Table, worksheet_function
from xlalloc.core.checks import annualisation, positive_variances
from xlalloc.core.covariances import INTENSITIES, estimate, finite, samples
from xlalloc.core.nearest_correlation import nearest_correlation
from xlalloc.core.regression import regression, residual_stds
from xlalloc.errors import DivisionError, Label, NotAvailableError, NumberError
from xlalloc.explanation import record, recording
from xlalloc.plausible import DOWN, UP
from xlalloc.quantities import (
    Correlations,
    Covariance,
    CovarianceResult,
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
    option,
)
from xlalloc.requirements import DEFINITE, SYMMETRIC, no_negative_variance, symmetric

ILL_CONDITIONED = 1e8  # above it half of the digits of an inverse are lost
SINGULAR = 1e-10  # smallest eigenvalue of a correlation matrix that cannot be told from zero
REPAIRABLE = 1e6  # a correlation beyond it is no rounding or contradiction but a cell of another kind

ReturnKind = Annotated[str, option("simple: p(t)/p(t-1) - 1; log: its logarithm ln(p(t)/p(t-1))", "simple", "log")]
CovMethod = Annotated[
    str,
    option("How to estimate the covariances", "sample", "window", "ewma", "ledoit_wolf", "oas", "constant_correlation",
           "semi", "ewma_shrunk"),
]  # fmt: skip
ShrinkageMethod = Annotated[
    str, option("Which shrinkage estimator of COV_MATRIX", "ledoit_wolf", "oas", "constant_correlation", "ewma_shrunk")
]
AnyMatrix = Annotated[
    np.ndarray, Quantity("matrix", "Covariance matrix to be checked, n x n", "per year", ("assets", "assets"))
]
RepairableCovariance = Annotated[
    np.ndarray,
    Quantity(
        "matrix",
        "Covariance matrix to be repaired, n x n; it may be indefinite",
        "per year",
        ("assets", "assets"),
        checks=(symmetric, no_negative_variance),
    ),
]
CorrelationResult = Annotated[
    np.ndarray, Quantity("matrix", "Correlation matrix, n x n", "-1 to 1", ("assets", "assets"))
]
LoadingsResult = Annotated[
    np.ndarray, Quantity("matrix", "Factor loadings, assets down, factors across", "", ("assets", "factors"))
]
Intensity = Annotated[float, Quantity("number", "Shrinkage intensity", "0 to 1")]


# Returns and means -------------------------------------------------------------------------------------------


@worksheet_function("=RETURNS({100,50;110,49;99,49})", [[0.1, -0.02], [-0.1, 0.0]])
def returns(prices: Prices, kind: ReturnKind = "simple") -> LabelledPanel:
    """Returns from one row of prices to the next, with the dates and names that the prices carry.

    Formula: simple: p_t/p_{t−1} − 1; log: ln(p_t/p_{t−1})

    Simple returns are what weights and every other function here expect; logarithmic ones add up over time but not
    across assets. One row fewer than the prices, dated at the later price. Each column is taken from its last price
    before; where a price is missing there is a blank. Prices must include dividends (total return).

    Errors: none beyond its arguments'.

    Peers: pypfopt.expected_returns.returns_from_prices; empyrical.simple_returns; ffn.core.to_returns;
    skfolio.preprocessing.prices_to_returns.

    Source: Campbell, Lo & MacKinlay (1997), The Econometrics of Financial Markets, sec. 1.4.
    """
    with np.errstate(over="ignore", under="ignore", divide="ignore"):
        growth = prices[1:] / prices[:-1]
        if recording() and growth.size:
            _record_move(growth)
        return finite(growth - 1.0 if kind == "simple" else np.log(growth), "prices")


def _record_move(growth: np.ndarray) -> None:
    """The largest move that no market makes in a row: a split, a slipped decimal point, returns taken for prices."""
    unlikely = np.maximum(growth / UP, DOWN / growth)
    t, j = (int(k) for k in np.unravel_index(unlikely.argmax(), growth.shape))
    if unlikely[t, j] > 1.0:
        move = f"the price moves to {growth[t, j]:.4g} times the one before. Look whether it is right"
        record("unusual move", [Label("assets", j), Label("time", t + 1), move])


@worksheet_function("=MEAN_RETURNS({0.02,0.01;-0.01,0.03},12)", [[0.06], [0.24]])
def mean_returns(returns: Returns, periods: Periods | None = None) -> PerYear:
    """Arithmetic mean of the returns of each asset, per year.

    Formula: μᵢ = P · (1/T) Σ_t r_{t,i}

    The expected return of mean-variance analysis. It is not compounded; ANN_RETURN is the rate at which money actually
    grew. A mean of a few years is a poor forecast: its standard error is σ/√years.

    Errors: none beyond its arguments'.

    Peers: pypfopt.expected_returns.mean_historical_return (with compounding=False); skfolio.moments.EmpiricalMu (per
    period); Excel AVERAGE (per period).

    Source: Markowitz (1952), Portfolio Selection.
    """
    with np.errstate(over="ignore"):
        return finite(annualisation(periods) * returns.mean(axis=0), "returns")


# Covariances -------------------------------------------------------------------------------------------------


@worksheet_function(
    '=COV_MATRIX({0.02,0.01;-0.01,0.03;0.03,-0.02},"sample",12)', [[0.0052, -0.0058], [-0.0058, 0.0076]]
)
def cov_matrix(
    returns: Returns, method: CovMethod = "sample", periods: Periods | None = None, parameter: Parameter | None = None
) -> CovarianceResult:
    """Covariance matrix of the returns, per year, by the method chosen.

    Formula: sample: Σ = P · Σ_t x_t x_t'/(T−1), x_t = r_t − r̄; shrinkage: (1−δ)S + δF

    x_t are the deviations from the mean, T the rows. window: as sample, on the last `parameter` rows (60). ewma:
    weights ½^(age/h), age 0 for the last row, h = `parameter` periods (63), scaled to sum 1; the weighted mean is
    removed and nothing corrected for bias, as pandas ewm(halflife=h).cov(bias=True). RiskMetrics' λ = 0.94 is h = 11.2.

    Shrinkage: S = Σ x_t x_t'/T. ledoit_wolf and oas: F = mI, m the mean variance; δ as in scikit-learn's LedoitWolf and
    OAS. constant_correlation: F has the sample variances and the mean correlation everywhere. All three are usable with
    fewer rows than assets, where sample and window are singular.

    ewma_shrunk: the exponential weights w with a half-life of `parameter` periods (126), the weighted mean removed,
    then constant_correlation on the rows √(T·w_t)·x_t, divided by T. For forecasts it was the best of the methods here:
    on 20 US and 46 UK stocks its minimum-variance portfolio was 1.7% and 1.8% less volatile, on the days that followed,
    than that of ledoit_wolf. COV_SCORE measures the methods on your own returns. Plain ewma suits volatilities, not
    optimisers without bounds: it rests on few effective rows (2.9 h), so its correlations are noisy, and
    minimum-variance portfolios with short sales were 4% to 5% more volatile than with ledoit_wolf. Use it with bounds,
    or take ewma_shrunk.

    semi: Σ min(r_t,0) min(r_t,0)'/T, downside of zero, without a mean, all T rows counted; PyPortfolioOpt's
    semicovariance with benchmark 0. The result is times the periods per year. An asset whose returns never change has
    exactly zero variance. `parameter` belongs to window, ewma and ewma_shrunk alone.

    Errors: #N/A where there are fewer rows than the window; #NUM! where the window is not a whole number of at least 2,
    and where constant_correlation or ewma_shrunk meets an asset without variance; #VALUE! where a parameter is given to
    a method that takes none.

    Peers: pypfopt.risk_models.sample_cov; pypfopt.risk_models.exp_cov (another bias);
    pypfopt.risk_models.semicovariance; sklearn.covariance.LedoitWolf; sklearn.covariance.OAS;
    skfolio.moments.EWCovariance; Excel COVARIANCE.S (a pair, per period).

    Source: Ledoit & Wolf (2004), A Well-Conditioned Estimator for Large-Dimensional Covariance Matrices, sec. 3; Chen,
    Wiesel, Eldar & Hero (2010), Shrinkage Algorithms for MMSE Covariance Estimation, eq. 23; Ledoit & Wolf (2004),
    Honey, I Shrunk the Sample Covariance Matrix, app. B; RiskMetrics (1996) for the exponential weights. ewma_shrunk
    joins the last two; measured in the chapter on risk parity of the handbook.
    """
    cov = estimate(returns, method, parameter, annualisation(periods))
    if recording():
        _record_condition(cov)
    return cov


@worksheet_function('=CORR_MATRIX({0.02,0.01;-0.01,0.03;0.03,-0.02},"sample")', [[1, -0.9226129], [-0.9226129, 1]])
def corr_matrix(
    returns: Returns, method: CovMethod = "sample", periods: Periods | None = None, parameter: Parameter | None = None
) -> CorrelationResult:
    """Correlation matrix of the returns, from the covariance matrix that COV_MATRIX estimates.

    Formula: ρᵢⱼ = σᵢⱼ/(σᵢσⱼ)

    With the methods and the parameter of COV_MATRIX; the periods per year cancel.

    Errors: #NUM! where an asset has no variance, and so no correlations; #N/A where there are fewer rows than the
    window; #VALUE! where a parameter is given to a method that takes none.

    Peers: pandas.DataFrame.corr; numpy.corrcoef; Excel CORREL (a pair).

    Source: as COV_MATRIX.
    """
    return _correlations(estimate(returns, method, parameter), "returns")


@worksheet_function("=SHRINKAGE({0.02,0.01;-0.01,0.03;0.03,-0.02;0.01,0.02})", [[0.51893]])
def shrinkage(returns: Returns, method: ShrinkageMethod = "ledoit_wolf") -> Intensity:
    """How far COV_MATRIX moves the sample covariances to its target: 0 not at all, 1 all the way.

    Formula: the δ of (1−δ)S + δF

    Near 1 the history says little about the covariances beyond the target; more rows lower it. Where the sample already
    equals the target nothing is shrunk and ledoit_wolf and constant_correlation give 0.

    ewma_shrunk with its half-life of 126 periods.

    Errors: #NUM! where constant_correlation or ewma_shrunk meets an asset without variance.

    Peers: sklearn.covariance.ledoit_wolf_shrinkage; sklearn.covariance.OAS (its shrinkage_);
    pypfopt.risk_models.CovarianceShrinkage (its delta).

    Source: as COV_MATRIX.
    """
    T, n = returns.shape
    with np.errstate(over="ignore", invalid="ignore"):
        if method in ("constant_correlation", "ewma_shrunk") or n <= T:
            X, S = samples(returns, method, None)
        else:
            X = returns - returns.mean(axis=0)
            S = X.dot(X.T) / T  # ‖XX'‖ = ‖X'X‖: the smaller one
        finite(S.diagonal(), "returns")
        return float(INTENSITIES[method](X, S))


# Conversions -------------------------------------------------------------------------------------------------


@worksheet_function("=COV_FROM_CORR({1,0.3;0.3,1},{0.2;0.1})", [[0.04, 0.006], [0.006, 0.01]])
def cov_from_corr(corr: Correlations, vols: Vols) -> CovarianceResult:
    """Covariance matrix of given correlations and volatilities.

    Formula: σᵢⱼ = ρᵢⱼσᵢσⱼ

    Volatilities are per year, and so are the covariances. The two are matched by name where both are labelled.

    Errors: none beyond its arguments'.

    Peers: pypfopt.risk_models.corr_to_cov; skfolio.utils.stats.corr_to_cov.

    Source: the definition of the correlation; Markowitz (1952), Portfolio Selection.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        return finite(corr * np.outer(vols, vols), "vols")


@worksheet_function("=CORR_FROM_COV({0.04,0.006;0.006,0.01})", [[1, 0.3], [0.3, 1]])
def corr_from_cov(cov: Covariance) -> CorrelationResult:
    """Correlation matrix of a covariance matrix.

    Formula: ρᵢⱼ = σᵢⱼ/√(σᵢᵢσⱼⱼ)

    Errors: #NUM! where an asset has no variance, and so no correlations.

    Peers: pypfopt.risk_models.cov_to_corr; skfolio.utils.stats.cov_to_corr.

    Source: the definition of the correlation; Markowitz (1952), Portfolio Selection.
    """
    return _correlations(cov, "cov")


@worksheet_function("=VOLS_FROM_COV({0.04,0.006;0.006,0.01})", [[0.2], [0.1]])
def vols_from_cov(cov: Covariance) -> PerYear:
    """Volatility of each asset, from its variance on the diagonal of a covariance matrix.

    Formula: σᵢ = √σᵢᵢ

    Per year; a column.

    Errors: none beyond its arguments'.

    Peers: skfolio.utils.stats.cov_to_corr (its second result).

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
            Label("assets", i),
            Label("assets", j),
        )
    return np.clip(corr, -1.0, 1.0, out=corr)


def _symmetric(M: np.ndarray) -> np.ndarray:
    return 0.5 * M + 0.5 * M.T


# Repair and check --------------------------------------------------------------------------------------------


@worksheet_function(
    "=COV_NEAREST({1,1,0;1,1,1;0,1,1})", [[1, 0.7607, 0.1573], [0.7607, 1, 0.7607], [0.1573, 0.7607, 1]]
)
def cov_nearest(cov: RepairableCovariance) -> CovarianceResult:
    """The nearest positive semidefinite covariance matrix.

    Formula: min ‖X − C‖ over correlation matrices X; σ'ᵢⱼ = xᵢⱼσᵢσⱼ

    The variances are kept. The correlations C become the correlation matrix X (ones on the diagonal, no negative
    eigenvalue) for which the sum of the squared changes ‖X − C‖² is minimal; a matrix in order comes back as it was.
    Given correlations, it gives correlations. An asset without variance gets covariances of zero. EXPLAIN shows how far
    the correlations moved: large changes mean that the assumptions contradict each other.

    Errors: #NUM! where a correlation is so far beyond 1 that no repair makes sense, and where a variance is negative.

    Peers: statsmodels.stats.correlation_tools.cov_nearest; skfolio.utils.stats.cov_nearest;
    pypfopt.risk_models.fix_nonpositive_semidefinite (another matrix); riskfolio.cov_fix.

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
        X = nearest_correlation(C)
        record("distance of the correlations", float(np.linalg.norm(X - C)))
        if X is C and len(risky) == len(cov):
            return _symmetric(cov)
        out[np.ix_(risky, risky)] = X * np.outer(v, v)
    out.ravel()[:: len(out) + 1] = cov.diagonal()
    return out


REMEDIES = {
    "not symmetric": "Make the two halves equal: the covariance of A with B is that of B with A.",
    "negative variance": "Correct the diagonal: a variance is a squared volatility.",
    "indefinite": "Some portfolio has a negative variance: repair with COV_NEAREST, or estimate from complete returns.",
    "zero variance": "Fine for cash; leave it out of risk parity, HRP, inverse volatility and correlations.",
    "singular": "Some portfolio has no risk: use more rows than assets, drop duplicates, or estimate with ledoit_wolf.",
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

    Formula: smallest eigenvalue λ₁; condition number |λ|max/|λ|min

    Both numbers are those of the matrix itself. Verdicts, the worst first: not symmetric (1e-8 relative), negative
    variance, indefinite (smallest eigenvalue of the correlations below −1e-8), zero variance, singular (the same below
    1e-10), ill-conditioned (condition number above 1e8), good. The functions here refuse the first three. EXPLAIN names
    the assets concerned.

    Errors: #N/A where the matrix is not symmetric (in its cells of eigenvalue and condition number); #DIV/0! where the
    matrix is singular (in the cell of the condition number).

    Peers: numpy.linalg.cond; skfolio.utils.stats.is_cholesky_dec (yes or no only).

    Source: Higham (2002), Computing the Nearest Correlation Matrix, sec. 1; Golub & Van Loan (2013), Matrix
    Computations, sec. 2.6, for the condition number.
    """
    equal = bool(np.abs(cov - cov.T).max() <= SYMMETRIC * np.abs(cov).max())
    smallest: float | NotAvailableError
    if equal:
        scale = float(np.abs(cov).max()) or 1.0
        values = np.linalg.eigvalsh(_symmetric(cov / scale)) * scale
        smallest, condition = float(values[0]), _condition(values)
        verdict = _verdict(_symmetric(cov), condition)
    else:
        smallest = condition = NotAvailableError("cov: not symmetric, so there are no eigenvalues to show.")
        verdict = "not symmetric"
        i, j = (int(k) for k in np.unravel_index(np.abs(cov - cov.T).argmax(), cov.shape))
        record("largest difference", [Label("assets", i), Label("assets", j), float(cov[i, j]), float(cov[j, i])])
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
            record(verdict, [Label("assets", int(i)) for i in np.flatnonzero(found)])
    if variances.min() < 0.0:
        return "negative variance"
    vols = np.sqrt(variances)
    vols[vols == 0.0] = vols.max() or 1.0  # cash: its covariances must be zero too
    C = cov / vols / vols[:, None]
    smallest = float(np.linalg.eigvalsh(C)[0])
    record("smallest eigenvalue of the correlations", smallest)
    if n > 1:
        C.ravel()[:: n + 1] = 0.0
        i, j = (int(k) for k in np.unravel_index(np.abs(C).argmax(), C.shape))
        record("strongest correlation", [Label("assets", i), Label("assets", j), float(C[i, j])])
    if smallest < -DEFINITE:
        return "indefinite"
    if variances.min() == 0.0:
        return "zero variance"
    if smallest <= SINGULAR:
        return "singular"
    return "ill-conditioned" if isinstance(condition, DivisionError) or condition > ILL_CONDITIONED else "good"


def _record_condition(cov: np.ndarray) -> None:
    condition = _condition(np.linalg.eigvalsh(cov))
    record("condition number", "infinite (singular)" if isinstance(condition, DivisionError) else condition)


# Factor models -----------------------------------------------------------------------------------------------


@worksheet_function(
    "=FACTOR_LOADINGS({0.02,0.01;-0.01,0.03;0.03,-0.02;0.01,0.02},{0.01;-0.02;0.02;0.01})", [[0.9444444], [-1]]
)
def factor_loadings(returns: Returns, factor_returns: FactorReturns) -> LoadingsResult:
    """Sensitivity of each asset to each factor, by least squares with an intercept.

    Formula: r_t = a + B f_t + e_t, B by least squares

    Fitted over all rows; one row per asset, one column per factor. The columns of returns and factor returns are
    joined on their dates where both have them.

    Errors: #N/A where there are fewer than k+1 rows for k factors; #NUM! where a factor does not move, or is a linear
    combination of the others.

    Peers: riskfolio.loadings_matrix (stepwise); skfolio.prior.LoadingMatrixRegression; Excel SLOPE (one factor); Excel
    LINEST.

    Source: Sharpe (1963), A Simplified Model for Portfolio Analysis; Roncalli (2013), Introduction to Risk Parity and
    Budgeting, sec. 1.1.
    """
    B, _ = regression(returns, factor_returns, 1)
    return B


@worksheet_function(
    "=SPECIFIC_VOLS({0.02,0.01;-0.01,0.03;0.03,-0.02;0.01,0.02},{0.01;-0.02;0.02;0.01},12)", [[0.0169967], [0.0447214]]
)
def specific_vols(returns: Returns, factor_returns: FactorReturns, periods: Periods | None = None) -> PerYear:
    """Volatility of the part of each asset's returns that the factors do not explain, per year.

    Formula: sᵢ = √(P · Σ_t e²_{t,i}/(T−1))

    Of the residuals e of FACTOR_LOADINGS, divided by T−1 as every volatility here, so that COV_FACTOR with the sample
    covariance of the factors has exactly the sample variances of the assets. Regression packages report the standard
    error √(Σe²/(T−k−1)), which is larger.

    Errors: #N/A where there are fewer than k+2 rows for k factors; #NUM! where a factor does not move, or is a linear
    combination of the others.

    Peers: Excel STEYX (one factor, divided by T−2, per period); skfolio.prior.FactorModel (inside its covariance).

    Source: Sharpe (1963), A Simplified Model for Portfolio Analysis.
    """
    P = annualisation(periods)
    _, e = regression(returns, factor_returns, 2)
    return finite(residual_stds(returns, e) * P**0.5, "returns")


@worksheet_function(
    "=COV_FACTOR({1.1,0.1;0.3,0.8},{0.03,0.002;0.002,0.01},{0.1;0.05})", [[0.04684, 0.01252], [0.01252, 0.01256]]
)
def cov_factor(loadings: Loadings, factor_cov: FactorCovariance, specific_vols: SpecificVols) -> CovarianceResult:
    """Covariance matrix of assets that follow common factors, each with a risk of its own.

    Formula: Σ = B F B' + diag(s²)

    B the loadings, F the covariances of the factors per year, s the specific volatilities per year. Assets and factors
    are matched by name where they are labelled.

    Errors: none beyond its arguments'.

    Peers: riskfolio.ParamsEstimation.risk_factors (its covariance); skfolio.prior.FactorModel (its covariance).

    Source: Sharpe (1963), A Simplified Model for Portfolio Analysis; Roncalli (2013), Introduction to Risk Parity and
    Budgeting, sec. 1.1.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        cov = _symmetric(loadings.dot(factor_cov).dot(loadings.T))
        cov.ravel()[:: len(cov) + 1] += specific_vols**2
        return finite(cov, "loadings")
