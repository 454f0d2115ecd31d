"""Saving and spending over years: regular purchases, the drag of fees, ranges of wealth, goals, living on wealth.

Simulated wealth moves in monthly lognormal steps whose yearly drift is m = ln(1+μ) − σ²/2, so that it grows by μ a
year on average. The normal numbers are those of ``RandomState(seed).standard_normal``, a stream that numpy keeps as it
is for ever, one path after the other: the same seed returns the same numbers on every machine.
"""

from functools import lru_cache
from math import expm1, log, log1p, sqrt
from typing import Annotated

import numpy as np

from xlalloc.catalogue import Table, worksheet_function
from xlalloc.core import bootstrap, withdrawals
from xlalloc.core.checks import normal_cdf
from xlalloc.core.simulation import (
    LEVELS,
    _shocks,
    at,
    bands,
    bands_of,
    few_enough,
    grown,
    monthly_growth,
    wealth_of,
    whole_months,
    within_numbers,
    yearly_growth,
)
from xlalloc.errors import InputError, NumberError
from xlalloc.explanation import record
from xlalloc.quantities import (
    NOT_WHOLE,
    Dates,
    Inflation,
    Level,
    Number,
    Quantity,
    Returns,
    TableResult,
    Volatility,
    Weights,
    Years,
    number,
    option,
)
from xlalloc.requirements import no_returns

BANDS = tuple(f"{level:.0%}" for level in LEVELS)
REACHED = 1e-12  # of the goal: a shortfall that is rounding

PriceSeries = Annotated[
    np.ndarray,
    Quantity("panel", "Price on each day of purchase, one column", "money", ("time",), above=0, checks=(no_returns,)),
]
Purchase = Annotated[float, number("Money put in at each purchase", "money", above=0)]
FirstPrice = Annotated[float, number("Price of the first purchase", "money", above=0)]
Months = Annotated[int, number("Number of monthly purchases", "months", low=1, high=1200, whole=True)]
Mu = Annotated[float, number("Expected return per year, 0.07 for 7%", above=-1, unit_to=1)]
Paths = Annotated[int, number("Number of simulated paths", "paths", low=1, high=1_000_000, whole=True)]
Seed = Annotated[
    int, number("Seed of the random numbers; the same seed returns the same result", low=0, high=2**32 - 1, whole=True)
]
Fee = Annotated[float, number("Fee per year, 0.01 for 1%", "fraction", low=0, unit_to=NOT_WHOLE)]
Gross = Annotated[float, number("Return per year before the fee", "fraction", above=-1, unit_to=1)]
Wealth = Annotated[float, number("Wealth now", "money", low=0)]
Monthly = Annotated[float, number("Money put in (+) or taken out (-) at the end of each month", "money")]
WholeYears = Annotated[int, number("Number of years", "years", low=1, high=100, whole=True)]
Block = Annotated[int, number("Length of a block of consecutive months", "months", low=1, whole=True)]
Goal = Annotated[float, number("Wealth to be reached", "money", above=0)]
Chance = Annotated[float, number("Probability", "0 to 1")]
Nominal = Annotated[float, number("Return or rate before inflation", "per year", low=-1, unit_to=10)]
HighInflation = Annotated[float, number("Inflation", "per year", above=-1, unit_to=10)]
StartWealth = Annotated[float, number("Wealth now", "money", above=0)]
Spending = Annotated[float, number("Money taken out in the first year, at its start", "money", above=0)]
SpendingRule = Annotated[
    str,
    option(
        "How spending goes on: the same in real terms, the same share of wealth, or by guardrails (Guyton & Klinger)",
        *withdrawals.RULES,
    ),
]
SpendingShare = Annotated[float, number("Spending of the first year as a share of wealth", "fraction")]


# Regular purchases ------------------------------------------------------------------------------------------------


