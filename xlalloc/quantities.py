"""The vocabulary: what every argument and result means, each said once and used by every signature."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Annotated

import numpy as np

from xlalloc.errors import InputError, Label, NumberError, quoted
from xlalloc.meaning import (
    FEW,
    definite,
    least,
    mirrored,
    no_negative_variance,
    sums_to_one,
    symmetric,
    unit_diagonal,
)

PIECE = 2**15  # numbers looked at together


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a range of cells means: its kind, its axes, its unit, its help, its limits."""

    kind: str  # number text option date vector texts names matrix panel labels cells; of results also rows table flag
    help: str
    unit: str = ""
    axes: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    low: float | None = None  # a number below it is #NUM!
    above: float | None = None  # a number at or below it is #NUM!
    high: float | None = None
    below: float | None = None  # a number at or above it is #NUM!
    whole: bool = False
    scalar: bool = False  # one number may stand for every item
    nan: str = "#NUM!"  # the error value of a column that has no answer where others have
    checks: tuple[Callable, ...] = field(default=(), repr=False)

    @property
    def limited(self) -> bool:
        return self.low is not None or self.above is not None or self.upwards

    @property
    def upwards(self) -> bool:
        return self.high is not None or self.below is not None

    def array(self, name: str, value):
        """``value`` as this quantity, checked; the path of Python callers and of cells alike."""
        return _READERS[self.kind](self, name, value)


def _number(q: Quantity, name: str, value) -> float | int:
    if type(value) is float and value - value == 0.0 and not q.whole and inside(q, value, value):
        return value
    array = np.asarray(value)
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


def _place(q: Quantity, name: str, index) -> tuple[str, list]:
    """The words and labels that say where in the argument something stands."""
    if not index or not q.axes:
        return name, []
    labels = [Label(axis, int(i)) for axis, i in zip(q.axes, index, strict=False)]
    return name + ", " + " / ".join("{}" for _ in labels), labels


def within(q: Quantity, name: str, array: np.ndarray) -> None:
    """The limits of the quantity; NaN and infinity never pass."""
    limited = q.limited
    total, lowest = glance(array, limited)
    if total - total != 0.0 and not np.isfinite(array).all():
        index = tuple(np.argwhere(~np.isfinite(array))[0])
        where, labels = _place(q, name, index)
        raise InputError(f"{where}: a number is needed, found {array[index]}.", *labels)
    if not array.size:
        raise InputError(f"{name}: there is no number in it.")
    if limited and not inside(q, lowest, array.max() if q.upwards else 0.0):
        _beyond(q, name, array)
    if q.whole and (array != np.rint(array)).any():
        raise NumberError(f"{name}: {array[array != np.rint(array)][0]:g} must be a whole number.")


def glance(array: np.ndarray, limited: bool) -> tuple[float, float]:
    """The sum of squares, a number where all are (of the looks at each the quickest), and the least if it matters.

    What is large is read once, in pieces that stay in the cache.
    """
    if array.size <= PIECE:
        return float(np.vdot(array, array)), least(array) if limited and array.size else 0.0
    flat = array.ravel()
    looks = [glance(flat[i : i + PIECE], limited) for i in range(0, flat.size, PIECE)]
    return sum(total for total, _ in looks), min(lowest for _, lowest in looks)


def inside(q: Quantity, lowest: float, highest: float) -> bool:
    """Does everything from lowest to highest keep the limits?"""
    return (
        (q.low is None or lowest >= q.low)
        and (q.above is None or lowest > q.above)
        and (q.high is None or highest <= q.high)
        and (q.below is None or highest < q.below)
    )


def _beyond(q: Quantity, name: str, array: np.ndarray) -> None:
    """NumberError for the first number beyond a limit."""
    for limit, fails, words in (
        (q.low, np.less, "at least"),
        (q.above, np.less_equal, "above"),
        (q.high, np.greater, "at most"),
        (q.below, np.greater_equal, "below"),
    ):
        if limit is not None and (bad := fails(array, limit)).any():
            index = tuple(np.argwhere(bad)[0])
            where, labels = _place(q, name, index if array.size > 1 else ())
            raise NumberError(f"{where}: {array[index]:.10g} is not possible; it must be {words} {limit:g}.", *labels)


