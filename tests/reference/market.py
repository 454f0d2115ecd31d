"""Real prices for the tests, read out of skfolio's wheel without importing skfolio.

The wheel (`pip install --no-deps skfolio`) carries daily closing prices of twenty stocks of the S&P 500 since
1990, five factor funds since 2014 and the index itself. They are not copied into this repository. Every slice
that a reference number was computed on is a function here: the tests and `regenerate.py` use the same rows.
"""

import csv
import datetime as dt
import functools
import gzip
import importlib.util
from pathlib import Path
from typing import NamedTuple

import numpy as np

DAYS = 1260  # five years of daily returns
MONTHS = 60  # five years of monthly returns
CAP = 0.15  # the upper bound of the bounded cases
RF = 0.02  # the risk-free rate per year of the cases named *_rf2
MIN_RETURN = 0.0005  # the threshold per period of the cases named *_min
SERIES = ("AAPL", "XOM", "VLUE", "EQUAL")  # the daily series whose KPIs are recorded
GROUPS = {
    "technology": ("AAPL", "AMD", "MSFT"),
    "energy": ("CVX", "RRC", "XOM"),
    "banks": ("BAC", "JPM"),
    "consumer": ("BBY", "HD", "KO", "PEP", "PG", "WMT"),
    "health": ("JNJ", "LLY", "MRK", "PFE", "UNH"),
    "industry": ("GE",),
}


class DataMissingError(Exception):
    """The wheel that carries the prices is not installed; tests that need real prices are skipped."""


class Panel(NamedTuple):
    """Rows of one table: a date a row, a name a column."""

    dates: list
    names: list
    values: np.ndarray

    def last(self, rows):
        return Panel(self.dates[-rows:], self.names, self.values[-rows:])


def _file(name):
    found = importlib.util.find_spec("skfolio")  # locates the package, runs nothing of it
    if found is None or not found.submodule_search_locations:
        raise DataMissingError("real prices: `pip install --no-deps skfolio` brings the wheel that carries them")
    path = Path(found.submodule_search_locations[0], "datasets", "data", name)
    if not path.exists():
        raise DataMissingError(f"real prices: the installed skfolio has no datasets/data/{name}; version 1.12 has it")
    return path


@functools.cache
def _panel(name):
    with gzip.open(_file(name), "rt", encoding="utf-8", newline="") as lines:
        header, *rows = csv.reader(lines)
    dates = [dt.date.fromisoformat(row[0]) for row in rows]
    values = np.array([row[1:] for row in rows], dtype=float)
    values.flags.writeable = False  # the table is kept between calls
    return Panel(dates, header[1:], values)


def stocks():
    """(dates, names, prices): 20 stocks, 8313 days, 1990-01-02 to 2022-12-28."""
    return _panel("sp500_dataset.csv.gz")


def factors():
    """(dates, names, prices): the funds MTUM, QUAL, SIZE, USMV, VLUE, 2264 days, 2014-01-02 to 2022-12-28."""
    return _panel("factors_dataset.csv.gz")


def index():
    """(dates, names, prices): the S&P 500 price index, the days of `stocks`."""
    return _panel("sp500_index.csv.gz")


def simple_returns(prices):
    """Panel of p_t/p_{t-1} - 1, dated at the later price."""
    p = prices.values
    return Panel(prices.dates[1:], prices.names, p[1:] / p[:-1] - 1.0)


def month_ends(prices):
    """The last row of each calendar month."""
    months = [(day.year, day.month) for day in prices.dates]
    last = [t for t, month in enumerate(months) if t + 1 == len(months) or months[t + 1] != month]
    return Panel([prices.dates[t] for t in last], prices.names, prices.values[last])


def daily_prices():
    """1261 days x 20 stocks."""
    return stocks().last(DAYS + 1)


def daily():
    """1260 daily returns x 20 stocks."""
    return simple_returns(daily_prices())


def monthly_prices():
    """61 month ends x 20 stocks, the last one 2022-12-28."""
    return month_ends(stocks()).last(MONTHS + 1)


def monthly():
    """60 monthly returns x 20 stocks."""
    return simple_returns(monthly_prices())


def short():
    """The last 40 daily returns x 20 stocks: full rank, badly conditioned."""
    return daily().last(40)


def singular():
    """The last 15 daily returns x 20 stocks: the sample covariance has rank 14."""
    return daily().last(15)


def fund_returns():
    """1260 daily returns x 5 factor funds, the dates of `daily`."""
    return simple_returns(factors().last(DAYS + 1))


def benchmark():
    """1260 daily returns of the index, one dimension, the dates of `daily`."""
    return simple_returns(index().last(DAYS + 1)).values[:, 0]


def kpi_series(name):
    """1260 daily returns of a stock or a fund; "EQUAL" is the mean of the 20 stocks, restored every day."""
    if name == "EQUAL":
        return daily().values.mean(axis=1)
    panel = daily() if name in daily().names else fund_returns()
    return panel.values[:, panel.names.index(name)]


def benchmark_monthly():
    """60 monthly returns of the index, one dimension, the dates of `monthly`."""
    return simple_returns(month_ends(index()).last(MONTHS + 1)).values[:, 0]


def kpi_monthly():
    """60 monthly returns of the mean of the 20 stocks, restored every month."""
    return monthly().values.mean(axis=1)


def given_weights():
    """Weights 1/210, 2/210, … 20/210 of the 20 stocks in the order of their names."""
    return np.arange(1, 21) / 210.0


def unequal_budgets():
    """Risk budgets in the proportion 20 : 19 : … : 1 in the order of the names."""
    return np.arange(20, 0, -1) / 210.0


def group_limits():
    """(labels of the 20 stocks, lower, upper) with the groups in order of first appearance."""
    label = {stock: group for group, members in GROUPS.items() for stock in members}
    labels = [label[stock] for stock in stocks().names]
    order = list(dict.fromkeys(labels))
    lower = [{"energy": 0.10, "banks": 0.05}.get(group, 0.0) for group in order]
    upper = [{"consumer": 0.30, "health": 0.35}.get(group, 1.0) for group in order]
    return labels, lower, upper
