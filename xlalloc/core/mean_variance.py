"""Mean-variance: minimum risk for a return, the frontier, the tangency, maximum diversification, Black–Litterman."""

from typing import Annotated

import numpy as np

from xlalloc.catalogue import Table, labels, worksheet_function
from xlalloc.core.checks import (
    condition_number,
    positive_variances,
    volatility,
)
from xlalloc.core.critical_line import Frontier
from xlalloc.core.limits import GroupLower, GroupUpper, Limits
from xlalloc.core.on_demand import OnDemand
from xlalloc.core.views import blended
from xlalloc.errors import DivisionError, NumberError
from xlalloc.explanation import record, recording
from xlalloc.quantities import (
    Covariance,
    ExpectedReturns,
    Groups,
    Lower,
    NumberOrArray,
    Quantity,
    Rate,
    TableResult,
    Upper,
    Weights,
    WeightsResult,
    number,
)
from xlalloc.requirements import as_fractions

ReturnsOfAssets = Annotated[
    np.ndarray, Quantity("vector", "Expected return of each asset, risk-free rate included", "per year", ("assets",))
]
TargetReturn = Annotated[float, number("Target return: minimum expected return", "per year", unit_to=1)]
TargetVolatility = Annotated[float, number("Target volatility: maximum accepted", "per year", low=0, unit_to=3)]
Points = Annotated[
    int, number("Number of portfolios, evenly spaced in expected return", "rows", low=2, high=10_000, whole=True)
]
RiskAversion = Annotated[float, number("Risk-aversion coefficient δ, typically 2 to 4", above=0)]
Picks = Annotated[
    np.ndarray,
    Quantity(
        "matrix",
        "One row per view, one column per asset: the portfolio the view is about (1, or 1 and -1 for a spread)",
        "",
        ("views", "assets"),
    ),
]
VIEWS = Quantity("vector", "Expected return of each view's portfolio", "per year", ("views",))
Views = Annotated[np.ndarray, VIEWS]
Confidence = Annotated[
    NumberOrArray,
    Quantity("vector", "Confidence in the views, 0 none to 1 certain: one number, or one per view", "fraction",
             ("views",), low=0, high=1, scalar=True),
]  # fmt: skip


@worksheet_function("=MIN_VAR_WEIGHTS({0.04,0.006;0.006,0.01})", [[0.1052632], [0.8947368]])
def min_var_weights(
    cov: Covariance,
    lower: Lower = 0.0,
    upper: Upper = 1.0,
    groups: Groups | None = None,
    group_lower: GroupLower | None = None,
    group_upper: GroupUpper | None = None,
) -> WeightsResult:
    """Minimum-variance portfolio within the bounds.

    Formula: min w'Σw over 1'w = 1, l ≤ w ≤ u, L_g ≤ Σ_{i∈g} wᵢ ≤ U_g

    Bounds are 0 and 1 if left out; a negative lower bound allows short sales. Exact, as all functions of this chapter.
    EXPLAIN names the bounds that bind. Where several portfolios have the minimum variance (perfect hedges), the
    one whose assets are least volatile on average is returned.

    Errors: #NUM! where the bounds leave nothing to choose from, or assets are such close copies that no accurate answer
    is possible; #VALUE! where limits of groups come without groups.

    Peers: pypfopt.EfficientFrontier.min_volatility; skfolio.optimization.MeanRisk; riskfolio.Portfolio.optimization
    (obj MinRisk).

    Source: Markowitz (1952), Portfolio Selection; Markowitz & Todd (2000), Mean-Variance Analysis, ch. 7-8.
    """
    limits = Limits.given(len(cov), lower, upper, groups, group_lower, group_upper)
    frontier = limits.frontier(-np.sqrt(cov.diagonal()), cov)  # any means would do; these break ties
    return _answer(frontier.min_variance(), cov, limits)


