"""What a range of cells means, as a declaration, and the checks that hold arguments to it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from xlalloc.errors import InputError, Label, NumberError, quoted
from xlalloc.requirements import FEW, mirrored, smallest, symmetric

PIECE = 2**15  # numbers looked at together


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a range of cells means: its kind, its axes, its unit, its help, its limits."""

    kind: str  # number text option date dates vector texts names matrix panel labels cells; results: rows table flag
    help: str
    unit: str = ""
    axes: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    low: float | None = None  # a number below it is #NUM!
    above: float | None = None  # a number at or below it is #NUM!
    high: float | None = None
    below: float | None = None  # a number at or above it is #NUM!
    unit_to: float | None = None  # above it a number was typed in another unit, 5 for 5%: #VALUE!
    told: float | None = None  # from it on EXPLAIN tells the number as a percentage; half of unit_to if left out
    whole: bool = False
    scalar: bool = False  # one number may stand for every item
    single: bool = False  # of a panel: a row or column of numbers, one per asset, is one period
    nan: str = "#NUM!"  # the error value of a column that has no answer where others have; "" a blank cell
    gaps: str = ""  # of a panel or matrix: "kept": a blank stays, NaN, and no row leaves for it; "zero": it is 0
    head: str = "Portfolio"  # of a result over time without assets: the header of its column
    compounds: bool = False  # of a panel: returns, which a longer interval compounds
    row: str = ""  # of a text: the row that holds it where a table of names and results is given
    joint: bool = False  # of a result of one item per asset: all assets are needed together for it
    needed: Callable | None = field(default=None, repr=False)  # of the arguments given: is this one looked at?
    checks: tuple[Callable, ...] = field(default=(), repr=False)

    @property
    def limited(self) -> bool:
        return self.low is not None or self.above is not None or self.upwards

    @property
    def upwards(self) -> bool:
        return self.high is not None or self.below is not None or self.unit_to is not None

    def typed_in_percent(self, value: float) -> bool:
        """Is a number beyond a limit of 1 or -1 one that would be possible as a percentage?"""
        most = self.high if self.high is not None else self.below
        fall = self.low == -1 and -100.0 <= value < -1.0
        return self.unit.startswith("fraction") and (fall or (most == 1 and 1.0 < value <= 100.0))

    def array(self, name: str, value):
        """``value`` as this quantity, checked; the path of Python callers and of cells alike."""
        return _READERS[self.kind](self, name, value)


def _number(q: Quantity, name: str, value) -> float | int:
    if type(value) is float and value - value == 0.0 and not q.whole and inside(q, value, value):
        return value
    array = _as_array(name, value)
    if array.size != 1 or array.dtype.kind not in "fiu":
        raise InputError(f"{name}: a single number is needed, not {_described(array)}.")
    number = float(array.reshape(-1)[0])
    within(q, name, np.array([number]))
    return int(number) if q.whole else number


def _described(array: np.ndarray) -> str:
    if array.size == 1:
        return quoted(array.reshape(-1)[0])
    return "x".join(map(str, array.shape)) + " values"


def _text(q: Quantity, name: str, value) -> str:
    if isinstance(value, dict) and q.row in value:
        value = value[q.row]
    if not isinstance(value, str) or not value.strip():
        raise InputError(f"{name}: a text is needed, not {quoted(value)}.")
    return value.strip()


def _option(q: Quantity, name: str, value) -> str:
    if isinstance(value, str) and (key := value.strip().casefold()) in q.options:
        return key
    raise InputError(f"{name}: {quoted(value)} is not known. Known: {', '.join(q.options)}.")


def _date(q: Quantity, name: str, value):
    from xlalloc.dates import from_cell

    date = from_cell(value.item() if isinstance(value, np.generic) else value)
    if date is None:
        raise InputError(f"{name}: {quoted(value)} is not a date. Give a date, or text such as 2026-01-31.")
    return date


def _dates(q: Quantity, name: str, value) -> np.ndarray:
    array = _as_array(name, value)
    if array.dtype.kind == "M":
        return array.astype("datetime64[D]").ravel()
    items = np.asarray(value, dtype=object).ravel().tolist()
    return np.array([_date(q, f"{name}, item {i}", item) for i, item in enumerate(items, 1)], dtype="datetime64[D]")


def _where(q: Quantity, name: str, index) -> tuple[str, list]:
    """The words and labels that say where in the argument something stands."""
    if not index or not q.axes:
        return name, []
    labels = [Label(axis, int(i)) for axis, i in zip(q.axes, index, strict=False)]
    return name + ", " + " / ".join("{}" for _ in labels), labels


