"""Values as a worksheet sees them: references, conversions, arithmetic on cells and arrays of cells."""

import datetime as dt
import math
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from typing import Any, Protocol

from xlalloc.cell_values import as_number
from xlalloc.dates import to_serial
from xlalloc.errors import ERROR_CODES, ErrorValue, InputError

MAX_ROW, MAX_COLUMN = 1_048_576, 16_384
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2}))?)?")
_CODES = frozenset(ERROR_CODES)
MANY_CELLS = 1_000_000  # a range of more is read as far as the sheet's data go, as whole columns are


class FormulaError(InputError):
    """The formula cannot be read."""


class UnknownFunctionError(Exception):
    """A function of Excel's that is not evaluated here."""


class Workbook(Protocol):
    """What a formula asks of the workbook that it stands in."""

    def has_sheet(self, name: str) -> bool: ...
    def extent(self, name: str) -> tuple[int, int]: ...
    def defined(self, name: str, sheet: str) -> str | None: ...
    def place_of(self, name: str, sheet: str) -> "tuple[str, int, int, int, int] | None": ...
    def cell(self, sheet: str, row: int, column: int) -> Any: ...
    def read(self, reference: "Reference") -> list[list]: ...
    def formula(self, sheet: str, row: int, column: int) -> str | None: ...
    def filled_from(self, anchor: "Reference") -> Any: ...
    def call(self, name: str, arguments: list) -> list[list]: ...


@dataclass(slots=True, unsafe_hash=True)
class Reference:
    """A rectangle of cells, read only when its values are needed; never changed (``frozen`` would make it slow)."""

    book: Workbook
    sheet: str
    top: int
    left: int
    bottom: int
    right: int

    @property
    def is_cell(self) -> bool:
        return self.top == self.bottom and self.left == self.right

    @property
    def place(self) -> tuple[str, int, int, int, int]:
        return self.sheet, self.top, self.left, self.bottom, self.right

    def used(self) -> tuple[range, range]:
        """The numbers of its rows and columns; those of whole columns end with the sheet's data."""
        bottom, right = self.bottom, self.right
        count = (bottom - self.top + 1) * (right - self.left + 1)
        if bottom == MAX_ROW or right == MAX_COLUMN or count > MANY_CELLS:
            last_row, last_column = self.book.extent(self.sheet)
            bottom, right = max(self.top, min(bottom, last_row)), max(self.left, min(right, last_column))
        return range(self.top, bottom + 1), range(self.left, right + 1)

    def rows(self) -> list[list]:
        return self.book.read(self)

    def to(self, other: "Reference") -> "Reference":
        """The rectangle from this one to the other (A1:B2)."""
        if self.sheet != other.sheet:
            raise FormulaError("A range cannot run from one sheet to another.")
        top, left = min(self.top, other.top), min(self.left, other.left)
        bottom, right = max(self.bottom, other.bottom), max(self.right, other.right)
        return Reference(self.book, self.sheet, top, left, bottom, right)

    def met_by(self, row: int, column: int):
        """Its one cell in the row or column of a formula that is not an array formula (implicit intersection)."""
        inside_row, inside_column = self.top <= row <= self.bottom, self.left <= column <= self.right
        if self.left == self.right and (inside_row or self.top == self.bottom):
            row, column = (self.top if self.top == self.bottom else row), self.left
        elif self.top == self.bottom and inside_column:
            row = self.top
        else:
            return ErrorValue("#VALUE!", "a formula of one cell refers to a range; enter it as an array formula")
        return Reference(self.book, self.sheet, row, column, row, column)

    def part(self, row: int, column: int) -> "Reference":
        """One cell, one row (column 0) or one column (row 0) of it, as INDEX gives."""
        top, bottom = (self.top + row - 1, self.top + row - 1) if row else (self.top, self.bottom)
        left, right = (self.left + column - 1, self.left + column - 1) if column else (self.left, self.right)
        return Reference(self.book, self.sheet, top, left, bottom, right)


def variable(name: str) -> str:
    """A name of LET's in any spelling; files mark it."""
    return name.casefold().removeprefix("_xlpm.")


