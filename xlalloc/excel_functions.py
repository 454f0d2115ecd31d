"""The few functions of Excel's own that the workbooks' formulas need beside the catalogue's."""

import datetime as dt
import inspect
import math
import re
from collections.abc import Iterator

from xlalloc.dates import EPOCH, from_cell
from xlalloc.errors import ERROR_CODES, ErrorValue
from xlalloc.values import Reference, as_rows, as_text, elementwise, scalar, to_number


def _error(value) -> ErrorValue | None:
    if isinstance(value, str) and value in ERROR_CODES:
        return value if isinstance(value, ErrorValue) else ErrorValue(value)
    return None


# Functions that decide themselves what to evaluate --------------------------------------------------------------


def _if(evaluate, arguments, place):
    if not 2 <= len(arguments) <= 3:
        return ErrorValue("#VALUE!", "IF takes a condition, a value if true and a value if false")
    condition = evaluate(arguments[0], place)
    condition = condition.rows() if isinstance(condition, Reference) else condition
    otherwise = arguments[2] if len(arguments) == 3 else ("value", False)
    if isinstance(condition, list) and len(condition) * len(condition[0]) > 1:
        return elementwise(_choose, condition, evaluate(arguments[1], place), evaluate(otherwise, place))
    truth = _truth(scalar(condition))
    if isinstance(truth, ErrorValue):
        return truth
    value = evaluate(arguments[1] if truth else otherwise, place)
    return 0.0 if value is None else value


def _choose(condition, yes, no):
    truth = _truth(condition)
    return truth if isinstance(truth, ErrorValue) else yes if truth else no


def _truth(value) -> bool | ErrorValue:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.upper() in ("TRUE", "FALSE"):
        return value.upper() == "TRUE"
    number = to_number(value)
    return number if isinstance(number, ErrorValue) else number != 0


def _iferror(evaluate, arguments, place):
    if len(arguments) != 2:
        return ErrorValue("#VALUE!", "IFERROR takes a value and what to show in place of an error")
    value, instead = evaluate(arguments[0], place), arguments[1]
    if not any(_error(cell) for row in as_rows(value) for cell in row):
        return value
    return elementwise(lambda cell, other: other if _error(cell) else cell, value, evaluate(instead, place))


def _row(evaluate, arguments, place):
    if not arguments:
        return float(place.row)
    return _numbered(evaluate(arguments[0], place), lambda r: [[float(i)] for i in r.used()[0]])


def _column(evaluate, arguments, place):
    if not arguments:
        return float(place.column)
    return _numbered(evaluate(arguments[0], place), lambda r: [[float(j) for j in r.used()[1]]])


def _numbered(value, numbers):
    if not isinstance(value, Reference):
        return _error(value) or ErrorValue("#VALUE!", "ROW and COLUMN take a cell or a range")
    rows = numbers(value)
    return rows[0][0] if len(rows) == len(rows[0]) == 1 else rows


LAZY = {"IF": _if, "IFERROR": _iferror, "ROW": _row, "COLUMN": _column}


# Functions of values ---------------------------------------------------------------------------------------------


def _numbers(values) -> Iterator[float | ErrorValue]:
    """The numbers of the arguments: in ranges and arrays only real numbers count, a single value is converted."""
    for value in values:
        if isinstance(value, Reference | list):
            for row in as_rows(value):
                for cell in row:
                    if (error := _error(cell)) is not None:
                        yield error
                    elif isinstance(cell, int | float | dt.date) and not isinstance(cell, bool):
                        yield to_number(cell)
        else:
            yield to_number(value)


def _over_numbers(function):
    def apply(*values):
        numbers = list(_numbers(values))
        error = next((n for n in numbers if isinstance(n, ErrorValue)), None)
        return function(numbers) if error is None else error

    return apply


def _average(numbers):
    return math.fsum(numbers) / len(numbers) if numbers else ErrorValue("#DIV/0!", "AVERAGE of no numbers")


def _truths(values) -> list:
    return [_truth(cell) for value in values for row in as_rows(value) for cell in row if cell is not None]


