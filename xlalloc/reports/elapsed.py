"""Elapsed years between dates of prices, and the rows a year has: what annual figures of reports are made with.

A gap must not shorten the year: annual returns are per elapsed time, holes included, and rows per year are counted
where they are not those of a customary frequency.
"""

import calendar
import datetime as dt
from collections.abc import Sequence

import numpy as np

from xlalloc.dates import as_days, periods_per_year

BY_MONTHS = (12, 4, 2, 1)  # frequencies that count calendar months
AGREES, AGREES_SHORT = 0.055, 0.4  # how far the rows counted may be from the customary number; under two years of dates


def years_elapsed(dates: Sequence[dt.date], periods: int) -> float:
    """Years from the first to the last date: calendar months where monthly or slower, else anniversaries and days."""
    first, last = dates[0], dates[-1]
    months = [12 * date.year + date.month for date in dates]
    if periods in BY_MONTHS and len(set(months)) == len(months):
        return (months[-1] - months[0]) / 12
    years = last.year - first.year - ((last.month, last.day) < (first.month, first.day))
    since = _anniversary(first, first.year + years)
    following = _anniversary(first, first.year + years + 1)
    return years + (last - since).days / (following - since).days


def _anniversary(date: dt.date, year: int) -> dt.date:
    return date.replace(year=year, day=min(date.day, calendar.monthrange(year, date.month)[1]))


def rows_per_year(dates: Sequence[dt.date]) -> float:
    """The customary number of the median gap, or what is counted without holes where the two do not agree."""
    customary = periods_per_year(dates, "prices")
    days = as_days(list(dates))
    gaps = np.diff(days)
    median = np.median(gaps)
    within = gaps[(gaps <= 15) | (gaps <= (1.5 if customary <= 12 else 2.5) * median)]
    counted = len(within) / (within.sum() / 365.25)
    allowed = AGREES if days[-1] - days[0] >= 2 * 365 else AGREES_SHORT
    return float(customary) if abs(counted / customary - 1) <= allowed else counted
