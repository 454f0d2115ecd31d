"""How labelled arguments meet: names matched, dates joined, rows compounded or left out, periods found, the call made.

The one place that decides this. Cells, pandas objects, dicts and arrays only build labelled values and unbuild answers.
"""

from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np

from xlalloc.dates import as_date, periods_per_year
from xlalloc.errors import AllocError, Label, quoted
from xlalloc.explanation import record, recorded, recording
from xlalloc.labelled import Answer, Labelled, checked_names, name_key, order_of, record_headings
from xlalloc.table import Table
from xlalloc.timeline import Sample, record_holes, share_dates
from xlalloc.timeline import sample as sampled


@dataclass(frozen=True, slots=True)
class Own:
    """The returns of the series on all their own rows, for measures that compare them with nothing."""

    returns: np.ndarray
    periods: float
    dates: np.ndarray


def run(entry, found: dict[str, Labelled], names: dict[str, list], extra: dict | None = None) -> Answer:
    """The function's answer; ``names`` is filled with the labels found, for messages and facts."""
    extra = dict(extra or {})
    found = {name: one for name, one in found.items() if _needed(one, found)}
    try:
        match_names(found, names)
        if recording():
            _record_totals(found)
        if "assets" in names and "asset_names" in entry.wants:
            extra.setdefault("asset_names", names["assets"])
        panels = {name: one for name, one in found.items() if one.quantity.kind in ("panel", "labels")}
        if not panels:
            return Answer(entry.compute({n: f.value for n, f in found.items()}, extra), names, _first_vector(found))
        return _over_time(entry, found, panels, names, extra)
    except AllocError as error:
        error.names = {**names}
        raise


TOTALS = frozenset(["total", "sum", "totals", "合计", "总计", "总和", "小计", "汇总"])


def _record_totals(found: dict[str, Labelled]) -> None:
    """An item that is called a total, or a last one that is the sum of the others, may have been taken along."""
    for one in found.values():
        called = next((label for labels in one.names.values() for label in labels if name_key(label) in TOTALS), None)
        if called is not None:
            record(
                f"total suspected in {one.name}",
                f"one of its names is {quoted(called)}. If it is a total, leave it out",
            )
        elif isinstance(one.value, np.ndarray) and any(_sums_up(one.value, k) for k in range(one.value.ndim)):
            record(
                f"total suspected in {one.name}",
                "its last item is the sum of the others. If it is a total, leave it out",
            )


def _sums_up(value: np.ndarray, axis: int) -> bool:
    """Is the last of three or more along the axis the sum of those before, and not zero throughout?"""
    if value.shape[axis] < 3 or value.dtype.kind != "f":
        return False
    items = np.moveaxis(value, axis, 0)
    return bool((np.abs(items[-1] - items[:-1].sum(axis=0)) <= 1e-9 * np.abs(items[-1])).all() and items[-1].any())


def _needed(one: Labelled, found: dict[str, Labelled]) -> bool:
    """A benchmark that the measure asked for does not compare with is not looked at."""
    return one.quantity.needed is None or one.quantity.needed({n: f.value for n, f in found.items()})


def _first_vector(found: dict[str, Labelled]) -> Labelled | None:
    """The argument whose form, row or column, a result over assets takes."""
    return next((r for r in found.values() if len(r.quantity.axes) == 1 and isinstance(r.value, np.ndarray)), None)


# Names -------------------------------------------------------------------------------------------------------


def match_names(found: dict[str, Labelled], names: dict[str, list]) -> None:
    """Labelled arguments are put in the order of the first labelled one, by name."""
    first: dict[str, Labelled] = {}
    for one in found.values():
        if one.quantity.kind == "texts":
            continue
        if one.quantity.kind == "names":  # these texts are themselves the labels of their axis
            _drop_header(one, found)
            one.names = {one.quantity.axes[0]: checked_names(one.value, one.name)}
        for axis, cells in one.names.items():
            if axis == "groups" or (axis == "assets" and one.quantity.axes == ("time",)):
                continue
            names.setdefault(axis, cells)
            leader = first.setdefault(axis, one)
            if leader is not one:
                _reorder(one, axis, order_of(names[axis], cells, leader.name, one.name))
    for one in [r for r in found.values() if r.quantity.kind == "texts"]:
        _match_texts(one, found, names, first)
    if recording():
        for axis in names:
            bare = [r.name for r in found.values() if _size(r, axis) is not None and axis not in r.names]
            if bare and axis in first:
                record(
                    "paired in order",
                    f"{', '.join(bare)} has no names: its {axis} are taken in the order of {first[axis].name}"
                    if len(bare) == 1
                    else f"{', '.join(bare)} have no names: their {axis} are taken in the order of {first[axis].name}",
                )