def as_rows(value) -> list[list]:
    if value.__class__ is Reference:
        return value.rows()
    return value if value.__class__ is list else [[value]]


def scalar(value):
    """The single value of a cell or of a 1 x 1 result; the first of a larger one, as in one cell."""
    value = value.rows() if value.__class__ is Reference else value
    return value[0][0] if value.__class__ is list else value


def elementwise(function: Callable, *operands):
    """A function of single values on arrays: a row, a column or one value stands for every cell it must meet."""
    values = [v.rows() if v.__class__ is Reference else v for v in operands]
    height = width = 0
    for v in values:
        if v.__class__ is list:
            height, width = max(height, len(v)), max(width, len(v[0]))
    count = height * width
    if not count:
        return function(*values)
    if count == 1:  # as names of one value are
        return [[function(*[v[0][0] if v.__class__ is list else v for v in values])]]
    lines = [_line(v, height, width) if v.__class__ is list else [v] * count for v in values]
    whole = LINES.get(function)
    found = whole(*lines) if whole else None
    if found is None:
        found = list(map(function, *lines))
    return [[cell] for cell in found] if width == 1 else [found[k : k + width] for k in range(0, count, width)]


LINES: dict[Callable, Callable] = {}  # of functions of single values: the same of lines of cells, None where not plain
_FLOAT, _TEXT, _PLAIN = {float}, {str}, {float, bool, int}


def _line(rows: list[list], height: int, width: int) -> list:
    """The cells of an array as large as the largest, row by row: one row or column for each, an error where there is
    none."""
    down, across = len(rows), len(rows[0])
    if down == height and across == width:
        return [row[0] for row in rows] if width == 1 else list(chain.from_iterable(rows))
    if down == across == 1:
        return rows[0] * (height * width)
    missing = ErrorValue("#N/A", "the arrays have different sizes")
    rows = rows * height if down == 1 else [*rows, *[[missing]] * (height - down)]
    return [cell for row in rows for cell in (row * width if len(row) == 1 else row + [missing] * (width - len(row)))]


def error_in(value) -> ErrorValue | None:
    """The error a cell holds; a text that equals an error's code is that error."""
    if isinstance(value, str) and value in _CODES:
        return value if isinstance(value, ErrorValue) else ErrorValue(value)
    return None


def _date_in(text: str) -> float | None:
    """The serial of a date such as 2024-01-31 or 2024-01-31 12:00, from March 1900 on, since when all count alike."""
    match = _DATE.fullmatch(text.strip())
    if not match:
        return None
    numbers: Any = [int(part or 0) for part in match.groups()]
    try:
        serial = as_float(dt.datetime(*numbers))
    except ValueError:
        return None
    return serial if serial >= 61 else None


def to_number(value) -> float | ErrorValue:
    """A value as arithmetic sees it: blank 0, TRUE 1, a date its serial, a text the number or date it spells."""
    kind = value.__class__
    if kind is float:
        return value
    if kind is bool or kind is int:
        return float(value)
    if isinstance(value, str):
        if (error := error_in(value)) is not None:
            return error
        number = as_number(value)
        if number is None:
            number = _date_in(value)
        return ErrorValue("#VALUE!", f"the text {value[:40]!r} is not a number") if number is None else number
    if value is None:
        return 0.0
    return as_float(value)


def as_float(value: float | dt.date) -> float:
    """A number, or a date's serial with its time of day."""
    if not isinstance(value, dt.date):
        return float(value)
    if isinstance(value, dt.datetime):
        return to_serial(value) + (value.hour * 3600 + value.minute * 60 + value.second) / 86400
    return float(to_serial(value))


def power(base: float, exponent: float) -> float:
    """base^exponent; 0^0, for which programs show different things, is refused."""
    if base == exponent == 0.0:
        raise OverflowError
    return base**exponent


