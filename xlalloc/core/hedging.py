"""Protection against a fall: puts, a floor under the portfolio, an inverse fund; returns in the home currency."""

from math import exp, isfinite, log, sqrt
from typing import Annotated

import numpy as np

from xlalloc.catalogue import Table, worksheet_function
from xlalloc.core.checks import annualisation, normal_cdf
from xlalloc.core.kpi import per_period
from xlalloc.errors import NumberError
from xlalloc.explanation import record
from xlalloc.quantities import (
    MOST_WEIGHT,
    LabelledPanel,
    Number,
    NumberOrArray,
    Periods,
    Quantity,
    Returns,
    TableResult,
    Volatility,
    Years,
    number,
    returns_over_time,
)

SAME = 1e-12  # two betas this close are the same; a share this far beyond 0 or 1 is 0 or 1

Spot = Annotated[float, number("Price of the underlying now", "money", above=0)]
Strike = Annotated[float, number("Price at which the put lets its owner sell", "money", above=0)]
Maturity = Annotated[float, number("Time until the put expires", "years", low=0)]
ContinuousRate = Annotated[float, number("Risk-free rate, continuously compounded", "per year", above=-1, unit_to=1)]
Dividend = Annotated[
    float, number("Dividend yield of the underlying, continuously compounded", "per year", above=-1, unit_to=1)
]
PortfolioValue = Annotated[float, number("Market value of the portfolio", "money", above=0)]
Protect = Annotated[
    float, number("Share of the value that is the floor, 0.9 for a loss of 10% at most", "fraction", above=0, high=1)
]
Beta = Annotated[float, number("Beta of the portfolio to the index the puts are on", "ratio", above=0)]
OwnBeta = Annotated[float, number("Beta of the portfolio", "ratio")]
TargetBeta = Annotated[float, number("Target beta", "ratio")]
HedgeBeta = Annotated[float, number("Beta of the inverse fund", "ratio")]
CurrencyReturns = Annotated[
    np.ndarray,
    returns_over_time(
        "Return of the foreign currency in home money: one column, or one per asset", "time", "assets", scalar=True
    ),
]
HedgedShare = Annotated[
    NumberOrArray,
    Quantity(
        "vector",
        "Share of the initial value that is hedged: one number, or one per asset",
        "fraction",
        ("assets",),
        unit_to=MOST_WEIGHT,
        scalar=True,
    ),
]
Carry = Annotated[
    NumberOrArray,
    Quantity(
        "vector",
        "Forward over spot less 1, negative where foreign interest is higher: one number, or one per asset",
        "per year",
        ("assets",),
        above=-1,
        unit_to=1,
        scalar=True,
    ),
]


@worksheet_function("=PUT_PRICE(42,40,0.5,0.2,0.1)", [[0.8086]])
def put_price(
    spot: Spot, strike: Strike, years: Maturity, vol: Volatility, rf: ContinuousRate, dividend: Dividend = 0.0
) -> Number:
    """Price of a European put option: the right to sell at the strike on the day it expires.

    Formula: K e^(−rT) N(−d₂) − S e^(−qT) N(−d₁), d₁ = (ln(S/K) + (r − q + σ²/2)T) / σ√T, d₂ = d₁ − σ√T

    Without volatility or time left it is max(K e^(−rT) − S e^(−qT), 0).

    rf and dividend are continuously compounded: for an effective yearly rate i give LN(1+i). The price is that of a
    lognormal world with one volatility: with one from history, options far below the market cost more than this.

    Errors: #NUM! where the discounting is too large to compute.

    Peers: none.

    Source: Black & Scholes (1973), The Pricing of Options and Corporate Liabilities; Merton (1973), Theory of Rational
    Option Pricing; Hull (2018), Options, Futures and Other Derivatives, eq. 17.5. The example is Hull's 15.6.
    """
    record("effective yearly rate", f"{_exp(rf) - 1.0:.6g}, of {rf:g} continuously compounded")
    return put_value(spot, strike, years, vol, rf, dividend)


@worksheet_function(
    "=PUT_HEDGE(1000000,0.9,0.5,0.2,0.03)",
    [
        ["measure", "result"],
        ["strike", 900000],
        ["premium", 14593.698],
        ["premium per year", 0.0291874],
        ["worst loss", 114593.698],
    ],
)
def put_hedge(
    value: PortfolioValue, protect: Protect, years: Years, vol: Volatility, rf: ContinuousRate, beta: Beta = 1.0
) -> TableResult:
    """Cost of a floor under a portfolio by index puts: strike, premium, premium per year, worst loss.

    Formula: strike kV, k = 1 + R + (p − 1 − R)/β, R = e^(rT) − 1; premium β·PUT_PRICE(V, kV, T, σ, r); worst loss (1 −
    p)V + premium

    With the index scaled to the value V of the portfolio, puts are bought on β·V of it. Their strike k·V is the index
    level at which a portfolio of that beta has fallen to the floor p·V (CAPM); with beta 1 it is the floor itself. σ is
    the volatility of the index; the premium per year is a share of V, the worst loss is money, positive.

    The floor holds on the day of expiry and as far as the portfolio moves with its index.

    Errors: #NUM! where the portfolio cannot reach the floor even with the index at 0: it needs no put.

    Peers: none.

    Source: Hull (2018), Options, Futures and Other Derivatives, sec. 17.1 (portfolio insurance, beta other than 1);
    the source article on asset allocation (尾部风险对冲).
    """
    riskless = _exp(rf * years) - 1.0
    level = 1.0 + riskless + (protect - 1.0 - riskless) / beta
    if level <= 0.0:
        raise NumberError(
            f"protect: with a beta of {beta:g} the portfolio stays above {protect:g} of its value even if the index "
            "falls to 0, so there is nothing to insure. Raise protect, or check beta."
        )
    premium = value * beta * put_value(1.0, level, years, vol, rf)
    record("index to be covered by puts", beta * value)
    record("strike as a share of the index", level)
    return Table(
        ("measure", "result"),
        [
            ("strike", level * value),
            ("premium", premium),
            ("premium per year", premium / value / years),
            ("worst loss", (1.0 - protect) * value + premium),
        ],
    )


