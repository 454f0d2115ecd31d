"""How a file writes its numbers and dates: which mark is the decimal one, whether the day or the month comes first.

Both are found from all cells of a column together, never cell by cell; what can be read in two ways is refused.
"""

import datetime as dt
import re
from collections.abc import Iterable
from itertools import pairwise

from xlalloc.errors import InputError
from xlalloc.reports.date_texts import ORDERS, in_order, numbers
from xlalloc.reports.fields import FIRST_DAY, LAST_DAY, plain, unwrapped

# The digits and marks of a number, without a currency before, a unit or multiple behind, a sign or brackets.
_DIGITS = re.compile(r"[^\d.,]{0,6}?(\d[\d., '’]*\d|\d|[.,]\d+)\s*%?[^\d.,]{0,4}[.)\-]?")
_POINT = re.compile(r"\d*\.(?:\d{1,2}|\d{4,})|0\.\d+|\.\d+|\d{4,}\.\d+|\d{1,3}(?:,\d{3})+\.\d*|\d{1,3}(?:,\d{3}){2,}")
_COMMA = re.compile(r"\d*,(?:\d{1,2}|\d{4,})|0,\d+|,\d+|\d{4,},\d+|\d{1,3}(?:\.\d{3})+,\d*|\d{1,3}(?:\.\d{3}){2,}")
_EITHER = re.compile(r"\d{1,3}[.,]\d{3}")
_DATE_WITHIN = re.compile(r"(?<![\d.])(\d{1,2}/\d{1,2}/\d{4})(?!\d)")
_OF_POINTS = ("$", "¥", "£", "元", "人民币", "usd", "cny", "hkd", "gbp", "jpy")
MOST_TEXT = 60  # characters of a number or date


class Column:
    """What the texts of one column say of its numbers and dates."""

    def __init__(self):
        self.point = self.comma = self.either = ""  # a cell that proves the mark, or that could be read both ways
        self.money = False  # 1,000 beside the sign of a currency whose countries write no decimal commas
        self.dates: list[tuple[int, int, int]] = []
        self.dotted = False
        self.examples: dict[tuple, tuple[str, int]] = {}  # a date → how the first of them is written, and in which row

    def add(self, cell: str, row: int) -> None:
        text = plain(unwrapped(cell))
        if parts := numbers(text):
            self.dates.append(parts)
            self.dotted = self.dotted or "." in text
            self.examples.setdefault(parts, (cell.strip(), row))
        elif match := _DIGITS.fullmatch(text):
            digits = match[1].replace("'", "").replace("’", "").replace(" ", "")
            if _EITHER.fullmatch(digits) and not digits.startswith("0"):
                self.either = self.either or digits
                self.money = self.money or ("," in digits and any(sign in text for sign in _OF_POINTS))
            elif _POINT.fullmatch(digits):
                self.point = self.point or digits
            elif _COMMA.fullmatch(digits):
                self.comma = self.comma or digits


def survey(rows: Iterable[tuple[int, dict]]) -> dict[int, Column]:
    """What every column's texts say."""
    found: dict[int, Column] = {}
    for number, cells in rows:
        for column, cell in cells.items():
            if cell.__class__ is str and len(cell) < MOST_TEXT and any(mark in cell for mark in ".,/-"):
                found.setdefault(column, Column()).add(cell, number)
    return found


def decimal_marks(found: dict[int, Column], semicolons: bool, chinese: bool, given: str = "") -> dict[int, str]:
    """The decimal mark of each column: "." or ","; "?" where its cells could be read both ways, or contradict.

    A column's own cells come first, then the file's other columns, then the separator: in a file of semicolons the
    comma is decimal. Chinese files write no decimal commas.
    """
    points = any(column.point and not column.comma for column in found.values())
    commas = any(column.comma and not column.point for column in found.values())
    whole = given or ("?" if points and commas else "." if points else "," if commas else "")
    if not given and semicolons and whole != ",":
        whole = "?" if whole else ";"
    likely = "." if chinese or any(column.money for column in found.values()) else ""
    return {k: _mark(column, given, whole or likely) for k, column in found.items()}


def _mark(column: Column, given: str, whole: str) -> str:
    if column.point and column.comma:
        return "?"
    own = "." if column.point else "," if column.comma else ""
    if given:
        return "?" if own not in ("", given) else given
    if own:
        return own
    if not column.either:
        return whole if whole in (".", ",") else "."
    if whole in (".", ","):
        return whole
    if whole == ";":  # 12,345 is twelve and a bit; 12.345 may be what a program wrote
        return "," if "," in column.either else "?"
    return "?" if whole == "?" or "," in column.either else "."


