"""Saving and spending over years: regular purchases, the drag of fees, ranges of wealth, the chance of a goal.

Simulated wealth moves in monthly lognormal steps whose yearly drift is m = ln(1+μ) − σ²/2, so that it grows by μ a
year on average. The normal numbers are those of ``RandomState(seed).standard_normal``, a stream that numpy keeps as it
is for ever, one path after the other: the same seed gives the same numbers on every machine.
"""

from collections.abc import Iterator
from functools import lru_cache
from math import expm1, log, log1p, sqrt
from typing import Annotated

import numpy as np

from xlalloc.catalogue import Table, worksheet_function
from xlalloc.core.checks import normal_cdf
from xlalloc.errors import NumberError
from xlalloc.facts import learn
from xlalloc.quantities import Number, Quantity, TableResult, Volatility, Years, number

LEVELS = (0.05, 0.25, 0.50, 0.75, 0.95)
BANDS = tuple(f"{level:.0%}" for level in LEVELS)
KEPT = 5_000_000  # normal numbers of one simulation that are kept for the next one (40 MB)
MOST = 200_000_000  # normal numbers of one simulation, some seconds
WHOLE = 1e-9  # of a month
REACHED = 1e-12  # of the goal: a shortfall that is rounding

PriceSeries = Annotated[
    np.ndarray, Quantity("panel", "Price on each day of purchase, one column", "money", ("time",), above=0)
]
Purchase = Annotated[float, number("Money put in at each purchase", "money", above=0)]
FirstPrice = Annotated[float, number("Price of the first purchase", "money", above=0)]
Months = Annotated[int, number("Number of monthly purchases", "months", low=1, high=1200, whole=True)]
Mu = Annotated[float, number("Expected return per year, 0.07 for 7%", above=-1)]
Paths = Annotated[int, number("Number of simulated courses", "paths", low=1, high=1_000_000, whole=True)]
Seed = Annotated[
    int, number("Start of the random numbers; the same seed gives the same result", low=0, high=2**32 - 1, whole=True)
]
Fee = Annotated[float, number("Fee per year, 0.01 for 1%", "fraction", low=0, high=1)]
Gross = Annotated[float, number("Return per year before the fee", "fraction", above=-1)]
Wealth = Annotated[float, number("Wealth now", "money", low=0)]
Monthly = Annotated[float, number("Money put in (+) or taken out (-) at the end of each month", "money")]
WholeYears = Annotated[int, number("Number of years", "years", low=1, high=100, whole=True)]
Goal = Annotated[float, number("Wealth to be reached", "money", above=0)]
Chance = Annotated[float, number("Probability", "0 to 1")]


# Regular purchases ------------------------------------------------------------------------------------------------


@worksheet_function(
    "=DCA_RESULT({100;80;125},1000)",
    [["measure", "result"], ["invested", 3000], ["value", 3812.5], ["return", 0.2708333], ["average cost", 98.3607],
     ["final price", 125]],
)  # fmt: skip
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
    _within_numbers(answers, "prices")
    return Table(("measure", "result"), list(zip(MEASURES, answers.tolist(), strict=True)))


MEASURES = ("invested", "value", "return", "average cost", "final price")


