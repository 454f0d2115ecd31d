"""Where in a price file the dates and figures stand, and what the words above them mean.

Vendors put names, codes, fields, units and frequencies above the figures, one row or several. Whatever stands above the
first row that is a date with figures is a header; a column is the asset that one of its headers names, in the field
(close, adjusted close, net asset value …) that another names.
"""

import datetime as dt
import re
from dataclasses import dataclass
from itertools import pairwise

from xlalloc.dates import from_cell, is_date_word
from xlalloc.reports import fields
from xlalloc.reports.columns import normal
from xlalloc.reports.conventions import MOST_TEXT
from xlalloc.reports.date_texts import ORDERS
from xlalloc.reports.fields import UnreadableError, clean
from xlalloc.reports.words import ADJUSTED, CLOCKS, CLOSE, CUMULATIVE, DATE_HEADERS, FIELDS

FIRST_BARE, LAST_BARE = dt.date(1950, 1, 1), dt.date(2100, 1, 1)  # of dates that nothing says are dates
EPOCH_UNIX = dt.date(1970, 1, 1)
HEADER_WITHIN = 60  # filled rows in which the first row of figures is looked for


_POINT_ZERO = re.compile(r"^(\d+)\.0+$")  # how programs write whole numbers: 30120.0 is a price as well as a serial


@dataclass
class Layout:
    """Where in a part the dates and figures stand."""

    first: int  # number of the first row of figures
    dates: list[int]  # columns
    headers: dict[int, list[str]]  # column → texts above it
    remarks: list[str]


def are_prices(top: list[tuple[int, dict]]) -> bool:
    """Do these rows hold figures by date, under words for prices or below names?"""
    layout = find(top)
    if layout is None or len(top) < 3:
        return False
    fields_above = {FIELDS.get(normal(text)) for texts in layout.headers.values() for text in texts}
    dated = any(is_date_header(text) for column in layout.dates for text in layout.headers.get(column, [""]) or [""])
    return bool(fields_above & {CLOSE, ADJUSTED, CUMULATIVE}) or (dated and len(layout.headers) > 1)


def find(top: list[tuple[int, dict]]) -> Layout | None:
    """The first row of figures, its date columns and the headers above."""
    bare = _bare_dates(top)
    for k, (number, row) in enumerate(top):
        above = top[:k]
        words = {column: [clean(r[column]) for _, r in above if column in r] for column in row}
        headed_by = {c: c == bare or any(is_date_header(w) for w in texts) for c, texts in words.items()}
        clocks = {c for c, texts in words.items() if any(normal(w) in CLOCKS for w in texts)}
        dated = [c for c, cell in row.items() if is_dated(cell, headed_by[c], c == min(row) or c in clocks)]
        below = top[k + 1][1] if k + 1 < len(top) else row
        dated = [c for c in dated if c not in below or is_dated(below[c], True, True)]
        if not dated or not any(c not in dated and is_number(cell) for c, cell in row.items()):
            continue
        k = _first_of_figures(top, k, dated)
        number, above = top[k][0], top[:k]
        named = [c for c in dated if any(is_date_header(w) for w in words[c])]
        headed = [r for _, r in above if len(r) > 1 or any(is_date_header(cell) for cell in r.values())]
        columns = {c for _, r in top[k : k + 5] for c in r} | {c for r in headed for c in r}
        headers = {c: [text for r in headed if c in r and (text := clean(r[c]))] for c in sorted(columns)}
        remarks = [
            text
            for _, r in above
            if r not in headed
            for cell in r.values()
            if isinstance(cell, str) and (text := clean(cell))
        ]
        return Layout(number, named or dated[:1], headers, remarks)
    return None


def _bare_dates(top: list[tuple[int, dict]]) -> int | None:
    """The first column, where nothing stands above numbers in it that rise or fall as serials or yyyymm do."""
    column = min((c for _, row in top for c in row), default=None)
    cells = [row.get(column) for _, row in top if len(row) > 1]
    while cells and cells[0] is None:
        cells.pop(0)
    days = [_whole(_digits(cell)) for cell in cells if cell is not None]
    first = [day for day in days[:5] if day and FIRST_BARE <= day <= LAST_BARE]
    if len(first) < 5:
        return None
    steps = [(b - a).days for a, b in pairwise(first)]
    return column if all(0 < s <= 366 for s in steps) or all(-366 <= s < 0 for s in steps) else None


