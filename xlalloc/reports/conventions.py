"""How a file writes its numbers and dates: which mark is the decimal one, whether the day or the month comes first.

Both are found from all cells of a column together, never cell by cell; what can be read in two ways is refused.
"""

import datetime as dt
import re
from collections.abc import Iterable
from itertools import pairwise

from xlalloc.errors import InputError
from xlalloc.reports.fields import FIRST_DAY, LAST_DAY, day_and_month, in_order, plain, unwrapped

# The digits and marks of a number, without a currency before, a unit or multiple behind, a sign or brackets.
_DIGITS = re.compile(r"[^\d.,]{0,6}?(\d[\d., '’]*\d|\d|[.,]\d+)\s*%?[^\d.,]{0,4}[.)\-]?")
_POINT = re.compile(r"\d*\.(?:\d{1,2}|\d{4,})|0\.\d+|\.\d+|\d{4,}\.\d+|\d{1,3}(?:,\d{3})+\.\d*|\d{1,3}(?:,\d{3}){2,}")
_COMMA = re.compile(r"\d*,(?:\d{1,2}|\d{4,})|0,\d+|,\d+|\d{4,},\d+|\d{1,3}(?:\.\d{3})+,\d*|\d{1,3}(?:\.\d{3}){2,}")
_EITHER = re.compile(r"\d{1,3}[.,]\d{3}")
_TIME = re.compile(r"(?<=\d)[t ]\s*\d{1,2}:\d{2}.*$")
_DATE_WITHIN = re.compile(r"(?<![\d.])(\d{1,2}/\d{1,2}/\d{4})(?!\d)")
_OF_POINTS = ("$", "¥", "£", "元", "人民币", "usd", "cny", "hkd", "gbp", "jpy")
ORDERS = ("dmy", "mdy")


class Column:
    """What the texts of one column say of its numbers and dates."""

    def __init__(self):
        self.point = self.comma = self.either = ""  # a cell that proves the mark, or that could be read both ways
        self.money = False  # 1,000 beside the sign of a currency whose countries write no decimal commas
        self.dates: list[tuple[int, int, int]] = []
        self.dotted = False
        self.short_year = False
        self.example = ""

    def add(self, cell: str) -> None:
        text = plain(unwrapped(cell))
        if numbers := day_and_month(_TIME.sub("", text)):
            self.dates.append(numbers)
            self.dotted = self.dotted or "." in text.partition(" ")[0]
            self.short_year = self.short_year or numbers[2] < 100
            self.example = self.example or cell
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
    for _, cells in rows:
        for column, cell in cells.items():
            if cell.__class__ is str and len(cell) < 40 and any(mark in cell for mark in ".,/-"):
                found.setdefault(column, Column()).add(cell)
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


def date_order(column: Column, given: str = "", hint: str = "") -> str:
    """dmy or mdy; "?" where nothing tells. A 13th proves it, dots are German, and rows in order of time help."""
    if not column.dates:
        return ""
    dates = [date for date in column.dates if any(in_order(date, order) for order in ORDERS)]  # others are none
    if not dates:
        return given
    if column.short_year and not any(two > 12 or year > 31 for _, two, year in dates):
        return given or "?"  # 24/01/02 may as well begin with the year
    possible = [order for order in ORDERS if all(in_order(date, order) for date in dates)]
    if given:
        return given if given in possible else "?"
    if len(possible) < 2:
        return next(iter(possible), "?")
    if column.dotted:
        return "dmy"
    read = {order: [in_order(date, order) for date in dates] for order in ORDERS}
    if read["dmy"] == read["mdy"]:
        return "mdy"  # 3/3/2026 is the same either way
    rising = [order for order in ORDERS if _in_time(read[order])]
    return rising[0] if len(rising) == 1 else hint or "?"


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
            numbers = day_and_month(match)
            possible = [order for order in ORDERS if in_order(numbers, order)]
            found.update(possible if len(possible) == 1 else [])
    return found.pop() if len(found) == 1 else ""


def two_ways(file: str, column: str, cell: str, dates: bool) -> InputError:
    """The refusal of a column that could be read in two ways."""
    if dates:
        return InputError(
            f"{file}: column {column}: {cell} could be day/month or month/day, and no other row tells. Write dates as "
            "2026-03-01, or put date_order with the value dmy or mdy into the sheet firm."
        )
    plain_digits = cell.replace(".", "").replace(",", "")
    point = cell.replace(",", ".")
    return InputError(
        f"{file}: column {column}: {cell} could be {plain_digits} or {point}, and no other cell tells. Write the "
        "numbers without thousands separators, or put decimal with the value . or , into the sheet firm."
    )
