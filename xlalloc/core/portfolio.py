"""Return, risk and diversification of given weights."""

from typing import Annotated

import numpy as np

from xlalloc.catalogue import Table, labels, worksheet_function
from xlalloc.core.checks import NO_RISK, positive_risk, variance, volatility
from xlalloc.errors import DivisionError, InputError, Label, NumberError
from xlalloc.explanation import record
from xlalloc.quantities import (
    AnyWeights,
    Covariance,
    ExpectedReturns,
    FactorCovariance,
    Loadings,
    Number,
    PositiveVol,
    Quantity,
    Rate,
    Returns,
    SeriesResult,
    SpecificVols,
    TableResult,
    Volatility,
    Weights,
    number,
    option,
)

Mode = Annotated[
    str, option("What the contributions add up to: percent to 1, absolute to the volatility", "percent", "absolute")
]
MarketReturn = Annotated[float, number("Expected return of the market portfolio", "per year", unit_to=1)]
RiskContributions = Annotated[
    np.ndarray, Quantity("vector", "Risk contribution of each asset", "fraction", ("assets",))
]
CLASSIFIED = 1e-6  # of a fund: shares that add up to this much more or less than 1 add up to 1

Exposures = Annotated[
    np.ndarray,
    Quantity(
        "matrix",
        "Share of each fund in each class, region or sector: funds down, categories across",
        "fraction",
        ("assets", "categories"),
    ),
]
FactorContributions = Annotated[
    np.ndarray, Quantity("vector", "Contribution of each factor, then specific", "fraction", ("factors+1",))
]


@worksheet_function("=PORT_RETURN({0.6;0.4},{0.08;0.03})", [[0.06]])
def port_return(weights: Weights, mu: ExpectedReturns) -> Number:
    """Expected return of a portfolio, the weighted mean of its assets'.

    Formula: E(Rp) = Σ wᵢ E(Rᵢ)

    Per year.

    Errors: none beyond its arguments'.

    Peers: pypfopt.base_optimizer.portfolio_performance; Excel SUMPRODUCT.

    Source: Markowitz (1952), Portfolio Selection, eq. for E.
    """
    return float(weights.dot(mu))


@worksheet_function("=PORT_VOL({0.6;0.4},{0.04,0.006;0.006,0.01})", [[0.1374045]])
def port_vol(weights: Weights, cov: Covariance) -> Volatility:
    """Volatility of a portfolio.

    Formula: σ = √(w'Σw)

    Per year.

    Errors: none beyond its arguments'.

    Peers: pypfopt.base_optimizer.portfolio_performance; pypfopt.objective_functions.portfolio_variance (its square);
    Excel SQRT and MMULT.

    Source: Markowitz (1952), Portfolio Selection, eq. for V.
    """
    return volatility(weights, cov)


@worksheet_function("=PORT_SHARPE({0.6;0.4},{0.08;0.03},{0.04,0.006;0.006,0.01},0.02)", [[0.2911113]])
def port_sharpe(weights: Weights, mu: ExpectedReturns, cov: Covariance, rf: Rate = 0.0) -> Number:
    """Expected return above the risk-free rate, per unit of volatility.

    Formula: (w'μ − rf) / √(w'Σw)

    Errors: #DIV/0! where the portfolio has no risk.

    Peers: pypfopt.base_optimizer.portfolio_performance; riskfolio.Sharpe (from returns).

    Source: Sharpe (1966), Mutual Fund Performance.
    """
    sigma = volatility(weights, cov)
    excess = float(weights.dot(mu)) - rf
    if sigma <= NO_RISK * abs(excess):
        raise DivisionError("weights: this portfolio has no risk, so it has no Sharpe ratio.")
    return excess / sigma


@worksheet_function("=PORT_SERIES({0.02,0.01;-0.01,0.03},{0.6;0.4})", [[0.016], [0.006]])
def port_series(returns: Returns, weights: Weights) -> SeriesResult:
    """Return of the portfolio in each period, its weights restored at the start of every period.

    Formula: r_t = Σ wᵢ r_{i,t}

    One row per period; columns and weights are matched by name where both are labelled.

    Errors: none beyond its arguments'.

    Peers: skfolio.Portfolio (its returns); Excel MMULT.

    Source: Markowitz (1952), applied period by period.
    """
    return returns.dot(weights)