def _digits(cell) -> str:
    text = f"{cell:.0f}" if isinstance(cell, float) else _POINT_ZERO.sub(r"\1", clean(cell))
    return text if text.isdecimal() else ""


def late_epochs(top: list[tuple[int, dict]], column: int) -> bool:
    """Do times in seconds since 1970 in a column begin the next day: are there Sundays among them and no Fridays?"""
    weekdays = {day.weekday() for _, row in top if (day := _epoch(_digits(row.get(column))))}
    return 6 in weekdays and 4 not in weekdays


def _epoch(digits: str) -> dt.date | None:
    """The day of seconds, or thousandths of them, since 1970."""
    seconds = int(digits) // 1000 if len(digits) in (12, 13) else int(digits) if len(digits) in (9, 10) else 0
    return EPOCH_UNIX + dt.timedelta(days=seconds // 86_400) if 3e8 < seconds < 1.9e9 else None


def _first_of_figures(top: list[tuple[int, dict]], k: int, dated: list[int]) -> int:
    """The first row below the header with figures, also where what stands for its date is none."""
    heads = [i for i, (_, row) in enumerate(top[:k]) if any(is_date_header(row.get(c)) for c in dated)]
    for i in range(heads[-1] + 1, k) if heads else ():
        row = top[i][1]
        wrong = any(c in row and any(letter.isdigit() for letter in clean(row[c])) for c in dated)
        if wrong and any(c not in dated and is_number(cell) for c, cell in row.items()):
            return i
    return k


def is_date_header(cell) -> bool:
    return isinstance(cell, str) and (is_date_word(cell) or normal(cell) in DATE_HEADERS)


def is_dated(cell, headed: bool, first: bool) -> bool:
    """Is it a date? A bare number only below a word for dates, or as yyyymmdd in the first column."""
    if isinstance(cell, dt.date):
        return True
    if isinstance(cell, str):
        text = _POINT_ZERO.sub(r"\1", fields.plain(fields.unwrapped(cell)))
        if text.isdigit():
            return ((headed or first) and _epoch(text) is not None) or (
                (headed and _whole(text) is not None) or (first and len(text) == 8 and from_cell(text) is not None)
            )
        return len(text) < MOST_TEXT and any(_reads(cell, order) for order in ORDERS)
    return isinstance(cell, float) and (headed or first) and is_dated(f"{cell:.0f}", headed, False)


def _reads(cell: str, order: str) -> bool:
    try:
        return fields.date(cell, order) is not None
    except UnreadableError:
        return False


def _whole(digits: str) -> dt.date | None:
    """yyyymmdd, yyyymm or a serial."""
    if len(digits) == 6 and digits[:2] in ("19", "20") and 1 <= int(digits[4:]) <= 12:
        return _month_end(int(digits[:4]), int(digits[4:]))
    return from_cell(digits) if len(digits) in (5, 8) else None


def _month_end(year: int, month: int) -> dt.date:
    return (dt.date(year + month // 12, month % 12 + 1, 1)) - dt.timedelta(days=1)


_MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})月?")


def date_of(cell, order: str = "") -> dt.date | None:
    """The date of a row of prices; a month means its last day."""
    if isinstance(cell, str):
        text = fields.plain(fields.unwrapped(cell))
        if match := _MONTH.fullmatch(text):
            return _month_end(int(match[1]), int(match[2])) if 1 <= int(match[2]) <= 12 else None
        if text.isdigit() and len(text) in (6, 9, 10, 12, 13):
            return _whole(text) if len(text) == 6 else _epoch(text)
    elif isinstance(cell, float) and 190001 <= cell <= 220012:
        return _whole(f"{cell:.0f}")
    elif isinstance(cell, float) and cell > 3e8:
        return _epoch(f"{cell:.0f}")
    try:
        return fields.date(cell, order)
    except UnreadableError:
        return None


def is_number(cell) -> bool:
    if not isinstance(cell, str):
        return isinstance(cell, float)
    for decimal in ".,":
        try:
            return fields.money(cell, decimal)[0] is not None
        except UnreadableError:
            continue
    return False
