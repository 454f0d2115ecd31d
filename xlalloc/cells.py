"""Cells in, cells out: the one path of every host to every function."""

import datetime as dt
import math
from collections.abc import Sequence

import numpy as np

from xlalloc import log, matching
from xlalloc.answers import labels_of
from xlalloc.catalogue import CATALOGUE, Function, Table
from xlalloc.cell_values import is_text, number_in, rows_of, stop_at_errors
from xlalloc.dates import EPOCH, from_cell, holds_date_word, to_serial
from xlalloc.errors import AllocError, ErrorValue, InputError, Label, quoted, with_names, written
from xlalloc.labelled import Answer, Labelled, is_blank, name_key, name_text
from xlalloc.quantity import Quantity
from xlalloc.ranges import one_period, read_matrix, read_panel, read_texts, read_vector

SERIAL_1970 = (dt.date(1970, 1, 1) - EPOCH).days


def call(name: str, arguments: Sequence) -> list[list]:
    """Run a function on raw cells and give raw cells; an error is an ErrorValue, never an exception.

    An argument is None where it is left out, else one cell or rows of cells.
    """
    names: dict[str, list] = {}
    try:
        return run(name, arguments, names)
    except AllocError as error:
        return [[ErrorValue(error.code, error.english(names))]]
    except Exception as error:
        log.trace(name)
        return [[ErrorValue("#VALUE!", f"{name} failed unexpectedly ({type(error).__name__}); see {log.path()}.")]]


def run(name: str, arguments: Sequence, names: dict[str, list]) -> list[list]:
    """As ``call``, with exceptions; ``names`` is filled with the labels found, for messages and facts."""
    try:
        entry = CATALOGUE[name.strip().upper()]
    except KeyError:
        raise InputError(f"{name}: no such function. XLALLOC functions are listed by `xlalloc list`.") from None
    if entry.arguments and entry.arguments[-1].variadic:
        if not arguments:
            raise InputError(f"{entry.arguments[0].name}: missing. {entry.signature}")
        return write(entry, Answer(entry.function(*[_single(cells) for cells in arguments[:1]], *arguments[1:])))
    if len(arguments) > len(entry.arguments):
        raise entry.too_many(len(arguments))
    if entry.result.kind == "cells":
        found = entry.function(*(rows_of(cells) for cells in read_raw(entry, arguments)))
        return [[_cell(cell, "#NUM!") for cell in row] for row in found]
    return write(entry, matching.run(entry, read(entry, arguments), names))


# In ----------------------------------------------------------------------------------------------------------


def read_raw(entry: Function, arguments: Sequence) -> list:
    """Arguments of a function that takes cells as they are."""
    if len(arguments) < len(entry.arguments) or any(cells is None for cells in arguments):
        raise InputError(f"{entry.arguments[len(arguments) - 1].name}: missing. {entry.signature}")
    return list(arguments)


def read(entry: Function, arguments: Sequence) -> dict[str, Labelled]:
    """Every given argument, read by its own quantity; panels last, since names tell headers from dates."""
    given = {
        a.name: (a.quantity, cells) for a, cells in zip(entry.arguments, arguments, strict=False) if cells is not None
    }
    for argument in entry.arguments:
        if not argument.optional and argument.name not in given:
            raise InputError(f"{argument.name}: missing. {entry.signature}")
    ranges = {n: _read(q, n, cells) for n, (q, cells) in given.items() if q.kind not in ("panel", "labels")}
    known = {name_key(c) for r in ranges.values() for cells in r.names.values() for c in cells}
    for name, (q, cells) in given.items():
        if name not in ranges:
            single = one_period(q, name, rows_of(cells)) if q.single else None
            ranges[name] = found = single or read_panel(q, name, rows_of(cells), known)
            if q.scalar and found.value.shape[1] == 1:  # one column stands for all, whatever its name
                found.names = {}
    return {name: ranges[name] for name in given}


def _read(q: Quantity, name: str, cells) -> Labelled:
    rows = rows_of(cells)
    if q.kind == "vector":
        return read_vector(q, name, rows)
    if q.kind in ("texts", "names"):
        return read_texts(q, name, rows)
    if q.kind == "matrix":
        return read_matrix(q, name, rows)
    if q.kind == "cells":
        for row in rows:
            stop_at_errors(row, name)
        return Labelled(name, q, rows)
    if q.kind == "dates":
        return _read_dates(q, name, rows)
    if q.row and len(rows[0]) == 2:
        rows = [row[1:] for row in rows if row[0] == q.row] or rows
    if len(rows) * len(rows[0]) != 1:
        raise InputError(f"{name}: a range of {len(rows)} x {len(rows[0])} cells; a single cell is needed.")
    cell = rows[0][0]
    stop_at_errors([cell], name, "the cell")
    if is_blank(cell):
        raise InputError(f"{name}: the cell is blank. Fill it, or leave the argument out if it is optional.")
    if q.kind == "number":
        return Labelled(name, q, number_in(cell, name, False))
    return Labelled(name, q, cell if q.kind == "date" else _as_text(cell))