def arithmetic(operation: Callable) -> Callable:
    def apply(a, b):
        if a.__class__ is not float or b.__class__ is not float:
            a, b = to_number(a), to_number(b)
            if isinstance(a, ErrorValue) or isinstance(b, ErrorValue):
                return a if isinstance(a, ErrorValue) else b
        try:
            result = operation(a, b)
        except ZeroDivisionError:
            return ErrorValue("#DIV/0!", "division by zero")
        except OverflowError:
            return ErrorValue("#NUM!", "0^0 has no value" if not (a or b) else "the number is too large")
        if isinstance(result, complex) or result - result != 0:
            return ErrorValue("#NUM!", "the result is not a number")
        return result + 0.0  # no negative zero

    def over_numbers(a: list, b: list) -> list | None:
        kinds = {*map(type, a), *map(type, b)}
        if not kinds <= _PLAIN:
            return None
        try:
            found = list(map(operation, *((a, b) if kinds == _FLOAT else (map(float, a), map(float, b)))))
            return [number + 0.0 for number in found] if math.isfinite(sum(found)) else None
        except (ArithmeticError, TypeError):  # TypeError: of a complex number
            return None

    LINES[apply] = over_numbers
    return apply


def as_text(value) -> str | ErrorValue:
    """A value as & sees it."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, str) or value is None:
        return error_in(value) or value or ""
    return f"{to_number(value):.15g}".upper()


def joined(a, b):
    a, b = as_text(a), as_text(b)
    return next((v for v in (a, b) if isinstance(v, ErrorValue)), None) or a + b


def _compared(value, other):
    """Excel's order: numbers before texts before TRUE/FALSE; a blank is 0 or an empty text.

    Numbers are compared to 15 digits, so that 0.1+0.2=0.3, as in Calc (not tested in Excel). Calc takes TRUE for 1
    where a formula computed it. Texts of other alphabets stand by their code points here, in the language's own order
    there.
    """
    if value is None:
        value = "" if isinstance(other, str) else False if isinstance(other, bool) else 0.0
    if isinstance(value, bool):
        return 2, value
    return (1, value.casefold()) if isinstance(value, str) else (0, float(f"{to_number(value):.15g}"))


APART = 2e-14  # beyond what 15 digits leave out


def comparison(operation: Callable) -> Callable:
    def apply(a, b):
        left, right = a.__class__, b.__class__
        if left is float and right is float:
            if a == b or abs(a - b) > APART * max(abs(a), abs(b)):  # 15 digits tell them apart
                return operation(a, b)
        elif (left is str or left is float) and (right is str or right is float) and _CODES.isdisjoint((a, b)):
            return operation(a.casefold(), b.casefold()) if left is right else operation(left is str, right is str)
        if (error := error_in(a) or error_in(b)) is not None:
            return error
        return operation(_compared(a, b), _compared(b, a))

    def over_plain(a: list, b: list) -> list | None:
        """Of numbers with numbers, and of numbers and texts with texts."""
        left, right = set(map(type, a)), set(map(type, b))
        if left == right == _FLOAT:
            if not any(b):  # compared with 0
                return list(map(operation, a, b))
            return [
                operation(x, y) if x == y or abs(x - y) > APART * (abs(x) + abs(y)) else apply(x, y)
                for x, y in zip(a, b, strict=True)
            ]
        if right != _TEXT or not left <= _FLOAT | _TEXT or not _CODES.isdisjoint(a) or not _CODES.isdisjoint(b):
            return None
        number = operation(0, 1)  # beside a text
        return [
            operation(x.casefold(), y.casefold()) if x.__class__ is str else number for x, y in zip(a, b, strict=True)
        ]

    LINES[apply] = over_plain
    return apply


OPERATORS: dict[str, Callable] = {
    "+": arithmetic(operator.add), "-": arithmetic(operator.sub), "*": arithmetic(operator.mul),
    "/": arithmetic(operator.truediv), "^": arithmetic(power), "&": joined,
    "=": comparison(operator.eq), "<>": comparison(operator.ne), "<": comparison(operator.lt),
    ">": comparison(operator.gt), "<=": comparison(operator.le), ">=": comparison(operator.ge),
}  # fmt: skip