def _logical(function):
    def apply(*values):
        truths = _truths(values)
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
        return math.copysign(math.floor(abs(number) * power * (1 + 1e-15) + 0.5), number) / power

    return elementwise(single, value, digits)


def _index(array, row=None, column=None):
    """INDEX; an array of rows or columns gives a cell for each, as in an array formula."""
    if (error := _error(array)) is not None:
        return error
    row, column = (as_rows(v) if isinstance(v, Reference) else v for v in (row, column))
    if any(isinstance(v, list) and len(v) * len(v[0]) > 1 for v in (row, column)):
        source = array if isinstance(array, Reference) else as_rows(array)
        return elementwise(lambda i, j: scalar(_index(source, i, j)), row, column)
    rows = array if isinstance(array, Reference) else as_rows(array)
    height, width = (
        (rows.bottom - rows.top + 1, rows.right - rows.left + 1)
        if isinstance(rows, Reference)
        else (len(rows), len(rows[0]))
    )
    row, column = (None if v is None else to_number(scalar(v)) for v in (row, column))
    for number in (row, column):
        if isinstance(number, ErrorValue):
            return number
    if column is None and height == 1 and width > 1:
        row, column = 1, row
    i, j = int(row or 0), int(column or 0)
    if column is None and width == 1:
        j = 1
    if not (0 <= i <= height and 0 <= j <= width):
        return ErrorValue("#REF!", f"INDEX: row {i}, column {j} lies outside {height} x {width} cells")
    if isinstance(rows, Reference):
        return rows.part(i, j)
    picked = [rows[i - 1]] if i else rows
    picked = [[r[j - 1]] for r in picked] if j else picked
    return picked[0][0] if len(picked) == len(picked[0]) == 1 else picked


def _match(wanted, cells, kind=1.0):
    """MATCH for the same value: texts without case, a number never the text that spells it."""
    if kind is None or to_number(scalar(kind)) != 0.0:
        return ErrorValue("#VALUE!", "MATCH is computed here for the exact value only; give 0 as its third argument")
    if (error := _error(cells)) is not None:
        return error
    line = [cell for row in as_rows(cells) for cell in row]
    keys = [None if cell is None or _error(cell) else _key(cell) for cell in line]

    def single(value):
        if (error := _error(value)) is not None:
            return error
        found = _key(0.0 if value is None else value)
        return float(keys.index(found) + 1) if found in keys else ErrorValue("#N/A", f"MATCH: {value} is not there")

    return elementwise(single, wanted)


def _key(cell) -> tuple:
    if isinstance(cell, bool):
        return "truth", cell
    return ("text", cell.casefold()) if isinstance(cell, str) else ("number", to_number(cell))


def _substitute(text, old, new):
    def single(text, old, new):
        texts = [as_text(cell) for cell in (text, old, new)]
        error = next((cell for cell in texts if isinstance(cell, ErrorValue)), None)
        return error or (texts[0].replace(texts[1], texts[2]) if texts[1] else texts[0])

    return elementwise(single, text, old, new)


def _counta(*values):
    return float(sum(cell is not None for value in values for row in as_rows(value) for cell in row))


def _count(*values):
    return float(sum(not isinstance(number, ErrorValue) for number in _numbers(values)))


def _rows(value):
    return float(value.bottom - value.top + 1 if isinstance(value, Reference) else len(as_rows(value)))


def _columns(value):
    return float(value.right - value.left + 1 if isinstance(value, Reference) else len(as_rows(value)[0]))


def _transpose(value):
    return [list(column) for column in zip(*as_rows(value), strict=True)]


def _sumproduct(*values):
    total = 0.0
    arrays = [as_rows(v) for v in values]
    if any((len(a), len(a[0])) != (len(arrays[0]), len(arrays[0][0])) for a in arrays):
        return ErrorValue("#VALUE!", "SUMPRODUCT: the ranges differ in size")
    for cells in zip(*[[c for row in a for c in row] for a in arrays], strict=True):
        if (error := next((e for e in map(_error, cells) if e), None)) is not None:
            return error
        numbers = [c if isinstance(c, int | float) and not isinstance(c, bool) else 0.0 for c in cells]
        total += math.prod(numbers)
    return total if math.isfinite(total) else ErrorValue("#NUM!", "the number is too large")