def _reorder(one: Labelled, axis: str, order: list[int]) -> None:
    if order == list(range(len(order))):
        return
    for k, own in enumerate(one.quantity.axes):
        if own == axis:
            one.value = np.take(one.value, order, axis=k)
    one.names[axis] = [one.names[axis][i] for i in order]


def _match_texts(one: Labelled, found: dict[str, Labelled], names: dict, first: dict[str, Labelled]) -> None:
    """Groups: a header is what makes the list one too long; then by name, with the groups' own figures following."""
    axis = one.quantity.axes[0]
    _drop_header(one, found)
    if one.square and axis in one.names and len(one.value) == 2:
        _turn_square(one, axis, found, names.get(axis))
    given = _distinct(one.value)
    if axis in one.names:
        leader = names.setdefault(axis, one.names[axis])
        if leader is not one.names[axis]:
            order = order_of(leader, one.names[axis], first[axis].name, one.name)
            one.value = [one.value[i] for i in order]
    groups = _distinct(one.value)
    names["groups"] = groups
    for other in found.values():
        if other.quantity.axes == ("groups",) and not isinstance(other.value, float):
            have = other.names.get("groups", given)
            if len(have) == len(groups) == len(other.value):
                other.value = other.value[order_of(groups, have, one.name, other.name)]
            elif "groups" in other.names:
                order_of(groups, have, one.name, other.name)


def _turn_square(one: Labelled, axis: str, found: dict[str, Labelled], known: list | None) -> None:
    """Two names above two groups, where that is what the other names say, or the way in which the others run."""
    keys = None if known is None else set(map(name_key, known))
    down, across = one.names[axis], [one.names[axis][0], one.value[0]]
    turned = (
        any(other.across for other in found.values() if axis in other.quantity.axes)
        if keys is None
        else keys != set(map(name_key, down)) and keys == set(map(name_key, across))
    )
    if turned:
        one.value, one.names[axis] = [down[1], one.value[1]], across


def _drop_header(one: Labelled, found: dict[str, Labelled]) -> None:
    """Among texts a header shows only by being one too many."""
    axis = one.quantity.axes[0]
    size = next((_size(r, axis) for r in found.values() if r is not one and _size(r, axis)), None)
    if size is not None and len(one.value) == size + 1:
        record_headings(one.name, [*(cells[0] for cells in one.names.values()), one.value[0]])
        one.value = one.value[1:]
        one.names = {key: cells[1:] for key, cells in one.names.items()}


def _size(one: Labelled, axis: str) -> int | None:
    if axis not in one.quantity.axes or not isinstance(one.value, np.ndarray):
        return None
    k = one.quantity.axes.index(axis)
    return one.value.shape[k] if one.value.ndim > k else None


def _distinct(texts: list) -> list:
    seen: dict[str, object] = {}
    for text in texts:
        seen.setdefault(name_key(text), text)
    return list(seen.values())


# Time --------------------------------------------------------------------------------------------------------


def per_series(entry) -> bool:
    """Has the result one item a series of the panel, each measured by itself? Else all series are needed together."""
    return entry.result.axes.count("assets") == 1 and not entry.result.joint


def _over_time(entry, found, panels, names, extra) -> Answer:
    """The call over the rows that belong together; where series have rows of their own, a call for each such set."""
    leader = next(iter(panels.values()))
    share_dates(panels)
    groups = _groups(panels) if per_series(entry) and leader.dates is not None else [None]
    answers, refusals = [], {}
    for columns in groups:
        chosen = panels if columns is None else {n: _restricted(p, columns) for n, p in panels.items()}
        given = found if columns is None else {n: chosen.get(n) or _restricted(f, columns) for n, f in found.items()}
        if columns is None:
            value, sample = _computed(entry, given, chosen, names, dict(extra), leader)
            return _single(entry, value, sample, names, leader)
        try:
            with _local_facts(columns, names):
                value, sample = _computed(entry, given, chosen, names, dict(extra), leader)
        except AllocError as error:
            refusals.update(dict.fromkeys(columns, _relabelled(error, columns, names)))
        else:
            value = _relabelled(value, columns, names) if isinstance(value, Table) else value
            answers.append((columns, value, sample))
    if not answers:
        raise next(iter(refusals.values()))
    return _merged(entry, answers, refusals, names, leader)


@contextmanager
def _local_facts(columns: list[int], names: dict):
    """What is recorded inside is told with the labels of the whole; facts of several sets of series side by side."""
    if not recording():
        yield
        return
    with recorded() as facts:
        yield
    who = ", ".join(str(Label("assets", j).named(names)) for j in columns)
    for fact, value in facts.items():
        record(f"{fact} ({who})", _relabelled(value, columns, names))


