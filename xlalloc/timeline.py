"""Panels over time brought together: rows complete in all, dates joined, returns compounded between them."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from xlalloc.dates import as_date, customary, holes
from xlalloc.errors import InputError, Label, NotAvailableError
from xlalloc.explanation import record, recording
from xlalloc.labelled import Labelled
from xlalloc.requirements import without_value

NEAR = 7  # days before the end of a calendar period at which another series' row still counts as its last


@dataclass(slots=True)
class Sample:
    """Rows of all panels of a call that belong together, each row complete."""

    values: dict[str, Any]
    dates: Any = None  # an array: days since 1970
    rows: Any = None  # which rows of the first panel they are
    joined: bool = False  # panels of other dates were brought to common ones


def share_dates(panels: dict[str, Labelled]) -> None:
    """Panels without dates are paired row by row: they need the rows of the others, whose dates they then have."""
    timed = list(panels.values())
    dated = [p for p in timed if p.dates is not None]
    if len(dated) == len(timed):
        return
    leader = dated[0] if dated else timed[0]
    for one in timed:
        if one.dates is not None:
            continue
        if one.quantity.kind == "labels" and len(one.value) == len(leader.value) + 1 and leader.has_header:
            one.value, one.positions = one.value[1:], one.positions[1:]
        if len(one.value) != len(leader.value):
            raise InputError(
                f"{one.name}: {len(one.value)} rows, but {leader.name} has {len(leader.value)}. "
                "Give both the same rows, or a date column in both."
            )
        if leader.descending:
            one.turn()
        if dated:
            one.dates = leader.dates
            record("paired in order", f"{one.name} has no dates: its rows are taken in the order of {leader.name}")


def _missing(one: Labelled) -> np.ndarray:
    """Which rows lack a value in any column, and leave for it."""
    if one.quantity.gaps:
        return np.zeros(len(one.value), dtype=bool)
    if isinstance(one.value, list):
        return np.array([cell is None or cell != cell or cell == "" for cell in one.value], dtype=bool)
    return np.isnan(one.value) if one.value.ndim == 1 else np.isnan(one.value).any(axis=1)


def _taken(value, rows):
    return value[rows] if isinstance(value, np.ndarray) else [value[i] for i in rows]


def sample(panels: dict[str, Labelled]) -> Sample:
    """Complete rows of all panels."""
    timed = list(panels.values())
    leader = timed[0]
    missing = {p.name: _missing(p) for p in timed}
    if leader.dates is None:
        return _undated(timed, missing)
    same = all(len(p.dates) == len(leader.dates) and (p.dates == leader.dates).all() for p in timed)
    lacking = any(m.any() for m in missing.values())
    if same and not lacking:
        _enough(len(leader.value), timed)
        return Sample({p.name: p.value for p in timed}, leader.dates, np.arange(len(leader.value)))
    if all(one.quantity.gaps for one in timed):
        return _united(timed)
    found = _compounded(timed) if same and len(timed) == 1 else _joined(timed)
    blank = [p for p in timed if p.quantity.kind == "labels"]
    for one in blank:  # a period without a label counts for none
        keep = np.flatnonzero(~_missing(replace(one, value=found.values[one.name])))
        if len(keep) < len(found.dates):
            record("rows left out", f"{len(found.dates) - len(keep)} without a label in {one.name}")
            found.values = {name: _taken(value, keep) for name, value in found.values.items()}
            found.dates, found.rows = found.dates[keep], found.rows[keep]
    _enough(len(found.dates), timed)
    return found


def _united(timed: list[Labelled]) -> Sample:
    """The dates that any of them has; what one lacks is blank, or 0."""
    days = np.unique(np.concatenate([one.dates for one in timed]))
    values = {}
    for one in timed:
        value = np.full((len(days), 1), np.nan if one.quantity.gaps == "kept" else 0.0)
        value[np.searchsorted(days, one.dates)] = one.value
        values[one.name] = value
    return Sample(values, days, None)


def _undated(timed: list[Labelled], missing: dict[str, np.ndarray]) -> Sample:
    """Rows incomplete in one panel leave all."""
    gone = np.logical_or.reduce(list(missing.values()))
    rows = np.flatnonzero(~gone)
    _enough(len(rows), timed)
    if gone.any():
        record("rows left out", f"{int(gone.sum())} with a blank or #N/A")
        return Sample({p.name: _taken(p.value, rows) for p in timed}, None, rows)
    return Sample({p.name: p.value for p in timed}, None, rows)


def _fewest(timed: list[Labelled]) -> int:
    """Rows that are enough: one where a single line is a period."""
    return 1 if all(one.quantity.single for one in timed) else 2


def _enough(rows: int, timed: list[Labelled]) -> None:
    if rows < _fewest(timed):
        raise _too_few(rows, timed)


def _too_few(rows: int, timed: list[Labelled]) -> NotAvailableError:
    """Why so few rows are complete: a series without a value, or two that have no time in common."""
    for one in timed:
        if not isinstance(one.value, np.ndarray) or one.value.ndim != 2 or not one.value.size:
            continue
        axis = one.quantity.axes[-1]
        if (empty := without_value(one.name, axis, one.value)) is not None:
            return empty
        there = ~np.isnan(one.value)
        first, last = there.argmax(axis=0), len(there) - 1 - there[::-1].argmax(axis=0)
        late, early = int(first.argmax()), int(last.argmin())
        if one.dates is not None and first[late] > last[early]:
            return NotAvailableError(
                f"{one.name}: {{}} ends on {as_date(one.dates[last[early]])}, before {{}} begins on "
                f"{as_date(one.dates[first[late]])}. Leave one of them out.",
                Label(axis, early),
                Label(axis, late),
            )
    return NotAvailableError(f"{timed[0].name}: {rows} complete rows are left; at least two are needed.")


def _compounds(one: Labelled) -> bool:
    """Are its numbers returns, which a longer interval compounds? Prices and labels are taken as they stand."""
    return isinstance(one.value, np.ndarray) and one.quantity.compounds


def _known(one: Labelled) -> np.ndarray:
    """Where the wealth of every column is known: before the first row (place 0) and after each (places 1 to T).

    Returns reach back to the last value, so that wealth is known wherever there is one, and just before the first.
    """
    value = one.value
    if not isinstance(value, np.ndarray):
        return np.append(False, ~_missing(one))
    there = ~np.isnan(value if value.ndim == 2 else value[:, None])
    if one.quantity.gaps:  # the function itself looks whether it needs what is blank
        return np.ones(len(value) + 1, dtype=bool)
    if not _compounds(one):
        return np.append(False, there.all(axis=1))
    known = np.vstack([np.zeros(there.shape[1], dtype=bool), there])
    some = np.flatnonzero(there.any(axis=0))
    if len(some) < there.shape[1]:
        return np.zeros(len(known), dtype=bool)
    known[there.argmax(axis=0), some] = True  # the place before the first value of each column
    return np.logical_and.reduce(known, axis=1)


def _between(one: Labelled, positions: np.ndarray):
    """What happened from each place to the next: returns compounded; prices and labels as they stand at the later."""
    if not _compounds(one):
        return _taken(one.value, positions[1:] - 1)
    value = one.value if one.value.ndim == 2 else one.value[:, None]
    last = positions[1:] - 1
    result = value[last]
    if (np.diff(positions) > 1).any() or np.isnan(result).any():
        growth = np.where(np.isnan(value), 1.0, 1.0 + value)[positions[0] : positions[-1]]
        compounded = np.multiply.reduceat(growth, positions[:-1] - positions[0], axis=0) - 1.0
        alone = (np.diff(positions) == 1)[:, None] & ~np.isnan(result)
        if one.quantity.gaps:  # a blank at the end of the interval stays
            alone |= np.isnan(result)
        result = np.where(alone, result, compounded)  # a return by itself stays as it is, to the last digit
    return result if one.value.ndim == 2 else result[:, 0]


def _compounded(timed: list[Labelled]) -> Sample:
    """One panel: every column compounded from each row in which all have a value to the next."""
    one = timed[0]
    positions = np.flatnonzero(_known(one))
    if not _compounds(one) and len(positions):
        positions = np.append(positions[0] - 1, positions)
    if len(positions) < 2:
        raise _too_few(max(len(positions) - 1, 0), timed)
    rows = positions[1:] - 1
    if recording():
        _record_left_out(one, rows, positions[0])
    return Sample({one.name: _between(one, positions)}, one.dates[rows], rows)


def _record_left_out(one: Labelled, rows: np.ndarray, first: int) -> None:
    """What happened to the rows in which a series has no value: whose they are, and how many."""
    total = len(one.value)
    before, after = int(first), total - 1 - int(rows[-1])
    inside = total - before - after - len(rows)
    if inside:
        how = "their returns are compounded to the next complete row" if _compounds(one) else "they are left out"
        record("incomplete rows", f"{inside} of {total}, {how}")
    if before or after:
        record("rows left out", f"{before} before every series has begun, {after} after the last complete row")


def _joined(timed: list[Labelled]) -> Sample:
    """Panels of different dates: everything compounded between the dates, or calendar periods, that all have."""
    usual = [customary(p.dates) for p in timed]
    slow = [_months(p, periods) for p, periods in zip(timed, usual, strict=True)]
    months = max(slow)
    tables = []  # of each panel: the place of the last row of every date or period in which it is complete
    for one, own in zip(timed, slow, strict=True):
        positions = np.flatnonzero(_known(one)[1:]) + 1
        days = one.dates[positions - 1]
        keys = _period(days, months, _phase(timed, slow)) if months else days
        if months and own < months:  # a faster series must come near the end of the period
            near = _ends(keys, months, _phase(timed, slow)) - days <= NEAR
            keys, positions = keys[near], positions[near]
        tables.append(dict(zip(keys.tolist(), positions.tolist(), strict=True)))
    common = sorted(set(tables[0]).intersection(*tables[1:]))
    leader, other = timed[0], timed[1] if len(timed) > 1 else timed[0]
    if len(common) < _fewest(timed):
        what = "calendar periods" if months else "dates"
        raise NotAvailableError(
            f"{leader.name} and {other.name}: {len(common)} {what} in common; at least two are needed. {leader.name} "
            f"runs from {as_date(leader.dates[0])} to {as_date(leader.dates[-1])}, {other.name} from "
            f"{as_date(other.dates[0])} to {as_date(other.dates[-1])}. Give series of the same time, on the same days "
            "or both monthly."
        )
    firsts = [next(iter(table)) for table in tables if table]
    opens = any(  # a first return that reaches back beyond the row before it
        _compounds(one) and not _known(one)[table[common[0]] - 1] for one, table in zip(timed, tables, strict=True)
    )
    counts = len(set(usual)) == 1 and usual[0] is not None and common[0] in firsts and not opens
    counts = counts or not any(map(_compounds, timed))  # only returns belong to the time before their date
    values: dict[str, object] = {}
    for one, table in zip(timed, tables, strict=True):
        positions = np.array([table[key] for key in common])
        if counts:
            positions = np.append(positions[0] - 1, positions)
        values[one.name] = _between(one, positions)
        if one is leader:
            rows = positions[1:] - 1
        _record_join(one, table, common)
    if not counts:
        record(
            "first common date",
            f"{as_date(leader.dates[tables[0][common[0]] - 1])}, which only opens the first interval",
        )
    period = f"by calendar {_PERIOD_NAMES.get(months, 'period')}: {len(rows)} periods in common"
    record("series joined", period if months else f"on {len(rows)} common dates")
    return Sample(values, leader.dates[rows], rows, joined=True)


_PERIOD_NAMES = {1: "month", 3: "quarter", 6: "half-year", 12: "year"}


def _record_join(one: Labelled, table: dict, common: list) -> None:
    if not recording():
        return
    before, after = (sum(key < common[0] for key in table), sum(key > common[-1] for key in table))
    between = len(table) - before - after - len(common)
    if between:
        record(
            f"dates of {one.name} without a partner",
            f"{between}, compounded to the next common date" if _compounds(one) else between,
        )
    if before or after:
        record(f"rows of {one.name} left out", f"{before} before the first common date, {after} after the last")


def _months(one: Labelled, periods: int | None) -> int:
    """The months of a calendar period of its frequency; 0 where it is faster than monthly."""
    if periods is None and len(one.dates) > 1:
        gap = float(np.median(np.diff(one.dates)))
        return 0 if gap < 26 else next((m for m, low in ((12, 300), (6, 150), (3, 75)) if gap >= low), 1)
    return {12: 1, 4: 3, 2: 6, 1: 12}.get(periods or 0, 0)


def _phase(timed: list[Labelled], slow: list[int]) -> int:
    """Months by which the periods of the slowest series end after calendar ones: fiscal quarters and years."""
    one = timed[int(np.argmax(slow))]
    months, days = max(slow), one.dates.astype("datetime64[D]")
    if months < 2 or np.median((days - days.astype("datetime64[M]")).astype(int)) < 15:
        return 0  # dated at the beginning of the month: the calendar period that it lies in
    ends = (days.astype("datetime64[M]").astype(np.int64) + 1) % months
    return int(np.bincount(ends).argmax())


def _period(days: np.ndarray, months: int, phase: int) -> np.ndarray:
    return (days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) - phase) // months


def _ends(keys: np.ndarray, months: int, phase: int) -> np.ndarray:
    """The last day of each period, in days since 1970."""
    following = ((keys + 1) * months + phase).astype("datetime64[M]")
    return following.astype("datetime64[D]").astype(np.int64) - 1


def record_holes(days: np.ndarray) -> None:
    if not recording():
        return
    gaps = holes(days)
    if len(gaps):
        spans = [f"{as_date(days[i])} to {as_date(days[i + 1])}" for i in gaps[:3].tolist()]
        record("holes in the dates", ", ".join(spans) + (f" and {len(gaps) - 3} more" if len(gaps) > 3 else ""))
