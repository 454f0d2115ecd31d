"""pandas objects as arguments, without importing pandas: names are matched as in a worksheet, dates are found."""

from functools import reduce

import numpy as np

from xlalloc.errors import InputError


def is_frame(value) -> bool:
    """A pandas Series or DataFrame."""
    return hasattr(value, "to_numpy") and hasattr(value, "index")


def dates_of(value, argument: str):
    """The dates of its index, which rise, or None."""
    if getattr(value.index.dtype, "kind", "") != "M":
        return None
    dates = value.index.to_numpy("datetime64[D]")
    if (late := np.flatnonzero(~(dates[1:] > dates[:-1]))).size:
        before, date = dates[late[0]], dates[late[0] + 1]
        if date == before:
            raise InputError(f"{argument}: the date {date} stands twice in its index; dates must rise from row to row.")
        raise InputError(f"{argument}: the date {date} follows {before} in its index. Sort it with sort_index().")
    return dates


def joined(given: dict, times: dict, gaps: dict[str, str]) -> np.ndarray:
    """The dates that all dated panels have; ``given`` keeps these rows of each, as panels in cells are joined.

    Where all may have gaps, the dates that any of them has: what a panel lacks is blank, or 0.
    """
    if all(name in gaps for name in times):
        every = reduce(np.union1d, times.values())
        for name, dates in times.items():
            row = np.full(len(every), np.nan if gaps[name] == "kept" else 0.0)
            row[np.searchsorted(every, dates)] = given[name]
            given[name] = row
        return every
    common = reduce(np.intersect1d, times.values())
    for name, dates in times.items():
        if len(dates) > len(common):
            value, rows = given[name], np.flatnonzero(np.isin(dates, common))
            given[name] = value[rows] if isinstance(value, np.ndarray) else [value[i] for i in rows]
    return common


def aligned(value, axes: tuple[str, ...], argument: str, known: dict[str, tuple[list, str]], scalar: bool = False):
    """The object in the order of the first labelled argument; ``known`` remembers that order by axis."""
    indexes = [value.index, value.columns] if hasattr(value, "columns") else [value.index]
    for k, (axis, index) in enumerate(zip(axes, indexes, strict=False)):
        if (
            axis == "time" or (scalar and len(index) == 1) or type(index).__name__ == "RangeIndex"
        ):  # rows of time, one for all, or no names given
            continue
        names = list(index)
        if len(set(names)) < len(names):
            raise InputError(f"{argument}: a name stands twice in its labels; names must differ.")
        wanted, by = known.setdefault(axis, (names, argument))
        if names == wanted:
            continue
        lacking = set(wanted) ^ set(names)
        if lacking:
            raise InputError(f"{argument} and {by}: {min(map(str, lacking))!r} is a name of only one of them.")
        value = value[wanted] if k else value.loc[wanted]
    return value
