"""pandas objects as arguments, without importing pandas: names are matched as in a worksheet, dates are found."""

from xlalloc.errors import InputError


def is_frame(value) -> bool:
    """A pandas Series or DataFrame."""
    return hasattr(value, "to_numpy") and hasattr(value, "index")


def dates_of(value):
    """The dates of its index, or None."""
    return value.index.to_numpy("datetime64[D]") if getattr(value.index.dtype, "kind", "") == "M" else None


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