@worksheet_function(
    "=DCA_SIM(100,1000,60,0)",
    [["measure", *BANDS], ["invested", *[60000] * 5], ["value", *[60000] * 5], ["return", *[0] * 5],
     ["average cost", *[100] * 5], ["final price", *[100] * 5]],
)  # fmt: skip
def dca_sim(
    price: FirstPrice,
    amount: Purchase,
    months: Months = 60,
    vol: Volatility = 0.15,
    mu: Mu = 0.0,
    paths: Paths = 1000,
    seed: Seed = 1,
) -> TableResult:
    """Range of outcomes of monthly purchases: what DCA_RESULT gives at 5, 25, 50, 75 and 95% of simulated courses.

    Formula: p_{t+1} = p_t · exp(m/12 + σ√(1/12) z_t), m = ln(1+μ) − σ²/2; then DCA_RESULT of each course

    ``months`` purchases, the first at ``price`` and the last at the final price, with monthly lognormal steps between.
    Each row holds the quantiles of its own measure: the 5% of two rows need not be the same course. The same seed gives
    the same numbers.

    Errors: #NUM! where the amounts grow beyond any number, or paths times months are more random numbers than fit.

    Peers: none.

    Source: the source article on asset allocation (定投模拟), whose code buys one time less than it counts; steps as
    Hull (2018), Options, Futures and Other Derivatives, eq. 21.15.
    """
    drift, sd = _monthly(mu, vol)
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
    _within_numbers(table, "vol")
    learn("chance of a loss", float((value < invested * (1.0 - REACHED)).mean()))
    return Table(("measure", *BANDS), [(name, *bands) for name, bands in zip(MEASURES, _bands(table), strict=True)])


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
    "=WEALTH_BANDS(1000,10,2,0.07,0)",
    [["year", *BANDS], [0, *[1000] * 5], [1, *[1193.803] * 5], [2, *[1401.172] * 5]],
)
def wealth_bands(
    wealth: Wealth, monthly: Monthly, years: WholeYears, mu: Mu, vol: Volatility, paths: Paths = 10_000, seed: Seed = 1
) -> TableResult:
    """Range of wealth year by year, with money put in or taken out every month: 5, 25, 50, 75 and 95% of all courses.

    Formula: W_{t+1} = max(W_t · exp(m/12 + σ√(1/12) z_t) + monthly, 0), m = ln(1+μ) − σ²/2

    Monthly lognormal steps; monthly is added (taken out, where negative) at the end of each month. Wealth that is used
    up stays at 0. One row a year from today, year 0, on; each year has its own quantiles (PERCENTILE.INC), so that no
    single course need follow a column. In money of the day, before inflation and tax. The same seed gives the same
    numbers.

    Errors: #NUM! where paths times months are more random numbers than fit.

    Peers: none.

    Source: Hull (2018), Options, Futures and Other Derivatives, eq. 21.15 (steps); Milevsky & Robinson (2005), A
    Sustainable Spending Rate without Simulation (ruin).
    """
    blocks = [_wealth(wealth, monthly, *grown) for grown in _grown(mu, vol, seed, paths, 12 * years, every=12)]
    by_year = np.concatenate(blocks, axis=1) if len(blocks) > 1 else blocks[0]
    _within_numbers(by_year, "mu")
    if monthly < 0.0:
        learn("chance that the money is used up", float((by_year[-1] == 0.0).mean()))
    rows = ((year, *bands) for year, bands in enumerate(_bands(by_year), 1))
    return Table(("year", *BANDS), [(0, *[wealth] * len(LEVELS)), *rows])


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
) -> Chance:
    """Chance that wealth has reached a goal after some years, with money put in or taken out every month.

    Formula: #{W_T ≥ goal}/paths; with monthly 0 exactly N((ln(W/goal) + mT)/(σ√T)), m = ln(1+μ) − σ²/2

    The courses of WEALTH_BANDS that end at the goal or above, as a share of all. Where monthly is 0 it is exact and
    nothing is simulated. Otherwise EXPLAIN gives the sampling error √(p(1−p)/paths), and years must be a whole number
    of months. The same seed gives the same number.

    Errors: #NUM! where years are not a whole number of months (with monthly payments), or paths times months are more
    random numbers than fit.

    Peers: none.

    Source: Hull (2018), Options, Futures and Other Derivatives, sec. 15.1 (lognormal) and eq. 21.15 (steps).
    """
    if monthly == 0.0:
        learn("method", "exact: nothing is put in or taken out, so nothing is simulated")
        return _chance_of(wealth, years, mu, vol, goal)
    reached = 0
    months = _months(years)
    every = 12 if months % 12 == 0 else months  # as WEALTH_BANDS, so that the two share their courses
    for price, saved in _grown(mu, vol, seed, paths, months, every):
        final = _wealth(wealth, monthly, price[-1], saved[-1])
        _within_numbers(final, "mu")
        reached += int(np.count_nonzero(final >= goal * (1.0 - REACHED)))
    p = reached / paths
    learn("method", f"simulation of {paths} courses")
    learn("sampling error", sqrt(p * (1.0 - p) / paths))
    if p in (0.0, 1.0):
        learn("note", f"all courses agree: the chance is within {3.0 / paths:.2g} of this, with 95% confidence")
    return p


def _chance_of(wealth: float, years: float, mu: float, vol: float, goal: float) -> float:
    """P(W e^(mT + σ√T z) ≥ goal) = N((ln(W/goal) + mT)/(σ√T))."""
    if wealth == 0.0:
        return 0.0
    lead = log(wealth) - log(goal) + log1p(mu) * years
    sd = vol * sqrt(years)
    if sd == 0.0:
        return 1.0 if lead >= -REACHED * max(1.0, abs(log(goal))) else 0.0
    return normal_cdf(lead / sd - sd / 2.0)


# Simulation -------------------------------------------------------------------------------------------------------


def _monthly(mu: float, vol: float) -> tuple[float, float]:
    """Drift and standard deviation of the logarithm in one month."""
    return (log1p(mu) - vol * vol / 2.0) / 12.0, vol / sqrt(12.0)


