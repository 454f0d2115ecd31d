"""Simulated performance: today's weights and the model's over the prices given; never the client's own return."""

import datetime as dt
from dataclasses import dataclass

import numpy as np

from xlalloc.core.estimation import returns
from xlalloc.core.kpi import MEASURES
from xlalloc.core.performance import drawdowns, kpi_table, total_return
from xlalloc.core.portfolio import port_series
from xlalloc.dates import as_days, customary, periods_per_year
from xlalloc.errors import AllocError

_PER_YEAR = frozenset(measure.title for measure in MEASURES.values() if measure.per_year)
YEAR = 364  # days: 52 weeks are a year
SHOWN = ("total return", "annual return", "volatility", "max drawdown", "Sharpe ratio", "CVaR 95%", "excess return",
         "tracking error")  # to the client; the page Check has all  # fmt: skip


@dataclass
class History:
    """Series by name (now, target, benchmark) with their key figures."""

    series: list[str]
    first: dt.date
    last: dt.date
    periods: int
    count: int
    under_a_year: bool
    kpis: list[list]  # measure, one cell per series (None: not shown)
    points: list[list]  # date, wealth of each series, drawdown of each series
    years: list[list]  # year, whether whole, return of each series
    missing: list[str]  # assets without prices: then nothing is simulated


@dataclass(eq=False)
class Past:
    """The days on which all of some assets have a price: returns, ends of months, calendar years."""

    dates: list[dt.date]
    returns: np.ndarray
    periods: int
    rate: float  # rows per year, as they are
    days: np.ndarray  # of the returns
    ends: np.ndarray  # of each month, among the dates
    starts: np.ndarray  # of each month
    years: list[tuple]  # year, whether the prices cover it from end to end, its first and last return


def past_of(dates: list[dt.date], panel: np.ndarray) -> Past:
    """What every series over these prices has in common."""
    months = np.array([12 * date.year + date.month for date in dates])
    ends = np.flatnonzero(np.append(months[1:] != months[:-1], True))
    years, of_year = [], np.array([date.year for date in dates[1:]])
    for year in dict.fromkeys(of_year.tolist()):
        rows = np.flatnonzero(of_year == year)
        first, last = dates[rows[0]], dates[rows[-1] + 1]
        whole = first.year < year and (last.month, last.day) >= (12, 25)
        whole = whole and (dt.date(year, 1, 1) - first).days <= 15
        years.append((year, whole, int(rows[0]), int(rows[-1]) + 1))
    days = np.array(dates[1:], dtype="datetime64[D]")
    return Past(
        dates,
        returns(panel),
        customary(as_days(dates)) or 0,
        periods_per_year(dates, "prices"),
        days,
        ends,
        np.append(0, ends[:-1] + 1),
        years,
    )


def history(held, now, target, benchmark: dict[str, float], market, rf: float, ask) -> History | None:
    """Every series over the days on which all assets have a price; None where there are no prices at all."""
    if market.periods is None:
        return None
    assets = [position.asset.name for position in held]
    lacking = [position.asset.name for position in held if market.last(position.asset.name) is None]
    every = assets + [asset for asset in benchmark if asset not in assets]
    dates, _ = market.prices(every)
    if lacking or len(dates) < 3:
        return History([], dt.date.min, dt.date.min, 0, 0, True, [], [], [], lacking)
    try:
        common = market.shared(market.past, tuple(every))
    except AllocError as problem:
        ask.failed("RETURNS", problem)
        return None
    own = common.returns[:, : len(assets)]
    names, columns = ["now", "target"], [port_series(own, now), market.shared(port_series, own, target)]
    if benchmark:
        weights = np.array([benchmark.get(asset, 0.0) for asset in every])
        names.append("benchmark")
        columns.append(market.shared(port_series, common.returns, weights))
    short = (dates[-1] - dates[0]).days < YEAR
    callers = [lambda function, *args: function(*args), market.shared, market.shared]  # the first is this client's own
    points = [call(_points, common, column) for call, column in zip(callers, columns, strict=False)]
    grown = [call(_grown, common, column) for call, column in zip(callers, columns, strict=False)]
    wealth, depth = zip(*points, strict=True)
    days = [dates[end] for end in common.ends.tolist()]
    return History(
        names,
        dates[0],
        dates[-1],
        common.periods,
        len(columns[0]),
        short,
        _kpis(columns, common, short, rf, ask),
        [list(row) for row in zip(days, *wealth, *depth, strict=True)],
        [[year, whole, *row] for (year, whole, *_), *row in zip(common.years, *grown, strict=True)],
        [],
    )


def _kpi(series: np.ndarray, against: np.ndarray | None, common: Past, rf: float):
    return kpi_table(series, against, rf, common.rate, dates=common.days)


def _kpis(columns: list[np.ndarray], common: Past, short: bool, rf: float, ask) -> list[list]:
    """KPI_TABLE of each series, the benchmark's own without comparisons; nothing per year for less than a year."""
    now, target, *benchmark = columns
    against = benchmark[0] if benchmark else None
    tables = [ask("KPI_TABLE", _kpi, now, against, common, rf)]
    tables.append(ask.shared("KPI_TABLE", _kpi, target, against, common, rf))
    tables += [ask.shared("KPI_TABLE", _kpi, series, None, common, rf) for series in benchmark]
    first, *others = (ask.rows("KPI_TABLE", table, SHOWN) for table in tables)
    others = [dict(rows) for rows in others]
    rows = [[measure, cell, *(found.get(measure) for found in others)] for measure, cell in first]
    return [[m, *([None] * len(cells) if short and m in _PER_YEAR else cells)] for m, *cells in rows]


def _points(common: Past, series: np.ndarray) -> tuple[list[float], list[float]]:
    """Wealth at the end of each month and the deepest drawdown within it."""
    wealth = np.append(1.0, np.cumprod(1.0 + series))
    depth = np.minimum.reduceat(np.append(0.0, drawdowns(series)), common.starts)
    return wealth[common.ends].tolist(), depth.tolist()


def _grown(common: Past, series: np.ndarray) -> list[float]:
    """Return of each calendar year."""
    return [
        float(total_return(series[first:last])) if last - first > 1 else float(series[first])
        for _, _, first, last in common.years
    ]