@worksheet_function("=MARGINAL_RISK({0.6;0.4},{0.04,0.006;0.006,0.01})", [[0.1921334], [0.0553111]])
def marginal_risk(weights: Weights, cov: Covariance) -> RiskContributions:
    """Increase of portfolio volatility per unit of each weight.

    Formula: MRCᵢ = ∂σ/∂wᵢ = (Σw)ᵢ / σ

    Errors: #DIV/0! where the portfolio has no risk.

    Peers: skfolio.Portfolio.contribution (times the weight).

    Source: Roncalli (2013), Introduction to Risk Parity and Budgeting, eq. 2.5.
    """
    return cov.dot(weights) / positive_risk(volatility(weights, cov))


@worksheet_function("=RISK_CONTRIB({0.6;0.4},{0.04,0.006;0.006,0.01})", [[0.8389831], [0.1610169]])
def risk_contrib(weights: Weights, cov: Covariance, mode: Mode = "percent") -> RiskContributions:
    """Contribution of each asset to the risk of the portfolio.

    Formula: percent: wᵢ(Σw)ᵢ/σ²; absolute: wᵢ(Σw)ᵢ/σ

    The percent contributions sum to 1, the absolute ones to the volatility σ.

    Errors: #DIV/0! where the portfolio has no risk.

    Peers: riskfolio.Risk_Contribution (absolute, from returns); skfolio.Portfolio.contribution (from returns);
    riskparityportfolio.RiskParityPortfolio (its risk_contributions, percent).

    Source: Maillard, Roncalli & Teiletche (2010), The Properties of Equally Weighted Risk Contribution Portfolios,
    eq. 1.
    """
    sigma = positive_risk(volatility(weights, cov))
    contributions = weights * cov.dot(weights) / sigma
    return contributions / sigma if mode == "percent" else contributions


DiversificationMode = Annotated[
    str, option("ratio: weighted mean of the vols over σ; share: σ over the simple mean of the vols", "ratio", "share")
]


@worksheet_function("=DIVERSIFICATION({0.6;0.4},{0.04,0.006;0.006,0.01})", [[1.164445]])
def diversification(weights: Weights, cov: Covariance, mode: DiversificationMode = "ratio") -> Number:
    """How much risk diversification removes.

    Formula: ratio: Σ wᵢσᵢ / σ; share: σ / (Σ σᵢ/n)

    The ratio is at least 1 for long-only weights; the share is the portfolio's risk as a share of a single asset's.

    Errors: #DIV/0! where the portfolio has no risk.

    Peers: skfolio.Portfolio (its diversification).

    Source: Choueifaty & Coignard (2008), Toward Maximum Diversification, eq. 1.
    """
    vols = np.sqrt(cov.diagonal())
    sigma = volatility(weights, cov)
    if mode == "ratio":
        return float(weights.dot(vols)) / positive_risk(sigma)
    return sigma / positive_risk(float(vols.mean()))


@worksheet_function("=EFFECTIVE_N({0.5;0.3;0.2})", [[2.6315789]])
def effective_n(weights: AnyWeights) -> Number:
    """Number of equally weighted assets with the same concentration.

    Formula: 1 / Σ wᵢ²

    The weights are scaled to sum 1: n for equal weights, 1 for a single asset.

    Errors: #NUM! where the weights sum to zero and cannot be scaled to 1.

    Peers: skfolio.Portfolio (its effective_number_assets).

    Source: the inverse of Herfindahl (1950).
    """
    total = float(weights.sum())
    if abs(total) <= 1e-12 * float(np.abs(weights).sum()):
        raise NumberError("weights: they sum to zero and cannot be scaled to 1.")
    shares = weights / total
    return 1.0 / float(shares.dot(shares))


@worksheet_function("=TURNOVER({0.6;0.4},{0.5;0.5})", [[0.1]])
def turnover(current: Weights, target: Weights) -> Number:
    """Share of the portfolio that changes hands between two sets of weights.

    Formula: ½ Σ |targetᵢ − currentᵢ|

    Half the sum of the absolute changes: one-way turnover.

    Errors: none beyond its arguments'.

    Peers: bt.backtest.Backtest (its turnover).

    Source: Grinold & Kahn (2000), Active Portfolio Management, ch. 16.
    """
    return 0.5 * float(np.abs(target - current).sum())


