"""What makes weights weights and a matrix a covariance matrix: the checks that quantities name."""

from functools import lru_cache

import numpy as np

from xlalloc.errors import InputError, Label, NotAvailableError, NumberError
from xlalloc.explanation import record, recording

SYMMETRIC = 1e-8  # relative: larger differences across the diagonal are an input error
DEFINITE = 1e-8  # smallest eigenvalue of a correlation matrix that still counts as zero
SUM_TO_ONE = 1.000001e-6  # as contracted, and what rounding adds to it: 0.999999 passes
FEW = 64  # numbers up to which a list is quicker than an array, assets up to which a matrix is compared as bytes
FACTORISED_BELOW = 300  # assets; with more, to test by factorising costs more than most functions do


def sums_to_one(quantity, name: str, array: np.ndarray) -> None:
    total = float(np.add.reduce(array))
    if abs(total - 1.0) > SUM_TO_ONE:
        if len(array) > 2 and abs(2.0 * array[-1] - total) <= SUM_TO_ONE:
            raise InputError(
                f"{name}: the last weight, {array[-1]:.8g}, is the sum of the others. Leave the total out."
            )
        if abs(total - 100.0) <= 100.0 * SUM_TO_ONE:
            raise InputError(
                f"{name}: the weights sum to 100, so they are percentages without the sign: type {array[0]:.6g}% or "
                f"{array[0] / 100.0:.6g}."
            )
        raise InputError(f"{name}: the weights sum to {total:.8g}, not to 1. Scale them so that they sum to 1 (100%).")


def symmetric(quantity, name: str, array: np.ndarray) -> None:
    if len(array) <= FEW and array.tobytes() == array.tobytes("F"):  # row by row as column by column
        return
    difference = np.abs(array - array.T)
    if difference.max() > SYMMETRIC * np.abs(array).max():
        i, j = (int(k) for k in np.unravel_index(difference.argmax(), array.shape))
        axis = quantity.axes[0]
        raise InputError(
            f"{name}: not symmetric: {{}} with {{}} is {array[i, j]:.6g}, {{}} with {{}} is {array[j, i]:.6g}. "
            "Both must be the same.",
            Label(axis, i),
            Label(axis, j),
            Label(axis, j),
            Label(axis, i),
        )


def mirrored(array: np.ndarray) -> bool:
    """Finite, and equal to its transpose far below the tolerance, by two products with one vector.

    A difference d between a pair moves the two products apart by at least d/2; only differences that cancel one
    another to ten digits, each weighted by its own irrational factor, could hide.
    """
    vector = _irregular(len(array))
    apart = array.dot(vector)
    apart -= vector.dot(array)
    return float(apart.dot(apart)) <= (1e-10 * float(array.diagonal().max())) ** 2


@lru_cache(maxsize=4)
def _irregular(n: int) -> np.ndarray:
    return 1.5 + np.cos(np.arange(n))


def no_negative_variance(quantity, name: str, array: np.ndarray) -> None:
    diagonal = array.diagonal()
    if smallest(diagonal) < 0:
        i = int(diagonal.argmin())
        raise NumberError(f"{name}: {{}} has a negative variance ({diagonal[i]:.6g}).", Label(quantity.axes[0], i))


def definite(quantity, name: str, array: np.ndarray) -> None:
    """No portfolio may have a negative variance."""
    if len(array) < FACTORISED_BELOW and not factorises(array):
        raise indefinite(name, array)


def indefinite(name: str, array: np.ndarray) -> NumberError:
    scale = np.sqrt(_with_variance(array.diagonal()))
    smallest = float(np.linalg.eigvalsh(array / scale / scale[:, None])[0])
    return NumberError(
        f"{name}: not a covariance matrix: the smallest eigenvalue of its correlations is {smallest:.3g}, so some "
        "portfolio would have a negative variance. Repair it with COV_NEAREST, or estimate it from complete "
        "returns."
    )


def factorises(cov: np.ndarray) -> bool:
    """Have the correlations plus 1e-8 on the diagonal a Cholesky factor?"""
    try:
        np.linalg.cholesky(cov)
        return True
    except np.linalg.LinAlgError:
        shifted = cov.copy()
        shifted.reshape(-1)[:: len(cov) + 1] += DEFINITE * _with_variance(cov.diagonal())
    try:
        np.linalg.cholesky(shifted)
        return True
    except np.linalg.LinAlgError:
        return False


def _with_variance(variances: np.ndarray) -> np.ndarray:
    """The variances, that of cash as large as any: its covariances must be zero too."""
    return np.where(variances > 0.0, variances, max(float(variances.max()), 1.0))


