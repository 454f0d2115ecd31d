"""Functions that decide what to evaluate, or need to know which cells they are given."""

import re

from xlalloc.errors import ErrorValue
from xlalloc.excel.arguments import first_error, one, size, truth, whole
from xlalloc.excel.lookup import same_value
from xlalloc.excel_functions import LAZY, called
from xlalloc.values import MAX_COLUMN, MAX_ROW, Reference, as_rows, elementwise, error_in, scalar, variable

OF_SUBTOTAL = ("AVERAGE", "COUNT", "COUNTA", "MAX", "MIN", "PRODUCT", "STDEV.S", "STDEV.P", "SUM", "VAR.S", "VAR.P")
_SUBTOTAL = re.compile(r"\s*SUBTOTAL\s*\(", re.IGNORECASE)


def lazy(*names: str, least: int, most: float):
    """Registers a function that gets its arguments as parts of the formula, ``least`` to ``most`` of them."""

    def add(function):
        def checked(arguments, context):
            if not least <= len(arguments) <= most:
                return ErrorValue("#VALUE!", f"number of arguments of {names[0]}: {len(arguments)} given")
            return function(arguments, context)

        LAZY.update(dict.fromkeys(names, checked))
        return function

    return add


def _several(value) -> bool:
    return not isinstance(value, str) and size(value) != (1, 1)


@lazy("IFS", least=2, most=254)
def ifs(arguments, context):
    if len(arguments) % 2:
        return ErrorValue("#VALUE!", "IFS: a condition stands without its value")
    missing = ErrorValue("#N/A", "IFS: no condition is TRUE")
    for k in range(0, len(arguments), 2):
        condition = arguments[k].value(context)
        if _several(condition):
            otherwise = ifs(arguments[k + 2 :], context) if arguments[k + 2 :] else missing
            return elementwise(_either, condition, arguments[k + 1].run(context), otherwise)
        met = one(condition, truth)
        if isinstance(met, ErrorValue):
            return met
        if met:
            value = arguments[k + 1].run(context)
            return 0.0 if value is None else value
    return missing


def _either(condition, yes, no):
    met = truth(condition)
    return met if isinstance(met, ErrorValue) else yes if met else no


@lazy("SWITCH", least=3, most=254)
def switch(arguments, context):
    value = arguments[0].value(context)
    if _several(value):
        return elementwise(lambda cell: scalar(_switched(cell, arguments[1:], context)), value)
    return _switched(scalar(value), arguments[1:], context)


def _switched(value, rest, context):
    if error := error_in(value):
        return error
    while len(rest) > 1:
        same = same_value(value, scalar(rest[0].run(context)))
        if isinstance(same, ErrorValue):
            return same
        if same:
            return _not_blank(rest[1].run(context))
        rest = rest[2:]
    return _not_blank(rest[0].run(context)) if rest else ErrorValue("#N/A", "SWITCH: no case fits")


def _not_blank(value):
    return 0.0 if value is None else value


@lazy("CHOOSE", least=2, most=255)
def choose(arguments, context):
    index = arguments[0].value(context)
    if _several(index):
        return elementwise(lambda cell: scalar(_chosen(whole(cell), arguments, context)), index)
    return _chosen(one(index, whole), arguments, context)


def _chosen(index, arguments, context):
    if isinstance(index, ErrorValue):
        return index
    if not 1 <= index < len(arguments):
        return ErrorValue("#VALUE!", f"CHOOSE: there are {len(arguments) - 1} values, not {index}")
    return _not_blank(arguments[index].run(context))


@lazy("IFNA", least=2, most=2)
def if_na(arguments, context):
    value = context.alone(arguments[0].run(context))
    if not any(error_in(cell) == "#N/A" for row in as_rows(value) for cell in row):
        return value
    other = arguments[1].run(context)
    return elementwise(lambda cell, other: other if error_in(cell) == "#N/A" else cell, value, other)


@lazy("LET", least=3, most=253)
def let(arguments, context):
    if not len(arguments) % 2:
        return ErrorValue("#VALUE!", "LET: names with their values, then what to compute")
    inside = context.with_names()
    for name, value in zip(arguments[::2], arguments[1::2], strict=False):
        if name[0] != "name" or name[1] is not None:
            return ErrorValue("#VALUE!", "LET: a name is needed before each value")
        inside.names[variable(name[2])] = value.run(inside)
    return arguments[-1].run(inside)


@lazy("OFFSET", least=3, most=5)
def offset(arguments, context):
    start = arguments[0].run(context)
    if not isinstance(start, Reference):
        return error_in(scalar(start)) or ErrorValue("#VALUE!", "OFFSET starts from a cell")
    height, width = size(start)
    given = [a.value(context) for a in arguments[1:]]
    given += [None] * (4 - len(given))
    down, across, rows, columns = (
        default if value is None else one(value, whole)
        for value, default in zip(given, (0, 0, height, width), strict=True)
    )
    if error := first_error(down, across, rows, columns):
        return error
    top, left = start.top + down, start.left + across
    top, rows = (top + rows + 1, -rows) if rows < 0 else (top, rows)
    left, columns = (left + columns + 1, -columns) if columns < 0 else (left, columns)
    bottom, right = top + rows - 1, left + columns - 1
    if not (1 <= top <= bottom <= MAX_ROW and 1 <= left <= right <= MAX_COLUMN):
        return ErrorValue("#REF!", "OFFSET leads out of the sheet")
    return Reference(start.book, start.sheet, top, left, bottom, right)


@lazy("SUBTOTAL", least=2, most=255)
def subtotal(arguments, context):
    """Without the cells that are subtotals themselves. Rows that a report hides are empty, so they change nothing."""
    kind = one(arguments[0].run(context), whole)
    if isinstance(kind, ErrorValue):
        return kind
    if kind % 100 not in range(1, 12) or kind not in (*range(1, 12), *range(101, 112)):
        return ErrorValue("#VALUE!", "SUBTOTAL: 1 to 11, or 101 to 111")
    ranges = [argument.run(context) for argument in arguments[1:]]
    if not all(isinstance(cells, Reference) for cells in ranges):
        return next(
            (e for e in map(error_in, map(scalar, ranges)) if e), ErrorValue("#VALUE!", "SUBTOTAL takes ranges")
        )
    return called(OF_SUBTOTAL[kind % 100 - 1], [_without_subtotals(cells) for cells in ranges])


def _without_subtotals(cells: Reference) -> list[list]:
    down, across = cells.used()
    return [
        [
            None if _SUBTOTAL.match(cells.book.formula(cells.sheet, i, j) or "") else cells.book.cell(cells.sheet, i, j)
            for j in across
        ]
        for i in down
    ]


@lazy("ANCHORARRAY", least=1, most=1)
def anchor_array(arguments, context):
    """A1#: all cells the formula in A1 fills."""
    cell = arguments[0].run(context)
    if not isinstance(cell, Reference):
        return error_in(scalar(cell)) or ErrorValue("#REF!", "# stands after a cell whose formula fills several")
    return cell.book.filled_from(cell)


@lazy("SINGLE", least=1, most=1)
def single(arguments, context):
    """@: the one cell of a range in the row or column of the formula, the first of an array."""
    value = arguments[0].run(context)
    return context.beside(value) if isinstance(value, Reference) else scalar(value)
