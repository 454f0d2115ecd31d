"""Dates as worksheets write them, and the periods per year they imply."""

import datetime as dt
import re
import unicodedata

import numpy as np

from xlalloc.errors import InputError

_ORDINAL_1970 = dt.date(1970, 1, 1).toordinal()
EPOCH = dt.date(1899, 12, 30)  # serial 0 of Excel and Calc for every date after February 1900
_ORDINAL_0 = EPOCH.toordinal()
DATE_WORDS = frozenset([
    "date", "dates", "day", "month", "year", "quarter", "week", "period", "time", "日期", "时间", "日", "月", "年",
    "月份", "年份", "年度", "季度", "月末", "交易日", "交易日期", "净值日期",
])  # fmt: skip
# Median gap in days → periods per year.
PERIODS_BY_GAP = ((1, 4, 252), (5, 9, 52), (26, 35, 12), (80, 100, 4), (350, 380, 1))
_ISO = re.compile(
    r"(\d{4})(?:[-/年](\d{1,2})(?:[-/月](\d{1,2})日?|月)?|\.(\d{1,2})\.(\d{1,2}))"
    r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?"
)


def is_date_word(cell) -> bool:
    return isinstance(cell, str) and unicodedata.normalize("NFKC", cell).strip().casefold() in DATE_WORDS


def from_serial(serial: float) -> dt.date:
    return dt.date.fromordinal(_ORDINAL_0 + int(serial))


def to_serial(date: dt.date) -> int:
    return date.toordinal() - _ORDINAL_0


def from_text(text: str) -> dt.date | None:
    """An ISO date or month (also with / or 年月日), else None."""
    match = _ISO.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if not match:
        return None
    year, month, day, *dotted = match.groups()
    month, day = (month, day) if month else dotted
    try:
        return dt.date(int(year), int(month), int(day or 1))
    except ValueError:
        return None


def from_cell(cell) -> dt.date | None:
    """The one date a cell holds: typed, ISO text, yyyymmdd or a serial; None where it holds none."""
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    if isinstance(cell, str):
        return from_text(cell) or (from_cell(int(cell)) if re.fullmatch(r"\d{5}|\d{8}", cell.strip()) else None)
    if isinstance(cell, bool) or not isinstance(cell, int | float) or cell != cell:
        return None
    if 19000101 <= cell <= 22001231:
        return _yyyymmdd(cell)
    return from_serial(cell) if 1 <= cell < 110000 else None


def _whole(cell) -> int | None:
    if isinstance(cell, bool):
        return None
    if isinstance(cell, str):
        cell = unicodedata.normalize("NFKC", cell).strip()
        return int(cell) if cell.isdecimal() and len(cell) <= 8 else None
    if not isinstance(cell, int | float) or not 0 <= cell < 1e8:
        return None
    return int(cell) if cell == int(cell) else None


def _yyyymmdd(number) -> dt.date | None:
    whole = _whole(number)
    try:
        return None if whole is None else dt.date(whole // 10000, whole // 100 % 100, whole % 100)
    except ValueError:
        return None


def _yyyymm(number) -> dt.date | None:
    whole = _whole(number)
    ok = whole is not None and 190001 <= whole <= 220012 and 1 <= whole % 100 <= 12
    return dt.date(whole // 100, whole % 100, 1) if ok else None


def _year(number) -> dt.date | None:
    whole = _whole(number)
    return dt.date(whole, 12, 31) if whole is not None and 1900 <= whole <= 2200 else None


def _typed(cell) -> dt.date | None:
    return from_cell(cell) if isinstance(cell, dt.date) else None


def _text(cell) -> dt.date | None:
    return from_text(cell) if isinstance(cell, str) else None


_FORMS = (_typed, _text, _yyyymmdd, _yyyymm, _year)  # of one cell; serials are read by the column, being many


def monotone(days: np.ndarray) -> bool:
    gaps = np.diff(days)
    return len(gaps) > 0 and bool((gaps > 0).all() or (gaps < 0).all())


def as_days(dates) -> np.ndarray:
    """Days since 1970-01-01."""
    if isinstance(dates, np.ndarray):
        return dates.astype("datetime64[D]").astype(np.int64)
    return np.fromiter((date.toordinal() for date in dates), np.int64, len(dates)) - _ORDINAL_1970


def _all(form, cells) -> list[dt.date] | None:
    """Every cell read in one form, None as soon as one does not fit."""
    dates = []
    for cell in cells:
        date = form(cell)
        if date is None:
            return None
        dates.append(date)
    return dates


def read_dates(cells: list, header_says_dates: bool) -> list[dt.date] | None:
    """The dates of a column, or None where the column is not one of dates.

    Typed dates always are. Under a date word any single form is read. Without it the column must be strictly
    monotone in ISO text, yyyymmdd, yyyymm, consecutive years, or whole serials 20000-80000 in at least five rows with
    a customary gap: numbers that could be data are never taken for dates on less.
    """
    for form in _FORMS:
        dates = _all(form, cells)
        if not dates:
            continue
        if form is _typed or header_says_dates:
            return dates
        days = as_days(dates)
        if not monotone(days):
            continue
        if form is _year and not (np.abs(np.diff([d.year for d in dates])) == 1).all():
            continue
        return dates
    return _serials(cells, header_says_dates)


def _serials(cells: list, header_says_dates: bool) -> list[dt.date] | None:
    low, high = (1, 110000) if header_says_dates else (20000, 80001)
    numbers = all(issubclass(kind, int | float) and kind is not bool for kind in set(map(type, cells)))
    if not cells or not numbers or not all(low <= cell < high for cell in cells):
        return None
    if not header_says_dates:
        days = np.array(cells, dtype=float)
        if len(days) < 5 or not monotone(days) or (days % 1).any() or _periods(days) is None:
            return None
    return [dt.date.fromordinal(_ORDINAL_0 + int(cell)) for cell in cells]


def _periods(days: np.ndarray) -> int | None:
    gap = float(np.median(np.abs(np.diff(days))))
    return next((periods for low, high, periods in PERIODS_BY_GAP if low <= gap <= high), None)


def periods_per_year(dates, argument: str) -> int:
    """252, 52, 12, 4 or 1 by the median gap between dates; any other gap asks for ``periods``."""
    days = as_days(dates)
    periods = _periods(days) if len(days) > 1 else None
    if periods is None:
        gap = (
            f"the median gap between its dates is {np.median(np.abs(np.diff(days))):g} days"
            if len(days) > 1
            else "it has one date"
        )
        raise InputError(f"{argument}: {gap}, which is no customary frequency. Give periods (per year) yourself.")
    return periods
