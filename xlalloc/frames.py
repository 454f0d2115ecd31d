"""What Python users give as labelled values, and answers in the kind they gave: pandas, polars, dicts, arrays.

pandas is imported by whoever made a frame; here it is only looked up where one came in.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from xlalloc import matching
from xlalloc.answers import ARRAY, DICT, FRAME, build, from_polars, one_column
from xlalloc.cell_values import number_in
from xlalloc.dates import (
    DATES,
    OPEN,
    TYPED,
    as_days,
    dates_of_column,
    header_says,
    is_date_text,
    misfit,
    no_dates_across,
    read_dates,
)
from xlalloc.errors import InputError, quoted
from xlalloc.explanation import record
from xlalloc.labelled import SAVED, Labelled, checked_names, in_time_order, name_key, no_long_table, no_saved_index
from xlalloc.quantity import Quantity
from xlalloc.table import Table

_PLAIN = (np.ndarray, np.generic, int, float, str, list, tuple, range, dt.date, np.datetime64)


def call(entry, given: dict, known: dict):
    """The function's answer to arguments of which some carry labels or dates."""
    found, kind, index = read(entry, given, known)
    names: dict[str, list] = {}
    answer = matching.run(entry, found, names, {k: v for k, v in known.items() if k != "dates"})
    return build(entry, answer, kind, index)


def kind_of(value) -> int:
    """How rich in labels a value is."""
    if isinstance(value, Mapping):
        return DICT
    return (
        FRAME if type(value).__module__.partition(".")[0] in ("pandas", "polars") and hasattr(value, "shape") else ARRAY
    )


def read(entry, given: dict, known: dict) -> tuple[dict[str, Labelled], int, object]:
    """Every argument as a labelled value, the richest kind among them, and the index of the first panel."""
    quantities = {a.name: a.quantity for a in entry.arguments}
    kind, index = ARRAY, None
    found: dict[str, Labelled] = {}
    timed = {name for name, q in quantities.items() if q.kind in ("panel", "labels")}
    for name in sorted(given, key=lambda n: n in timed):  # panels last: names tell columns from dates
        value, q = given[name], quantities[name]
        value = _known_kind(value)
        own = kind_of(value)
        kind = max(kind, own)
        if isinstance(value, Table):
            raise one_column(name, value)
        if own == ARRAY and not isinstance(value, _PLAIN):
            module = type(value).__module__.partition(".")[0]
            what = type(value).__name__ if module == "builtins" else f"{module}.{type(value).__name__}"
            raise InputError(
                f"{name}: {what} is not understood here. Give a pandas object, a dict, a list or a numpy array."
            )
        assets = {name_key(c) for r in found.values() for c in r.names.get("assets", ())}
        if name not in timed:
            found[name] = _vector_or_matrix(q, name, value, own)
        elif own == DICT and q.single:
            vector = _vector_or_matrix(replace(q, kind="vector", axes=q.axes[1:]), name, value, own)
            vector.quantity, vector.value = q, vector.value[None, :]
            found[name] = vector
        elif own == DICT:
            raise InputError(
                f"{name}: a dict holds one number per name; give a pandas DataFrame for a table over time."
            )
        else:
            found[name], rows = _panel(q, name, value, own, assets)
            if q.scalar and found[name].value.shape[1] == 1:  # one column stands for all, whatever its name
                found[name].names = {}
            index = rows if index is None else index
    if (dates := known.get("dates")) is not None:
        _date(found, dates)
    if "flow_dates" in found and found["flows"].dates is not None:
        _same_dates(found["flows"], quantities["flow_dates"].array("flow_dates", found["flow_dates"].value))
    for one in found.values():
        if one.quantity.kind in ("panel", "labels"):
            in_time_order(one)
    return {name: found[name] for name in given}, kind, index


