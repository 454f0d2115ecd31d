"""Arrays put together, cut and counted off."""

import math

from xlalloc.errors import ErrorValue
from xlalloc.excel.arguments import MOST_CELLS, all_or_error, first_error, flat, number, one, register, shaped, whole
from xlalloc.values import as_rows, error_in


@register("SEQUENCE", single=(0, 1, 2, 3))
def sequence(rows, columns=1.0, start=1.0, step=1.0):
    rows, columns = (one(1.0 if value is None else value, whole) for value in (rows, columns))
    start, step = (one(1.0 if value is None else value, number) for value in (start, step))
    if error := first_error(rows, columns, start, step):
        return error
    if rows < 1 or columns < 1 or rows * columns > MOST_CELLS:
        return ErrorValue("#VALUE!", f"SEQUENCE: 1 row and column or more, {MOST_CELLS:,} cells at most")
    cells = [[start + step * (i * columns + j) for j in range(columns)] for i in range(rows)]
    return shaped(cells) if math.isfinite(cells[-1][-1]) else ErrorValue("#NUM!", "the number is too large")


@register("TAKE", single=(1, 2))
def take(cells, rows=None, columns=None):
    return _cut(cells, rows, columns, lambda line, k: line[:k] if k > 0 else line[k:] if k else [])


@register("DROP", single=(1, 2))
def drop(cells, rows=None, columns=None):
    return _cut(cells, rows, columns, lambda line, k: line[k:] if k >= 0 else line[:k])


def _cut(cells, rows, columns, part):
    found = as_rows(cells)
    rows, columns = (None if value is None else one(value, whole) for value in (rows, columns))
    if error := first_error(rows, columns):
        return error
    found = found if rows is None else part(found, rows)
    return shaped(found if columns is None else [part(row, columns) for row in found])


@register("CHOOSEROWS")
def choose_rows(cells, row, *more):
    return _chosen(as_rows(cells), (row, *more), "CHOOSEROWS")


@register("CHOOSECOLS")
def choose_columns(cells, column, *more):
    columns = [list(line) for line in zip(*as_rows(cells), strict=True)]
    found = _chosen(columns, (column, *more), "CHOOSECOLS")
    if isinstance(found, ErrorValue) or not isinstance(found, list):
        return found
    return [list(line) for line in zip(*found, strict=True)]


def _chosen(lines: list, which: tuple, name: str):
    places = all_or_error(whole(cell) for value in which for cell in flat(value))
    if isinstance(places, ErrorValue):
        return places
    if not all(1 <= abs(k) <= len(lines) for k in places):
        return ErrorValue("#VALUE!", f"{name}: 1 to {len(lines)}, or counted from the end -1 to -{len(lines)}")
    return shaped([lines[k - 1 if k > 0 else k] for k in places])


@register("VSTACK")
def stack_down(*values):
    tables = [as_rows(value) for value in values]
    width = max((len(table[0]) for table in tables), default=0)
    return shaped([[*row, *[_lacking()] * (width - len(row))] for table in tables for row in table])


@register("HSTACK")
def stack_across(*values):
    tables = [as_rows(value) for value in values]
    depth = max(map(len, tables), default=0)
    tables = [[*table, *[[_lacking()] * len(table[0])] * (depth - len(table))] for table in tables]
    return shaped([[cell for table in tables for cell in table[k]] for k in range(depth)])


def _lacking() -> ErrorValue:
    return ErrorValue("#N/A", "the arrays put together have different sizes")


@register("TOCOL", single=(1, 2))
def to_column(cells, ignore=0.0, by_column=False):
    found = _listed(cells, ignore, by_column)
    return found if isinstance(found, ErrorValue) else shaped([[cell] for cell in found])


@register("TOROW", single=(1, 2))
def to_row(cells, ignore=0.0, by_column=False):
    found = _listed(cells, ignore, by_column)
    return found if isinstance(found, ErrorValue) else shaped([found])


def _listed(cells, ignore, by_column):
    ignore, by_column = one(ignore, whole), one(by_column, number)
    if error := first_error(ignore, by_column):
        return error
    if ignore not in range(4):
        return ErrorValue("#VALUE!", "what is ignored is 0 (nothing), 1 (blanks), 2 (errors) or 3 (both)")
    rows = as_rows(cells)
    rows = [list(column) for column in zip(*rows, strict=True)] if by_column else rows
    return [
        cell
        for row in rows
        for cell in row
        if not (ignore in (1, 3) and cell is None) and not (ignore in (2, 3) and error_in(cell))
    ]