@worksheet_function(
    "=DCA_RESULT({100;80;125},1000)",
    [
        ["measure", "result"],
        ["invested", 3000],
        ["value", 3812.5],
        ["return", 0.2708333],
        ["average cost", 98.3607],
        ["final price", 125],
    ],
)
def dca_result(prices: PriceSeries, amount: Purchase) -> TableResult:
    """What regular purchases of the same amount came to: invested, value, return, average cost, final price.

    Formula: units Σ a/p_t; value units · p_T; return value/invested − 1; average cost invested/units

    The amount a buys at every price, at the last one too. The average cost is the harmonic mean of the prices, never
    above their mean. Prices with dividends reinvested. The return is on the money put in, which was there for half of
    the time on average.

    Errors: none beyond its arguments'.

    Peers: none.

    Source: the source article on asset allocation (定投策略平滑波动).
    """
    with np.errstate(all="ignore"):
        invested, final = amount * len(prices), prices[-1]
        growth = (final / prices).mean()  # value/invested, without the amount
        answers = np.array([invested, invested * growth, growth - 1.0, final / growth, final])
    within_numbers(answers, "prices")
    return Table(("measure", "result"), list(zip(MEASURES, answers.tolist(), strict=True)))


MEASURES = ("invested", "value", "return", "average cost", "final price")


@worksheet_function(
    "=DCA_SIM(100,1000,60,0)",
    [
        ["measure", *BANDS],
        ["invested", *[60000] * 5],
        ["value", *[60000] * 5],
        ["return", *[0] * 5],
        ["average cost", *[100] * 5],
        ["final price", *[100] * 5],
    ],
)
def dca_sim(
    price: FirstPrice,
    amount: Purchase,
    months: Months = 60,
    vol: Volatility = 0.15,
    mu: Mu = 0.0,
    paths: Paths = 1000,
    seed: Seed = 1,
    inflation: Inflation = 0.0,
) -> TableResult:
    """Range of outcomes of monthly purchases: what DCA_RESULT returns at 5, 25, 50, 75 and 95% of simulated paths.

    Formula: p_{t+1} = p_t · exp(m/12 + σ√(1/12) z_t), m = ln(1+μ) − σ²/2; then DCA_RESULT of each path

    ``months`` purchases, the first at ``price`` and the last at the final price, with monthly lognormal steps between.
    Each row holds the quantiles of its own measure: the 5% of two rows need not be the same path. The same seed returns
    the same numbers. With inflation, mu and vol are nominal, the amount grows with inflation, and everything in the
    table, the price too, is in today's money.

    Errors: #NUM! where the amounts grow too large to compute, or paths times months are more random numbers than fit.

    Peers: none.

    Source: the source article on asset allocation (定投模拟), whose code buys one time less than it counts; steps as
    Hull (2018), Options, Futures and Other Derivatives, eq. 21.15.
    """
    drift, sd = monthly_growth(mu, vol, inflation)
    finals, per_units = [], []
    for shocks in _shocks(seed, paths, months - 1):
        log_price = np.zeros(shocks.shape[1])  # of the first price
        units = np.ones(shocks.shape[1])  # bought, of amount/price
        with np.errstate(over="ignore", invalid="ignore"):
            for z in shocks:
                log_price += drift + sd * z
                units += np.exp(-log_price)
            finals.append(np.exp(log_price))
        per_units.append(units)
    final, units = np.concatenate(finals), np.concatenate(per_units)
    with np.errstate(all="ignore"):
        invested = np.full(paths, amount * months)
        value = amount * units * final
        table = np.array([invested, value, value / invested - 1.0, price * (months / units), price * final])
    within_numbers(table, "vol")
    record("chance of a loss", float((value < invested * (1.0 - REACHED)).mean()))
    return Table(("measure", *BANDS), [(name, *bands) for name, bands in zip(MEASURES, bands(table), strict=True)])


# Fees -------------------------------------------------------------------------------------------------------------


@worksheet_function("=FEE_DRAG(0.01,30)", [[0.2455]])
def fee_drag(fee: Fee, years: Years, gross: Gross = 0.07) -> Number:
    """Share of the final wealth that a yearly fee takes away.

    Formula: 1 − ((1+g−f)/(1+g))^years

    g is the return before the fee. 1% over 30 years takes a quarter: 24.5% at 7%.

    Errors: #NUM! where the fee takes more than there is, f > 1 + g.

    Peers: none.

    Source: the source article on asset allocation (忽视成本: 1%的费用差异可能导致最终收益相差20-30%); Bogle (1999),
    Common Sense on Mutual Funds, ch. 5.
    """
    kept = 1.0 - fee / (1.0 + gross)
    if kept < 0.0:
        raise NumberError(f"fee: {fee:g} is more than the {1.0 + gross:g} that a year leaves of 1. Lower fee.")
    return 1.0 if kept == 0.0 else -expm1(years * log1p(-fee / (1.0 + gross)))


