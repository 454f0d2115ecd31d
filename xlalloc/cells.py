"""Cells in, cells out: the one path of every host to every function."""

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from xlalloc import log
from xlalloc.catalogue import CATALOGUE, Function, Table
from xlalloc.dates import is_date_word, periods_per_year, read_dates
from xlalloc.errors import AllocError, ErrorValue, InputError, Label, NotAvailableError, spoken, written
from xlalloc.facts import learn
from xlalloc.quantities import Quantity
from xlalloc.ranges import (
    Range,
    checked_names,
    is_blank,
    is_text,
    name_key,
    number_in,
    order_of,
    read_matrix,
    read_panel,
    read_texts,
    read_vector,
    rows_of,
    stop_at_errors,
    turn,
)


def call(name: str, arguments: Sequence) -> list[list]:
    """Run a function on raw cells and give raw cells; an error is an ErrorValue, never an exception.

    An argument is None where it is left out, else one cell or rows of cells.
    """
    names: dict[str, list] = {}
    try:
        return run(name, arguments, names)
    except AllocError as error:
        return [[ErrorValue(error.code, error.message(names))]]
    except Exception as error:
        log.trace(name)
        return [[ErrorValue("#VALUE!", f"{name} failed unforeseen ({type(error).__name__}); see {log.path()}.")]]


def run(name: str, arguments: Sequence, names: dict[str, list]) -> list[list]:
    """As ``call``, with exceptions; ``names`` is filled with the labels found, for messages and facts."""
    try:
        entry = CATALOGUE[name.strip().upper()]
    except KeyError:
        raise InputError(f"{name}: no such function. XLALLOC functions are listed by `xlalloc list`.") from None
    if entry.arguments and entry.arguments[-1].variadic:
        return write(entry, entry(*[_single(cells) for cells in arguments[:1]], *arguments[1:]), {}, names)
    if len(arguments) > len(entry.arguments):
        raise entry.too_many(len(arguments))
    ranges = read(entry, arguments)
    _match_names(ranges, names)
    dates = _match_times(ranges)
    extra = {}
    if dates and ("periods" not in ranges and any(a.name == "periods" for a in entry.arguments)):
        extra["periods"] = float(periods_per_year(dates, _dated(ranges).name))
        learn("periods per year", f"{extra['periods']:g}, from the dates")
    if dates and "dates" in entry.wants:
        extra["dates"] = np.array(dates, dtype="datetime64[D]")
    if "assets" in names and "asset_names" in entry.wants:
        extra["asset_names"] = names["assets"]
    if timed := _timed(ranges):
        names.setdefault("time", timed[0].date_cells or list(range(1, len(timed[0].value) + 1)))
    try:
        answer = entry(**{key: found.value for key, found in ranges.items()}, **extra)
    except AllocError:
        if timed and not timed[0].dates:
            names["time"] = _rows_meant(timed)
        raise
    return write(entry, answer, ranges, names)


def _rows_meant(timed: list[Range]) -> list[str]:
    """The rows that are computed with, as a message says where in the selection they stand."""
    alike = all(list(found.places) == list(timed[0].places) for found in timed)
    word = "item" if timed[0].across else "row" if alike else "complete row"
    return [f"{word} {place}" for place in (timed[0].places if alike else range(1, len(timed[0].value) + 1))]


# In ----------------------------------------------------------------------------------------------------------


def read(entry: Function, arguments: Sequence) -> dict[str, Range]:
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
            single = _one_period(q, name, rows_of(cells)) if q.single else None
            ranges[name] = single or read_panel(q, name, rows_of(cells), known)
    return {name: ranges[name] for name in given}


def _one_period(q: Quantity, name: str, rows) -> Range | None:
    """A vector of assets as a panel of one row; None where it is no vector, or its labels are dates."""
    first = [row[0] for row in rows if not is_blank(row[0])]
    if len(first) > 1 and len(rows[0]) > 1 and read_dates(first[is_date_word(first[0]) :], True) is not None:
        return None
    try:
        found = read_vector(replace(q, kind="vector", axes=q.axes[1:]), name, rows)
    except InputError:
        named = all(map(is_text, first)) and len(rows[0]) == 2, all(map(is_text, rows[0])) and len(rows) == 2
        if 1 in (len(rows), len(rows[0])) or any(named):
            raise
        return None
    found.quantity, found.value, found.places = q, np.atleast_2d(found.value), range(1, 2)
    return found


def _read(q: Quantity, name: str, cells) -> Range:
    rows = rows_of(cells)
    if q.kind == "vector":
        return read_vector(q, name, rows)
    if q.kind in ("texts", "names"):
        return read_texts(q, name, rows)
    if q.kind == "matrix":
        return read_matrix(q, name, rows)
    if len(rows) * len(rows[0]) != 1:
        raise InputError(f"{name}: a range of {len(rows)} x {len(rows[0])} cells; a single cell is needed.")
    cell = rows[0][0]
    stop_at_errors([cell], name, "the cell")
    if is_blank(cell):
        raise InputError(f"{name}: the cell is blank. Fill it, or leave the argument out if it is optional.")
    if q.kind == "number":
        return Range(name, q, number_in(cell, name, False))
    return Range(name, q, cell if q.kind == "date" else _as_text(cell))


