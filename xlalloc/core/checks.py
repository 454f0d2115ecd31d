"""What several of the core modules ask of their numbers."""

import numpy as np

from xlalloc.errors import AllocError, InputError, Label, NumberError
from xlalloc.facts import learn

ASSUMED_PERIODS = 252.0
ASSUMED = f"{ASSUMED_PERIODS:g}, assumed (no dates, no periods given)"
NO_RISK = 1e-12  # of the largest |return|: at or below it a ratio's risk is zero


def annualisation(periods: float | None) -> float:
    """Periods per year: as given or implied by dates, else 252, and EXPLAIN says so."""
    if periods is None:
        learn("periods per year", ASSUMED)
        return ASSUMED_PERIODS
    return periods


def variance(weights: np.ndarray, cov: np.ndarray) -> float:
    """w'Σw; rounding below zero is zero, more is an indefinite matrix."""
    value = float(weights.dot(cov).dot(weights))
    if value < 0.0:
        scale = float(np.abs(weights).dot(np.abs(cov)).dot(np.abs(weights)))
        if value < -1e-10 * scale:
            raise NumberError(f"cov: this portfolio's variance is negative ({value:.3g}). Repair cov with COV_NEAREST.")
        return 0.0
    return value


def volatility(weights: np.ndarray, cov: np.ndarray) -> float:
    """√(w'Σw)."""
    return variance(weights, cov) ** 0.5


def positive_variances(cov: np.ndarray, name: str = "cov") -> np.ndarray:
    """The volatilities, where each must divide."""
    diagonal = cov.diagonal()
    if diagonal.min() <= 0.0:
        none = Label("assets", int(diagonal.argmin()))
        raise NumberError(
            f"{name}: {{}} has no variance, and this method divides by it. Leave it out (cash, for example).", none
        )
    return np.sqrt(diagonal)


def per_asset(value, n: int) -> np.ndarray:
    """One number stands for every asset."""
    return np.full(n, value) if np.ndim(value) == 0 else value


def scaled(amounts: np.ndarray, name: str) -> np.ndarray:
    """Amounts as shares of their sum."""
    total = float(amounts.sum())
    if not total > 0.0:
        raise NumberError(f"{name}: they sum to {total:.6g}; a positive sum is needed to scale them to 1.")
    return amounts / total


def distinct(groups: list[str]) -> tuple[list[str], np.ndarray]:
    """The names of the groups in order of first appearance, and the group number of each asset."""
    keys: dict[str, int] = {}
    names: list[str] = []
    codes = []
    for group in groups:
        key = " ".join(group.split()).casefold()
        if key not in keys:
            keys[key] = len(names)
            names.append(group)
        codes.append(keys[key])
    return names, np.array(codes)


def one_per_group(values: np.ndarray, names: list[str], argument: str) -> np.ndarray:
    if len(values) != len(names):
        raise InputError(f"{argument}: {len(values)} given for {len(names)} groups ({', '.join(names)}).")
    return values


def where_defined(values: np.ndarray, bad: np.ndarray, error: AllocError) -> np.ndarray:
    """One answer per column: NaN where there is none, the error itself where no column has one."""
    if bad.any():
        if bad.all():
            raise error
        columns = [Label("assets", int(i)) for i in np.flatnonzero(bad)]
        learn("columns without an answer", [*columns, str(error)])
        values = np.where(bad, np.nan, values)
    return values


def label_pairs(labels: list, numbers: np.ndarray) -> list:
    """Each label followed by its number: what EXPLAIN prints in one line."""
    return [item for pair in zip(labels, np.asarray(numbers).tolist(), strict=True) for item in pair]


def condition_number(cov: np.ndarray) -> float | str:
    """The condition number, in words where the matrix is singular to rounding."""
    condition = float(np.linalg.cond(cov))
    return condition if condition < 1e16 else "beyond 1e16: cov is singular"
