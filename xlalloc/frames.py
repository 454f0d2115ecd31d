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


def joined(given: dict, times: dict) -> np.ndarray:
    """The dates that all dated panels have; ``given`` keeps these rows of each, as panels in cells are joined."""
    common = reduce(np.intersect1d, times.values())
    for name, dates in times.items():
        if len(dates) > len(common):
            value, rows = given[name], np.flatnonzero(np.isin(dates, common))
            given[name] = value[rows] if isinstance(value, np.ndarray) else [value[i] for i in rows]
    return common


def aligned(value, axes: tuple[str, ...], argument: str, known: dict[str, tuple[list, str]]):
    """The object in the order of the first labelled argument; ``known`` remembers that order by axis."""
    indexes = [value.index, value.columns] if hasattr(value, "columns") else [value.index]
    for k, (axis, index) in enumerate(zip(axes, indexes, strict=False)):
        if axis == "time" or type(index).__name__ == "RangeIndex":  # rows of time, or no names given
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
