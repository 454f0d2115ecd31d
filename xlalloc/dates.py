"""Dates as worksheets write them, the periods per year they imply, and the time that passes between them."""

import calendar
import datetime as dt
import re
import unicodedata

import numpy as np

from xlalloc.errors import InputError

_ORDINAL_1970 = dt.date(1970, 1, 1).toordinal()
EPOCH = dt.date(1899, 12, 30)  # serial 0 of Excel and Calc for every date after February 1900
_ORDINAL_0 = EPOCH.toordinal()
DATE_WORDS = frozenset([
    "date", "dates", "day", "month", "year", "quarter", "week", "period", "time", "asof", "datum", "fecha", "datetime",
    "timestamp", "日期",
    "时间", "日", "月", "年",
    "月份", "年份", "年度", "季度", "月末", "季末", "年末", "年月", "交易日", "估值日", "净值日", "交易日期",
    "净值日期", "估值日期",
])  # fmt: skip
_INSIDE = re.compile(r"日期|时间|月份|年份|[年月]度|季度|[年月季]末|年月|期间|报告期|[日月年]$")
_WORDS = re.compile(r"[A-Z]?[a-zà-ÿ]+|[A-Z]+(?![a-z])")

# Median gap in days → customary periods per year; daily is 365 where Saturdays are among the dates.
PERIODS_BY_GAP = ((1, 4, 252), (5, 9, 52), (26, 35, 12), (80, 100, 4), (170, 195, 2), (350, 380, 1))
AGREES, AGREES_IN_SHORT, SHORT = 0.055, 0.4, 2.0  # of the customary value and the rows per year; years of dates
YEAR = 365.25  # days
_ISO = re.compile(
    r"(\d{4})(?:[-/年](\d{1,2})(?:[-/月](\d{1,2})日?|月)?|\.(\d{1,2})\.(\d{1,2}))"
    r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
)
_QUARTER = re.compile(
    r"((?:1[89]|2[01])\d\d)(?:[- /]?[Qq]([1-4])|年第?([1-4一二三四])季度?)"
)  # as pandas, Wind and statistics write it


def is_date_word(cell) -> bool:
    return isinstance(cell, str) and _plain(cell) in DATE_WORDS


def holds_date_word(cell) -> bool:
    """A header such as "Trade date" or "估值日期": a date word is among its words."""
    if not isinstance(cell, str):
        return False
    text = unicodedata.normalize("NFKC", cell).strip()
    return any(word.casefold() in DATE_WORDS for word in _WORDS.findall(text)) or bool(_INSIDE.search(text))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def from_serial(serial: float) -> dt.date:
    return dt.date.fromordinal(_ORDINAL_0 + int(serial))


def to_serial(date: dt.date) -> int:
    return date.toordinal() - _ORDINAL_0


def end_of_month(year: int, month: int) -> dt.date:
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def from_text(text: str) -> dt.date | None:
    """An ISO date (also with / or 年月日), or a month, which means its last day; else None."""
    match = _ISO.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if not match:
        return None
    year, month, day, *dotted = match.groups()
    month, day = (month, day) if month else dotted
    if month is None:
        return None
    try:
        return dt.date(int(year), int(month), int(day)) if day else end_of_month(int(year), int(month))
    except ValueError:
        return None


def _quarter(cell) -> dt.date | None:
    """The last day of a quarter such as 2024Q1 or 2024年第1季度."""
    match = _QUARTER.fullmatch(unicodedata.normalize("NFKC", cell).strip()) if isinstance(cell, str) else None
    if match is None:
        return None
    number = match[2] or match[3]
    return end_of_month(int(match[1]), 3 * (int(number) if number.isdecimal() else "一二三四".index(number) + 1))


def is_date_text(cell) -> bool:
    return isinstance(cell, str) and (from_text(cell) is not None or _quarter(cell) is not None)