@worksheet_function("=MAX_SHARPE_WEIGHTS({0.08;0.04},{0.04,0.006;0.006,0.01},0.02)", [[0.5217391], [0.4782609]])
def max_sharpe_weights(
    mu: ExpectedReturns,
    cov: Covariance,
    rf: Rate = 0.0,
    lower: Lower = 0.0,
    upper: Upper = 1.0,
    groups: Groups | None = None,
    group_lower: GroupLower | None = None,
    group_upper: GroupUpper | None = None,
) -> WeightsResult:
    """Maximum-Sharpe (tangency) portfolio within the bounds.

    Formula: max (w'μ − rf)/√(w'Σw) over 1'w = 1 and the bounds

    The bounds are those of MIN_VAR_WEIGHTS. Where a portfolio without risk earns more than rf the ratio has no limit:
    leave cash out or raise rf to what it pays. Without risk is a volatility of at most 1e-6 of Σ|wᵢ|σᵢ.

    Errors: #NUM! where no allowed portfolio is expected to earn more than rf, a portfolio without risk does, or the
    bounds leave nothing to choose from; #VALUE! where limits of groups come without groups.

    Peers: pypfopt.EfficientFrontier.max_sharpe; skfolio.optimization.MeanRisk (MAXIMIZE_RATIO);
    riskfolio.Portfolio.optimization (obj Sharpe); ffn.core.calc_mean_var_weights.

    Source: Sharpe (1966), Mutual Fund Performance; Tobin (1958), Liquidity Preference.
    """
    limits = Limits.given(len(cov), lower, upper, groups, group_lower, group_upper)
    frontier = limits.frontier(mu, cov)
    weights = _answer(frontier.max_sharpe(rf), cov, limits, frontier, mu)
    if recording():
        record("Sharpe ratio", (float(weights.dot(mu)) - rf) / volatility(weights, cov))
    return weights


@worksheet_function("=TARGET_RETURN_WEIGHTS({0.08;0.03},{0.04,0.006;0.006,0.01},0.05)", [[0.4], [0.6]])
def target_return_weights(
    mu: ExpectedReturns,
    cov: Covariance,
    target_return: TargetReturn,
    lower: Lower = 0.0,
    upper: Upper = 1.0,
    groups: Groups | None = None,
    group_lower: GroupLower | None = None,
    group_upper: GroupUpper | None = None,
) -> WeightsResult:
    """Minimum-variance portfolio with at least the target return.

    Formula: min w'Σw over w'μ ≥ m, 1'w = 1 and the bounds

    m is target_return; the bounds are those of MIN_VAR_WEIGHTS. A target below the return of
    the minimum-variance portfolio returns that portfolio.

    Errors: #NUM! where no allowed portfolio earns as much (the reason gives the maximum), or the bounds leave nothing
    to choose from; #VALUE! where limits of groups come without groups.

    Peers: pypfopt.EfficientFrontier.efficient_return; skfolio.optimization.MeanRisk (with min_return).

    Source: Markowitz (1952), Portfolio Selection; Markowitz & Todd (2000), Mean-Variance Analysis, ch. 7-8.
    """
    limits = Limits.given(len(cov), lower, upper, groups, group_lower, group_upper)
    frontier = limits.frontier(mu, cov)
    weights = frontier.at_return(target_return)
    if recording() and target_return < frontier.returns[-1]:
        record("target", "met by the minimum-variance portfolio, which earns more")
    return _answer(weights, cov, limits, frontier, mu)


@worksheet_function("=TARGET_VOL_WEIGHTS({0.08;0.03},{0.04,0;0,0.0225},0.125)", [[0.5], [0.5]])
def target_vol_weights(
    mu: ExpectedReturns,
    cov: Covariance,
    target_vol: TargetVolatility,
    lower: Lower = 0.0,
    upper: Upper = 1.0,
    groups: Groups | None = None,
    group_lower: GroupLower | None = None,
    group_upper: GroupUpper | None = None,
) -> WeightsResult:
    """Maximum-return portfolio with at most the target volatility.

    Formula: max w'μ over √(w'Σw) ≤ σ_target, 1'w = 1 and the bounds

    The bounds are those of MIN_VAR_WEIGHTS. Where the portfolio of maximum return is less volatile than accepted, it is
    the answer.

    Errors: #NUM! where every allowed portfolio is more volatile (the reason gives the minimum), or the bounds
    leave nothing to choose from; #VALUE! where limits of groups come without groups.

    Peers: pypfopt.EfficientFrontier.efficient_risk; skfolio.optimization.MeanRisk (with max_standard_deviation).

    Source: Markowitz (1952), Portfolio Selection; Markowitz & Todd (2000), Mean-Variance Analysis, ch. 7-8.
    """
    limits = Limits.given(len(cov), lower, upper, groups, group_lower, group_upper)
    frontier = limits.frontier(mu, cov)
    weights = frontier.at_vol(target_vol)
    if recording() and target_vol > frontier.vols[0]:
        record("target", "not used up: no allowed portfolio earns more than this one")
    return _answer(weights, cov, limits, frontier, mu)


