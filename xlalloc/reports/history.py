"""Simulated performance: today's weights and the model's over the prices given; never the client's own return."""

import datetime as dt
from dataclasses import dataclass

import numpy as np

from xlalloc.core.estimation import returns
from xlalloc.core.performance import drawdowns, kpi_table, total_return
from xlalloc.core.portfolio import port_series
from xlalloc.dates import periods_per_year
from xlalloc.errors import ErrorValue

YEAR = 364  # days: 52 weeks are a year
# Measures per year, not shown for less than a year of history.
PER_YEAR = frozenset(
    ["annual return", "mean return", "volatility", "downside volatility", "Sharpe ratio", "Sortino ratio",
     "Calmar ratio", "excess return", "tracking error", "information ratio", "Jensen's alpha"]
)  # fmt: skip


@dataclass
class History:
    """Series by name (now, target, benchmark) with their key figures."""

    series: list[str]
    first: dt.date
    last: dt.date
    periods: int
    count: int
    under_a_year: bool
    kpis: list[list]  # measure, one cell a series (None: not shown)
    points: list[list]  # date, wealth of each series, drawdown of each series
    years: list[list]  # year, whether whole, return of each series
    missing: list[str]  # assets without prices: then nothing is simulated


def history(held, now, target, benchmark: dict[str, float], market, ask) -> History | None:
    """Every series over the days on which all assets have a price; None where there are no prices at all."""
    if market.periods is None:
        return None
    assets = [position.asset.name for position in held]
    lacking = [position.asset.name for position in held if market.last(position.asset.name) is None]
    every = assets + [asset for asset in benchmark if asset not in assets]
    dates, panel = market.prices(every)
    if lacking or len(dates) < 3:
        return History([], *2 * [dt.date.min], 0, 0, True, [], [], [], lacking)
    period = ask("RETURNS", returns, panel)
    periods = ask("RETURNS", periods_per_year, dates, "prices")
    if isinstance(period, ErrorValue) or isinstance(periods, ErrorValue):
        return None
    names, columns = ["now", "target"], [port_series(period[:, : len(assets)], w) for w in (now, target)]
    if benchmark:
        names.append("benchmark")
        columns.append(port_series(period, np.array([benchmark.get(asset, 0.0) for asset in every])))
    series = np.column_stack(columns)
    short = (dates[-1] - dates[0]).days < YEAR
    return History(
        names, dates[0], dates[-1], periods, len(series), short, _kpis(series, bool(benchmark), periods, short, ask),
        _points(dates, series), _years(dates, series), [],
    )  # fmt: skip


def _kpis(series: np.ndarray, against: bool, periods: int, short: bool, ask) -> list[list]:
    """KPI_TABLE, the benchmark's own column without comparisons; nothing per year for less than a year."""
    own = series[:, :-1] if against else series
    table = ask("KPI_TABLE", kpi_table, own, series[:, -1] if against else None, 0.0, float(periods))
    rows = ask.rows("KPI_TABLE", table)
    if against:
        alone = ask("KPI_TABLE", kpi_table, series[:, -1], None, 0.0, float(periods))
        other = dict(ask.rows("KPI_TABLE", alone))
        rows = [[*row, other.get(row[0])] for row in rows]
    return [[m, *([None] * len(cells) if short and m in PER_YEAR else cells)] for m, *cells in rows]


def _points(dates: list, series: np.ndarray) -> list[list]:
    """Wealth at the end of each month and the deepest drawdown within it."""
    wealth = np.vstack([np.ones(series.shape[1]), np.cumprod(1.0 + series, axis=0)])
    depth = np.vstack([np.zeros(series.shape[1]), drawdowns(series)])
    months = [(date.year, date.month) for date in dates]
    ends = [t for t, month in enumerate(months) if t + 1 == len(months) or months[t + 1] != month]
    rows, start = [], 0
    for t in ends:
        rows.append([dates[t], *wealth[t].tolist(), *depth[start : t + 1].min(axis=0).tolist()])
        start = t + 1
    return rows


def _years(dates: list, series: np.ndarray) -> list[list]:
    """Return of each calendar year; one that the prices do not cover from end to end is marked."""
    found = []
    years = np.array([date.year for date in dates[1:]])
    for year in dict.fromkeys(years.tolist()):
        rows = series[years == year]
        first, last = dates[int(np.argmax(years == year))], dates[1:][int(np.flatnonzero(years == year)[-1])]
        whole = first.year < year and (last.month, last.day) >= (12, 25)
        whole = whole and (dt.date(year, 1, 1) - first).days <= 15
        grown = [float(total_return(rows[:, j])) if len(rows) > 1 else float(rows[0, j]) for j in range(rows.shape[1])]
        found.append([year, whole, *grown])
    return found