# Wealth -----------------------------------------------------------------------------------------------------------


@worksheet_function(
    "=WEALTH_BANDS(1000,10,2,0.07,0)", [["year", *BANDS], [0, *[1000] * 5], [1, *[1193.803] * 5], [2, *[1401.172] * 5]]
)
def wealth_bands(
    wealth: Wealth,
    monthly: Monthly,
    years: WholeYears,
    mu: Mu,
    vol: Volatility,
    paths: Paths = 10_000,
    seed: Seed = 1,
    inflation: Inflation = 0.0,
) -> TableResult:
    """Range of wealth year by year, with money put in or taken out every month: 5, 25, 50, 75 and 95% of all paths.

    Formula: W_{t+1} = max(W_t · exp(m/12 + σ√(1/12) z_t) + monthly, 0), m = ln(1+μ) − σ²/2

    Monthly lognormal steps; monthly is added (taken out, where negative) at the end of each month. Wealth that is used
    up stays at 0. One row per year from today, year 0, on; each year has its own quantiles (PERCENTILE.INC), so that no
    single path need follow a column. Before tax. The same seed returns the same numbers.

    Left out, inflation is 0 and amounts are in money of the day. With it, mu and vol are nominal, monthly grows with
    inflation, and the table is in today's money.

    Errors: #NUM! where paths times months are more random numbers than fit.

    Peers: none.

    Source: Hull (2018), Options, Futures and Other Derivatives, eq. 21.15 (steps); Milevsky & Robinson (2005), A
    Sustainable Spending Rate without Simulation (ruin).
    """
    rows, used_up = _bands_of(wealth, monthly, years, mu, vol, paths, seed, inflation)
    if monthly < 0.0:
        record("chance that the money is used up", used_up)
    return Table(("year", *BANDS), [(0, *[wealth] * len(LEVELS)), *rows])


@lru_cache(maxsize=4)
def _bands_of(wealth, monthly, years: int, mu, vol, paths: int, seed: int, inflation) -> tuple[list[tuple], float]:
    """The rows after today's, and the share of paths that end at 0; a report asks for the same table twice."""
    blocks = [wealth_of(wealth, monthly, *grown) for grown in grown(mu, vol, inflation, seed, paths, 12 * years, 12)]
    by_year = np.concatenate(blocks, axis=1) if len(blocks) > 1 else blocks[0]
    within_numbers(by_year, "mu")
    rows = [(year, *bands) for year, bands in enumerate(bands(by_year), 1)]
    return rows, float((by_year[-1] == 0.0).mean())


@worksheet_function("=GOAL_PROB(100,0,10,0.07,0.15,200)", [[0.392779]])
def goal_prob(
    wealth: Wealth,
    monthly: Monthly,
    years: Years,
    mu: Mu,
    vol: Volatility,
    goal: Goal,
    paths: Paths = 10_000,
    seed: Seed = 1,
    inflation: Inflation = 0.0,
) -> Chance:
    """Chance that wealth has reached a goal after some years, with money put in or taken out every month.

    Formula: #{W_T ≥ goal}/paths; with monthly 0 exactly N((ln(W/goal) + mT)/(σ√T)), m = ln((1+μ)/(1+i)) − σ²/2

    The paths of WEALTH_BANDS that end at the goal or above, as a share of all. Where monthly is 0 it is exact and
    nothing is simulated. Otherwise EXPLAIN returns the sampling error √(p(1−p)/paths), and years must be a whole number
    of months. The same seed returns the same number. With inflation i the goal is in today's money and monthly grows
    with inflation; mu and vol are nominal.

    Errors: #NUM! where years are not a whole number of months (with monthly payments), or paths times months are more
    random numbers than fit.

    Peers: none.

    Source: Hull (2018), Options, Futures and Other Derivatives, sec. 15.1 (lognormal) and eq. 21.15 (steps).
    """
    if monthly == 0.0:
        record("method", "exact: nothing is put in or taken out, so nothing is simulated")
        return _chance_of(wealth, years, log1p(mu) - log1p(inflation), vol, goal)
    reached = 0
    months = whole_months(years)
    every = 12 if months % 12 == 0 else months  # as WEALTH_BANDS, so that the two share their paths
    for price, saved in grown(mu, vol, inflation, seed, paths, months, every):
        final = wealth_of(wealth, monthly, price[-1], saved[-1])
        within_numbers(final, "mu")
        reached += int(np.count_nonzero(final >= goal * (1.0 - REACHED)))
    p = reached / paths
    record("method", f"simulation of {paths} paths")
    record("sampling error", sqrt(p * (1.0 - p) / paths))
    if p in (0.0, 1.0):
        record("note", f"all paths agree: the chance is within {3.0 / paths:.2g} of this, with 95% confidence")
    return p