def _groups(panels: dict[str, Labelled]) -> list[list[int] | None]:
    """The columns that have values on the same rows, together; None where that is all of them."""
    masks = [np.isnan(p.value) for p in panels.values() if _by_series(p) and p.value.shape[1] > 1]
    if not masks or not any(mask.any() for mask in masks):
        return [None]
    alike: dict[bytes, list[int]] = {}
    for j in range(masks[0].shape[1]):
        alike.setdefault(b"".join(m[:, j].tobytes() for m in masks if j < m.shape[1]), []).append(j)
    return list(alike.values()) if len(alike) > 1 else [None]


def _by_series(one: Labelled) -> bool:
    return one.quantity.axes == ("time", "assets") and isinstance(one.value, np.ndarray) and one.value.ndim == 2


def _restricted(one: Labelled, columns: list[int]) -> Labelled:
    """The argument for some of the series only."""
    if "assets" not in one.quantity.axes or not isinstance(one.value, np.ndarray) or one.value.ndim == 0:
        return one
    k = one.quantity.axes.index("assets")
    if one.value.ndim <= k or one.value.shape[k] == 1:
        return one
    return replace(one, value=np.take(one.value, columns, axis=k))


def _computed(entry, found, panels, names, extra, leader) -> tuple[object, Sample]:
    sample = sampled(panels)
    wants = entry.wants
    if sample.dates is not None:
        record_holes(sample.dates)
        if "periods" not in found and any(a.name == "periods" for a in entry.arguments):
            extra["periods"] = periods_per_year(sample.dates, leader.name)
            record("periods per year", f"{extra['periods']:.6g}, from the dates")
        if "dates" in wants:
            extra["dates"] = sample.dates.astype("datetime64[D]")
        if "own" in wants and sample.joined:
            extra["own"] = _own(panels, found)
    if "count" in wants and _by_series(leader):
        extra["count"] = leader.value.shape[1]
    names["time"] = _time_names(panels, sample)
    given = {name: sample.values.get(name, one.value) for name, one in found.items()}
    return entry.compute(given, extra), sample


def _own(panels: dict[str, Labelled], found) -> Own:
    """All rows of the first panel, whose columns have values on the same ones."""
    first = next(iter(panels.values()))
    kept = sampled({first.name: first})
    if "periods" in found:
        periods = found["periods"].value
    else:
        periods = periods_per_year(kept.dates, first.name)
        record("periods per year, where nothing is compared", f"{periods:.6g}, from the dates")
    return Own(kept.values[first.name], periods, kept.dates.astype("datetime64[D]"))


class Days(Sequence):
    """Dates as a message names them, written when one is asked for: few ever are."""

    def __init__(self, days: np.ndarray):
        self._days = days

    def __len__(self) -> int:
        return len(self._days)

    def __getitem__(self, i):
        return [str(as_date(day)) for day in self._days[i]] if isinstance(i, slice) else str(as_date(self._days[i]))


def _time_names(panels: dict[str, Labelled], sample: Sample) -> Sequence[str]:
    """The rows that are computed with, as a message names them: by date, else where they stand in the selection."""
    if sample.dates is not None:
        return Days(sample.dates)
    leader, *others = panels.values()
    rows, positions = sample.rows.tolist(), list(leader.positions) or range(1, len(leader.value) + 1)
    if any(list(other.positions) != list(leader.positions) for other in others):
        return [f"complete row {k}" for k in range(1, len(rows) + 1)]
    return [f"{'item' if leader.across else 'row'} {positions[row]}" for row in rows]


# Answers -----------------------------------------------------------------------------------------------------


def _single(entry, value, sample: Sample, names, leader: Labelled) -> Answer:
    """The answer of one call over one set of rows."""
    if entry.result.kind == "vector" and per_series(entry) and np.ndim(value) == 0:  # of a table of one column
        value = np.array([value], dtype=object if isinstance(value, str) else float)
    answer = Answer(value, names, leader)
    if entry.result.kind not in ("panel", "rows") or not isinstance(value, np.ndarray) or not value.ndim:
        answer.dates = sample.dates
        return answer
    count = len(value)
    answer.dates = None if sample.dates is None else sample.dates[-count:]
    answer.rows = rows = None if sample.rows is None else sample.rows[-count:]
    if (
        rows is not None
        and per_series(entry)
        and leader.dates is not None
        and not sample.joined
        and len(rows) < len(leader.value)
    ):
        first = _first_row(entry, sample, count)
        answer.value, answer.blank = _spread(value, rows - first, len(leader.value) - first)
        answer.rows, answer.dates = np.arange(first, len(leader.value)), leader.dates[first:]
    return answer