@worksheet_function("=INVERSE_HEDGE(1000000,1,0.5)", [[250000]])
def inverse_hedge(
    value: PortfolioValue, beta: OwnBeta, target_beta: TargetBeta, hedge_beta: HedgeBeta = -1.0
) -> Number:
    """Money to move from the portfolio into an inverse fund so that the whole has the target beta.

    Formula: x = V(β − β_target)/(β − β_hedge)

    So that (V − x)β + xβ_hedge = Vβ_target. Half of the beta of a plain portfolio is taken away by a quarter of its
    money in a fund of beta −1.

    Inverse funds restore their beta daily; over longer times their return drifts off and costs, so review the hedge.

    Errors: #NUM! where the target is not between the two betas, or both betas are the same.

    Peers: none.

    Source: Sharpe (1964), Capital Asset Prices: the beta of a portfolio is the weighted mean of the betas; the source
    article on asset allocation (反向ETF).
    """
    gap = beta - hedge_beta
    if abs(gap) <= SAME * max(abs(beta), abs(hedge_beta)):
        raise NumberError(
            f"hedge_beta: {hedge_beta:g} is the beta of the portfolio itself, so moving money changes nothing. "
            "Give the beta of an inverse fund, such as -1."
        )
    share = (beta - target_beta) / gap
    if not -SAME <= share <= 1.0 + SAME:
        raise NumberError(
            f"target_beta: {target_beta:g} is not between the portfolio's beta {beta:g} and the fund's {hedge_beta:g}, "
            "so no combination of the two has it. Give a beta between them."
        )
    record("share moved", share)
    return value * min(max(share, 0.0), 1.0)


@worksheet_function("=RETURNS_IN({0.02;-0.03;0.01},{0.01;0.02;-0.015})", [[0.0302], [-0.0106], [-0.00515]])
def returns_in(
    returns: Returns,
    fx_returns: CurrencyReturns,
    hedge: HedgedShare = 0.0,
    carry: Carry = 0.0,
    periods: Periods | None = None,
) -> LabelledPanel:
    """Returns of foreign assets in the home currency, with the exchange rate hedged in part or not at all.

    Formula: (1+r)(1+e) − 1 − h(e − c), c = (1+carry)^(1/P) − 1

    r is the return in the foreign currency, e that of the foreign currency in home money (+1% where it has become 1%
    dearer). A share h of the value at the start of each period is sold forward at F; carry = F/S − 1 a year is what the
    hedge earns, by covered interest parity about the home interest less the foreign one. Gains within a period are not
    hedged. Each period the hedge is set again. Currencies of several assets: a column of fx_returns for each, by name.

    Errors: none beyond its arguments'.

    Peers: none.

    Source: Solnik & McLeavey (2009), Global Investments, ch. 2 and 11 (currency hedging); Ang (2014), Asset Management,
    ch. 12.
    """
    P = annualisation(periods) if np.any(carry) else 1.0
    c = np.array([per_period(rate, P) for rate in np.atleast_1d(carry).tolist()])
    e = fx_returns
    return (1.0 + returns) * (1.0 + e) - 1.0 - hedge * (e - c)


def put_value(spot: float, strike: float, years: float, vol: float, rf: float, dividend: float = 0.0) -> float:
    """K e^(−rT) N(−d₂) − S e^(−qT) N(−d₁), its limits where σ√T = 0."""
    S, K = spot * _exp(-dividend * years), strike * _exp(-rf * years)
    if not isfinite(S + K):
        raise _too_large()
    sd = vol * sqrt(years)
    if sd == 0.0 or S == 0.0 or K == 0.0:
        return max(K - S, 0.0)
    moneyness = (log(spot) - log(strike) + (rf - dividend) * years) / sd
    d1, d2 = moneyness + sd / 2.0, moneyness - sd / 2.0
    return max(K * normal_cdf(-d2) - S * normal_cdf(-d1), 0.0)


def _exp(x: float) -> float:
    try:
        return exp(x)
    except OverflowError:
        raise _too_large() from None


def _too_large() -> NumberError:
    return NumberError("years: the discounting over this time is too large to compute. Check years, rf and dividend.")