# TEXT --------------------------------------------------------------------------------------------------------------

_NUMBER_FORMAT = re.compile(r"([#0,]*[#0])(?:\.([0#]+))?(%?)")


def _text(value, pattern):
    return elementwise(_formatted, value, pattern)


def _formatted(value, pattern):
    for cell in (value, pattern):
        if (error := _error(cell)) is not None:
            return error
    pattern = str(pattern or "")
    if re.search(r"[yY]{2}", pattern):
        return _dated(value, pattern)
    number = to_number(value)
    if isinstance(number, ErrorValue):
        return value if isinstance(value, str) else number
    sections = pattern.split(";")
    negative = number < 0 and len(sections) > 1
    match = _NUMBER_FORMAT.search(section := sections[1 if negative else 0])
    if not match:
        return section.replace('"', "") or f"{number:.15g}"
    return _with_format(abs(number) if negative else number, section, match)


def _with_format(number: float, section: str, match: re.Match) -> str:
    whole, decimals, percent = match.groups()
    number *= 100 if percent else 1
    places = len(decimals or "")
    rounded = _round(number, float(places))
    shown = f"{rounded:,.{places}f}" if "," in whole else f"{rounded:.{places}f}"
    optional = len(decimals or "") - len((decimals or "").rstrip("#"))
    for _ in range(optional):
        shown = shown.removesuffix("0").removesuffix(".") if "." in shown and shown.endswith("0") else shown
    literal = (section[: match.start()], section[match.end() :])
    return literal[0].replace('"', "") + shown + percent + literal[1].replace('"', "")


def _dated(value, pattern: str) -> str | ErrorValue:
    number = value if isinstance(value, dt.date) else to_number(value)
    if isinstance(number, ErrorValue):
        return value if isinstance(value, str) else number
    date = from_cell(number) or EPOCH
    parts = {
        "yyyy": f"{date:%Y}",
        "yy": f"{date:%y}",
        "mm": f"{date:%m}",
        "m": str(date.month),
        "dd": f"{date:%d}",
        "d": str(date.day),
    }
    return re.sub(
        r'"[^"]*"|yyyy|yy|mm|m|dd|d', lambda m: parts.get(m[0].lower(), m[0].strip('"')), pattern, flags=re.IGNORECASE
    )


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
    "MATCH": _match,
    "SUBSTITUTE": _substitute,
    "COUNTA": _counta,
    "COUNT": _count,
    "ROWS": _rows,
    "COLUMNS": _columns,
    "TRANSPOSE": _transpose,
    "SUMPRODUCT": _sumproduct,
    "TEXT": _text,
    "ISERROR": lambda value: elementwise(lambda cell: _error(cell) is not None, value),
    "ISBLANK": lambda value: elementwise(lambda cell: cell is None, value),
    "ISNUMBER": lambda value: elementwise(
        lambda cell: isinstance(cell, int | float | dt.date) and not isinstance(cell, bool), value
    ),
    "NA": lambda: ErrorValue("#N/A", "NA()"),
}

# The least and the greatest number of arguments of each.
_TAKES = {
    name: (
        sum(p.default is p.empty for p in parameters),
        math.inf if any(p.kind is p.VAR_POSITIONAL for p in parameters) else len(parameters),
    )
    for name, parameters in ((n, inspect.signature(f).parameters.values()) for n, f in PLAIN.items())
}


def called(name: str, values: list):
    """One of PLAIN on its arguments; a wrong number of them, or a result beyond any number, is an error value."""
    least, most = _TAKES[name]
    if not least <= len(values) <= most:
        takes = f"{least}" if least == most else f"at least {least}" if most == math.inf else f"{least} to {most}"
        return ErrorValue("#VALUE!", f"{name} takes {takes} arguments, {len(values)} were given")
    try:
        return PLAIN[name](*values)
    except OverflowError:
        return ErrorValue("#NUM!", "the number is too large")