def _same_dates(flows: Labelled, dates: np.ndarray) -> None:
    """The dates that flows have beside them are those given for them, in the same order."""
    if not np.array_equal(as_days(dates), flows.dates):
        raise InputError("flows: its index has other dates than flow_dates, or another order. Give both the same.")


def _date(found, dates) -> None:
    """Dates given beside panels that have none."""
    try:
        days = as_days(np.array(dates, dtype="datetime64[D]"))
    except (ValueError, TypeError):
        raise InputError("dates: one of them is not a date. Give dates, or text such as 2026-01-31.") from None
    if (missing := np.isnat(days.astype("datetime64[D]"))).any():
        name, row = "dates", int(missing.argmax()) + 1
        raise InputError(f"{name}: row {row} has no date. Give it one, or leave the row out.")
    for one in found.values():
        if one.quantity.kind in ("panel", "labels") and one.dates is None:
            if len(days) != len(one.value):
                raise InputError(
                    f"dates: {len(days)} rows, but {one.name} has {len(one.value)}. Give both the same rows."
                )
            one.dates = days


def _known_kind(value):
    """A table of names and numbers as a dict, polars as pandas, masked numbers as missing ones, an index as a list."""
    if isinstance(value, Table) and len(value.header) == 2:
        return dict(value.rows)
    if isinstance(value, np.ma.MaskedArray):
        return np.ma.filled(value.astype(float), np.nan)
    if kind_of(value) == FRAME and not hasattr(value, "index") and hasattr(value, "tolist"):
        return value.tolist()
    return from_polars(value)


# Vectors and matrices ----------------------------------------------------------------------------------------


def _unnamed(index) -> bool:
    return type(index).__name__ == "RangeIndex"


def _labels(index, name: str) -> list | None:
    """The names an index holds; None where it only counts."""
    if _unnamed(index):
        return None
    if getattr(index, "nlevels", 1) > 1:
        raise InputError(f"{name}: its labels have several levels. Choose one level, such as df['Close'].")
    if getattr(index.dtype, "kind", "") == "M" or type(index).__name__ == "PeriodIndex":
        raise InputError(f"{name}: its index holds dates; names are needed here.")
    return checked_names([c.item() if isinstance(c, np.generic) else c for c in index.tolist()], name)


def _vector_or_matrix(q: Quantity, name: str, value, kind: int) -> Labelled:
    found = Labelled(name, q)
    if q.kind not in ("vector", "matrix", "texts", "names"):
        if q.kind == "dates" and kind == FRAME:
            if hasattr(value, "columns") and value.shape[1] != 1:
                raise InputError(f"{name}: one column is needed, not {value.shape[1]}.")
            value = (value.iloc[:, 0] if hasattr(value, "columns") else value).tolist()
        found.value = value
        return found
    if kind == DICT:
        if q.kind == "matrix" and value and all(isinstance(v, Mapping) for v in value.values()):
            return _nested(q, name, value)
        if not value:
            raise InputError(f"{name}: the dict is empty.")
        if q.kind == "matrix" and q.axes[0] != q.axes[1]:
            labels = checked_names(list(value), name)
            numbers = [number_in(cell, f"{name}, {quoted(label)}", False) for label, cell in value.items()]
            return _one_line(found, labels, np.array(numbers))
        if q.kind == "matrix":
            raise InputError(f"{name}: a dict holds one number per name; give a pandas DataFrame for a matrix.")
        if q.axes:
            found.names[q.axes[0]] = checked_names(list(value), name)
        found.value = list(value.values())
    elif kind == FRAME:
        found = _named_matrix(q, name, value) if q.kind == "matrix" else _named_vector(q, name, value)
    else:
        found.value = value
    if q.kind in ("texts", "names"):
        found.value = np.asarray(found.value, dtype=object).ravel().tolist()
    elif kind != FRAME and not (q.scalar and np.ndim(found.value) == 0):  # limits are looked at with all names known
        _read_texts(found, name)
        found.value = q.array(name, found.value) if kind == ARRAY else np.array(found.value, dtype=float)
    return found