def within(q: Quantity, name: str, array: np.ndarray) -> None:
    """The limits of the quantity; NaN and infinity never pass."""
    limited = q.limited
    total, lowest = sum_and_minimum(array, limited)
    if total - total != 0.0 and not np.isfinite(array).all():
        index = tuple(np.argwhere(~np.isfinite(array))[0])
        where, labels = _where(q, name, index)
        if np.isnan(array[index]):
            raise InputError(f"{where} is blank; a number is needed.", *labels)
        raise InputError(f"{where}: a number is needed, found {array[index]}.", *labels)
    if not array.size:
        raise InputError(f"{name}: there is no number in it.")
    if limited and not inside(q, lowest, array.max() if q.upwards else 0.0):
        _beyond(q, name, array)
    if q.whole and (array != np.rint(array)).any():
        raise NumberError(f"{name}: {array[array != np.rint(array)][0]:g} must be a whole number.")


def sum_and_minimum(array: np.ndarray, limited: bool) -> tuple[float, float]:
    """The sum of squares, a number where all are (of the looks at each the quickest), and the least if it matters.

    What is large is read once, in pieces that stay in the cache.
    """
    if array.size <= PIECE:
        return float(np.vdot(array, array)), smallest(array) if limited and array.size else 0.0
    flat = array.ravel()
    looks = [sum_and_minimum(flat[i : i + PIECE], limited) for i in range(0, flat.size, PIECE)]
    return sum(total for total, _ in looks), min(lowest for _, lowest in looks)


def has_blank(array: np.ndarray) -> bool:
    """Is one of the numbers NaN? Their sum of squares shows it, quicker than a look at each."""
    square = array.dot(array) if array.ndim == 1 else np.vdot(array, array)
    return bool(square != square)


def inside(q: Quantity, lowest: float, highest: float) -> bool:
    """Does everything from lowest to highest keep the limits?"""
    return (
        (q.low is None or lowest >= q.low)
        and (q.above is None or lowest > q.above)
        and (q.high is None or highest <= q.high)
        and (q.below is None or highest < q.below)
        and (q.unit_to is None or highest <= q.unit_to)
    )


def _beyond(q: Quantity, name: str, array: np.ndarray) -> None:
    """InputError for a number in another unit, NumberError for the first number beyond a limit."""
    if q.unit_to is not None and array.max() > q.unit_to:
        index = tuple(np.argwhere(array > q.unit_to)[0])
        where, labels = _where(q, name, index if array.size > 1 else ())
        raise InputError(f"{where}: {in_percent(float(array[index]))}", *labels)
    for limit, fails, words in (
        (q.low, np.less, "at least"),
        (q.above, np.less_equal, "above"),
        (q.high, np.greater, "at most"),
        (q.below, np.greater_equal, "below"),
    ):
        if limit is not None and (bad := fails(array, limit)).any():
            index = tuple(np.argwhere(bad)[0])
            where, labels = _where(q, name, index if array.size > 1 else ())
            value = float(array[index])
            if q.typed_in_percent(value):
                raise NumberError(
                    f"{where}: {value:.10g} is not possible; it must be {words} {limit:g}. If {value:.6g}% is meant, "
                    f"type {value:.6g}% or {value / 100:.6g}.",
                    *labels,
                )
            raise NumberError(f"{where}: {value:.10g} is not possible; it must be {words} {limit:g}.", *labels)


def in_percent(value: float) -> str:
    """What a number typed in the wrong unit means, and what to type."""
    return f"{value:.6g} is {value * 100:.6g}%: type {value:.6g}% or {value / 100:.6g}."


def _as_array(name: str, value) -> np.ndarray:
    try:
        return np.asarray(value)
    except ValueError:
        raise InputError(f"{name}: its rows have different lengths. Give each the same number of items.") from None


def _floats(name: str, value) -> np.ndarray:
    if type(value) is np.ndarray and value.dtype == float and value.flags.c_contiguous:
        return value
    if type(value) in (list, tuple) and value and hasattr(value[0], "to_numpy"):
        raise InputError(f"{name}: a list of series. Put them side by side first: pandas.concat(…, axis=1).")
    if (getattr(value, "dtype", None) is not None and value.dtype.names) or _records(value):
        raise InputError(f"{name}: records of several columns. Make them a frame first: pandas.DataFrame(…).")
    array = _as_array(name, value)
    try:
        if array.dtype.kind in "bcmM":  # neither truth, nor complex numbers, nor dates
            raise TypeError
        return np.ascontiguousarray(array, dtype=float) if array.ndim else array.astype(float)
    except OverflowError:
        raise InputError(f"{name} holds a number too large to compute with.") from None
    except (TypeError, ValueError):
        place = next(_texts_in(value, ()), None)
        if place is None:
            raise InputError(f"{name}: numbers are needed.") from None
        where, text = f"{name}: " + ", ".join(place[0]) if place[0] else name, place[1]
        raise InputError(f"{where} holds {quoted(text)}; a number is needed.") from None