def _chance_of(wealth: float, years: float, growth: float, vol: float, goal: float) -> float:
    """P(W e^(mT + σ√T z) ≥ goal) = N((ln(W/goal) + mT)/(σ√T)), m = growth − σ²/2."""
    if wealth == 0.0:
        return 0.0
    lead = log(wealth) - log(goal) + growth * years
    sd = vol * sqrt(years)
    if sd == 0.0:
        return 1.0 if lead >= -REACHED * max(1.0, abs(log(goal))) else 0.0
    return normal_cdf(lead / sd - sd / 2.0)


# Spending ---------------------------------------------------------------------------------------------------------


@worksheet_function("=REAL_RETURN(0.05,0.03)", [[0.0194175]])
def real_return(nominal: Nominal, inflation: HighInflation) -> Number:
    """Return after inflation: what it adds to what money buys.

    Formula: (1+n)/(1+i) − 1

    Of a return of several years give the inflation of the same years.

    Errors: none beyond its arguments'.

    Peers: none.

    Source: Fisher (1930), The Theory of Interest, ch. 2.
    """
    return (nominal - inflation) / (1.0 + inflation)


@worksheet_function(
    "=WITHDRAWAL_SIM(1000,100,2,0.1,0,0.02)",
    [
        ["year", "lasts", *(f"wealth {band}" for band in BANDS), *(f"spending {band}" for band in BANDS)],
        [1, 1, *[970.58824] * 5, *[100] * 5],
        [2, 1, *[938.86967] * 5, *[100] * 5],
    ],
)
def withdrawal_sim(
    wealth: StartWealth,
    spending: Spending,
    years: WholeYears,
    mu: Mu,
    vol: Volatility,
    inflation: Inflation = 0.0,
    rule: SpendingRule = "constant",
    paths: Paths = 10_000,
    seed: Seed = 1,
) -> TableResult:
    """Living on wealth, year by year: the chance that the money has lasted, and the range of wealth and of spending.

    Formula: W_{t+1} = (W_t − S_t) · exp(ln((1+μ)/(1+i)) − σ²/2 + σ z_t), all in today's money

    Money is taken out at the start of each year, in the first the amount given. A row is a year: lasts is the share of
    paths that have paid every withdrawal up to it in full, wealth stands at its end, spending is what was paid at its
    start, both at 5, 25, 50, 75 and 95% of all paths. mu and vol are nominal. The same seed returns the same numbers.

    constant: the same in real terms. percent: the same share of wealth as in the first year. guardrails (Guyton &
    Klinger): the amount grows with inflation, but not after a year of negative return if it would then be a larger
    share of wealth than in the first year; it is cut by 10% where that share exceeds 1.2 times the first and more than
    15 years remain, raised by 10% where it is below 0.8 times; what was left out is not made up for.

    Errors: #NUM! where more is to be taken out than there is, or the amounts grow too large to compute.

    Peers: none.

    Source: Bengen (1994), Determining Withdrawal Rates Using Historical Data (constant); Guyton & Klinger (2006),
    Decision Rules and Maximum Initial Withdrawal Rates (guardrails).
    """
    record("spending in the first year", f"{spending / wealth * 100:.4g}% of wealth")
    if spending > wealth:
        raise NumberError(f"spending: {spending:,.10g} is more than the wealth of {wealth:,.10g}. Lower spending.")
    blocks = [
        withdrawals.paid(wealth, spending, growth, years, inflation, rule)
        for growth in yearly_growth(mu, vol, seed, paths, years)
    ]
    rows, last = [], 0.0
    for year, parts in enumerate(zip(*blocks, strict=True), 1):
        lasting, worth, spent = parts[0] if len(parts) == 1 else map(np.hstack, zip(*parts, strict=True))
        within_numbers(worth, "mu")
        last = np.count_nonzero(lasting) / paths
        rows.append((year, last, *bands_of(worth), *bands_of(spent)))
    if 0.0 < last < 1.0:
        record("sampling error of the last chance", sqrt(last * (1.0 - last) / paths))
    header = ("year", "lasts", *(f"wealth {band}" for band in BANDS), *(f"spending {band}" for band in BANDS))
    return Table(header, rows)