def _floats(name: str, value) -> np.ndarray:
    try:
        array = np.asarray(value)
        if array.dtype.kind == "b":
            raise TypeError
        return np.ascontiguousarray(array, dtype=float) if array.ndim else array.astype(float)
    except (TypeError, ValueError):
        raise InputError(f"{name}: numbers are needed.") from None


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
            where, labels = _place(q, name, (i,))
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
        array = array.reshape(1, -1) if q.axes[0] in ("views", "scenarios") else array.reshape(-1, 1)
    if array.ndim != 2:
        raise InputError(f"{name}: a table of rows and columns is needed, not {_described(array)}.")
    if q.axes[0] == q.axes[1] and array.shape[0] != array.shape[1]:
        raise InputError(f"{name}: {array.shape[0]} x {array.shape[1]} cells; a square matrix is needed.")
    checks = q.checks
    if len(array) > FEW and checks[:1] == (symmetric,) and mirrored(array):  # finite as well
        checks = checks[1:]
    else:
        within(q, name, array)
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
    return array


def _labels(q: Quantity, name: str, value) -> list:
    return np.asarray(value, dtype=object).ravel().tolist()


_READERS = {
    "number": _number, "text": _text, "option": _option, "date": _date, "vector": _vector,
    "texts": _texts, "names": _texts, "matrix": _matrix, "panel": _panel, "labels": _labels,
    "cells": lambda q, name, value: value,
}  # fmt: skip


# Numbers -----------------------------------------------------------------------------------------------------


def number(help: str, unit: str = "", **limits) -> Quantity:
    return Quantity("number", help, unit, **limits)


def option(help: str, *options: str) -> Quantity:
    return Quantity("option", help, options=options)


Array = np.ndarray
NumberOrArray = Array | float  # one number for all, or one for each
A, T, F = "assets", "time", "factors"

Number = Annotated[float, number("A number")]
Ratio = Annotated[Array, Quantity("vector", "Ratio per year, one for each column", axes=(A,), nan="#DIV/0!")]
Periods = Annotated[
    float, number("Periods per year; from the dates where there are any, else 252", "per year", above=0)
]
Rate = Annotated[float, number("Risk-free rate", "per year", above=-1)]
MinReturn = Annotated[float, number("Least acceptable return", "per period")]
Level = Annotated[float, number("Confidence level", "fraction", above=0, below=1)]
Window = Annotated[int, number("Length of the window", "rows", low=2, whole=True)]
Volatility = Annotated[float, number("Standard deviation of returns", "per year", low=0)]
PositiveVol = Annotated[float, number("Standard deviation of returns, above zero", "per year", above=0)]
TargetVol = Annotated[float, number("Volatility wanted", "per year", above=0)]
MaxLeverage = Annotated[float, number("Greatest leverage allowed", "times", above=0)]
CashFlow = Annotated[float, number("Money to put in (+) or take out (-)", "money")]
Threshold = Annotated[
    float, number("Deviation from target that triggers trading, 0.05 for 5 points", "fraction", low=0, high=1)
]
Years = Annotated[float, number("Number of years", "years", above=0)]
Parameter = Annotated[float, number("Rows of the window (60), or half-life in periods of ewma (63)", "rows", above=0)]

# Vectors of assets -------------------------------------------------------------------------------------------

Weights = Annotated[
    Array, Quantity("vector", "Portfolio weights, summing to 1", "fraction", (A,), checks=(sums_to_one,))
]
AnyWeights = Annotated[Array, Quantity("vector", "Portfolio weights or amounts", "fraction", (A,))]
ExpectedReturns = Annotated[Array, Quantity("vector", "Expected return of each asset", "per year", (A,))]
Vols = Annotated[Array, Quantity("vector", "Standard deviation of each asset's returns", "per year", (A,), low=0)]
Budgets = Annotated[
    Array,
    Quantity("vector", "Share of risk wanted from each asset; scaled to 1, equal if left out", "fraction", (A,), low=0),
]
Lower = Annotated[
    NumberOrArray, Quantity("vector", "Least weight: one number, or one per asset", "fraction", (A,), scalar=True)
]
Upper = Annotated[
    NumberOrArray, Quantity("vector", "Greatest weight: one number, or one per asset", "fraction", (A,), scalar=True)
]
Groups = Annotated[list[str], Quantity("texts", "Name of each asset's group", axes=(A,))]
GroupValues = Annotated[
    Array,
    Quantity(
        "vector", "One per group, in order of first appearance, or labelled by group", "fraction", ("groups",), low=0
    ),
]
Values = Annotated[Array, Quantity("vector", "Market value of each holding", "money", (A,), low=0)]
Trades = Annotated[Array, Quantity("vector", "Money to buy (+) or sell (-) of each asset", "money", (A,))]
Prices1 = Annotated[Array, Quantity("vector", "Price of one unit of each asset", "money", (A,), above=0)]
Lots = Annotated[
    NumberOrArray,
    Quantity("vector", "Units of one lot, 0 for none: one number, or one per asset", "units", (A,), low=0, scalar=True),
]
Target = Annotated[
    Array,
    Quantity("vector", "Target weight of each asset, summing to 1", "fraction", (A,), low=0, checks=(sums_to_one,)),
]