def date_orders(found: dict[int, Column], columns: Iterable[int], given: str, hint: str, european: bool) -> dict:
    """The order of each of these columns of dates: dmy, mdy, ymd; "?" where nothing tells, "" where none is needed.

    A 13th proves it, dots are German, rows in order of time help; then what another column of the file proves, or a
    date in the lines around the table (``hint``). ``european`` is a file of decimal commas, where dots are German even
    of short years.
    """
    orders = {k: _order(found[k], given, european) for k in columns if k in found}
    known = {order for order in orders.values() if order not in ("", "?")} or {hint} - {""}
    if len(known) == 1:
        (only,) = known
        for k, order in orders.items():
            if order == "?" and not given and all(in_order(date, only) for date in _real(found[k])):
                orders[k] = only
    return orders


def _real(column: Column) -> list[tuple[int, int, int]]:
    """Those of a column that are a date in some order."""
    return [date for date in column.dates if any(in_order(date, order) for order in ORDERS)]


def _order(column: Column, given: str, european: bool) -> str:
    dates = _real(column)
    if not dates:
        return given
    possible = [order for order in ORDERS if all(in_order(date, order) for date in dates)]
    if given:
        return given if given in possible else "?"
    if len(possible) < 2:
        return next(iter(possible), "?")
    if "dmy" in possible and column.dotted and (european or "ymd" not in possible):
        return "dmy"
    read = {order: [day for date in dates if (day := in_order(date, order))] for order in possible}
    if all(days == read[possible[0]] for days in read.values()):
        return possible[0]  # 3/3/2026 is the same either way
    rising = [order for order in possible if _in_time(read[order])]
    return rising[0] if len(rising) == 1 else "?"


def _in_time(dates: list[dt.date]) -> bool:
    """Do at least five dates rise, or fall, from row to row?"""
    steps = [b - a for a, b in pairwise(dates)]
    if len(dates) < 5 or not all(FIRST_DAY <= date <= LAST_DAY for date in dates):
        return False
    return all(step.days > 0 for step in steps) or all(step.days < 0 for step in steps)


def order_within(texts: Iterable[str]) -> str:
    """The order that a date beyond the 12th in a text around the table proves."""
    found = set()
    for text in texts:
        for match in _DATE_WITHIN.findall(text):
            date = numbers(match)
            possible = [order for order in ORDERS if date and in_order(date, order)]
            found.update(possible if len(possible) == 1 else [])
    return found.pop() if len(found) == 1 else ""


def is_european(found: dict[int, Column], semicolons: bool) -> bool:
    """Does the file write decimal commas, or is it separated as files of decimal commas are?"""
    return semicolons or any(column.comma and not column.point for column in found.values())


def two_dates(file: str, name: str, column: Column) -> InputError:
    """The refusal of a column of dates that could be read in two ways, by its first cell that could."""
    by = {parts: {order: day for order in ORDERS if (day := in_order(parts, order))} for parts in column.examples}
    ambiguous = {parts: list(dict.fromkeys(found.values())) for parts, found in by.items()}
    parts = next((parts for parts, days in ambiguous.items() if len(days) > 1), None)
    if parts is None or not _agree(by.values()):
        cells = {next(iter(found)): column.examples[parts][0] for parts, found in by.items() if len(found) == 1}
        one, other, *_ = [*cells.values(), "", ""]
        return InputError(
            f"{file}: column {name}: {one} and {other} have day and month in different orders. Write dates as "
            "2026-03-01."
        )
    (cell, row), readings = column.examples[parts], " / ".join(f"{day}" for day in ambiguous[parts])
    return InputError(
        f"{file}: column {name}, row {row}: {cell} could be {readings}, and no other row tells. "
        "Write dates as 2026-03-01, or put date_order with the value dmy, mdy or ymd into the sheet firm."
    )


def _agree(readings: Iterable[dict]) -> bool:
    """Is there an order that all dates may have?"""
    return any(all(order in found for found in readings if found) for order in ORDERS)


def two_numbers(file: str, name: str, column: Column) -> InputError:
    """The refusal of a column of numbers that could be read in two ways."""
    cell = column.either or column.comma or column.point
    whole, point = cell.replace(".", "").replace(",", ""), cell.replace(",", ".")
    return InputError(
        f"{file}: column {name}: {cell} could be {whole} or {point}, and no other cell tells. Write the "
        "numbers without thousands separators, or put decimal with the value . or , into the sheet firm."
    )