def _read_texts(found: Labelled, name: str) -> None:
    """A text among numbers is read as in cells, or named with its label."""
    flat = found.value if isinstance(found.value, list) else []
    labels = next(iter(found.names.values()), None)
    for i, cell in enumerate(flat):
        if cell is None and found.quantity.gaps:
            continue
        if isinstance(cell, bool) or not isinstance(cell, float | int | list | tuple | np.ndarray):
            where = f"{name}, {labels[i]}" if labels and len(labels) == len(flat) else f"{name}: item {i + 1}"
            flat[i] = number_in(_blank(cell), where, bool(found.quantity.gaps))


def _nested(q: Quantity, name: str, value: Mapping) -> Labelled:
    """A dict of dicts: rows, then columns."""
    down = checked_names(list(value), name)
    across = checked_names(list(next(iter(value.values()))), name)
    rows = [
        [row[column] if column in row else _lacking(name, label, column) for column in across]
        for label, row in value.items()
    ]
    return Labelled(name, q, np.array(rows, dtype=float), dict(zip(q.axes, (down, across), strict=True)))


def _lacking(name: str, row, column):
    raise InputError(f"{name}: {quoted(row)} has no number for {quoted(column)}.")


def _named_vector(q: Quantity, name: str, value) -> Labelled:
    found = Labelled(name, q)
    if hasattr(value, "columns"):
        if value.shape[1] == 2 and _unnamed(value.index) and _numeric(value.dtypes.iloc[0]) is False:
            value = value.set_index(value.columns[0]).iloc[:, 0]  # names in a column of their own
        elif value.shape[1] == 1:
            value = value.iloc[:, 0]
        elif value.shape[0] == 1:
            value, found.across = value.iloc[0], True
        else:
            raise InputError(f"{name}: a DataFrame of {value.shape[0]} x {value.shape[1]}; give one row or one column.")
    if q.axes == ("flows",):  # their dates are an argument of their own
        found.dates = _index_dates(value.index, name)
    labels = _labels(value.index, name) if q.axes and found.dates is None else None
    if labels is not None:
        found.names[q.axes[0]] = labels
    found.value = _plain_numbers(value, name) if q.kind == "vector" else value.tolist()
    return found


def _named_matrix(q: Quantity, name: str, value) -> Labelled:
    found = Labelled(name, q)
    if not hasattr(value, "columns"):
        _one_line(found, _labels(value.index, name), _plain_numbers(value, name))
        if q.axes[0] == "scenarios" and isinstance(value.name, str):
            found.names["scenarios"] = [value.name]
        return found
    if _unnamed(value.index) and value.shape[1] > 1 and _numeric(value.dtypes.iloc[0]) is False:
        value = value.set_index(value.columns[0])  # names in a column of their own, as a csv file has them
    down, across = _labels(value.index, name), _labels(value.columns, name)
    numbers = _plain_numbers(value, name)
    if q.axes[0] == q.axes[1]:
        if down and across:
            numbers = numbers[:, matching.order_of(down, across, name + " (rows)", name + " (columns)")]
        down = across = down or across
    found.value = numbers
    found.names = {axis: labels for axis, labels in zip(q.axes, (down, across), strict=True) if labels}
    return found


def _one_line(found: Labelled, labels: list | None, numbers: np.ndarray) -> Labelled:
    """One view, one scenario or one factor as a matrix."""
    axes = found.quantity.axes
    axis = axes[1] if axes[0] in ("views", "scenarios") else axes[0]
    found.value = numbers[None, :] if axis == axes[1] else numbers[:, None]
    found.names = {axis: labels} if labels is not None else {}
    return found


def _numeric(dtype) -> bool:
    return getattr(dtype, "kind", "O") in "fiub"


