"""Conditions on cells: COUNTIF, SUMIFS and their like."""

import math
import operator
import re

from xlalloc.cell_values import as_number
from xlalloc.dates import from_text, to_serial
from xlalloc.errors import ErrorValue
from xlalloc.excel.arguments import flat, is_number, register, size
from xlalloc.values import Reference, as_float, elementwise, error_in, to_number

_SIGNS = ("<>", "<=", ">=", "=", "<", ">")
_COMPARE = {"<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge}


def wildcard(pattern: str) -> re.Pattern:
    """``*`` any text, ``?`` any character, ``~`` before one of them itself."""
    pieces = re.findall(r"~[*?~]|.", pattern, re.DOTALL)
    made = [".*" if p == "*" else "." if p == "?" else re.escape(p[-1]) for p in pieces]
    return re.compile("".join(made), re.DOTALL | re.IGNORECASE)


def criterion(wanted):
    """The test that a criterion such as ``">=5"``, ``"<>"``, ``"bond*"`` or a value stands for."""
    if not isinstance(wanted, str) or error_in(wanted):
        return _equal(0.0 if wanted is None else wanted)
    sign = next(s for s in _SIGNS if wanted.startswith(s)) if wanted.startswith(_SIGNS) else ""
    rest = wanted.removeprefix(sign)
    if rest == "":
        if sign == "<>":
            return lambda cell: cell is not None
        return (lambda cell: cell is None) if sign == "=" else lambda cell: not sign and cell in (None, "")
    value = _typed(rest)
    if sign in _COMPARE:
        return _ordered(_COMPARE[sign], value)
    equal = _equal(value)
    return (lambda cell: not equal(cell)) if sign == "<>" else equal


def _typed(rest: str):
    """What a criterion's text means: a number, a date, TRUE, an error or a text."""
    if (number := as_number(rest)) is not None:
        return number
    if (date := from_text(rest)) is not None:
        return float(to_serial(date))
    return rest.upper() == "TRUE" if rest.upper() in ("TRUE", "FALSE") else error_in(rest) or rest


def _equal(value):
    if isinstance(value, ErrorValue):
        return lambda cell: error_in(cell) == value
    if isinstance(value, bool):
        return lambda cell: cell is value
    if isinstance(value, str):
        pattern = wildcard(value)
        return lambda cell: isinstance(cell, str) and pattern.fullmatch(cell) is not None
    value = to_number(value)

    def same(cell) -> bool:
        if isinstance(cell, str):  # a code typed as text is counted by the number it spells
            return not isinstance(cell, ErrorValue) and as_number(cell) == value
        return is_number(cell) and as_float(cell) == value

    return same


def _ordered(compare, value):
    if isinstance(value, str):
        value = value.casefold()
        return lambda cell: isinstance(cell, str) and not error_in(cell) and compare(cell.casefold(), value)
    if isinstance(value, bool):
        return lambda cell: isinstance(cell, bool) and compare(cell, value)
    return lambda cell: is_number(cell) and compare(as_float(cell), value)


def _over_criteria(values, pairs, answer):
    """``answer`` of the values where all conditions hold, for each cell of criteria that are arrays."""
    if len(pairs) % 2:
        return ErrorValue("#VALUE!", "a range stands without its criterion")
    ranges, wanted = pairs[::2], pairs[1::2]
    first = values if values is not None else ranges[0]
    for cells in ranges:
        if size(cells) != size(first):
            return ErrorValue("#VALUE!", "the ranges differ in size")
    lines = [flat(cells) for cells in _trimmed(ranges, first)]
    picked = None if values is None else flat(_trimmed([values], first)[0])
    depth = min(len(line) for line in (*lines, *([] if picked is None else [picked])))

    def single(*criteria):
        tests = [criterion(c) for c in criteria]
        hits = [k for k in range(depth) if all(test(line[k]) for test, line in zip(tests, lines, strict=True))]
        return answer(hits if picked is None else [picked[k] for k in hits])

    return elementwise(single, *wanted)


def _trimmed(ranges, first):
    """Whole columns are read as far as any of them has data, all alike."""
    if not all(isinstance(cells, Reference) for cells in (*ranges, first)):
        return ranges
    depth = max(len(cells.used()[0]) for cells in (*ranges, first))
    width = max(len(cells.used()[1]) for cells in (*ranges, first))
    return [
        Reference(c.book, c.sheet, c.top, c.left, min(c.bottom, c.top + depth - 1), min(c.right, c.left + width - 1))
        for c in ranges
    ]


def _numeric(function, empty):
    def answer(cells):
        if error := next((e for e in map(error_in, cells) if e), None):
            return error
        found = [as_float(cell) for cell in cells if is_number(cell)]
        return function(found) if found else empty

    return answer


_sum = _numeric(math.fsum, 0.0)
_average = _numeric(lambda found: math.fsum(found) / len(found), ErrorValue("#DIV/0!", "no number meets the criteria"))
_maximum, _minimum = _numeric(max, 0.0), _numeric(min, 0.0)


@register("COUNTIFS", single=tuple(range(1, 255, 2)))
def count_ifs(cells, wanted, *more):
    return _over_criteria(None, [cells, wanted, *more], lambda hits: float(len(hits)))


@register("COUNTIF", single=(1,))
def count_if(cells, wanted):
    return count_ifs(cells, wanted)


@register("SUMIFS", single=tuple(range(2, 255, 2)))
def sum_ifs(values, cells, wanted, *more):
    return _over_criteria(values, [cells, wanted, *more], _sum)


@register("AVERAGEIFS", single=tuple(range(2, 255, 2)))
def average_ifs(values, cells, wanted, *more):
    return _over_criteria(values, [cells, wanted, *more], _average)


@register("MAXIFS", single=tuple(range(2, 255, 2)))
def max_ifs(values, cells, wanted, *more):
    return _over_criteria(values, [cells, wanted, *more], _maximum)


@register("MINIFS", single=tuple(range(2, 255, 2)))
def min_ifs(values, cells, wanted, *more):
    return _over_criteria(values, [cells, wanted, *more], _minimum)


@register("SUMIF", single=(1,))
def sum_if(cells, wanted, values=None):
    return _over_criteria(_as_large(values, cells), [cells, wanted], _sum)


@register("AVERAGEIF", single=(1,))
def average_if(cells, wanted, values=None):
    return _over_criteria(_as_large(values, cells), [cells, wanted], _average)


def _as_large(values, cells):
    """SUMIF's last range begins where it is told and is as large as the first."""
    if values is None or not isinstance(values, Reference):
        return cells if values is None else values
    height, width = size(cells)
    return Reference(
        values.book, values.sheet, values.top, values.left, values.top + height - 1, values.left + width - 1
    )


@register("COUNTBLANK")
def count_blank(cells):
    return float(sum(cell in (None, "") for cell in flat(cells)))