@worksheet_function("=CML_RETURN(0.03,0.08,0.16,0.12)", [[0.0675]])
def cml_return(rf: Rate, market_return: MarketReturn, market_vol: PositiveVol, vol: Volatility) -> Number:
    """Expected return of cash and the market portfolio combined to the volatility given: the capital market line.

    Formula: E(Rp) = Rf + (E(Rm) − Rf) σp/σm

    The capital market line: the best that cash and the market can do together.

    Errors: none beyond its arguments'.

    Peers: none.

    Source: Sharpe (1964), Capital Asset Prices, the capital market line.
    """
    return rf + (market_return - rf) * vol / market_vol


@worksheet_function("=CML_MIX(0.16,0.12)", [["part", "share"], ["Market", 0.75], ["Cash", 0.25]])
def cml_mix(market_vol: PositiveVol, target_vol: Volatility) -> TableResult:
    """Shares of the market and of cash with which the whole has the target volatility.

    Formula: w_market = σ_target/σm, w_cash = 1 − w_market

    Negative cash is money borrowed.

    Errors: none beyond its arguments'.

    Peers: none.

    Source: Tobin (1958), Liquidity Preference; the capital market line of Sharpe (1964).
    """
    share = target_vol / market_vol
    return Table(("part", "share"), [("Market", share), ("Cash", 1.0 - share)])


@worksheet_function(
    "=FACTOR_RISK_CONTRIB({0.6;0.4},{1.1,0.1;0.3,0.8},{0.03,0.002;0.002,0.01},{0.1;0.05})",
    [[0.7573789], [0.0818597], [0.1607614]],
)
def factor_risk_contrib(
    weights: Weights,
    loadings: Loadings,
    factor_cov: FactorCovariance,
    specific_vols: SpecificVols | None = None,
    mode: Mode = "percent",
) -> FactorContributions:
    """Contribution of each factor to the risk of the portfolio, then of the specific risk.

    Formula: x = B'w, σ² = x'Fx + Σ wᵢ²sᵢ²; percent: x_k(Fx)_k/σ²; absolute: x_k(Fx)_k/σ

    The specific risk contributes the rest. One row per factor, then one row for specific risk (0 where none is given).

    Errors: #DIV/0! where the portfolio has no risk.

    Peers: riskfolio.Factors_Risk_Contribution (from returns).

    Source: Roncalli & Weisang (2016), Risk Parity Portfolios with Risk Factors, sec. 2.
    """
    exposures = loadings.T.dot(weights)
    specific = 0.0 if specific_vols is None else float(((weights * specific_vols) ** 2).sum())
    systematic = variance(exposures, factor_cov, "factor_cov")
    sigma = positive_risk((systematic + specific) ** 0.5)
    exposures *= systematic > 0.0  # without risk no part of it either, whatever rounding says
    parts = np.append(exposures * factor_cov.dot(exposures), specific) / sigma
    return parts / sigma if mode == "percent" else parts


@worksheet_function(
    '=LOOK_THROUGH({0.5;0.3;0.2},{"","equity","bonds";"Fund A",0.9,0.1;"Fund B",0,0.95;"Fund C",0.4,0.4})',
    [["category", "share"], ["equity", 0.53], ["bonds", 0.415], ["not classified", 0.055]],
)
def look_through(weights: Weights, exposures: Exposures) -> TableResult:
    """What a portfolio of funds really holds: its share in each class, region or sector.

    Formula: share_k = Σ wᵢ xᵢ_k; not classified: Σ wᵢ(1 − Σ_k xᵢ_k)

    exposures has a row for each fund and a column for each category, as fund reports give them. What a row lacks of 1
    is not classified and stands in the last row of the table, so that the shares add up to 1.

    Errors: #VALUE! where the shares of a fund add up to more than 1 (by more than 1e-6).

    Peers: Excel MMULT (of the weights and the table).

    Source: the definition.
    """
    total = exposures.sum(axis=1)
    if (most := int(total.argmax())) >= 0 and total[most] > 1.0 + CLASSIFIED:
        raise InputError(
            f"exposures: the shares of {{}} add up to {total[most]:.6g}, which is {total[most]:.0%}; at most 1 (100%) "
            "is possible. Leave out columns of totals, and type 60% or 0.6 for sixty per cent.",
            Label("assets", most),
        )
    shares = weights.dot(exposures).tolist()
    rest = float(weights.dot(1.0 - total))
    record("funds not classified in full", int((total < 1.0 - CLASSIFIED).sum()))
    rest = 0.0 if abs(rest) <= CLASSIFIED else rest
    rows = zip(labels("categories", len(shares)), shares, strict=True)
    return Table(("category", "share"), [*rows, ("not classified", rest)])
