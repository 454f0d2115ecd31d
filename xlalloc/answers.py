"""Answers in the kind that was given: pandas objects, dicts, arrays, tables with names in them; polars as pandas."""

import datetime as dt
import sys

import numpy as np

from xlalloc.dates import as_date
from xlalloc.errors import AllocError, InputError, Label, quoted, with_names
from xlalloc.explanation import record
from xlalloc.labelled import Answer, Labelled
from xlalloc.quantity import Quantity
from xlalloc.table import Table

ARRAY, DICT, FRAME = range(3)  # the richest kind given is the kind of the answer


def from_polars(value):
    """polars as pandas, a lazy frame collected; anything else as it is."""
    if type(value).__module__.partition(".")[0] != "polars":
        return value
    if type(value).__name__ == "LazyFrame":
        value = value.collect()
    if type(value).__name__ not in ("DataFrame", "Series"):
        return value
    import pandas as pd

    if type(value).__name__ == "Series":
        return pd.Series(value.to_list(), name=value.name or None)
    return pd.DataFrame({column: value[column].to_list() for column in value.columns})


def build(entry, answer: Answer, kind: int, index):
    """The answer in the richest kind that was given."""
    q, value = entry.result, answer.value
    if isinstance(value, Table):
        return named_table(value, answer.names, answer.leader)
    if not isinstance(value, np.ndarray) or not value.ndim or q.kind == "cells":
        return value
    value = np.where(answer.blank, np.nan, value) if answer.blank is not None else value
    for column, error in answer.errors.items():
        record("columns without an answer", [Label("assets", column).named(answer.names), str(error)])
    leader = answer.leader
    if q.kind in ("panel", "rows"):
        return _rows_of(entry, answer, value, kind, index)
    if q.kind == "matrix":
        return _matrix_of(q, answer, value, kind)
    timed = leader is not None and leader.quantity.kind == "panel"
    if timed and leader.series and value.shape == (1,):
        return value.item()
    labels = labels_of(q, answer.names, len(value))
    if kind == FRAME:
        return _pandas().Series(value, index=labels)
    if kind == DICT and labels is not None:
        return dict(zip(labels, value.tolist(), strict=True))
    return value


def _pandas():
    import pandas

    return sys.modules.get("pandas", pandas)


def labels_of(q: Quantity, names: dict[str, list], size: int) -> list | None:
    """The labels of a result over one axis; what stands after the factors is specific."""
    axis = q.axes[0] if q.axes else ""
    if axis == "factors+1":
        known = names.get("factors")
        return None if known is None else [*known, "specific"][:size]
    known = names.get(axis)
    return known if known is not None and len(known) == size else None


def _matrix_of(q: Quantity, answer: Answer, value: np.ndarray, kind: int):
    down, across = (answer.names.get(axis) for axis in q.axes)
    if kind == FRAME:
        return _pandas().DataFrame(value, index=down, columns=across)
    if kind == DICT and down is not None and across is not None:
        return {label: dict(zip(across, row, strict=True)) for label, row in zip(down, value.tolist(), strict=True)}
    return value


def _rows_of(entry, answer: Answer, value: np.ndarray, kind: int, index):
    """A result over time: with the rows' own index."""
    leader, by_series = answer.leader, entry.result.axes.count("assets") == 1
    if leader.descending:
        value = value[::-1]
    if kind != FRAME:
        return value[:, 0] if value.ndim == 2 and leader.series else value
    pd = _pandas()
    rows = answer.rows
    if rows is not None and leader.descending:
        rows = len(leader.value) - 1 - rows[::-1]
    if index is not None and rows is not None and len(index) == len(leader.value):
        own = pd.Index(index)[rows]
    elif answer.dates is not None:
        own = pd.DatetimeIndex([as_date(day) for day in (answer.dates[::-1] if leader.descending else answer.dates)])
    else:
        own = None
    names = answer.names.get("assets")
    if not by_series:
        return pd.Series(value if value.ndim == 1 else value[:, 0], index=own, name=entry.result.head)
    if leader.series:
        return pd.Series(value[:, 0] if value.ndim == 2 else value, index=own, name=names[0] if names else None)
    return pd.DataFrame(value if value.ndim == 2 else value[:, None], index=own, columns=names)


def named_table(table: Table, names: dict[str, list], leader: Labelled | None) -> Table:
    """A table with names and dates in place of labels; errors in its cells tell them too."""
    rows = [tuple(_named(cell, names) for cell in row) for row in table.rows]
    timed = table.rows and isinstance(table.rows[0][0], Label) and table.rows[0][0].axis == "time"
    if timed and leader is not None and leader.descending:
        rows = rows[::-1]
    return Table(tuple(_named(cell, names) for cell in table.header), rows)


def _named(cell, names: dict[str, list]):
    if isinstance(cell, AllocError):
        cell.names = names
        return cell
    if isinstance(cell, Label) and cell.axis == "time" and cell.axis in names:
        text = str(with_names(cell, names))
        return dt.date.fromisoformat(text) if text[:4].isdigit() else cell.index + 1
    return with_names(cell, names)


def one_column(name: str, table: Table) -> InputError:
    """What to do with a table of several columns where one is needed."""
    columns = [str(head) for head in table.header]
    if not columns or not table.rows:
        return InputError(f"{name}: the table is empty.")
    numbers = (head for head, cell in zip(columns, table.rows[0], strict=True) if isinstance(cell, float))
    wanted = next(numbers, columns[-1])
    return InputError(
        f"{name}: a table with the columns {', '.join(columns)}. Choose one: "
        f"table.to_pandas().set_index({quoted(columns[0])})[{quoted(wanted)}]."
    )
