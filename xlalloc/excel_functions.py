"""The few functions of Excel's own that the workbooks' formulas need beside the catalogue's."""

import datetime as dt
import inspect
import math
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain
from typing import Any

from xlalloc.errors import ErrorValue
from xlalloc.values import LINES, Reference, as_rows, as_text, elementwise, error_in, scalar, to_number

# Functions that decide themselves which of their arguments to compute ------------------------------------------


def _if(arguments, context):
    if not 2 <= len(arguments) <= 3:
        return ErrorValue("#VALUE!", "IF takes a condition, a value if true and a value if false")
    condition = arguments[0].value(context)
    if condition.__class__ is list:
        if len(condition) > 1 or len(condition[0]) > 1:
            yes = arguments[1].run(context)
            return elementwise(_choose, condition, yes, arguments[2].run(context) if len(arguments) == 3 else False)
        condition = condition[0][0]
    truth = condition if condition.__class__ is bool else _truth(condition)
    if truth.__class__ is ErrorValue:
        return truth
    if not truth and len(arguments) == 2:
        return False
    value = arguments[1 if truth else 2].run(context)
    return 0.0 if value is None else value


def _choose(condition, yes, no):
    truth = condition if condition.__class__ is bool else _truth(condition)
    return truth if isinstance(truth, ErrorValue) else yes if truth else no


def _choose_all(condition: list, yes: list, no: list) -> list | None:
    if set(map(type, condition)) != {bool}:
        return None
    return [a if met else b for met, a, b in zip(condition, yes, no, strict=True)]


LINES[_choose] = _choose_all


def _truth(value) -> bool | ErrorValue:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.upper() in ("TRUE", "FALSE"):
        return value.upper() == "TRUE"
    number = to_number(value)
    return number if isinstance(number, ErrorValue) else number != 0


def _iferror(arguments, context):
    if len(arguments) != 2:
        return ErrorValue("#VALUE!", "IFERROR takes a value and what to show in place of an error")
    value = arguments[0].run(context)
    if not any(error_in(cell) for row in as_rows(value) for cell in row):
        return value
    return elementwise(lambda cell, other: other if error_in(cell) else cell, value, arguments[1].run(context))


def _row(arguments, context):
    if not arguments:
        return float(context.place()[0])
    return _numbered(arguments[0].run(context), lambda r: [[float(i)] for i in r.used()[0]])


def _column(arguments, context):
    if not arguments:
        return float(context.place()[1])
    return _numbered(arguments[0].run(context), lambda r: [[float(j) for j in r.used()[1]]])


def _numbered(value, numbers):
    if not isinstance(value, Reference):
        return error_in(value) or ErrorValue("#VALUE!", "ROW and COLUMN take a cell or a range")
    rows = numbers(value)
    return rows[0][0] if len(rows) == len(rows[0]) == 1 else rows


LAZY = {"IF": _if, "IFERROR": _iferror, "ROW": _row, "COLUMN": _column}


# Functions of values ---------------------------------------------------------------------------------------------


def _is_number(cell) -> bool:
    return cell.__class__ is float or (isinstance(cell, int | float | dt.date) and not isinstance(cell, bool))


def _numbers(values) -> list[float | ErrorValue]:
    """The numbers of the arguments: in ranges and arrays only real numbers count, a single value is converted."""
    found = []
    for value in values:
        if isinstance(value, Reference | list):
            found += [
                cell if cell.__class__ is float else to_number(cell)
                for row in as_rows(value)
                for cell in row
                if cell.__class__ is float or (cell.__class__ is not str and _is_number(cell)) or error_in(cell)
            ]
        else:
            found.append(to_number(value))
    return found


def _over_numbers(function):
    def apply(*values):
        numbers = _numbers(values)
        error = next((n for n in numbers if n.__class__ is ErrorValue), None)
        return function(numbers) if error is None else error

    return apply


def _average(numbers):
    return math.fsum(numbers) / len(numbers) if numbers else ErrorValue("#DIV/0!", "AVERAGE of no numbers")


def _truths(values) -> Iterator[bool | ErrorValue]:
    """As of numbers: blanks and texts in ranges and arrays do not count."""
    for value in values:
        if isinstance(value, Reference | list):
            for row in as_rows(value):
                yield from (_truth(c) for c in row if isinstance(c, bool) or _is_number(c) or error_in(c))
        else:
            yield _truth(value)


def _logical(function):
    def apply(*values):
        truths = list(_truths(values))
        if not truths:
            return ErrorValue("#VALUE!", "there is no TRUE, no FALSE and no number in the range")
        return next((t for t in truths if isinstance(t, ErrorValue)), None) or function(truths)

    return apply