def _as_text(cell) -> str:
    """A cell as a text of its own: a number as names are written, TRUE, a date as 2026-01-31."""
    return name_key(cell) if isinstance(cell, int | float) and not isinstance(cell, bool) else written(cell)


def _single(cells):
    found = _read(Quantity("text", ""), "name", cells)
    return found.value


def _match_names(ranges: dict[str, Range], names: dict[str, list]) -> None:
    """Labelled arguments are put in the order of the first labelled one, by name."""
    first: dict[str, Range] = {}
    for found in ranges.values():
        if found.quantity.kind == "texts":
            continue
        if found.quantity.kind == "names":  # these texts are themselves the labels of their axis
            _drop_header(found, ranges)
            found.names = {found.quantity.axes[0]: checked_names(found.value, found.name)}
        for axis, cells in found.names.items():
            if axis == "groups":
                continue
            names.setdefault(axis, cells)
            leader = first.setdefault(axis, found)
            if leader is not found:
                _reorder(found, axis, order_of(names[axis], cells, leader.name, found.name))
    for found in [r for r in ranges.values() if r.quantity.kind == "texts"]:
        _match_texts(found, ranges, names, first)


def _reorder(found: Range, axis: str, order: list[int]) -> None:
    if order == list(range(len(order))):
        return
    for k, own in enumerate(found.quantity.axes):
        if own == axis:
            found.value = np.take(found.value, order, axis=k)
    found.names[axis] = [found.names[axis][i] for i in order]


def _match_texts(found: Range, ranges: dict[str, Range], names: dict, first: dict[str, Range]) -> None:
    """Groups: a header is what makes the list one too long; then by name, with the groups' own figures following."""
    axis = found.quantity.axes[0]
    _drop_header(found, ranges)
    given = _distinct(found.value)
    if axis in found.names:
        leader = names.setdefault(axis, found.names[axis])
        if leader is not found.names[axis]:
            order = order_of(leader, found.names[axis], first[axis].name, found.name)
            found.value = [found.value[i] for i in order]
    groups = _distinct(found.value)
    names["groups"] = groups
    for other in ranges.values():
        if other.quantity.axes == ("groups",) and not isinstance(other.value, float):
            have = other.names.get("groups", given)
            if len(have) == len(groups) == len(other.value):
                other.value = other.value[order_of(groups, have, found.name, other.name)]
            elif "groups" in other.names:
                order_of(groups, have, found.name, other.name)


def _drop_header(found: Range, ranges: dict[str, Range]) -> None:
    """Among texts a header shows only by being one too many."""
    axis = found.quantity.axes[0]
    size = next((_size(r, axis) for r in ranges.values() if r is not found and _size(r, axis)), None)
    if size is not None and len(found.value) == size + 1:
        found.value = found.value[1:]
        found.names = {key: cells[1:] for key, cells in found.names.items()}


def _size(found: Range, axis: str) -> int | None:
    if axis not in found.quantity.axes or not isinstance(found.value, np.ndarray):
        return None
    return found.value.shape[found.quantity.axes.index(axis)]


def _distinct(texts: list) -> list:
    seen: dict[str, object] = {}
    for text in texts:
        seen.setdefault(name_key(text), text)
    return list(seen.values())


def _timed(ranges: dict[str, Range]) -> list[Range]:
    return [r for r in ranges.values() if r.quantity.kind in ("panel", "labels")]


def _dated(ranges: dict[str, Range]) -> Range | None:
    return next((r for r in _timed(ranges) if r.dates), None)


def _match_times(ranges: dict[str, Range]) -> list[dt.date] | None:
    """Dated panels are joined on their dates; a row incomplete in one leaves all."""
    timed = _timed(ranges)
    if not timed:
        return None
    if len(timed) > 1 and all(r.dates for r in timed):
        _join(timed)
    else:
        _same_rows(timed)
    keep = np.ones(len(timed[0].value), dtype=bool)
    for found in timed:
        keep &= ~_missing(found)
    if not keep.all():
        learn("rows left out", f"{int((~keep).sum())} with a blank or #N/A")
        for found in timed:
            _keep(found, np.flatnonzero(keep))
    if len(timed[0].value) < _fewest(timed):
        raise NotAvailableError(f"{timed[0].name}: {len(timed[0].value)} complete rows; at least two are needed.")
    dated = _dated(ranges)
    return dated.dates if dated else None