def _months(years: float) -> int:
    months = round(12.0 * years)
    if months < 1 or abs(12.0 * years - months) > WHOLE:
        raise NumberError(
            f"years: {years:g} years are not a whole number of months. Money is put in at the end of each month; "
            "give full months, such as 2.5 for two years and a half."
        )
    return months


def _grown(mu: float, vol: float, seed: int, paths: int, steps: int, every: int) -> Iterator[tuple]:
    """What 1 of today, and 1 put in each month, has become after each ``every`` months; in blocks of paths.

    Wealth is linear in the two: wealth now and monthly may change, and nothing is simulated again.
    """
    if paths * steps <= KEPT:
        yield _kept(mu, vol, seed, paths, steps, every)
        return
    for shocks in _shocks(seed, paths, steps):
        yield _simulated(mu, vol, shocks, every)


@lru_cache(maxsize=6)
def _kept(mu: float, vol: float, seed: int, paths: int, steps: int, every: int) -> tuple[np.ndarray, np.ndarray]:
    (shocks,) = _shocks(seed, paths, steps)
    return _simulated(mu, vol, shocks, every)


def _simulated(mu: float, vol: float, shocks: np.ndarray, every: int) -> tuple[np.ndarray, np.ndarray]:
    """A ← A g and B ← B g + 1 with g = e^(m/12 + σz/√12): rows for the months, columns for the paths."""
    drift, sd = _monthly(mu, vol)
    price, saved, growth = np.ones(shocks.shape[1]), np.zeros(shocks.shape[1]), np.empty(shocks.shape[1])
    prices = np.empty((len(shocks) // every, shocks.shape[1]))
    savings = np.empty_like(prices)
    with np.errstate(over="ignore"):
        for month, z in enumerate(shocks, 1):
            np.multiply(z, sd, out=growth)
            growth += drift
            np.exp(growth, out=growth)
            price *= growth
            saved *= growth
            saved += 1.0
            if month % every == 0:
                prices[month // every - 1], savings[month // every - 1] = price, saved
    prices.flags.writeable = savings.flags.writeable = False
    return prices, savings


def _wealth(wealth: float, monthly: float, price: np.ndarray, saved: np.ndarray) -> np.ndarray:
    """W A + monthly B, never below 0.

    Money taken out is used up in the first month in which W < |monthly| B/A; B/A only grows, so that later months find
    it used up as well, and the last month alone decides.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        course = wealth * price
        if monthly:
            course += monthly * saved
    return np.maximum(course, 0.0, out=course) if monthly < 0.0 else course


def _shocks(seed: int, paths: int, steps: int) -> Iterator[np.ndarray]:
    """The normal numbers of RandomState(seed), paths x steps, in blocks of paths; each block has the steps down.

    Drawing them takes longer than all the rest, so those of the latest simulations are kept for the next calculation.
    """
    if paths * steps > MOST:
        raise NumberError(
            f"paths: {paths} courses of {steps} months are {paths * steps:.3g} random numbers, more than {MOST:.3g}. "
            f"Give at most {MOST // steps} paths."
        )
    if paths * steps <= KEPT:
        yield _drawn(seed, paths, steps)
        return
    stream = np.random.RandomState(seed)
    block = max(KEPT // steps, 1)
    for first in range(0, paths, block):
        yield np.ascontiguousarray(stream.standard_normal((min(block, paths - first), steps)).T)


@lru_cache(maxsize=2)
def _drawn(seed: int, paths: int, steps: int) -> np.ndarray:
    shocks = np.ascontiguousarray(np.random.RandomState(seed).standard_normal((paths, steps)).T)
    shocks.flags.writeable = False
    return shocks


def _bands(rows: np.ndarray) -> Iterator[tuple]:
    """The quantiles of each row (which is left sorted), interpolated as PERCENTILE.INC does."""
    rows.sort(axis=1)
    return zip(*(_at(level, rows).tolist() for level in LEVELS), strict=True)


def _at(level: float, rows: np.ndarray) -> np.ndarray:
    """One quantile of each sorted row, to the digit that of np.quantile, which would sort each row anew for it."""
    place = level * (rows.shape[1] - 1)
    k, part = int(place), place - int(place)
    low, high = rows[:, k], rows[:, min(k + 1, rows.shape[1] - 1)]
    return low + (high - low) * part if part < 0.5 else high - (high - low) * (1.0 - part)


def _within_numbers(values: np.ndarray, name: str) -> None:
    if not np.isfinite(values).all():
        raise NumberError(f"{name}: the amounts grow beyond any number a computer holds. Check the units: 0.07 is 7%.")