def smallest(array: np.ndarray) -> float:
    """The least of the numbers; of few a list's min is quicker than an array's."""
    return min(array.ravel().tolist()) if array.size <= FEW else float(np.minimum.reduce(array, axis=None))


def unit_diagonal(quantity, name: str, array: np.ndarray) -> None:
    off = np.abs(array.diagonal() - 1)
    if off.max() > SYMMETRIC:
        i = int(off.argmax())
        raise InputError(
            f"{name}: the correlation of {{}} with itself is {array[i, i]:.6g}, not 1.", Label(quantity.axes[0], i)
        )
    if np.abs(array).max() > 1 + SYMMETRIC:
        raise NumberError(f"{name}: a correlation of {array.ravel()[np.abs(array).argmax()]:.6g} is outside -1 to 1.")


def without_value(name: str, axis: str, array) -> NotAvailableError | None:
    """The first series of a table over time that holds no value at all, and so leaves no row complete."""
    if not isinstance(array, np.ndarray) or array.ndim != 2 or array.dtype.kind != "f" or not array.size:
        return None
    there = (array == array).any(axis=0)
    if there.all():
        return None
    return NotAvailableError(f"{name}: {{}} has no value at all. Leave it out.", Label(axis, int(there.argmin())))


# Units ---------------------------------------------------------------------------------------------------------


def as_fractions(quantity, name: str, array: np.ndarray) -> None:
    """Expected returns that are all 1 or more were typed in percent without the sign."""
    _record_large(name, array)
    if array.size and smallest(array) >= 1.0:
        raise InputError(
            f"{name}: they are all 1 or more, so {{}} would be {array[0]:.0%} a year. Type {array[0]:.6g}% or "
            f"{array[0] / 100:.6g}.",
            Label(quantity.axes[0], 0),
        )


def _record_large(name: str, array: np.ndarray) -> None:
    """Fractions of 1 and more are told as the percentages they are."""
    if recording() and array.size and (most := float(np.nanmax(array))) >= 1.0:
        record(f"unit of {name}", f"{most:.6g} is taken as {most * 100:.6g}%")


MANY_ROWS, HALF = 5, 0.5  # from so many rows on a column of returns that are all at least a half is one of prices


def no_prices(quantity, name: str, array: np.ndarray) -> None:
    """Returns of which a column looks like prices: all 1 or more, or in five rows or more all a half or more."""
    _record_large(name, array)
    table = array if array.ndim == 2 else array[:, None]
    if len(table) < 2:
        _no_percent_numbers(quantity, name, table)
        return
    if (table[1] == 1.0).any():
        _no_counter(quantity, name, table)
    if not (table[0] >= HALF).any():
        return
    lowest = table.min(axis=0)
    if (like := lowest >= (HALF if len(table) >= MANY_ROWS else 1.0)).any():
        j = int(like.argmax())
        where, labels = _column(quantity, name, j)
        raise InputError(
            f"{where}: these look like prices, not returns ({table[0, j]:.6g} first). Use RETURNS; over dates put the "
            "heading Date.",
            *labels,
        )


def _no_percent_numbers(quantity, name: str, table: np.ndarray) -> None:
    """The returns of one period, of two assets or more, that are all 1 or more were typed in percent."""
    if quantity.single and table.size > 1 and smallest(table) >= 1.0:
        raise InputError(
            f"{name}: they are all 1 or more, so {{}} would be {table[0, 0]:.0%}. Type {table[0, 0]:.6g}% or "
            f"{table[0, 0] / 100:.6g}.",
            Label(quantity.axes[1], 0),
        )


def _no_counter(quantity, name: str, table: np.ndarray) -> None:
    """A column of 0, 1, 2 … counts rows, as a saved index does."""
    counters = (table == np.arange(len(table))[:, None]).all(axis=0)
    if len(table) > 2 and counters.any():
        where, labels = _column(quantity, name, int(counters.argmax()))
        raise InputError(f"{where}: 0, 1, 2 … count the rows; they are no returns. Leave this column out.", *labels)


def no_returns(quantity, name: str, array: np.ndarray) -> None:
    """Prices of which a fifth or more in a column are not positive are returns."""
    table = array if array.ndim == 2 else array[:, None]
    if smallest(table.ravel()) > 0.0:
        return
    share = (table <= 0.0).mean(axis=0)
    if (like := share >= 0.2).any():
        j = int(like.argmax())
        where, labels = _column(quantity, name, j)
        raise InputError(
            f"{where}: these look like returns, not prices ({share[j]:.0%} are 0 or less). Give prices.", *labels
        )


def _column(quantity, name: str, j: int) -> tuple[str, list]:
    return (name, []) if len(quantity.axes) < 2 else (name + ", {}", [Label(quantity.axes[1], j)])
