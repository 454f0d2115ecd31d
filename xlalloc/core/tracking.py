"""Portfolios against a benchmark: tracking error, the closest one allowed, the highest return within a limit of it."""

from typing import Annotated

import numpy as np

from xlalloc.catalogue import worksheet_function
from xlalloc.core.checks import condition_number, volatility
from xlalloc.core.limits import GroupLower, GroupUpper, Limits
from xlalloc.errors import NumberError
from xlalloc.explanation import record, recording
from xlalloc.quantities import (
    Covariance,
    ExpectedReturns,
    Groups,
    Lower,
    Quantity,
    Upper,
    Volatility,
    Weights,
    WeightsResult,
    number,
)
from xlalloc.requirements import sums_to_one

BenchWeights = Annotated[
    np.ndarray,
    Quantity("vector", "Weights of the benchmark, summing to 1", "fraction", ("assets",), checks=(sums_to_one,)),
]
MaxTe = Annotated[float, number("Maximum tracking error", "per year", low=0, told=1)]


@worksheet_function("=PORT_TE({0.6;0.4},{0.5;0.5},{0.04,0.006;0.006,0.01})", [[0.0194936]])
def port_te(weights: Weights, bench_weights: BenchWeights, cov: Covariance) -> Volatility:
    """Expected tracking error of a portfolio against a benchmark, from their weights and the covariance matrix.

    Formula: √((w−b)'Σ(w−b))

    The volatility of the difference of the two returns, looking ahead; TRACKING_ERROR is the one that was realised. The
    benchmark is given by its weights over the same assets, 0 for those it does not hold.

    Errors: none beyond its arguments'.

    Peers: riskfolio.Portfolio (its kindbench "TE" constraint); skfolio.optimization.BenchmarkTracker.

    Source: Grinold & Kahn (2000), Active Portfolio Management, ch. 3; Roll (1992), A Mean/Variance Analysis of Tracking
    Error.
    """
    active = weights - bench_weights
    if recording():
        record("active share", 0.5 * float(np.abs(active).sum()))
    return volatility(active, cov)


@worksheet_function(
    "=MIN_TE_WEIGHTS({0.04,0.006,0.002;0.006,0.01,0.001;0.002,0.001,0.0025},{0.5;0.3;0.2},0,{0.4;1;1})",
    [[0.4], [0.352381], [0.247619]],
)
def min_te_weights(
    cov: Covariance,
    bench_weights: BenchWeights,
    lower: Lower = 0.0,
    upper: Upper = 1.0,
    groups: Groups | None = None,
    group_lower: GroupLower | None = None,
    group_upper: GroupUpper | None = None,
) -> WeightsResult:
    """Weights of the portfolio that tracks a benchmark most closely within the bounds.

    Formula: min (w−b)'Σ(w−b) over 1'w = 1, l ≤ w ≤ u, L_g ≤ Σ_{i∈g} wᵢ ≤ U_g

    The bounds are those of MIN_VAR_WEIGHTS: an upper bound of 0 leaves an asset out. Where they allow the benchmark, it
    is the answer. Exact, as the chapter on mean and variance; EXPLAIN returns the tracking error and the bounds that
    bind. Where several portfolios track equally well, the one whose assets are least volatile on average is returned.

    Errors: #NUM! where the bounds leave nothing to choose from, or assets are such close copies that no accurate answer
    is possible; #VALUE! where limits of groups come without groups.

    Peers: skfolio.optimization.BenchmarkTracker (from returns); riskfolio.Portfolio.optimization (with kindbench).

    Source: Roll (1992), A Mean/Variance Analysis of Tracking Error; Markowitz & Todd (2000), Mean-Variance Analysis,
    ch. 7-8.
    """
    limits = Limits.given(len(cov), lower, upper, groups, group_lower, group_upper)
    frontier = limits.frontier(-np.sqrt(cov.diagonal()), cov, bench_weights)  # any means would do; these break ties
    return _answer(frontier.min_variance(), bench_weights, cov, limits)


@worksheet_function(
    "=TARGET_TE_WEIGHTS({0.08;0.06;0.03},{0.04,0.012,0.004;0.012,0.0225,0.003;0.004,0.003,0.0064},{0.3;0.3;0.4},0.03)",
    [[0.4159394], [0.3840308], [0.2000298]],
)
def target_te_weights(
    mu: ExpectedReturns,
    cov: Covariance,
    bench_weights: BenchWeights,
    max_te: MaxTe,
    lower: Lower = 0.0,
    upper: Upper = 1.0,
    groups: Groups | None = None,
    group_lower: GroupLower | None = None,
    group_upper: GroupUpper | None = None,
) -> WeightsResult:
    """Weights of the highest expected return with a tracking error of at most the maximum.

    Formula: max w'μ over √((w−b)'Σ(w−b)) ≤ max_te, 1'w = 1 and the bounds

    The bounds are those of MIN_VAR_WEIGHTS. Where the portfolio of the highest return is closer to the benchmark than
    the maximum, it is the answer. Tracking error alone does not look at total risk: compare PORT_VOL of the answer with
    that of the benchmark.

    Errors: #NUM! where every allowed portfolio is further from the benchmark (the reason gives the minimum tracking
    error), or the bounds leave nothing to choose from; #VALUE! where limits of groups come without groups.

    Peers: riskfolio.Portfolio.optimization (with kindbench and TE); skfolio.optimization.MeanRisk (with
    max_tracking_error, from returns).

    Source: Roll (1992), A Mean/Variance Analysis of Tracking Error; Jorion (2003), Portfolio Optimization with
    Tracking-Error Constraints.
    """
    limits = Limits.given(len(cov), lower, upper, groups, group_lower, group_upper)
    frontier = limits.frontier(mu, cov, bench_weights)
    try:
        active = frontier.at_vol(max_te)
    except NumberError:
        minimum = float(frontier.vols[-1])
        raise NumberError(
            f"max_te: {max_te:.10g} is below the minimum tracking error that the bounds allow, {minimum:.10g}. Raise "
            "max_te or widen the bounds."
        ) from None
    if recording() and max_te > frontier.vols[0]:
        record("limit", "not used up: no allowed portfolio has a higher expected return than this one")
    return _answer(active, bench_weights, cov, limits, mu)


def _answer(active: np.ndarray, bench: np.ndarray, cov: np.ndarray, limits: Limits, mu=None) -> np.ndarray:
    """The weights without their rounding; EXPLAIN hears of tracking error, bounds and the condition of the matrix."""
    weights = limits.cleaned(bench + active)
    if recording():
        if mu is not None:
            record("expected return", float(weights.dot(mu)))
            record("expected return beyond the benchmark", float((weights - bench).dot(mu)))
        record("tracking error", volatility(weights - bench, cov))
        record("volatility", volatility(weights, cov))
        record("active share", 0.5 * float(np.abs(weights - bench).sum()))
        record("binding bounds", limits.binding(weights) or "none")
        record("condition number", condition_number(cov))
    return weights
