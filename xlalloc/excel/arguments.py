"""How functions of Excel's are declared: what each argument is taken as, and what runs over every cell of an array."""

import datetime as dt
import math
from collections.abc import Callable, Iterable
from typing import TypeVar

from xlalloc.errors import ErrorValue
from xlalloc.excel_functions import CLASSIC, PLAIN, SINGLE, TAKES, takes
from xlalloc.values import Reference, as_rows, as_text, elementwise, error_in, scalar, to_number

T = TypeVar("T")
MOST_CELLS = 1_000_000  # of a result
MOST_TEXT = 32_767  # characters of a cell


def register(*names: str, single: tuple[int, ...] = ()) -> Callable:
    """A function of whole arguments under these names; the arguments at ``single`` are one cell each in a formula of
    one cell."""

    def add(function: Callable) -> Callable:
        for name in names:
            PLAIN[name], TAKES[name] = function, takes(function)
            if single:
                SINGLE[name] = frozenset(single)
        return function

    return add


def each(*names: str, kinds: tuple, least: int | None = None) -> Callable:
    """A function of single values, for every cell of arrays; the first error among them is the result.

    ``kinds`` say what each argument is converted by; those after the ``least`` first have the function's own defaults.
    """

    def add(function: Callable) -> Callable:
        def single(*cells):
            given = [kind(cell) for kind, cell in zip(kinds, cells, strict=False)]
            error = next((value for value in given if isinstance(value, ErrorValue)), None)
            return guarded(function, *given) if error is None else error

        def over_cells(*values):
            return elementwise(single, *values)

        for name in names:
            PLAIN[name], TAKES[name] = over_cells, (len(kinds) if least is None else least, len(kinds))
            SINGLE[name] = frozenset(range(len(kinds)))
            CLASSIC.add(name)
        return function

    return add


def guarded(function: Callable, *values):
    """Its result as a cell holds it: no number beyond any, no text beyond a cell."""
    try:
        value = function(*values)
    except (ArithmeticError, ValueError):
        return ErrorValue("#NUM!", "the function has no value there")
    if isinstance(value, complex):
        return ErrorValue("#NUM!", "the result is not a number")
    if isinstance(value, float) and not math.isfinite(value):
        return ErrorValue("#NUM!", "the number is too large")
    if isinstance(value, str) and len(value) > MOST_TEXT:
        return ErrorValue("#VALUE!", f"the text is longer than the {MOST_TEXT:,} characters of a cell")
    return value


# What a cell is taken as --------------------------------------------------------------------------------------------


def number(cell) -> float | ErrorValue:
    return to_number(cell)


def whole(cell) -> int | ErrorValue:
    """A number without its decimals, as places and counts are."""
    value = to_number(cell)
    return value if isinstance(value, ErrorValue) else int(max(-1e15, min(value, 1e15)))


def text(cell) -> str | ErrorValue:
    return as_text(cell)


def anything(cell):
    return error_in(cell) or cell


def truth(cell) -> bool | ErrorValue:
    if isinstance(cell, str) and cell.upper() in ("TRUE", "FALSE"):
        return cell.upper() == "TRUE"
    value = to_number(cell)
    return value if isinstance(value, ErrorValue) else value != 0


def one(value, kind: Callable = number):
    """The one value of an argument that is one."""
    return kind(scalar(value))


def is_number(cell) -> bool:
    return isinstance(cell, int | float | dt.date) and not isinstance(cell, bool)


def flat(value) -> list:
    """The cells of an argument, row by row."""
    return [cell for row in as_rows(value) for cell in row]


def size(value) -> tuple[int, int]:
    if isinstance(value, Reference):
        return value.bottom - value.top + 1, value.right - value.left + 1
    rows = as_rows(value)
    return len(rows), len(rows[0])


def numbers_in(values) -> list[float] | ErrorValue:
    """The numbers of the arguments: in ranges and arrays only real numbers count, a single value is converted."""
    found = []
    for value in values:
        many = isinstance(value, Reference | list)
        for cell in flat(value):
            if many and not is_number(cell) and not error_in(cell):
                continue
            converted = to_number(cell)
            if isinstance(converted, ErrorValue):
                return converted
            found.append(converted)
    return found


def first_error(*values) -> ErrorValue | None:
    return next((value for value in values if isinstance(value, ErrorValue)), None)


def all_or_error(values: Iterable[T | ErrorValue]) -> list[T] | ErrorValue:
    """The values, or the first error among them."""
    found: list[T] = []
    for value in values:
        if isinstance(value, ErrorValue):
            return value
        found.append(value)
    return found


def shaped(rows: list[list]):
    """Rows as a value: one cell is itself, none an error."""
    if not rows or not rows[0]:
        return ErrorValue("#CALC!", "the result has no cells")
    return rows[0][0] if len(rows) == len(rows[0]) == 1 else rows