def _each(function):
    """A function of one number, for every cell of an array."""

    def apply(value):
        def single(cell):
            number = to_number(cell)
            if isinstance(number, ErrorValue):
                return number
            try:
                return function(number)
            except (ValueError, OverflowError):
                return ErrorValue("#NUM!", "the function has no value there")

        return elementwise(single, value)

    return apply


def _round(value, digits=0.0):
    def single(cell, places):
        number, places = to_number(cell), to_number(places)
        if isinstance(number, ErrorValue) or isinstance(places, ErrorValue):
            return number if isinstance(number, ErrorValue) else places
        power = 10.0 ** int(max(-300.0, min(places, 300.0)))
        if abs(number) * power >= 2.0**53:  # there are no digits to be rounded
            return number
        return math.copysign(math.floor(abs(number) * power * (1 + 1e-15) + 0.5), number) / power + 0.0

    return elementwise(single, value, digits)


def _picker(array):
    """A cell of an array by its row and column, as INDEX gives it; the plain case without its questions."""
    height, width = _size(array)
    if isinstance(array, Reference):
        cell, sheet, top, left = array.book.cell, array.sheet, array.top - 1, array.left - 1
        at = lambda i, j: cell(sheet, top + i, left + j)  # noqa: E731
    else:
        at = lambda i, j: array[i - 1][j - 1]  # noqa: E731

    def picked(i, j):
        if j is None and width == 1:
            j = 1.0
        if i.__class__ is float and i >= 1.0 and j.__class__ is float and 1.0 <= j <= width:
            return at(int(i), int(j)) if i < height + 1 else _outside(int(i), int(j), height, width)
        return scalar(_index(array, i, j))

    return picked


def _index(array, row=None, column=None):
    """INDEX; an array of rows or columns gives a cell for each, as in an array formula."""
    if (error := error_in(array)) is not None:
        return error
    row = row.rows() if row.__class__ is Reference else row
    column = column.rows() if column.__class__ is Reference else column
    rows: Any = array if array.__class__ is Reference or array.__class__ is list else [[array]]
    if _several(row) or _several(column):
        found = _picked_rows(rows, row, column) if rows.__class__ is list and row.__class__ is list else None
        return elementwise(_picker(rows), row, column) if found is None else found
    height, width = _size(rows)
    row = None if row is None else to_number(scalar(row))
    column = None if column is None else to_number(scalar(column))
    if row.__class__ is ErrorValue or column.__class__ is ErrorValue:
        return row if row.__class__ is ErrorValue else column
    if column is None and height == 1 and width > 1:
        row, column = 1, row
    i, j = int(row or 0), int(column or 0)
    if column is None and width == 1:
        j = 1
    if not (0 <= i <= height and 0 <= j <= width):
        return _outside(i, j, height, width)
    if rows.__class__ is Reference:
        return rows.part(i, j)
    picked = [rows[i - 1]] if i else rows
    picked = [[r[j - 1]] for r in picked] if j else picked
    return picked[0][0] if len(picked) == len(picked[0]) == 1 else picked


def _picked_rows(array: list[list], rows: list[list], column) -> list[list] | None:
    """The cells of one column in the rows numbered; None where it is not as plain as that."""
    height, width = len(array), len(array[0])
    j = 1.0 if column is None and width == 1 else column
    if j.__class__ is not float or not 1.0 <= j < width + 1.0 or len(rows[0]) > 1:
        return None
    if set(map(type, chain.from_iterable(rows))) != {float}:
        return None
    k = int(j) - 1
    return [[array[int(i) - 1][k] if 1.0 <= i < height + 1.0 else scalar(_index(array, i, j))] for (i,) in rows]


@lru_cache(maxsize=4096)
def _outside(i: int, j: int, height: int, width: int) -> ErrorValue:
    return ErrorValue("#REF!", f"INDEX: row {i}, column {j} lies outside {height} x {width} cells")


def _several(value) -> bool:
    return value.__class__ is list and len(value) * len(value[0]) > 1


def _size(value) -> tuple[int, int]:
    if value.__class__ is Reference:
        return value.bottom - value.top + 1, value.right - value.left + 1
    rows = as_rows(value)
    return len(rows), len(rows[0])


def _substitute(text, old, new, which=None):
    def single(text, old, new, which):
        texts = [as_text(cell) for cell in (text, old, new)]
        count = to_number(0.0 if which is None else which)
        if isinstance(count, ErrorValue):
            return count
        error = next((cell for cell in texts if isinstance(cell, ErrorValue)), None)
        if error is not None or not texts[1]:
            return error or texts[0]
        if which is None:
            return texts[0].replace(texts[1], texts[2])
        if count < 1:
            return ErrorValue("#VALUE!", "SUBSTITUTE: the first occurrence is 1")
        parts = texts[0].split(texts[1], int(min(count, len(texts[0]) + 1)))
        if len(parts) <= count:
            return texts[0]
        return texts[1].join(parts[:-1]) + texts[2] + parts[-1]

    return elementwise(single, text, old, new, which)