def _plain_numbers(value, name: str) -> np.ndarray:
    """The numbers of a frame, missing ones NaN; a text among them is named with its place."""
    try:
        if any(
            getattr(d, "kind", "O") in "bcmM" for d in (value.dtypes if hasattr(value, "columns") else [value.dtype])
        ):
            raise TypeError
        if _holds_truth(value):
            raise TypeError
        return np.array(value.to_numpy(dtype=float, na_value=np.nan))
    except (TypeError, ValueError):
        columns = [(f" / {quoted(c)}", value[c]) for c in value.columns] if hasattr(value, "columns") else [("", value)]
        read = [
            [_number(cell, f"{name}, {quoted(_shown(label))}{where}") for label, cell in one.items()]
            for where, one in columns
        ]
        return np.array(read).T if hasattr(value, "columns") else np.array(read[0])


def _blank(cell):
    return None if type(cell).__name__ in ("NAType", "NaTType") else cell


def _number(cell, where: str) -> float:
    """A cell of objects, as a cell of a sheet is read: a text such as 4.5% is the number it spells."""
    cell = _blank(cell)
    if isinstance(cell, dt.date):
        raise InputError(f"{where} holds the date {str(cell)[:10]}; make the dates its index, or its first column.")
    return number_in(cell, where, missing=True)


def _holds_truth(value) -> bool:
    """TRUE or FALSE among the cells of a column of objects: no number."""
    columns = [value[c] for c in value.columns] if hasattr(value, "columns") else [value]
    return any(column.dtype == object and any(isinstance(c, bool) for c in column.tolist()) for column in columns)


def _shown(label):
    return str(label)[:10] if isinstance(label, dt.date | np.datetime64) else label


# Panels ------------------------------------------------------------------------------------------------------


def _panel(q: Quantity, name: str, value, kind: int, known: set[str]) -> tuple[Labelled, object]:
    found = Labelled(name, q)
    if kind == ARRAY:
        array = q.array(name, value)
        if isinstance(array, np.ndarray) and array.ndim == 1 and q.kind == "panel":
            found.series, array = not q.single, array[None, :] if q.single else array[:, None]
        found.value = array
        return found, None
    index = value.index
    if q.single and not hasattr(value, "columns"):
        found = _named_vector(replace(q, kind="vector", axes=q.axes[1:]), name, value)
        found.quantity, found.value = q, found.value[None, :]
        return found, None
    if hasattr(value, "columns"):
        if not value.shape[1]:
            raise InputError(f"{name}: there is no column in it.")
        if not value.columns.is_unique:
            checked_names(value.columns.tolist(), name)
        _no_dates_across(value, name)
    found.dates = _index_dates(index, name)
    if hasattr(value, "columns"):
        for column in value.columns:
            if str(column).startswith(SAVED):
                no_saved_index(name, column, value[column].tolist())
    if found.dates is None and hasattr(value, "columns"):
        value, found.dates, index = _date_column(value, name, known)
    found.has_header = True
    if q.kind == "panel" and hasattr(value, "columns") and not all(map(_numeric, value.dtypes)):
        columns = [(column, value[column].tolist()) for column in value.columns]
        no_long_table(name, columns, None if found.dates is None else found.dates.tolist())
    if hasattr(value, "columns"):
        found.names["assets" if len(q.axes) < 2 else q.axes[1]] = _labels(value.columns, name) or [
            str(c) for c in value.columns
        ]
        if _unnamed(value.columns):
            del found.names["assets" if len(q.axes) < 2 else q.axes[1]]
    else:
        found.series = True
        if value.name is not None and len(q.axes) == 2:
            found.names[q.axes[1]] = [value.name]
    if q.kind == "labels":
        column = value.iloc[:, 0] if hasattr(value, "columns") else value
        cells = map(_blank, column.tolist())
        found.value = [None if cell is None or cell != cell else cell for cell in cells]
        return found, index
    numbers = _plain_numbers(value, name)
    found.value = numbers if numbers.ndim == 2 else numbers[:, None]
    if len(q.axes) == 1 and found.value.shape[1] != 1:
        raise InputError(f"{name}: one column is needed, not {found.value.shape[1]}.")
    return found, index