@worksheet_function("=SAFE_WITHDRAWAL(30,0.05,0,0.9,0.02)", [[0.0491855]])
def safe_withdrawal(
    years: WholeYears,
    mu: Mu,
    vol: Volatility,
    prob: Level = 0.9,
    inflation: Inflation = 0.0,
    paths: Paths = 10_000,
    seed: Seed = 1,
) -> SpendingShare:
    """Share of wealth that can be spent in the first year, and in real terms in every later one, with a given chance.

    Formula: PERCENTILE.INC(1/Σ_{k<N} 1/G_k, 1 − prob), G_k = real growth of 1 after k years

    The rate that just lasts is known for every path: one over what an annuity due of 1 a year would have cost on it.
    With this rate WITHDRAWAL_SIM, whose paths these are, lasts with the chance given. mu and vol are nominal.

    Errors: none beyond its arguments'.

    Peers: none.

    Source: Bengen (1994), Determining Withdrawal Rates Using Historical Data; Milevsky & Robinson (2005), A Sustainable
    Spending Rate without Simulation (the cost of an annuity on each path).
    """
    if prob < 0.5:
        record("prob", f"{prob:g} is below 0.5: on most paths the money would run out. 90% is 0.9")
    costs = [withdrawals.annuity_due(growth, inflation) for growth in yearly_growth(mu, vol, seed, paths, years)]
    shares = np.sort(1.0 / np.concatenate(costs))
    return float(at(1.0 - prob, shares[None, :])[0])


@worksheet_function(
    "=BOOTSTRAP_BANDS({0.02,0.01;-0.03,0.02;0.04,-0.01;0.01,0},{0.5;0.5},1000,10,1,4)",
    [["year", *BANDS], [0, *[1000] * 5], [1, 1217.8507, 1218.1578, 1218.3809, 1218.6694, 1218.9826]],
)
def bootstrap_bands(
    returns: Returns,
    weights: Weights,
    wealth: Wealth,
    monthly: Monthly,
    years: WholeYears,
    block: Block = 12,
    paths: Paths = 10_000,
    seed: Seed = 1,
    *,
    dates: Dates | None = None,
) -> TableResult:
    """Range of wealth year by year from the history itself: 5th to 95th percentile over blocks of past months.

    Formula: W_{t+1} = max(W_t · (1 + w'r_s) + monthly, 0), s along blocks of consecutive months that start at random

    As WEALTH_BANDS, with past months in place of a normal distribution: each path strings together blocks of ``block``
    months that start at a random month and run on, from the last month to the first. So fat tails stay, and what holds
    on for less than a block, such as calm and volatile times, and the assets' moves together. What the history does not
    hold does not happen; its mean return is taken as that of the future, which a short history does not know.

    Dated returns of days or weeks are compounded to whole calendar months, a month cut off at either end being left
    out; rows without dates are taken as months. The weights are restored every month. The starts are those of
    RandomState(seed).randint(0, T, (paths, ⌈12·years/block⌉)): the same seed returns the same numbers.

    Errors: #VALUE! where the block is longer than the history, or the rows are further apart than a month; #NUM! where
    paths times months are too many to simulate, or the amounts grow too large to compute; #N/A where there is no whole
    month.

    Peers: arch.bootstrap.CircularBlockBootstrap (of any statistic).

    Source: Politis & Romano (1992), A Circular Block-Resampling Procedure for Stationary Data; Künsch (1989), The
    Jackknife and the Bootstrap for General Stationary Observations.
    """
    history = bootstrap.monthly(returns, dates).dot(weights)
    if block > len(history):
        raise InputError(
            f"block: {block} months, but the history has {len(history)}. Give a shorter block or a longer history."
        )
    few_enough(paths, 12 * years)
    with np.errstate(over="ignore", invalid="ignore"):
        by_year = bootstrap.wealth_by_year(history, wealth, monthly, years, block, paths, seed)
    within_numbers(by_year, "returns")
    if monthly < 0.0:
        record("chance that the money is used up", float((by_year[-1] == 0.0).mean()))
    rows = ((year, *bands) for year, bands in enumerate(bands(by_year), 1))
    return Table(("year", *BANDS), [(0, *[wealth] * len(LEVELS)), *rows])
