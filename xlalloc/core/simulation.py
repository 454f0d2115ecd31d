"""Simulated wealth: monthly lognormal steps from a frozen stream of random numbers, and its quantiles."""

from collections.abc import Iterator
from functools import lru_cache
from math import log1p, sqrt

import numpy as np

from xlalloc.errors import NumberError

KEPT = 5_000_000  # normal numbers of one simulation that are kept for the next one (40 MB)
PIECE = 256  # paths drawn at a time
MOST = 200_000_000  # normal numbers of one simulation, some seconds
WHOLE = 1e-9  # of a month
LEVELS = (0.05, 0.25, 0.50, 0.75, 0.95)


def monthly_growth(mu: float, vol: float, inflation: float = 0.0) -> tuple[float, float]:
    """Drift and standard deviation of the logarithm of real wealth in one month."""
    return (log1p(mu) - log1p(inflation) - vol * vol / 2.0) / 12.0, vol / sqrt(12.0)


def whole_months(years: float) -> int:
    months = round(12.0 * years)
    if months < 1 or abs(12.0 * years - months) > WHOLE:
        raise NumberError(
            f"years: {years:g} years are not a whole number of months. Money is put in at the end of each month; "
            "give full months, such as 2.5 for two years and a half."
        )
    return months


def grown(mu: float, vol: float, inflation: float, seed: int, paths: int, steps: int, every: int) -> Iterator[tuple]:
    """What 1 of today, and 1 put in each month, has become after each ``every`` months; in blocks of paths.

    Wealth is linear in the two: wealth now and monthly may change, and nothing is simulated again.
    """
    if paths * steps <= KEPT:
        yield _kept(mu, vol, inflation, seed, paths, steps, every)
        return
    for shocks in _shocks(seed, paths, steps):
        yield _simulated(mu, vol, inflation, shocks, every)


@lru_cache(maxsize=6)
def _kept(mu, vol, inflation, seed: int, paths: int, steps: int, every: int) -> tuple[np.ndarray, np.ndarray]:
    (shocks,) = _shocks(seed, paths, steps)
    return _simulated(mu, vol, inflation, shocks, every)


def _simulated(mu, vol, inflation, shocks: np.ndarray, every: int) -> tuple[np.ndarray, np.ndarray]:
    """A ← A g and B ← B g + 1 with g = e^(m/12 + σz/√12): rows for the months, columns for the paths."""
    drift, sd = monthly_growth(mu, vol, inflation)
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


def wealth_of(wealth: float, monthly: float, price: np.ndarray, saved: np.ndarray) -> np.ndarray:
    """W A + monthly B, never below 0.

    Money taken out is used up in the first month in which W < |monthly| B/A; B/A only grows, so that later months find
    it used up as well, and the last month alone decides.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        path = wealth * price
        if monthly:
            for row, more in zip(np.atleast_2d(path), np.atleast_2d(saved), strict=True):
                row += monthly * more  # a row at a time stays in the cache
    return np.maximum(path, 0.0, out=path) if monthly < 0.0 else path


def _shocks(seed: int, paths: int, steps: int) -> Iterator[np.ndarray]:
    """The normal numbers of RandomState(seed), paths x steps, in blocks of paths; each block has the steps down.

    Drawing them takes longer than all the rest, so those of the latest simulations are kept for the next calculation.
    """
    if paths * steps > MOST:
        raise NumberError(
            f"paths: {paths} paths of {steps} steps are {paths * steps:.3g} random numbers, more than {MOST:.3g}. "
            f"Give at most {MOST // steps} paths."
        )
    few_enough(paths, steps)
    if paths * steps <= KEPT:
        yield _drawn(seed, paths, steps)
        return
    stream = np.random.RandomState(seed)
    block = max(KEPT // steps, 1)
    for first in range(0, paths, block):
        yield _normals(stream, min(block, paths - first), steps)


def yearly_growth(mu: float, vol: float, seed: int, paths: int, years: int) -> Iterator[Iterator[np.ndarray]]:
    """Nominal growth of 1 in each year on every path, year by year, in blocks of paths."""
    return (_growth_by_year(mu, vol, shocks) for shocks in _shocks(seed, paths, years))


def _growth_by_year(mu: float, vol: float, shocks: np.ndarray) -> Iterator[np.ndarray]:
    """A year at a time, so that it is still in the cache when it is used."""
    for z in shocks:
        with np.errstate(over="ignore"):
            growth = z * vol
            growth += log1p(mu) - vol * vol / 2.0
            np.exp(growth, out=growth)
        yield growth


@lru_cache(maxsize=2)
def _drawn(seed: int, paths: int, steps: int) -> np.ndarray:
    shocks = _normals(np.random.RandomState(seed), paths, steps)
    shocks.flags.writeable = False
    return shocks


def _normals(stream: np.random.RandomState, paths: int, steps: int) -> np.ndarray:
    """The next paths x steps normal numbers, the steps down: turned in pieces that stay in the cache."""
    shocks = np.empty((steps, paths))
    for first in range(0, paths, PIECE):
        some = min(PIECE, paths - first)
        shocks[:, first : first + some] = stream.standard_normal((some, steps)).T
    return shocks


def few_enough(paths: int, steps: int) -> None:
    if paths * steps > MOST:
        raise NumberError(
            f"paths: {paths} paths of {steps} months are {paths * steps:.3g} random numbers, more than {MOST:.3g}. "
            f"Give at most {MOST // steps} paths."
        )


def bands(rows: np.ndarray) -> Iterator[tuple]:
    """The quantiles of each row (which is left sorted), interpolated as PERCENTILE.INC does."""
    rows.sort(axis=1)
    return zip(*(at(level, rows).tolist() for level in LEVELS), strict=True)


def at(level: float, rows: np.ndarray) -> np.ndarray:
    """One quantile of each sorted row, to the digit that of np.quantile, which would sort each row anew for it."""
    k, after, part = _place(level, rows.shape[1])
    return _between(rows[:, k], rows[:, after], part)


def _place(level: float, count: int) -> tuple[int, int, float]:
    """Where a quantile stands among sorted numbers: after which, before which, and how far between them."""
    place = level * (count - 1)
    k = int(place)
    return k, min(k + 1, count - 1), place - k


def _between(low, high, part: float):
    return low + (high - low) * part if part < 0.5 else high - (high - low) * (1.0 - part)


def bands_of(row: np.ndarray) -> tuple[float, ...]:
    """The quantiles of one row, as ``bands`` gives them of many."""
    row = np.sort(row)
    if row[0] == row[-1]:
        return (float(row[0]),) * len(LEVELS)
    places = (_place(level, row.size) for level in LEVELS)
    return tuple(float(_between(row[k], row[after], part)) for k, after, part in places)


def within_numbers(values: np.ndarray, name: str) -> None:
    if not np.isfinite(values).all():
        raise NumberError(f"{name}: the amounts grow too large to compute. Check the units: 0.07 is 7%.")
