"""The arguments of one call, already checked one by one, checked together: equal sizes, complete rows."""

from typing import Any

import numpy as np

from xlalloc.errors import InputError, NotAvailableError
from xlalloc.explanation import record
from xlalloc.quantity import Quantity, inside, sum_and_minimum, within
from xlalloc.requirements import without_value


def align(given: dict[str, Any], checked: dict[str, Quantity]) -> bool:
    """Sizes agree on every axis, incomplete rows are gone from all panels: checked together, in ``given``.

    True where every panel was one-dimensional, so that the result is to be one-dimensional too.
    """
    sizes: dict[str, tuple[int, str]] = {}
    timed: list[str] = []
    flat, several = None, len(checked) > 1
    for name, q in checked.items():
        array = given[name]
        if q.kind == "panel":
            if len(q.axes) == 2:
                flat = array.ndim == 1 and not q.single and flat is not False
                if array.ndim == 1:
                    array = given[name] = array.reshape((1, -1) if q.single else (-1, 1))
            timed.append(name)
        elif q.kind == "labels":
            timed.append(name)
        if several and q.axes and type(array) is not float:
            _same_sizes(sizes, q, name, array)
    if timed:
        _drop_incomplete_rows(given, checked, timed)
    return bool(flat)


def _same_sizes(sizes: dict, q: Quantity, name: str, array) -> None:
    shape = array.shape if isinstance(array, np.ndarray) else (len(array),)
    for axis, size in zip(q.axes, shape, strict=False):
        if size == 1 and q.scalar:  # one row or column stands for all
            continue
        other = sizes.setdefault(axis, (size, name))
        if other[0] != size:
            what = "rows" if axis == "time" else axis
            many = what.removesuffix("s") if size == 1 else what
            raise InputError(f"{name}: {size} {many}, but {other[1]} has {other[0]}. Give both the same {what}.")


def _drop_incomplete_rows(given: dict[str, Any], checked: dict[str, Quantity], timed: list[str]) -> None:
    keep, unsure = None, []  # unsure: panels that one look did not show to be within their limits
    for name in timed:
        q, array = checked[name], given[name]
        if q.gaps:
            if q.limited or np.count_nonzero(np.isinf(array)):  # quicker than any()
                within(q, name, np.where(np.isnan(array), 0.0, array))
            continue
        if isinstance(array, np.ndarray) and array.dtype.kind == "M":
            missing = np.isnat(array)
        elif q.kind == "labels":
            missing = np.array([cell is None or cell != cell or cell == "" for cell in array])
        else:
            total, lowest = sum_and_minimum(array, q.limited)
            if not (total < np.inf and not q.upwards and inside(q, lowest, 0.0)):
                unsure.append(name)
            if total == total:
                continue
            missing = np.isnan(array)
            missing = missing if missing.ndim == 1 else missing.any(axis=1)
        if missing.any():
            keep = ~missing if keep is None else keep & ~missing
    rows = len(given[timed[0]]) if keep is None else int(keep.sum())
    if rows < 2 and rows < (1 if all(checked[name].single for name in timed) else 2):
        empty = next(filter(None, (without_value(name, checked[name].axes[-1], given[name]) for name in timed)), None)
        raise empty or NotAvailableError(f"{timed[0]}: {rows} complete rows are left; at least two are needed.")
    if keep is not None:
        record("rows left out", f"{len(keep) - rows} with a blank or #N/A")
        for name in timed:
            value = given[name]
            given[name] = (
                value[keep] if isinstance(value, np.ndarray) else [v for v, k in zip(value, keep, strict=True) if k]
            )
    for name in timed:
        for check in checked[name].checks:
            check(checked[name], name, given[name])
    for name in unsure:
        within(checked[name], name, given[name])


def flattened(answer):
    """The answer for a single series: one number in place of one per column."""
    if isinstance(answer, np.ndarray) and answer.ndim and answer.shape[-1] == 1:
        return answer[:, 0] if answer.ndim > 1 else answer.item()
    return answer


def record_units(given: dict[str, Any], checked: dict[str, Quantity]) -> None:
    """Tell EXPLAIN of a number not far below the limit of its unit, and of variances of 1 and more."""
    for name, q in checked.items():
        if q.kind == "matrix" and q.unit == "per year":
            _record_variances(name, given[name].diagonal())
        told = 0.5 * q.unit_to if q.told is None and q.unit_to is not None else q.told
        if told is not None and (most := float(np.max(given[name]))) >= told:
            record(f"unit of {name}", f"{most:.6g} is taken as {most * 100:.6g}%")


def _record_variances(name: str, variances: np.ndarray) -> None:
    most = float(np.nanmax(variances, initial=0.0))
    if len(variances) > 1 and (variances == 1.0).all():
        record(f"unit of {name}", "every variance is 1, as in a correlation matrix. COV_FROM_CORR makes covariances")
    elif most >= 1.0:
        record(f"unit of {name}", f"a variance of {most:.6g} is a volatility of {most**0.5 * 100:.6g}% a year")