def _fewest(timed: list[Range]) -> int:
    """Rows that are enough: one where a single line is a period."""
    return 1 if all(found.quantity.single for found in timed) else 2


def _missing(found: Range) -> np.ndarray:
    if isinstance(found.value, list):
        return np.array([cell is None for cell in found.value])
    return np.isnan(found.value).any(axis=1)


def _keep(found: Range, rows: np.ndarray) -> None:
    found.value = found.value[rows] if isinstance(found.value, np.ndarray) else [found.value[i] for i in rows]
    found.places = [found.places[i] for i in rows]
    if found.dates:
        found.dates = [found.dates[i] for i in rows]
        found.date_cells = [found.date_cells[i] for i in rows]


def _join(timed: list[Range]) -> None:
    common = set(timed[0].dates).intersection(*(r.dates for r in timed[1:]))
    if len(common) < _fewest(timed):
        raise NotAvailableError(
            f"{timed[0].name} and {timed[1].name}: {len(common)} dates in common; at least two are needed."
        )
    for found in timed:
        if len(common) < len(found.dates):
            learn(f"dates of {found.name} without a partner", len(found.dates) - len(common))
        _keep(found, np.array([i for i, date in enumerate(found.dates) if date in common]))


def _same_rows(timed: list[Range]) -> None:
    leader = next((r for r in timed if r.dates), timed[0])
    for found in timed:
        if found.quantity.kind == "labels" and len(found.value) == len(leader.value) + 1 and leader.has_header:
            found.value, found.places = found.value[1:], found.places[1:]
        if len(found.value) != len(leader.value):
            raise InputError(
                f"{found.name}: {len(found.value)} rows, but {leader.name} has {len(leader.value)}. "
                "Give both the same rows, or a date column in both."
            )
        if leader.descending and not found.dates:
            turn(found)


# Out ---------------------------------------------------------------------------------------------------------


def write(entry: Function, answer, ranges: dict[str, Range], names: dict[str, list]) -> list[list]:
    """The function's answer as rows of cells, in the shape and order the arguments had."""
    q = entry.result
    timed = _timed(ranges)
    if isinstance(answer, Table):
        return _write_table(answer, names, bool(timed and _dated(ranges) and _dated(ranges).descending))
    if not isinstance(answer, np.ndarray) or not answer.ndim:
        return [[_cell(answer.item() if isinstance(answer, np.generic | np.ndarray) else answer, q.nan)]]
    if q.kind == "panel":
        return _write_panel(answer, timed[0], q)
    if q.kind == "rows":
        answer = answer[::-1] if _dated(ranges) and _dated(ranges).descending else answer
        across = timed and timed[0].across
    else:
        across = q.axes == ("assets",) and next(
            (r.across for r in ranges.values() if r.quantity.axes == ("assets",) and not isinstance(r.value, float)),
            False,
        )
    if answer.ndim == 1:
        answer = answer[None, :] if across else answer[:, None]
    elif across:
        answer = answer.T
    return _rows(answer, q.nan, names)


def _rows(answer: np.ndarray, nan: str, names: dict | None = None) -> list[list]:
    if answer.dtype.kind == "f":
        rows = (answer + 0.0).tolist()  # + 0.0: no negative zero
        if math.isfinite(float(np.add.reduce(answer, axis=None))):
            return rows
    else:
        rows = answer.tolist()
    return [[_cell(cell, nan, names) for cell in row] for row in rows]


def _write_panel(answer: np.ndarray, source: Range, q: Quantity) -> list[list]:
    """Returns with the dates and the names their prices carried."""
    dates = source.date_cells[-len(answer) :] if source.dates else None
    if source.descending:
        answer, dates = answer[::-1], dates[::-1]
    rows = _rows(answer if answer.ndim == 2 else answer[:, None], q.nan)
    if dates:
        rows = [[date, *row] for date, row in zip(dates, rows, strict=True)]
    if source.has_header:
        head = source.names.get("assets", [])
        rows.insert(0, [source.date_header if not is_blank(source.date_header) else "", *head] if dates else list(head))
    return [list(row) for row in zip(*rows, strict=True)] if source.across else rows


def _write_table(table: Table, names: dict[str, list], descending: bool) -> list[list]:
    header = [_cell(spoken(cell, names), "#NUM!") for cell in table.header]
    rows = [[_cell(spoken(cell, names), "#NUM!", names) for cell in row] for row in table.rows]
    timed = table.rows and isinstance(table.rows[0][0], Label) and table.rows[0][0].axis == "time"
    return [header, *(rows[::-1] if timed and descending else rows)]


def _cell(value, nan: str, names: dict | None = None):
    """One result as a cell: no NaN, no numpy scalar, no exception object leaves here."""
    if isinstance(value, AllocError):
        return ErrorValue(value.code, value.message(names or {}))
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return value + 0.0 if math.isfinite(value) else ErrorValue(nan, "No answer exists here.")
    return "" if value is None else value
