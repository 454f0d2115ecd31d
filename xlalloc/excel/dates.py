"""Dates as serial numbers of days."""

import calendar
import datetime as dt

from xlalloc.dates import from_serial, from_text, to_serial
from xlalloc.errors import ErrorValue
from xlalloc.excel.arguments import all_or_error, each, first_error, flat, number, register, text, whole
from xlalloc.values import elementwise, error_in

FIRST, LAST = 61, 2_958_465  # March 1900, since when all spreadsheets count days alike, to the year 9999


def day(cell) -> dt.date | ErrorValue:
    """The date of a cell: a date, a serial number, or a text such as 2026-01-31."""
    if isinstance(cell, str) and not error_in(cell) and (found := from_text(cell)) is not None:
        return found
    serial = number(cell)
    if isinstance(serial, ErrorValue):
        return serial
    if not FIRST <= serial < LAST + 1:
        return ErrorValue("#NUM!", f"{serial:.15g} is not a date from March 1900 to the year 9999")
    return from_serial(serial)


def _serial(date: dt.date) -> float:
    return float(to_serial(date))


@register("TODAY")
def today():
    return _serial(dt.date.today())


@each("DATE", kinds=(whole, whole, whole))
def date(year, month, days):
    year = year + 1900 if 0 <= year < 1900 else year
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    if not 1900 <= year <= 9999:
        raise ValueError
    serial = to_serial(dt.date(year, month, 1)) + days - 1
    if not FIRST <= serial <= LAST:
        raise ValueError
    return float(serial)


@each("DATEVALUE", kinds=(text,))
def date_value(value):
    found = from_text(value)
    return (
        ErrorValue("#VALUE!", f"{value[:40]!r} is not a date such as 2026-01-31") if found is None else _serial(found)
    )


@each("YEAR", kinds=(day,))
def year(value):
    return float(value.year)


@each("MONTH", kinds=(day,))
def month(value):
    return float(value.month)


@each("DAY", kinds=(day,))
def day_of_month(value):
    return float(value.day)


@each("WEEKDAY", kinds=(day, whole), least=1)
def weekday(value, kind=1):
    if kind == 3:
        return float(value.weekday())
    first = {1: 6, 2: 0, **{k: k - 11 for k in range(11, 18)}}.get(kind)
    if first is None:
        raise ValueError
    return float((value.weekday() - first) % 7 + 1)


