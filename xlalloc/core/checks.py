"""What several of the core modules ask of their numbers."""

from math import erfc, sqrt

import numpy as np

from xlalloc.dates import PERIODS_BY_GAP, as_days, elapsed_years, start_of
from xlalloc.errors import AllocError, DivisionError, InputError, Label, NumberError
from xlalloc.explanation import record, recording

ASSUMED_PERIODS = 252.0
ASSUMED = f"{ASSUMED_PERIODS:g}, assumed (no dates, no periods given)"
CUSTOMARY = frozenset({365, *(periods for _, _, periods in PERIODS_BY_GAP)})
NO_RISK = 1e-12  # of the largest |return|: at or below it a ratio's risk is zero
RISKLESS = 1e-15  # of (Σ|w|σ)²: a variance at or below it is what rounding leaves of none
DUST = 1e-7  # of the greatest σ, so that rounding of the weights themselves, in a mix of cash alone, is none either


def annualisation(periods: float | None) -> float:
    """Periods per year: as given or implied by dates, else 252, and EXPLAIN says so."""
    if periods is None:
        record("periods per year", ASSUMED)
        return ASSUMED_PERIODS
    return periods


def elapsed(dates, P: float) -> float | None:
    """The years that dated returns span; None without dates, where T/P stands for them."""
    if dates is None:
        return None
    years = elapsed_years(dates, P)
    record("years elapsed", years)
    if recording() and P not in CUSTOMARY:
        record("time counted from", f"{start_of(as_days(dates), P)}, one usual interval before the first date")
    return years


def record_level(level: float) -> None:
    """A level such as 0.05 where 0.95 was meant."""
    if level < 0.5:
        record("level", f"{level:g} is below 0.5: the loss that most periods exceed. 95% is 0.95")


def variance(weights: np.ndarray, cov: np.ndarray, name: str = "cov") -> float:
    """w'Σw; what rounding leaves of zero is zero, less is an indefinite matrix."""
    value = float(weights.dot(cov).dot(weights))
    level = float(risk_level(weights, cov.diagonal()))
    if value < -1e-10 * level * level:
        raise NumberError(
            f"{name}: this portfolio's variance is negative ({value:.3g}). Repair {name} with COV_NEAREST."
        )
    return value if value > RISKLESS * level * level else 0.0


def risk_level(weights, variances):
    """Σ|w|σ of each row, against which a volatility is none."""
    vols = np.sqrt(np.maximum(variances, 0.0))
    return np.abs(weights) @ vols + DUST * vols.max()


def volatility(weights: np.ndarray, cov: np.ndarray) -> float:
    """√(w'Σw)."""
    return variance(weights, cov) ** 0.5


def positive_risk(sigma: float) -> float:
    """A volatility or a variance, where it must divide."""
    if sigma <= 0.0:
        raise DivisionError(
            "weights: this portfolio has no risk to divide by. Include an asset whose variance is not zero."
        )
    return sigma


def positive_variances(cov: np.ndarray, name: str = "cov") -> np.ndarray:
    """The volatilities, where each must divide."""
    diagonal = cov.diagonal()
    if diagonal.min() <= 0.0:
        none = Label("assets", int(diagonal.argmin()))
        raise NumberError(
            f"{name}: {{}} has no variance, and this method divides by it. Leave it out (cash, for example).", none
        )
    return np.sqrt(diagonal)


def normal_cdf(x: float) -> float:
    """The standard normal distribution function, exact in both tails."""
    return 0.5 * erfc(-x / sqrt(2.0))


def per_asset(value, n: int) -> np.ndarray:
    """One number stands for every asset."""
    return np.full(n, value) if np.ndim(value) == 0 else value


def scaled(amounts: np.ndarray, name: str) -> np.ndarray:
    """Amounts, none negative, as shares of their sum."""
    most = amounts.max()
    if not most > 0.0:
        raise NumberError(f"{name}: they sum to 0; a positive sum is needed to scale them to 1.")
    amounts = amounts / most  # so that no sum overflows
    return amounts / amounts.sum()


def risk_budgets(budgets: np.ndarray | None, n: int, name: str = "budgets") -> np.ndarray:
    """Shares of risk that sum to 1: the budgets given, or equal ones."""
    if budgets is not None:
        return scaled(budgets, name)
    equal = np.empty(n)
    equal.fill(1.0 / n)  # half the time of np.full, where few assets make it count
    return equal


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


def position_of(name: str, names: list[str]) -> int | None:
    """Which of the distinct names this is, upper and lower case and spaces alike."""
    code = int(distinct([*names, name])[1][-1])
    return code if code < len(names) else None


def together(remedy: str, **pair) -> None:
    """Two arguments that need each other: both or none."""
    missing = [name for name, value in pair.items() if value is None]
    if len(missing) == 1:
        raise InputError(f"{missing[0]}: missing. {remedy}")


def rising(values: np.ndarray, name: str, remedy: str) -> None:
    """Numbers or dates, each beyond the one before."""
    falls = np.flatnonzero(values[1:] <= values[:-1])
    if falls.size:
        before, after = (f"{x:g}" if isinstance(x, float) else x for x in values[falls[0] : falls[0] + 2].tolist())
        raise InputError(f"{name}: {after} follows {before}; {remedy}")


def one_per_group(values: np.ndarray, names: list[str], argument: str) -> np.ndarray:
    if len(values) != len(names):
        raise InputError(f"{argument}: {len(values)} given for {len(names)} groups ({', '.join(names)}).")
    return values


def where_defined(values: np.ndarray, bad: np.ndarray, error: AllocError) -> np.ndarray:
    """One answer per column: NaN where there is none, the error itself where there is but one column."""
    if bad.any():
        if bad.size == 1:
            raise error
        columns = [Label("assets", int(i)) for i in np.flatnonzero(bad)]
        record("columns without an answer", [*columns, str(error)])
        values = np.where(bad, np.nan, values)
    return values


def label_pairs(labels: list, numbers: np.ndarray) -> list:
    """Each label followed by its number: what EXPLAIN prints in one line."""
    return [item for pair in zip(labels, np.asarray(numbers).tolist(), strict=True) for item in pair]


def condition_number(cov: np.ndarray) -> float | str:
    """The condition number, in words where the matrix is singular to rounding."""
    condition = float(np.linalg.cond(cov))
    return condition if condition < 1e16 else "beyond 1e16: cov is singular"
