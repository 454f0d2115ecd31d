"""How the client's accounts have done: what the sheet history says of them, in periods, calendar years and money.

All figures are those of the functions ACCOUNT_RETURNS, ACCOUNT_GAIN, TOTAL_RETURN, CAGR, ANN_VOL and MAX_DRAWDOWN.
Fees paid from an account lower its value: the returns of its values are net of them. Gross are those for which each
fee is money taken out. Several accounts add up on the dates on which all have a value, and on no others.
"""

import calendar
import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from xlalloc.core.account import account_gain, account_returns
from xlalloc.core.performance import ann_vol, cagr, max_drawdown, total_return
from xlalloc.dates import as_days, customary, periods_per_year, years_between
from xlalloc.errors import AllocError, ErrorValue

if TYPE_CHECKING:
    from xlalloc.reports.compute import Answers

HORIZONS = (1, 5, 10)  # years; then since the start
NEAR = 10  # days by which a value may miss the anniversary, or lie before the end of a year
YEAR = 364  # days: less is not annualised
NAN = float("nan")


class Entry(NamedTuple):
    """One row of the sheet history."""

    account: str
    date: dt.date
    value: float | None
    flow: float
    fee: float


class Period(NamedTuple):
    """One period: per year beyond a year, as it is up to one; the ratios only from a year on."""

    years: int  # 0: since the start
    to_date: bool  # else to the last calendar year-end
    first: dt.date
    last: dt.date
    per_year: bool
    net: float
    gross: float | None
    vol: float | None
    fall: float


@dataclass
class Account:
    """All that a report says of it; ``values`` and ``flows`` are what the functions are asked."""

    dates: list[dt.date] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    flows: list[float] = field(default_factory=list)
    fees: list[float] = field(default_factory=list)
    accounts: int = 0
    left_out: int = 0  # dates on which not all accounts have a value
    short: bool = False  # fewer months than the firm shows
    error: ErrorValue | None = None
    periods: list[Period] = field(default_factory=list)
    years: list[tuple] = field(default_factory=list)  # year, whether whole, net, gross
    money: dict[str, object] = field(default_factory=dict)
    path: list[tuple] = field(default_factory=list)  # date, net return since the start

    @property
    def shown(self) -> bool:
        return bool(self.periods)


def account(entries: tuple[Entry, ...], min_months: int, ask: "Answers") -> Account | None:
    """The figures of all accounts together; None where there is no history."""
    if not entries:
        return None
    found = _together(entries)
    if len(found.dates) < 2 or _months(found.dates[0], found.dates[-1]) < min_months:
        found.short = True
        return found
    net = ask("ACCOUNT_RETURNS", account_returns, np.array(found.values), np.array(found.flows))
    if isinstance(net, ErrorValue):
        found.error = net
        return found
    charged = any(found.fees)
    gross = None
    if charged:
        flows = np.array(found.flows) - np.array(found.fees)
        gross = ask("ACCOUNT_RETURNS", account_returns, np.array(found.values), flows)
    series = _Series(found, net, None if isinstance(gross, ErrorValue) else gross)
    found.periods = list(series.periods())
    found.years = list(series.years())
    found.path = series.path()
    table = ask("ACCOUNT_GAIN", _gain, found)
    rows = {row[0]: row[1] for row in ask.rows("ACCOUNT_GAIN", table)}
    found.money = {
        "first": rows.get("first value"),
        "paid_in": rows.get("paid in"),
        "taken_out": rows.get("taken out"),
        "gain": rows.get("gain"),
        "last": rows.get("last value"),
        "mwr": rows.get("money-weighted return, per year") if series.long else None,
    }
    return found


def _gain(found: Account):
    days = np.array(found.dates, dtype="datetime64[D]")
    return account_gain(np.array(found.values), np.array(found.flows), dates=days)


def _together(entries: tuple[Entry, ...]) -> Account:
    """Values, flows and fees by date: from the first date on which all accounts have a value to the last such."""
    accounts: dict[str, dict[dt.date, Entry]] = {}
    for entry in entries:
        accounts.setdefault(entry.account, {})[entry.date] = entry
    found = Account(accounts=len(accounts))
    rows = []
    for date in sorted({entry.date for entry in entries}):
        on = [days[date] for days in accounts.values() if date in days]
        values = [entry.value for entry in on if entry.value is not None]
        value = sum(values) if len(values) == len(accounts) else NAN
        rows.append((date, value, sum(entry.flow for entry in on), sum(entry.fee for entry in on)))
    known = [k for k, row in enumerate(rows) if row[1] == row[1]]
    rows = rows[known[0] : known[-1] + 1] if known else []
    for date, value, flow, fee in rows:
        if value == value or flow or fee:
            found.dates.append(date)
            found.values.append(value)
            found.flows.append(flow)
            found.fees.append(fee)
    found.left_out = len({entry.date for entry in entries}) - len(known)
    return found