@each("WEEKNUM", kinds=(day, whole), least=1)
def week_number(value, kind=1):
    if kind == 21:
        return float(value.isocalendar().week)
    first = {1: 6, 2: 0, **{k: k - 11 for k in range(11, 18)}}.get(kind)
    if first is None:
        raise ValueError
    start = dt.date(value.year, 1, 1)
    return float(((value - start).days + (start.weekday() - first) % 7) // 7 + 1)


@each("ISOWEEKNUM", kinds=(day,))
def iso_week(value):
    return float(value.isocalendar().week)


@each("EDATE", kinds=(day, whole))
def months_later(value, months):
    return _shifted(value, months, end=False)


@each("EOMONTH", kinds=(day, whole))
def month_end(value, months):
    return _shifted(value, months, end=True)


def _shifted(value: dt.date, months: int, end: bool) -> float:
    years, months = divmod(value.year * 12 + value.month - 1 + months, 12)
    last = calendar.monthrange(years, months + 1)[1]
    return _serial(dt.date(years, months + 1, last if end else min(value.day, last)))


@each("DAYS", kinds=(day, day))
def days_between(end, start):
    return float((end - start).days)


@each("DATEDIF", kinds=(day, day, text))
def whole_units(start, end, unit):
    """Of MD and YD, by which Microsoft itself warns of wrong results, only YD is computed, and MD not."""
    if end < start:
        return ErrorValue("#NUM!", "DATEDIF: the end lies before the start")
    months = (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)
    unit = unit.upper()
    if unit == "MD":
        return ErrorValue("#NUM!", "DATEDIF with MD is not computed here; Microsoft advises against it")
    if unit == "YD":
        whole_years = months // 12
        since = _shifted(start, 12 * whole_years, end=False)
        return _serial(end) - since
    found = {"Y": months // 12, "M": months, "D": (end - start).days, "YM": months % 12}.get(unit)
    return ErrorValue("#NUM!", 'DATEDIF: the unit is "Y", "M", "D", "YM" or "YD"') if found is None else float(found)


@each("YEARFRAC", kinds=(day, day, whole), least=2)
def year_fraction(start, end, basis=0):
    """Basis 0 to 4: 30/360 US, actual/actual, actual/360, actual/365, 30/360 European."""
    if basis not in range(5):
        raise ValueError
    start, end = sorted((start, end))
    days = (end - start).days
    if basis in (2, 3):
        return days / (360 if basis == 2 else 365)
    if basis == 1:
        return days / _year_length(start, end)
    return _days_360(start, end, european=basis == 4) / 360


def _year_length(start: dt.date, end: dt.date) -> float:
    """Days of a year for actual/actual: up to a year 366 with a 29 February in it, beyond it the mean of the years."""
    later = (end.month, end.day) > (start.month, start.day)
    if end.year - start.year > 1 or (end.year > start.year and later):
        years = end.year - start.year + 1
        return (dt.date(end.year, 12, 31) - dt.date(start.year, 1, 1)).days / years + 1 / years
    if start.year == end.year:
        return 365 + calendar.isleap(start.year)
    leaps = [dt.date(year, 2, 29) for year in (start.year, end.year) if calendar.isleap(year)]
    return 366 if any(start <= leap <= end for leap in leaps) else 365


def _days_360(start: dt.date, end: dt.date, european: bool) -> int:
    """The US rule as Excel applies it (D. Wheeler, YEARFRAC Incompatibilities, 2006)."""
    first, last = start.day, end.day
    if european:
        first, last = min(first, 30), min(last, 30)
    elif first == 31 or _february_end(start):
        last = 30 if (last == 31 and first == 31) or (_february_end(start) and _february_end(end)) else last
        first = 30
    elif first == 30 and last == 31:
        last = 30
    return (end.year - start.year) * 360 + (end.month - start.month) * 30 + last - first


def _february_end(date: dt.date) -> bool:
    return date.month == 2 and date.day == calendar.monthrange(date.year, 2)[1]


# Working days --------------------------------------------------------------------------------------------------------


@register("NETWORKDAYS", single=(0, 1))
def working_days(start, end, holidays=None):
    free = _holidays(holidays)
    if isinstance(free, ErrorValue):
        return free

    def single(first, last):
        first, last = day(first), day(last)
        if error := first_error(first, last):
            return error
        sign = 1 if first <= last else -1
        first, last = sorted((first, last))
        weeks, rest = divmod((last - first).days + 1, 7)
        count = 5 * weeks + sum((first.weekday() + k) % 7 < 5 for k in range(rest))
        return float(sign * (count - sum(first <= d <= last and d.weekday() < 5 for d in free)))

    return elementwise(single, start, end)


@register("WORKDAY", single=(0, 1))
def work_day(start, days, holidays=None):
    free = _holidays(holidays)
    if isinstance(free, ErrorValue):
        return free

    def single(first, count):
        first, count = day(first), whole(count)
        if error := first_error(first, count):
            return error
        if abs(count) > 1_000_000:
            return ErrorValue("#NUM!", "WORKDAY: too many days")
        step = dt.timedelta(1 if count > 0 else -1)
        for _ in range(abs(count)):
            first += step
            while first.weekday() > 4 or first in free:
                first += step
        return _serial(first)

    def guarded(first, count):
        try:
            return single(first, count)
        except OverflowError:
            return ErrorValue("#NUM!", "WORKDAY: beyond the year 9999")

    return elementwise(guarded, start, days)


def _holidays(value) -> set[dt.date] | ErrorValue:
    found = all_or_error(day(cell) for cell in flat(value) if cell not in (None, "")) if value is not None else []
    return found if isinstance(found, ErrorValue) else set(found)