def from_cell(cell) -> dt.date | None:
    """The one date a cell holds: typed, ISO text, yyyymmdd or a serial; None where it holds none."""
    if isinstance(cell, dt.datetime):
        return cell.date() if cell == cell else None  # pandas' NaT is one that equals nothing
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
    if not isinstance(cell, int | float | np.integer) or not 0 <= cell < 1e8:
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
    if whole is None or not 190001 <= whole <= 220012 or not 1 <= whole % 100 <= 12:
        return None
    return end_of_month(whole // 100, whole % 100)


def _year(number) -> dt.date | None:
    whole = _whole(number)
    return dt.date(whole, 12, 31) if whole is not None and 1900 <= whole <= 2200 else None


def _typed(cell) -> dt.date | None:
    return from_cell(cell) if isinstance(cell, dt.date) else None


def _text(cell) -> dt.date | None:
    return from_text(cell) if isinstance(cell, str) else None


TYPED, TEXT, SERIAL = "dates", "text dates", "date serials"
_FORMS = {  # of one cell each
    TYPED: _typed, TEXT: _text, "quarters": _quarter, "yyyymmdd": _yyyymmdd, "yyyymm": _yyyymm, "years": _year,
}  # fmt: skip


def monotone(days: np.ndarray) -> bool:
    gaps = np.diff(days)
    return len(gaps) > 0 and bool((gaps > 0).all() or (gaps < 0).all())


def as_days(dates) -> np.ndarray:
    """Days since 1970-01-01."""
    if isinstance(dates, np.ndarray):
        return dates if dates.dtype == np.int64 else dates.astype("datetime64[D]").astype(np.int64)
    return np.fromiter((date.toordinal() for date in dates), np.int64, len(dates)) - _ORDINAL_1970


def as_date(day: int) -> dt.date:
    """The date so many days after 1970-01-01."""
    return dt.date.fromordinal(int(day) + _ORDINAL_1970)


def _all(form, cells) -> list[dt.date] | None:
    """Every cell read in one form, None as soon as one does not fit."""
    dates = []
    for cell in cells:
        date = form(cell)
        if date is None:
            return None
        dates.append(date)
    return dates


# What the header of a column says of it.
DATES, OPEN, OTHER = "it is dates", "it may be dates", "it is something else"


def header_says(head) -> str:
    if is_date_word(head):
        return DATES
    return OPEN if head is None or (isinstance(head, str) and (not head.strip() or holds_date_word(head))) else OTHER


def read_dates(cells: list, says: str) -> tuple[list[dt.date], str] | None:
    """The dates of a column and the form they are in, or None where the column is not one of dates.

    Typed dates always are. Under a date word any single form is read. Under a blank header, or one that holds a date
    word among others, the column must be strictly monotone in ISO text, quarters, yyyymmdd, yyyymm, consecutive years,
    or whole serials 20000-80000 in at least five rows with a customary gap. Under any other header only text dates,
    quarters, yyyymmdd and whole serials from 1980 to next year are read: numbers that could be data are never taken for
    dates on less.
    """
    for name, form in _FORMS.items():
        if says == OTHER and name in ("yyyymm", "years"):
            continue
        dates = _all(form, cells)
        if not dates:
            continue
        if name == TYPED or says == DATES or (says == OTHER and name == TEXT):
            return dates, name
        days = as_days(dates)
        if not monotone(days):
            continue
        if name == "years" and not (np.abs(np.diff([d.year for d in dates])) == 1).all():
            continue
        return dates, name
    serials = _serials(cells, says)
    return None if serials is None else (serials, SERIAL)


def no_dates_across(cells: list, name: str) -> None:
    """Dates along the top of a table whose first column holds names: it lies on its side."""
    if len(cells) > 1 and (read_dates(cells, OPEN) is not None or rising_serials(cells)):
        raise InputError(f"{name}: its dates run across. Time runs down, assets across: transpose the table.")


def misfit(cells: list) -> int:
    """The first cell that is not in the form in which most are dates."""

    def serial(cell):
        return cell if isinstance(cell, int | float) and 20000 <= cell < 80001 else None

    form = max((*_FORMS.values(), serial), key=lambda form: sum(form(cell) is not None for cell in cells))
    return next((i for i, cell in enumerate(cells) if form(cell) is None), 0)


def rising_serials(cells: list) -> bool:
    """Whole numbers that are date serials of our time and move one way."""
    if not all(isinstance(c, int | float) and 20000 <= c < 80001 and c == int(c) for c in cells):
        return False
    return monotone(np.array(cells, dtype=float))


def dates_of_column(cells: list, head) -> tuple[list[dt.date], str] | None:
    """The dates of a first column and their form, by its header too; None where it is not one of dates."""
    found = read_dates(cells, header_says(head))
    if found is None and holds_date_word(head):
        found = read_dates(cells, DATES if rising_serials(cells) else OTHER)
    return found


def intraday(cells: list) -> bool:
    """Rising serials with a time of day, several on one day."""
    if len(cells) < 3 or not all(isinstance(c, float) and 20000 <= c < 80001 for c in cells):
        return False
    serials = np.array(cells)
    return monotone(serials) and bool((serials % 1).any()) and len(np.unique(np.floor(serials))) < len(cells)


def _serials(cells: list, says: str) -> list[dt.date] | None:
    low, high = (367, 110000) if says == DATES else (20000, 80001)
    if says == DATES:  # numbers that a file stores as text
        cells = [int(c) if isinstance(c, str) and re.fullmatch(r"\s*\d{5}\s*", c) else c for c in cells]
    if says == OTHER:  # 1980-01-01 to the end of next year
        low, high = 29221, to_serial(dt.date(dt.date.today().year + 1, 12, 31)) + 1
    numbers = all(issubclass(kind, int | float | np.number) and kind is not bool for kind in set(map(type, cells)))
    if not cells or not numbers or not all(low <= cell < high for cell in cells):
        return None
    if says != DATES:
        days = np.array(cells, dtype=float)
        whole = not (days % 1 - days[0] % 1).any()  # every day stamped at the same hour is as good as whole
        if len(days) < 5 or not monotone(days) or not whole or customary(np.floor(days)) is None:
            return None
    return [dt.date.fromordinal(_ORDINAL_0 + int(cell)) for cell in cells]


# Periods per year --------------------------------------------------------------------------------------------


def _gaps(days: np.ndarray) -> np.ndarray:
    return np.abs(np.diff(days))


def customary(days: np.ndarray) -> int | None:
    """252 (365 with Saturdays), 52, 12, 4, 2 or 1 by the median gap between dates; None where it fits none."""
    if len(days) < 2:
        return None
    gap = float(np.median(_gaps(days)))
    found = next((periods for low, high, periods in PERIODS_BY_GAP if low <= gap <= high), None)
    if found == 252 and 14 * np.count_nonzero((np.asarray(days, np.int64) + 3) % 7 == 5) >= len(days):
        return 365  # 1970-01-01 was a Thursday
    return found


def holes(days: np.ndarray) -> np.ndarray:
    """The places of gaps far wider than the others: more than 15 days, and 2.5 median gaps (monthly and slower 1.5)."""
    gaps = _gaps(days)
    if not len(gaps):
        return gaps
    median = float(np.median(gaps))
    return np.flatnonzero((gaps > 15) & (gaps > (1.5 if median >= 26 else 2.5) * median))


def periods_per_year(dates, argument: str) -> float:
    """The customary number by the median gap where the rows per year agree with it, else the rows per year."""
    days = as_days(dates)
    if len(days) < 2:
        raise InputError(
            f"{argument}: it has one date, which does not show the frequency. Give periods (per year) yourself."
        )
    usual, gaps = customary(days), _gaps(days)
    kept = np.delete(gaps, holes(days))
    if not kept.sum():
        raise InputError(
            f"{argument}: its dates do not move, which does not show the frequency. Give periods yourself."
        )
    rate = len(kept) / (kept.sum() / YEAR)
    if usual == 252 and kept.max() == 1:
        return 252.0  # within one working week: no weekend shows yet how many days have no row
    if usual is not None:
        short = abs(days[-1] - days[0]) < SHORT * YEAR
        if abs(rate - usual) <= (AGREES_IN_SHORT if short else AGREES) * usual:
            return float(usual)
    return float(rate)


# Elapsed time ------------------------------------------------------------------------------------------------


def years_between(start: dt.date, end: dt.date) -> float:
    """Whole anniversaries, then the remaining days as a share of the year they lie in."""
    whole = end.year - start.year
    if _anniversary(start, whole) > end:
        whole -= 1
    last, following = _anniversary(start, whole), _anniversary(start, whole + 1)
    return whole + (end - last).days / (following - last).days


def _anniversary(date: dt.date, years: int) -> dt.date:
    year = date.year + years
    return (
        date.replace(year=year, day=28)
        if (date.month, date.day) == (2, 29) and not calendar.isleap(year)
        else date.replace(year=year)
    )


def start_of(days: np.ndarray, periods: float) -> dt.date:
    """Where the first return of a series begins: one period before its first date."""
    first = as_date(days[0])
    if periods == 252:  # the weekday before
        return first - dt.timedelta(days={0: 3, 6: 2}.get(first.weekday(), 1))
    if periods == 365:
        return first - dt.timedelta(days=1)
    if periods == 52:
        return first - dt.timedelta(days=7)
    gap = float(np.median(_gaps(days))) if len(days) > 1 else YEAR / periods
    return first - dt.timedelta(days=round(gap))


def elapsed_years(dates, periods: float) -> float:
    """The years that the returns of these dates span: calendar months where P is 12, 4, 2 or 1, else days."""
    days = as_days(dates)
    if periods in (12, 4, 2, 1):
        months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
        if (np.diff(months) > 0).all():
            return float((months[-1] - months[0] + 12 / periods) / 12)
    return years_between(start_of(days, periods), as_date(days[-1]))


def elapsed_in_windows(dates, window: int, periods: float) -> np.ndarray:
    """``elapsed_years`` of every window of so many rows."""
    days = as_days(dates)
    return np.array([elapsed_years(days[t : t + window], periods) for t in range(len(days) - window + 1)])
