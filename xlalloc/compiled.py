"""Each kind of part of a formula as a function of the context it is computed in."""

from collections.abc import Callable
from typing import Any

import xlalloc.excel  # noqa: F401  registers Excel's functions
from xlalloc import cells
from xlalloc.catalogue import CATALOGUE
from xlalloc.context import Context
from xlalloc.errors import ErrorValue
from xlalloc.excel_functions import CLASSIC, LAZY, PLAIN, SINGLE, called
from xlalloc.values import (
    MAX_COLUMN,
    MAX_ROW,
    OPERATORS,
    Reference,
    UnknownFunctionError,
    elementwise,
)

Run = Callable[["Context"], Any]
_NOTHING = object()


def kept(node: Any, compute: Run) -> Run:
    """A part's own function; the value of one that stands in several places is computed once in a workbook."""

    sheetless = node.sheetless

    def run(context: Context):
        memo, kept = context.memo, context.common if sheetless else context.kept
        if memo is None or not node.shared:
            return compute(context)
        found = kept.get(run, _NOTHING)
        if found is not _NOTHING:
            return Reference(context.book, *found) if found.__class__ is tuple else found
        running, placed = memo.running, memo.placed
        value = compute(context)
        if memo.running == running and memo.placed == placed:
            kept[run] = value.place if value.__class__ is Reference else value
        return value

    return run


def constant(compute: Run) -> Run:
    """A part whose value is the same in every workbook: computed in the first, then kept."""
    value = _NOTHING

    def run(context: Context):
        nonlocal value
        if value is _NOTHING or context.memo is None:
            found = compute(context)
            if context.memo is None:
                return found
            value = found
        return value

    return run


def operand(run: Run) -> Run:
    """The cells that a part refers to; in a formula of one cell only the cell beside it."""

    def value(context: Context):
        found = run(context)
        if found.__class__ is Reference:
            found = context.alone(found)
            return found.rows() if found.__class__ is Reference else found
        return found

    return value


def is_constant(node: Any) -> bool:
    """Literals, the numbers of given rows and columns, and what operators make of them."""
    kind = node[0]
    if kind == "binary":
        return node[2].constant and node[3].constant
    if kind == "call":
        return node[1] in ("ROW", "COLUMN") and len(node[2]) == 1 and _few_cells(node[2][0])
    return kind == "value"


def is_sheetless(node: Any) -> bool:
    """Nothing of it stands on the formula's own sheet; where the formula itself stands is asked for when it runs."""
    kind = node[0]
    if kind in ("cell", "columns"):
        return node[1] is not None
    parts: Any = node[2] if kind == "call" else node
    return all(getattr(part, "sheetless", True) for part in parts)  # signs and names have none


def _few_cells(node: Any) -> bool:
    """Few cells of the formula's own sheet, by address: then the size of the sheet does not matter."""
    if node[0] == "range":
        first, last = node[1:]
        return first[0] == last[0] == "cell" and abs(last[2] - first[2]) < 1000 and all(map(_few_cells, (first, last)))
    return node[0] == "cell" and node[1] is None and node[2] < MAX_ROW and node[3] < MAX_COLUMN


def _compiled_value(value) -> Run:
    return lambda context: value


def _compiled_cell(sheet: str | None, row: int, column: int) -> Run:
    return lambda context: context.cells(sheet, row, column, row, column)


def value_of_cell(sheet: str | None, row: int, column: int) -> Run:
    def value(context: Context):
        own = context.on(sheet)
        return own if own.__class__ is ErrorValue else [[context.book.cell(own, row, column)]]

    return value


def _compiled_columns(sheet: str | None, first: int, last: int) -> Run:
    return lambda context: context.cells(sheet, 1, first, MAX_ROW, last)


def _compiled_range(first: Any, last: Any) -> Run:
    if first[0] == last[0] == "cell" and first[1] == last[1]:
        sheet, rows, columns = first[1], (first[2], last[2]), (first[3], last[3])
        block = min(rows), min(columns), max(rows), max(columns)
        return lambda context: context.cells(sheet, *block)
    ends = first.run, last.run

    def run(context: Context):
        found = [end(context) for end in ends]
        for end in found:
            if end.__class__ is not Reference:
                error = end.__class__ is ErrorValue
                return end if error else ErrorValue("#REF!", "a range needs a cell on either side of ':'")
        return found[0].to(found[1])

    return run


def _compiled_binary(operator: str, first: Any, second: Any) -> Run:
    function, left, right = OPERATORS[operator], first.value, second.value

    def run(context: Context):
        a, b = left(context), right(context)
        if a.__class__ is list:
            if len(a) == 1 == len(a[0]) and b.__class__ is not list:
                return [[function(a[0][0], b)]]
        elif b.__class__ is not list:
            return function(a, b)
        elif len(b) == 1 == len(b[0]):
            return [[function(a, b[0][0])]]
        return elementwise(function, a, b)

    return run


def own_name(name: str) -> str:
    """A function's name without the marks with which files carry newer ones."""
    return name.removeprefix("_XLFN.").removeprefix("_XLWS.")


def _compiled_call(name: str, arguments: list) -> Run:
    name = own_name(name)
    if name in LAZY:
        function = LAZY[name]
        return lambda context: function(arguments, context)
    if name in CATALOGUE:
        return _of_catalogue(name, [a.value for a in arguments])
    if name in PLAIN:
        return _of_cells(name, [a.run for a in arguments])

    def unknown(context: Context):
        raise UnknownFunctionError(name)

    return unknown


def _of_catalogue(name: str, values: list[Run]) -> Run:
    def run(context: Context):
        inside = context if context.array else context.whole
        call = cells.call if context.book is None else context.book.call
        rows = call(name, [value(inside) for value in values])
        return rows[0][0] if len(rows) == len(rows[0]) == 1 else rows

    return run


def _of_cells(name: str, runs: list[Run]) -> Run:
    single, classic = SINGLE.get(name, ()), name in CLASSIC

    def run(context: Context):
        if context.array:
            return called(name, [run(context) for run in runs])
        inside = context if classic else context.whole
        given = [run(inside) for run in runs]
        return called(name, [context.alone(v) if k in single else v for k, v in enumerate(given)])

    return run


COMPILED: dict[str, Callable[..., Run]] = {
    "value": _compiled_value,
    "cell": _compiled_cell,
    "columns": _compiled_columns,
    "range": _compiled_range,
    "binary": _compiled_binary,
    "call": _compiled_call,
}