def _cost(help: str, unit: str, **limits) -> Quantity:
    return Quantity("vector", f"{help}: one number, or one per asset", unit, (A,), low=0, scalar=True, **limits)


Commission = Annotated[NumberOrArray, _cost("Commission on purchases and sales", "fraction of the trade", high=1)]
SellTax = Annotated[NumberOrArray, _cost("Tax on sales, see STAMP_DUTY", "fraction of the sale", high=1)]
MinCommission = Annotated[NumberOrArray, _cost("Least commission of an order", "money")]
ExitFee = Annotated[NumberOrArray, _cost("Fee on sales, see REDEMPTION_FEE", "fraction of the sale", high=1)]
Spread = Annotated[NumberOrArray, _cost("Gap between buying and selling price", "fraction of the price", high=1)]

# Matrices ----------------------------------------------------------------------------------------------------

_COV = Quantity("matrix", "Covariance matrix of asset returns, n x n", "per year", (A, A))
Covariance = Annotated[Array, replace(_COV, checks=(symmetric, no_negative_variance, definite))]
BudgetedCovariance = Annotated[  # risk_budgeting itself sees that no mix has a negative variance, often for nothing
    Array, replace(_COV, checks=(symmetric, no_negative_variance))
]
Correlations = Annotated[
    Array,
    Quantity("matrix", "Correlation matrix, n x n", "-1 to 1", (A, A), checks=(symmetric, unit_diagonal, definite)),
]
Loadings = Annotated[Array, Quantity("matrix", "Factor loadings, assets down, factors across", "", (A, F))]
FactorCovariance = Annotated[
    Array, Quantity("matrix", "Covariance matrix of the factors, k x k", "per year", (F, F),
                    checks=(symmetric, no_negative_variance, definite))
]  # fmt: skip
SpecificVols = Annotated[Array, Quantity("vector", "Specific volatility of each asset", "per year", (A,), low=0)]

# Time series -------------------------------------------------------------------------------------------------

Prices = Annotated[
    Array,
    Quantity("panel", "Total-return prices (dividends reinvested), time down, assets across", "money", (T, A), above=0),
]
Returns = Annotated[
    Array, Quantity("panel", "Returns, time down, one column an asset or fund", "fraction per period", (T, A), low=-1)
]
Series = Annotated[Array, Quantity("panel", "Returns, one column", "fraction per period", (T,), low=-1)]
Benchmark = Annotated[
    Array, Quantity("panel", "Returns of the benchmark, one column", "fraction per period", (T,), low=-1)
]
FactorReturns = Annotated[
    Array, Quantity("panel", "Returns of the factors, time down, factors across", "fraction per period", (T, F), low=-1)
]
States = Annotated[list, Quantity("labels", "The state of each period, one column", axes=(T,))]
Dates = Annotated[Array, Quantity("labels", "Date of each row", axes=(T,))]
AssetNames = Annotated[list[str], Quantity("texts", "Name of each asset", axes=(A,))]

# Results only ------------------------------------------------------------------------------------------------

Flag = Annotated[bool, Quantity("flag", "TRUE or FALSE")]
TableResult = Annotated[object, Quantity("table", "Table with a header row")]
LabelledPanel = Annotated[
    Array, Quantity("panel", "Returns with the dates and names given", "fraction per period", (T, A))
]
PanelResult = Annotated[Array, Quantity("rows", "One row a period, one column a series", axes=(T, A))]
SeriesResult = Annotated[Array, Quantity("rows", "One row a period", axes=(T,))]
Cells = Annotated[object, Quantity("cells", "Any cells")]
WeightsResult = Annotated[Array, Quantity("vector", "Weight of each asset", "fraction", (A,))]
CovarianceResult = Annotated[Array, Quantity("matrix", "Covariance matrix, n x n", "per year", (A, A))]
Amount = Annotated[Array, Quantity("vector", "Money of each asset", "money", (A,))]
PerYear = Annotated[Array, Quantity("vector", "One number for each column", "per year", (A,))]