@worksheet_function(
    "=FRONTIER({0.08;0.03},{0.04,0;0,0.01},3)",
    [
        ["return", "volatility", "sharpe", "Asset 1", "Asset 2"],
        [0.04, 0.0894427, 0.4472136, 0.2, 0.8],
        [0.06, 0.1264911, 0.4743416, 0.6, 0.4],
        [0.08, 0.2, 0.4, 1.0, 0.0],
    ],
)
def frontier(
    mu: ExpectedReturns,
    cov: Covariance,
    points: Points = 20,
    lower: Lower = 0.0,
    upper: Upper = 1.0,
    groups: Groups | None = None,
    group_lower: GroupLower | None = None,
    group_upper: GroupUpper | None = None,
) -> TableResult:
    """Table of the efficient frontier: return, volatility, Sharpe ratio and weights, one portfolio per row.

    Formula: min w'Σw over w'μ = m, 1'w = 1 and the bounds, m evenly from minimum variance to maximum return

    From the minimum-variance portfolio to the one of maximum return, evenly spaced in return; each row has the minimum
    risk for its return under the bounds, as in MIN_VAR_WEIGHTS, exactly. The Sharpe ratio is at rf 0. The table always
    has `points` rows: where the minimum-variance portfolio also earns the most, with equal expected returns say, all
    rows are that one portfolio.

    Errors: #NUM! where the bounds leave nothing to choose from; #VALUE! where limits of groups come without groups;
    #DIV/0! where a row has no risk (in the cell of its Sharpe ratio).

    Peers: pypfopt.CLA.efficient_frontier; riskfolio.Portfolio.efficient_frontier; skfolio.optimization.MeanRisk (with
    efficient_frontier_size); cvxcla.CLA.

    Source: Markowitz (1952), Portfolio Selection; Markowitz & Todd (2000), Mean-Variance Analysis, ch. 7-8.
    """
    limits = Limits.given(len(cov), lower, upper, groups, group_lower, group_upper)
    found = limits.frontier(mu, cov)
    rows = [_frontier_row(weights, mu, cov) for weights in limits.cleaned(found.points(points))]
    if len(found.returns) == 1:
        record("frontier", "a single portfolio: the one of minimum variance earns the most")
    _record_solution(found, cov)
    return Table(("return", "volatility", "sharpe", *labels("assets", len(mu))), rows)


@worksheet_function("=MAX_DIV_WEIGHTS({0.04,0.012,0;0.012,0.09,0;0,0,0.01})", [[0.2459016], [0.1639344], [0.5901639]])
def max_div_weights(cov: Covariance, lower: Lower = 0.0, upper: Upper = 1.0) -> WeightsResult:
    """Maximum-diversification portfolio: the highest ratio of the assets' mean volatility to the portfolio's.

    Formula: max Σ wᵢσᵢ / √(w'Σw) over 1'w = 1, l ≤ w ≤ u

    The tangency portfolio of assets whose excess returns are their volatilities.

    Errors: #NUM! where an asset has no variance (cash), an allowed portfolio has no risk so that the ratio has no
    limit, or the bounds leave nothing to choose from.

    Peers: skfolio.optimization.MaximumDiversification.

    Source: Choueifaty & Coignard (2008), Toward Maximum Diversification, eq. 1.
    """
    vols = positive_variances(cov)
    limits = Limits.given(len(cov), lower, upper)
    frontier = limits.frontier(vols, cov)
    try:
        weights = frontier.max_sharpe(0.0)
    except NumberError:
        if frontier.returns[0] > 0.0:
            raise NumberError(
                "cov: a portfolio of these assets has no risk, so its diversification ratio has no limit. Leave out "
                "an asset that hedges others completely."
            ) from None
        raise NumberError(
            "lower: with these short sales the weighted mean of the volatilities is never above zero, so there is no "
            "diversification ratio. Raise the lower bounds."
        ) from None
    weights = _answer(weights, cov, limits, frontier)
    if recording():
        record("diversification ratio", float(weights.dot(vols)) / volatility(weights, cov))
    return weights