def _records(value) -> bool:
    return type(value) in (list, tuple) and len(value) > 0 and isinstance(value[0], Mapping)


def _texts_in(value, place: tuple) -> Iterator[tuple[tuple, str]]:
    """The texts among numbers, each with its place."""
    if isinstance(value, str):
        words = ("item",) if len(place) == 1 else ("row", "column")
        yield tuple(f"{word} {i}" for word, i in zip(words, place, strict=False)), value
    elif isinstance(value, list | tuple | np.ndarray) and np.ndim(value):
        for i, item in enumerate(value, 1):
            yield from _texts_in(item, (*place, i))


def _vector(q: Quantity, name: str, value):
    array = _floats(name, value)
    if array.ndim == 2 and 1 in array.shape:
        array = array.ravel()
    if array.ndim == 0 or (array.size == 1 and q.scalar):
        array = array.reshape(1)
        within(q, name, array)
        return float(array[0]) if q.scalar else array
    if array.ndim != 1:
        raise InputError(f"{name}: one row or one column is needed, not {_described(array)}.")
    within(q, name, array)
    for check in q.checks:
        check(q, name, array)
    return array


def _texts(q: Quantity, name: str, value) -> list[str]:
    items = np.asarray(value, dtype=object).ravel().tolist()
    texts = [_plain_text(item) for item in items]
    for i, text in enumerate(texts):
        if not text:
            where, labels = _where(q, name, (i,))
            raise InputError(f"{where}: a text is needed, found {quoted(items[i])}.", *labels)
    return texts


def _plain_text(item) -> str:
    if isinstance(item, str):
        return item.strip()
    if isinstance(item, bool) or not isinstance(item, int | float) or item != item:
        return ""
    return str(int(item)) if isinstance(item, int) or item.is_integer() else f"{item:g}"


def _matrix(q: Quantity, name: str, value) -> np.ndarray:
    array = _floats(name, value)
    if array.ndim == 0:
        array = array.reshape(1, 1)
    if array.ndim == 1 and q.axes[0] != q.axes[1]:
        row = q.scalar or q.axes[0] in ("views", "scenarios")
        array = array.reshape(1, -1) if row else array.reshape(-1, 1)
    if array.ndim != 2:
        raise InputError(f"{name}: a table of rows and columns is needed, not {_described(array)}.")
    if q.axes[0] == q.axes[1] and array.shape[0] != array.shape[1]:
        raise InputError(f"{name}: {array.shape[0]} x {array.shape[1]} cells; a square matrix is needed.")
    checks = q.checks
    if len(array) > FEW and checks[:1] == (symmetric,) and mirrored(array):  # finite as well
        checks = checks[1:]
    else:
        within(q, name, np.where(np.isnan(array), 0.0, array) if q.gaps else array)
    for check in checks:
        check(q, name, array)
    return array


def _panel(q: Quantity, name: str, value) -> np.ndarray:
    """Time down, assets across. Missing values are still NaN here: rows leave together with their partners'."""
    array = _floats(name, value)
    if array.ndim == 0:
        array = array.reshape(1)
    if array.ndim > 2 or (array.ndim == 2 and array.shape[1] == 0):
        raise InputError(f"{name}: a table with time down and assets across is needed, not {_described(array)}.")
    if len(q.axes) == 1 and array.ndim == 2:
        if array.shape[1] != 1:
            raise InputError(f"{name}: one column is needed, not {array.shape[1]}.")
        array = array[:, 0]
    if q.gaps == "zero" and has_blank(array):
        array = np.where(np.isnan(array), 0.0, array)
    return array


def _labels(q: Quantity, name: str, value) -> list | np.ndarray:
    if isinstance(value, np.ndarray) and value.dtype.kind == "M":
        return value.ravel()
    return np.asarray(value, dtype=object).ravel().tolist()


_READERS = {
    "number": _number, "text": _text, "option": _option, "date": _date, "dates": _dates, "vector": _vector,
    "texts": _texts, "names": _texts, "matrix": _matrix, "panel": _panel, "labels": _labels,
    "cells": lambda q, name, value: value,
}  # fmt: skip