def _read_dates(q: Quantity, name: str, rows) -> Labelled:
    """One line of dates, each in any form; a first text that is none is a header."""
    if min(len(rows), len(rows[0])) > 1:
        raise InputError(f"{name}: a range of {len(rows)} x {len(rows[0])} cells; give one row or one column of dates.")
    cells = [cell for row in rows for cell in row]
    stop_at_errors(cells, name)
    skipped = 1 if len(cells) > 1 and is_text(cells[0]) and from_cell(cells[0]) is None else 0
    found = Labelled(name, q, across=len(rows) == 1 and len(cells) > 1)
    for i, cell in enumerate(cells[skipped:], 1 + skipped):
        if from_cell(cell) is None:
            held = "is blank" if is_blank(cell) else f"holds {quoted(cell)}"
            raise InputError(f"{name}: item {i} {held}; a date is needed, or text such as 2026-01-31.")
    found.value = np.array([from_cell(cell) for cell in cells[skipped:]], dtype="datetime64[D]")
    return found


def _as_text(cell) -> str:
    """A cell as a text of its own: a number as names are written, TRUE, a date as 2026-01-31."""
    return name_key(cell) if isinstance(cell, int | float) and not isinstance(cell, bool) else written(cell)


def _single(cells):
    found = _read(Quantity("text", ""), "name", cells)
    return found.value


# Out ---------------------------------------------------------------------------------------------------------


def write(entry: Function, answer: Answer) -> list[list]:
    """The function's answer as rows of cells, with the labels and in the order the arguments had."""
    q, value, leader = entry.result, answer.value, answer.leader
    timed = leader is not None and leader.quantity.kind in ("panel", "labels")
    if isinstance(value, Table):
        return _write_table(value, answer, bool(timed and leader.descending))
    if not isinstance(value, np.ndarray) or not value.ndim:
        return [[_cell(value.item() if isinstance(value, np.generic | np.ndarray) else value, q.nan)]]
    if q.kind in ("panel", "rows"):
        return _write_over_time(answer, q)
    rows = _rows(value if value.ndim == 2 else value[:, None], q.nan, answer)
    if q.kind == "matrix":
        return _write_matrix(rows, *(answer.names.get(axis) for axis in q.axes))
    labels = None if timed and len(value) == 1 else labels_of(q, answer.names, len(value))
    if labels is not None:
        rows = [[name_text(label), *row] for label, row in zip(labels, rows, strict=True)]
    across = not timed and leader is not None and leader.across and q.axes == leader.quantity.axes
    return [list(line) for line in zip(*rows, strict=True)] if across else rows


def _write_matrix(rows: list[list], down: list | None, across: list | None) -> list[list]:
    """A matrix with the names of its sides; a side that nobody named has none."""
    if down is not None:
        rows = [[name_text(label), *row] for label, row in zip(down, rows, strict=True)]
    if across is not None:
        rows.insert(0, [*([""] if down is not None else []), *map(name_text, across)])
    return rows


def _rows(value: np.ndarray, nan: str, answer: Answer) -> list[list]:
    if value.dtype.kind == "f":
        rows = (value + 0.0).tolist()  # + 0.0: no negative zero
        with np.errstate(over="ignore"):
            finite = math.isfinite(float(np.add.reduce(value, axis=None)))
        if finite:
            return rows
    else:
        rows = value.tolist()
    rows = [[_cell(cell, nan, answer.names) for cell in row] for row in rows]
    if answer.blank is not None:
        for i, j in np.argwhere(answer.blank).tolist():
            rows[i][j] = ""
    for k, error in answer.errors.items():
        cell = _cell(error, nan, answer.names)
        if answer.blank is None:  # one row per series
            rows[k] = [cell] * len(rows[k])
        else:
            for row in rows:
                row[k] = cell
    return rows


def _write_over_time(answer: Answer, q: Quantity) -> list[list]:
    """A series or panel with its dates as first column and the header that its source had."""
    source, value = answer.leader, answer.value
    rows = _rows(value if value.ndim == 2 else value[:, None], q.nan, answer)
    dates = source.dates is not None and answer.dates is not None
    if dates:
        serials = (answer.dates + SERIAL_1970).astype(float).tolist()
        rows = [[serial, *row] for serial, row in zip(serials, rows, strict=True)]
    if source.descending:
        rows.reverse()
    if source.has_header:
        heads = map(name_text, answer.names.get("assets", [])) if "assets" in q.axes else [q.head]
        corner = source.date_header if holds_date_word(source.date_header) else "Date"
        rows.insert(0, [*([corner] if dates else []), *heads])
    return [list(row) for row in zip(*rows, strict=True)] if source.across else rows


def _write_table(table: Table, answer: Answer, descending: bool) -> list[list]:
    def shown(cell):
        if isinstance(cell, Label) and cell.axis == "time":
            return cell.index + 1 if answer.dates is None else float(answer.dates[cell.index] + SERIAL_1970)
        return (
            name_text(with_names(cell, answer.names)) if isinstance(cell, Label) else _cell(cell, "#NUM!", answer.names)
        )

    header = [shown(cell) for cell in table.header]
    rows = [[shown(cell) for cell in row] for row in table.rows]
    timed = table.rows and isinstance(table.rows[0][0], Label) and table.rows[0][0].axis == "time"
    return [header, *(rows[::-1] if timed and descending else rows)]


def _cell(value, nan: str, names: dict | None = None):
    """One result as a cell: no NaN, no numpy scalar, no exception object leaves here; a date is its serial."""
    if isinstance(value, AllocError):
        return ErrorValue(value.code, value.english(names or {}))
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return value + 0.0 if math.isfinite(value) else ErrorValue(nan, "No answer exists here.") if nan else ""
    if isinstance(value, dt.date):
        return float(to_serial(value))
    return "" if value is None else value