def _first_row(entry, sample: Sample, count: int) -> int:
    """The row of the panel from which its result is shown: RETURNS has a row for each date but the first."""
    return (
        int(sample.rows[0]) + 1
        if entry.result.kind == "panel" and count < len(sample.rows)
        else int(sample.rows[-count])
    )


def _spread(value: np.ndarray, rows: np.ndarray, height: int) -> tuple[np.ndarray, np.ndarray]:
    """The rows at their places, and where nothing stands."""
    out = np.full((height, *value.shape[1:]), np.nan)
    out[rows] = value
    blank = np.ones(out.shape, dtype=bool)
    blank[rows] = False
    return out, blank


def _merged(entry, answers, refusals: dict[int, AllocError], names, leader: Labelled) -> Answer:
    """The answers for sets of columns, each over its own rows, put together."""
    n = leader.value.shape[1]
    if isinstance(answers[0][1], Table):
        return Answer(_merged_table(answers, refusals, n), names, leader, dates=leader.dates)
    if entry.result.kind in ("panel", "rows"):
        return _merged_rows(entry, answers, refusals, names, leader, n)
    parts = [np.atleast_1d(np.asarray(value)) for _, value, _ in answers]
    out = np.full((n, *parts[0].shape[1:]), np.nan, dtype=object if parts[0].dtype.kind in "OU" else float)
    for (columns, _, _), part in zip(answers, parts, strict=True):
        out[columns] = part
    return Answer(out, names, leader, errors=refusals)


def _merged_rows(entry, answers, refusals, names, leader, n: int) -> Answer:
    joined = any(sample.joined for _, _, sample in answers)
    if joined:
        rows = np.unique(np.concatenate([sample.rows[-len(value) :] for _, value, sample in answers]))
    else:
        rows = np.arange(min(_first_row(entry, sample, len(value)) for _, value, sample in answers), len(leader.value))
    out, blank = np.full((len(rows), n), np.nan), np.ones((len(rows), n), dtype=bool)
    for columns, value, sample in answers:
        at = np.searchsorted(rows, sample.rows[-len(value) :])
        block = np.ix_(at, columns)
        out[block] = value if value.ndim == 2 else value[:, None]
        blank[block] = False
    for column in refusals:
        blank[:, column] = False
    return Answer(out, names, leader, leader.dates[rows], rows, blank, refusals)


def _merged_table(answers, refusals: dict[int, AllocError], n: int) -> Table:
    """A table with one column per series: its measures in the order in which they first appear."""
    tables = [(columns, table) for columns, table, _ in answers]
    if any(isinstance(cell, Label) for _, table in tables for row in table.rows for cell in row):
        return _stacked([table for _, table in tables], refusals)
    found: dict[object, dict[int, object]] = {}
    for columns, table in tables:
        for title, *cells in table.rows:
            found.setdefault(title, {}).update(zip(columns, cells, strict=True))
    header = (tables[0][1].header[0], *(Label("assets", j) for j in range(n)))
    return Table(
        header, [(title, *(refusals.get(j, cells.get(j)) for j in range(n))) for title, cells in found.items()]
    )


def _stacked(tables: list[Table], refusals: dict[int, AllocError]) -> Table:
    """A table with one row per series (and state): rows of one state together, series in their order."""
    header = tables[0].header
    at = next(k for k, cell in enumerate(tables[0].rows[0]) if isinstance(cell, Label) and cell.axis == "assets")
    rows = [row for table in tables for row in table.rows]
    before = list(dict.fromkeys(row[:at] for row in rows))
    for column, error in refusals.items():
        rows += [(*lead, Label("assets", column), *[error] * (len(header) - at - 1)) for lead in before]
    order = {lead: i for i, lead in enumerate(before)}
    return Table(header, sorted(rows, key=lambda row: (order[row[:at]], row[at].index)))


def _relabelled(item, columns: list[int] | None, names: dict):
    """Labels of a call over some of the columns, as labels of the whole; dates by their names."""
    if isinstance(item, Label):
        if item.axis == "assets" and columns is not None:
            return Label("assets", columns[item.index])
        return item.named(names) if item.axis == "time" else item
    if isinstance(item, Table):
        return Table(
            tuple(_relabelled(c, columns, names) for c in item.header),
            [tuple(_relabelled(c, columns, names) for c in row) for row in item.rows],
        )
    if isinstance(item, AllocError):
        item.labels = tuple(_relabelled(label, columns, names) for label in item.labels)
        return item
    if isinstance(item, dict):
        return {key: _relabelled(value, columns, names) for key, value in item.items()}
    if isinstance(item, list | tuple):
        return type(item)(_relabelled(one, columns, names) for one in item)
    return item