def _counta(*values):
    """An argument left empty, as in COUNTA(,1), counts; a blank cell does not."""
    return float(sum(v is None or sum(cell is not None for row in as_rows(v) for cell in row) for v in values))


def _count(*values):
    return float(sum(not isinstance(number, ErrorValue) for number in _numbers(values)))


def _transpose(value):
    return [list(column) for column in zip(*as_rows(value), strict=True)]


def _sumproduct(*values):
    total = 0.0
    arrays = [as_rows(v) for v in values]
    if any((len(a), len(a[0])) != (len(arrays[0]), len(arrays[0][0])) for a in arrays):
        return ErrorValue("#VALUE!", "SUMPRODUCT: the ranges differ in size")
    for cells in zip(*[[c for row in a for c in row] for a in arrays], strict=True):
        if (error := next((e for e in map(error_in, cells) if e), None)) is not None:
            return error
        total += math.prod(float(to_number(c)) if _is_number(c) else 0.0 for c in cells)
    return total if math.isfinite(total) else ErrorValue("#NUM!", "the number is too large")


PLAIN = {
    "SUM": _over_numbers(math.fsum),
    "MIN": _over_numbers(lambda numbers: min(numbers, default=0.0)),
    "MAX": _over_numbers(lambda numbers: max(numbers, default=0.0)),
    "AVERAGE": _over_numbers(_average),
    "AND": _logical(all),
    "OR": _logical(any),
    "NOT": lambda value: elementwise(lambda cell: t if isinstance(t := _truth(cell), ErrorValue) else not t, value),
    "ABS": _each(abs),
    "SQRT": _each(math.sqrt),
    "EXP": _each(math.exp),
    "LN": _each(math.log),
    "ROUND": _round,
    "INDEX": _index,
    "SUBSTITUTE": _substitute,
    "COUNTA": _counta,
    "COUNT": _count,
    "ROWS": lambda value: float(_size(value)[0]),
    "COLUMNS": lambda value: float(_size(value)[1]),
    "TRANSPOSE": _transpose,
    "SUMPRODUCT": _sumproduct,
    "ISERROR": lambda value: elementwise(lambda cell: error_in(cell) is not None, value),
    "ISBLANK": lambda value: elementwise(lambda cell: cell is None, value),
    "ISNUMBER": lambda value: elementwise(_is_number, value),
    "NA": lambda: ErrorValue("#N/A", "NA()"),
}


def takes(function) -> tuple[int, float]:
    """The smallest and the largest number of arguments of a function."""
    parameters = inspect.signature(function).parameters.values()
    needed = sum(p.default is p.empty and p.kind is not p.VAR_POSITIONAL for p in parameters)
    several = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    return needed, math.inf if several else len(parameters)


TAKES = {name: takes(function) for name, function in PLAIN.items()}
TAKES |= dict.fromkeys(("SUM", "MIN", "MAX", "AVERAGE", "AND", "OR", "COUNT", "COUNTA", "SUMPRODUCT"), (1, math.inf))

# Arguments that are one cell each: in a formula that gives one cell, a range there is its cell beside the formula.
_OF_ONE = ("NOT", "ABS", "SQRT", "EXP", "LN", "ROUND", "SUBSTITUTE", "ISERROR", "ISBLANK", "ISNUMBER")
SINGLE = dict.fromkeys(_OF_ONE, frozenset(range(4))) | {"INDEX": frozenset({1, 2})}
# In the arguments of these, operators take ranges as single cells too, as Excel does where no array formula is entered.
CLASSIC = {*_OF_ONE, "SUM", "MIN", "MAX", "AVERAGE", "COUNT", "COUNTA", "AND", "OR"}


def called(name: str, values: list):
    """One of PLAIN on its arguments; a wrong number of them, or a result too large, is an error value."""
    least, most = TAKES[name]
    if not least <= len(values) <= most:
        takes = f"{least}" if least == most else f"at least {least}" if most == math.inf else f"{least} to {most}"
        return ErrorValue("#VALUE!", f"number of arguments of {name}: {len(values)} given, {takes} needed")
    try:
        result = PLAIN[name](*values)
    except OverflowError:
        return ErrorValue("#NUM!", "the number is too large")
    if result.__class__ is float and result - result != 0:
        return ErrorValue("#NUM!", "the number is too large")
    return result