def _months(first: dt.date, last: dt.date) -> int:
    """Whole months; from the end of one month to the end of another none is broken."""
    ends = last.day == calendar.monthrange(last.year, last.month)[1]
    return 12 * (last.year - first.year) + last.month - first.month - (last.day < first.day and not ends)


class _Series:
    """The returns between the dates that have a value, and where periods and years begin and end among them."""

    def __init__(self, found: Account, net: np.ndarray, gross: np.ndarray | None):
        there = ~np.isnan(net)
        self.net, self.gross = net[there], None if gross is None else gross[there]
        self.dates = [found.dates[0], *(date for date, known in zip(found.dates[1:], there, strict=True) if known)]
        self._days = np.array([date.toordinal() for date in self.dates])

    @property
    def long(self) -> bool:
        return self._days[-1] - self._days[0] >= YEAR

    def periods(self):
        last = len(self.dates) - 1
        year = self.dates[last].year
        ends = [(self._year_end(year) or self._year_end(year - 1), False), (last, True)]
        for end, to_date in ends:
            if not end:
                continue
            for years in HORIZONS:
                start = self._before(self.dates[end] if to_date else dt.date(self.dates[end].year, 12, 31), years)
                if start is not None and start < end:
                    yield self._period(start, end, years, to_date)
            yield self._period(0, end, 0, to_date)

    def _period(self, start: int, end: int, years: int, to_date: bool) -> Period:
        first, last = self.dates[start], self.dates[end]
        long = years > 0 or self._days[end] - self._days[start] >= YEAR
        per_year = years > 1 or (not years and long)
        elapsed = years_between(first, last)

        def grown(series: np.ndarray) -> float:
            whole = _grown(series[start:end])
            return float(cagr(1.0, 1.0 + whole, elapsed)) if per_year and whole > -1.0 else whole

        gross = None if self.gross is None else grown(self.gross)
        vol = self._vol(start, end) if long else None
        return Period(years, to_date, first, last, per_year, grown(self.net), gross, vol, _fell(self.net[start:end]))

    def _vol(self, start: int, end: int) -> float | None:
        """None where the dates have no frequency or are too few."""
        dates = self.dates[start : end + 1]
        if customary(as_days(dates)) is None:
            return None
        try:
            return float(ann_vol(self.net[start:end], periods_per_year(dates, "history")))
        except AllocError:
            return None

    def years(self):
        """Calendar years whose ends have a value; the first and the last may be parts."""
        final = len(self.dates) - 1
        for year in range(self.dates[0].year, self.dates[-1].year + 1):
            start, end = self._year_end(year - 1), self._year_end(year)
            whole = start is not None and end is not None
            if start is None and year == self.dates[0].year:
                start = 0
            if end is None and year == self.dates[-1].year:
                end = final
            if start is not None and end is not None and start < end:
                gross = None if self.gross is None else _grown(self.gross[start:end])
                yield year, whole, _grown(self.net[start:end]), gross

    def path(self) -> list[tuple]:
        """Since the start, at the start and at the last value of each month."""
        wealth = np.append(0.0, np.cumprod(1.0 + self.net) - 1.0).tolist()
        months = [(date.year, date.month) for date in self.dates]
        ends = [k for k in range(len(months)) if k in (0, len(months) - 1) or months[k] != months[k + 1]]
        return [(self.dates[k], wealth[k]) for k in ends]

    def _year_end(self, year: int) -> int | None:
        """The last value of a year, which must be near its end."""
        day = dt.date(year, 12, 31).toordinal()
        k = int(np.searchsorted(self._days, day, side="right")) - 1
        return k if k >= 0 and day - self._days[k] <= NEAR else None

    def _before(self, date: dt.date, years: int) -> int | None:
        """The value nearest to so many years before a date; the end of a month stays one."""
        length = calendar.monthrange(date.year - years, date.month)[1]
        ends = date.day == calendar.monthrange(date.year, date.month)[1]
        day = date.replace(year=date.year - years, day=length if ends else min(date.day, length)).toordinal()
        k = int(np.argmin(np.abs(self._days - day)))
        return k if abs(int(self._days[k]) - day) <= NEAR else None


def _grown(series: np.ndarray) -> float:
    return float(total_return(series)) if len(series) > 1 else float(series[0])


def _fell(series: np.ndarray) -> float:
    return float(max_drawdown(series)) if len(series) > 1 else min(float(series[0]), 0.0)