def _no_dates_across(value, name: str) -> None:
    """Names down, in the index or the first column, and dates across."""
    bare = _unnamed(value.index) and value.shape[1] > 1
    down = value.iloc[:, 0] if bare else value.index
    if len(down) and isinstance(down[0], str) and not is_date_text(down[0]):
        across = value.columns[1:] if bare else value.columns
        no_dates_across([c.item() if isinstance(c, np.generic) else _last_day(c) for c in across.tolist()], name)


def _last_day(cell):
    """A period means its last day."""
    return cell.to_timestamp(how="end") if type(cell).__name__ == "Period" else cell


def _index_dates(index, name: str) -> np.ndarray | None:
    """The dates an index holds, in days since 1970: local dates, the last day of a period; None where it holds none."""
    if _unnamed(index):
        return None
    if getattr(index, "nlevels", 1) > 1:
        levels = [(level, index.get_level_values(k).tolist()) for k, level in enumerate(index.names)]
        no_long_table(name, [(level, [_last_day(cell) for cell in cells]) for level, cells in levels])
        raise InputError(f"{name}: its index has several levels. Choose one level.")
    kind = type(index).__name__
    if kind == "PeriodIndex":
        index = index.to_timestamp(how="end")
        kind = "DatetimeIndex"
    if kind == "DatetimeIndex":
        if index.hasnans:
            row = int(index.isna().argmax()) + 1
            raise InputError(f"{name}: row {row} of its index has no date. Give it one, or leave the row out.")
        return as_days(index.tz_localize(None).to_numpy("datetime64[D]"))
    cells = [c.item() if isinstance(c, np.generic) else c for c in index.tolist()]
    says = DATES if header_says(index.name) == DATES and index.name is not None else OPEN
    found = read_dates(cells, says)
    if found is None:
        if says == DATES or any(isinstance(cell, str) for cell in cells):
            what = quoted(index.name) if index.name is not None else "of texts"
            i = misfit(cells)
            raise InputError(
                f"{name}: row {i + 1} of its index {what} holds {quoted(cells[i])}, not a date in the form of the "
                "others. Give dates, or text such as 2026-01-31."
            )
        return None
    record(f"dates of {name}", f"its index, {found[1]}")
    return as_days(found[0])


def _date_column(value, name: str, known: set[str]):
    """A column of dates in a frame without them in its index: the first by the rules of cells, others where they are
    typed dates or texts; read, or refused by its name."""
    for k, column in enumerate(value.columns):
        cells: list = [None if cell is None or cell != cell else cell for cell in value[column].tolist()]
        cells = [_last_day(cell) for cell in cells]
        typed = bool(cells) and all(isinstance(cell, dt.date) for cell in cells)
        texts = bool(cells) and all(isinstance(cell, str) for cell in cells)
        if name_key(column) in known or not (typed or texts or (k == 0 and value.shape[1] > 1)):
            continue
        if texts and not any(map(is_date_text, cells)) and value.shape[1] > 1:
            no_long_table(name, [(other, value[other].tolist()) for other in value.columns])
        found = dates_of_column(cells, column if isinstance(column, str) else None)
        if found is None:
            if texts or header_says(column) == DATES:
                i = misfit(cells)
                raise InputError(
                    f"{name}: row {i + 1} of the date column {quoted(column)} holds {quoted(cells[i])}, not a date "
                    "in the form of the others. Give dates, or text such as 2026-01-31."
                )
            continue
        if found[1] != TYPED:
            record(f"dates of {name}", f"column {quoted(column)}, {found[1]}")
        return value.drop(columns=[column]), as_days(found[0]), value[column]
    return value, None, value.index