@worksheet_function("=IMPLIED_RETURNS({0.6;0.4},{0.04,0.006;0.006,0.01},2.5,0.02)", [[0.086], [0.039]])
def implied_returns(
    weights: Weights, cov: Covariance, risk_aversion: RiskAversion = 2.5, rf: Rate = 0.0
) -> ReturnsOfAssets:
    """Equilibrium returns implied by a portfolio (reverse optimisation).

    Formula: π = rf + δΣw

    δ is the risk aversion.

    Errors: none beyond its arguments'.

    Peers: pypfopt.black_litterman.market_implied_prior_returns; skfolio.moments.EquilibriumMu.

    Source: Sharpe (1974), Imputing Expected Security Returns from Portfolio Composition; He & Litterman (1999), eq. 2.
    """
    return rf + risk_aversion * cov.dot(weights)


@worksheet_function(
    "=BLACK_LITTERMAN({0.6;0.4},{0.04,0.006;0.006,0.01},{1,-1},0.03,0.5,2.5,0.02)", [[0.0783947], [0.0398947]]
)
def black_litterman(
    weights: Weights,
    cov: Covariance,
    picks: Picks,
    views: Views,
    confidence: Confidence = 0.5,
    risk_aversion: RiskAversion = 2.5,
    rf: Rate = 0.0,
) -> ReturnsOfAssets:
    """Expected returns that blend those implied by the market's weights with your own views.

    Formula: π + ΣP'(PΣP' + Ω)⁻¹(q − Pπ), π = rf + δΣw, Ω = diag(1/c − 1)·diag(PΣP')

    π is the prior (IMPLIED_RETURNS), c the confidence. As Ω is in proportion to PΣP', the scale τ of the paper cancels.
    A single view with confidence c moves its portfolio the share c of the way from the prior to the view (Idzorek).

    Views are on total returns, risk-free rate included: "shares earn 8%", not "8% above cash". In excess returns a row
    p has the prior p'π − rf·Σp and the view q − rf·Σp, so the rate cancels in q − Pπ whatever the row sums to; in a
    spread (1 and -1) it plays no part. Confidence 0 drops a view, 1 makes it certain: the posterior meets it. Picks are
    matched to the assets by name where both are labelled.

    Errors: #NUM! where one certain view follows from others, or the portfolio of a view has no risk.

    Peers: pypfopt.BlackLittermanModel (with omega idzorek); skfolio.prior.BlackLitterman; riskfolio.black_litterman.

    Source: Black & Litterman (1992), Global Portfolio Optimization; He & Litterman (1999), The Intuition Behind
    Black-Litterman Model Portfolios, eq. 8; Idzorek (2005), A Step-by-Step Guide to the Black-Litterman Model.
    """
    largest = np.abs(picks).max(axis=1)
    each = np.where(largest > 0.0, largest, 1.0)  # a view says the same in any unit
    as_fractions(VIEWS, "views", np.minimum(views, views / each))
    with np.errstate(all="ignore"):
        posterior = blended(weights, cov, picks / each[:, None], views / each, confidence, risk_aversion, rf, each)
    if not np.isfinite(posterior).all():
        raise NumberError(
            "views: the posterior is too large to compute. Check the units of views, picks and cov: 0.05 is 5%."
        )
    return posterior


# Answers and facts -------------------------------------------------------------------------------------------


def _frontier_row(weights: np.ndarray, mu: np.ndarray, cov: np.ndarray) -> tuple:
    expected, vol = float(weights.dot(mu)), volatility(weights, cov)
    sharpe = expected / vol if vol else DivisionError("cov: this portfolio has no risk, so it has no Sharpe ratio.")
    return expected, vol, sharpe, *weights.tolist()


def _answer(
    weights: np.ndarray, cov: np.ndarray, limits: Limits, frontier: Frontier | OnDemand | None = None, mu=None
) -> np.ndarray:
    """The weights without their rounding; EXPLAIN hears of return, risk, bounds and the solution."""
    weights = limits.cleaned(weights)
    if recording():
        if mu is not None:
            record("expected return", float(weights.dot(mu)))
        record("volatility", volatility(weights, cov))
        record("binding bounds", limits.binding(weights) or "none")
        _record_solution(frontier, cov)
    return weights


def _record_solution(frontier: Frontier | OnDemand | None, cov: np.ndarray) -> None:
    if not recording():
        return
    if frontier is not None:
        record("corner portfolios of the frontier", len(frontier.returns))
    record("condition number", condition_number(cov))
