"""Performance measures of many series at once: time on the last axis, one number for everything before it.

A measure is a short formula of a ``Sample``: the returns and what several measures need of them, each computed once.
A measure is NaN where its risk is zero and infinite where it exceeds the largest number a computer holds.
"""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from xlalloc.core.checks import NO_RISK
from xlalloc.errors import AllocError, DivisionError, InputError, Label, NotAvailableError, NumberError
from xlalloc.explanation import record

ROUNDING = 1e-12  # of wealth: a fall below the peak by less is rounding
MANY = 256  # series from which walking through time, all series at a time, beats numpy's accumulate
SERIES = 1000  # measured at a time, to stay in the cache; the rows of a power of 2 would collide there
BLOCK = 2**20  # numbers of the rolling windows measured at a time: the memory this takes stays bounded

every = partial(np.logical_and.reduce, axis=None)  # as np.all, in half the time


def per_period(rf: float, P: float) -> float:
    """Rate per period of a rate per year: (1+rf)^(1/P) − 1."""
    try:
        return (1.0 + rf) ** (1.0 / P) - 1.0
    except OverflowError:
        raise NumberError(f"periods: {P:g} a year is too few; monthly returns have 12, daily ones 252.") from None


def _few(r: np.ndarray) -> bool:
    return r.size < MANY * r.shape[-1]


def drawdowns(r: np.ndarray) -> np.ndarray:
    """W_t / max(1, W_1, …, W_t) − 1, W the value of 1 invested: the starting value counts as a peak."""
    if _few(r):
        wealth = np.multiply.accumulate(r + 1.0, axis=-1)
        peak = np.maximum(np.maximum.accumulate(wealth, axis=-1), 1.0)
        return wealth / peak - 1.0
    wealth, peak = np.ones((2, *r.shape[:-1]))
    depth = np.empty((r.shape[-1], *r.shape[:-1]))
    for t in range(r.shape[-1]):
        now = depth[t]
        np.add(r[..., t], 1.0, out=now)
        wealth *= now
        np.maximum(peak, wealth, out=peak)
        np.divide(wealth, peak, out=now)
        now -= 1.0
    return np.moveaxis(depth, 0, -1)


class Sample:
    """Returns r of P periods a year, and what the measures are made of."""

    def __init__(self, r, P=252.0, rf=0.0, benchmark=None, level=0.95, min_return=0.0, years=None):
        self.r, self.T, self.P = r, r.shape[-1], P
        self.years = years  # elapsed by the dates, one for all or one for each window
        self.rf, self.b, self.level, self.m = rf, benchmark, level, min_return
        self._below: dict[float, np.ndarray] = {}

    def parts(self) -> Iterator["Sample"]:
        """The same in blocks of series."""
        given = self.P, self.rf, self.b, self.level, self.m, self.years
        return (Sample(self.r[i : i + SERIES], *given) for i in range(0, len(self.r), SERIES))

    @cached_property
    def f(self) -> float:
        """The risk-free rate per period."""
        return per_period(self.rf, self.P)

    @cached_property
    def mean(self) -> np.ndarray:
        return self.r.sum(-1) / self.T

    @cached_property
    def deviations(self) -> np.ndarray:
        """r − mean, without the rounding of the mean: it would give a constant series a little risk."""
        d = self.r - self.mean[..., None]
        d -= (d.sum(-1) / self.T)[..., None]
        return d

    @cached_property
    def squares(self) -> np.ndarray:
        """Σr²: its root is no less than the largest |return|."""
        return _dot(self.r, self.r)

    @cached_property
    def std(self) -> np.ndarray:
        """Standard deviation per period, ddof 1; from Σr² − T·mean² where that cancels one digit at most."""
        level = self.T * self.mean * self.mean
        if every(level <= 0.5 * self.squares):
            return np.sqrt((self.squares - level) / (self.T - 1))
        return np.sqrt(_dot(self.deviations, self.deviations) / (self.T - 1))

    @cached_property
    def largest(self) -> np.ndarray:
        """The largest |return|, against which a risk is zero."""
        return np.maximum(self.r.max(-1), -self.r.min(-1))

    def below(self, threshold: float) -> np.ndarray:
        """min(r − threshold, 0)."""
        if threshold not in self._below:
            self._below[threshold] = below = np.minimum(self.r, threshold)
            if threshold:
                below -= threshold
        return self._below[threshold]

    @cached_property
    def growth(self) -> np.ndarray:
        """Π(1+r)."""
        return np.multiply.reduce(self.r + 1.0, axis=-1)

    @cached_property
    def drawdown(self) -> np.ndarray:
        return drawdowns(self.r)

    @cached_property
    def walk(self) -> tuple[np.ndarray, np.ndarray]:
        """Π(1+r) and the deepest drawdown; of many series without writing anything as large as the returns."""
        if _few(self.r):
            return self.growth, self.drawdown.min(-1)
        wealth, peak, deepest, now = np.ones((4, *self.r.shape[:-1]))
        for t in range(self.T):
            np.add(self.r[..., t], 1.0, out=now)
            wealth *= now
            np.maximum(peak, wealth, out=peak)
            np.divide(wealth, peak, out=now)
            np.minimum(deepest, now, out=deepest)
        return wealth, deepest - 1.0

    @cached_property
    def quantile(self) -> tuple[np.ndarray, np.ndarray, int]:
        """q = PERCENTILE.INC(r, 1 − level), the returns sorted as far as place k + 1, and that place.

        The h-th of the sorted returns, h = (1 − level)(T − 1) counted from 0, interpolated linearly; k = ⌊h⌋.
        """
        h = (1.0 - self.level) * (self.T - 1)
        k = min(int(h), self.T - 2)
        ordered = self.r.copy(order="C")
        ordered.partition(k + 1, axis=-1)
        lower = ordered[..., : k + 1].max(-1)
        return lower + (h - k) * (ordered[..., k + 1] - lower), ordered, k + 1

    @cached_property
    def tail(self) -> np.ndarray:
        """The mean of the worst m = T(1 − level) returns: the k = ⌊m⌋ worst in full, the next with the part m − k."""
        m = (1.0 - self.level) * self.T
        _, ordered, count = self.quantile
        total, following = ordered[..., :count].sum(-1), ordered[..., count]
        k = min(int(m), count)
        if k < count:  # the quantile, of T − 1 steps, lies at most one return further
            following = ordered[..., :count].max(-1)
            total, k = total - following, count - 1
        return (total + (m - k) * following) / m

    @cached_property
    def standardised(self) -> np.ndarray:
        """Deviations over the standard deviation; NaN where it is zero."""
        return self.deviations * _ratio(1.0, self.std, self)[..., None]

    @cached_property
    def active(self) -> "Sample":
        """The returns beyond the benchmark's."""
        return Sample(self.r - self.b, self.P, years=self.years)

    @cached_property
    def benchmark(self) -> "Sample":
        return Sample(self.b, self.P, years=self.years)


def _dot(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Σ x_t y_t over time."""
    return np.vecdot(x, y) if _few(x) else np.einsum("...t,...t->...", x, y)


def _ratio(reward: np.ndarray | float, risk: np.ndarray, x: Sample, other: Sample | None = None) -> np.ndarray:
    """reward / risk; NaN where the risk is zero beside the returns, infinite where it is no number any more."""
    squares = x.squares if other is None else x.squares + other.squares
    if every((risk > NO_RISK * np.sqrt(squares)) & (risk < np.inf)):
        return reward / risk
    largest = x.largest if other is None else np.maximum(x.largest, other.largest)
    none = risk <= NO_RISK * largest
    return np.where(none, np.nan, np.where(np.isfinite(risk), reward / risk, np.inf))


# The measures, each of one Sample -----------------------------------------------------------------------------


def total_return(x: Sample) -> np.ndarray:
    """Π(1+r) − 1."""
    return x.growth - 1.0


def ann_return(x: Sample) -> np.ndarray:
    """(Π(1+r))^(P/T) − 1; −1 once everything is lost."""
    return _per_year(x, x.growth)


def _per_year(x: Sample, growth: np.ndarray) -> np.ndarray:
    return growth ** (x.P / x.T if x.years is None else 1.0 / x.years) - 1.0


def mean_return(x: Sample) -> np.ndarray:
    """P · mean(r)."""
    return x.mean * x.P


def ann_vol(x: Sample) -> np.ndarray:
    """std(r) · √P."""
    return x.std * x.P**0.5


def _downside(x: Sample, threshold: float) -> np.ndarray:
    """√(mean(min(r − threshold, 0)²)) per period, all T periods in the mean."""
    below = x.below(threshold)
    return np.sqrt(_dot(below, below) / x.T)


def downside_vol(x: Sample) -> np.ndarray:
    """√(mean(min(r − m, 0)²)) · √P."""
    return _downside(x, x.m) * x.P**0.5


def max_drawdown(x: Sample) -> np.ndarray:
    return x.walk[1]


def underwater_periods(x: Sample) -> np.ndarray:
    """Most periods since the last one at a peak; the start is one."""
    below = x.drawdown < -ROUNDING
    if _few(x.r):
        period = np.arange(1, x.T + 1)
        return (period - np.maximum.accumulate(np.where(below, 0, period), axis=-1)).max(-1).astype(float)
    since = longest = np.zeros(below.shape[:-1])
    for t in range(x.T):
        since = (since + 1.0) * below[..., t]
        longest = np.maximum(longest, since)
    return longest


def sharpe(x: Sample) -> np.ndarray:
    """mean(e)/std(e) · √P, e = r − f."""
    return _ratio((x.mean - x.f) * x.P**0.5, x.std, x)


def sortino(x: Sample) -> np.ndarray:
    """mean(e)/√(mean(min(e, 0)²)) · √P, e = r − f."""
    return _ratio((x.mean - x.f) * x.P**0.5, _downside(x, x.f), x)


def calmar(x: Sample) -> np.ndarray:
    growth, deepest = x.walk
    return _ratio(_per_year(x, growth), -deepest, x)


def hist_var(x: Sample) -> np.ndarray:
    return 0.0 - x.quantile[0]  # of no loss 0, not −0


def hist_cvar(x: Sample) -> np.ndarray:
    return 0.0 - x.tail


def omega(x: Sample) -> np.ndarray:
    """mean(max(r − m, 0)) / mean(max(m − r, 0))."""
    above = np.maximum(x.r, x.m)
    above -= x.m
    return _ratio(above.sum(-1) / x.T, -x.below(x.m).sum(-1) / x.T, x)


def ulcer(x: Sample) -> np.ndarray:
    """√(mean(drawdown²)) over T periods."""
    return np.sqrt(_dot(x.drawdown, x.drawdown) / x.T)


def win_rate(x: Sample) -> np.ndarray:
    return np.count_nonzero(x.r > 0.0, axis=-1) / x.T


def skew(x: Sample) -> np.ndarray:
    """T/((T−1)(T−2)) Σ(d/s)³, s with ddof 1: Excel's SKEW."""
    z = x.standardised
    value = x.T / ((x.T - 1) * (x.T - 2)) * _dot(z * z, z)
    return np.where(np.isfinite(x.std), value, np.inf)


def kurt(x: Sample) -> np.ndarray:
    """T(T+1)/((T−1)(T−2)(T−3)) Σ(d/s)⁴ − 3(T−1)²/((T−2)(T−3)): Excel's KURT, 0 for the normal distribution."""
    T, square = x.T, x.standardised**2
    factor = T * (T + 1) / ((T - 1) * (T - 2) * (T - 3))
    value = factor * _dot(square, square) - 3.0 * (T - 1) ** 2 / ((T - 2) * (T - 3))
    return np.where(np.isfinite(x.std), value, np.inf)


def excess_return(x: Sample) -> np.ndarray:
    """Annual return less the benchmark's, both from one power: of an array and of a number it rounds differently."""
    annual = _per_year(x, np.concatenate((x.growth, x.benchmark.growth[None])))
    return annual[:-1] - annual[-1]


def tracking_error(x: Sample) -> np.ndarray:
    """std(r − b) · √P."""
    return ann_vol(x.active)


def info_ratio(x: Sample) -> np.ndarray:
    """mean(r − b)/std(r − b) · √P."""
    return _ratio(x.active.mean * x.P**0.5, x.active.std, x, x.benchmark)


def port_beta(x: Sample) -> np.ndarray:
    """cov(e, e_b)/var(e_b); a constant rf changes neither."""
    b = x.benchmark
    return _ratio(_dot(x.deviations, b.deviations) / (x.T - 1) / b.std, b.std, b)


def jensen_alpha(x: Sample) -> np.ndarray:
    """P · (mean e − β · mean e_b)."""
    return x.P * (x.mean - x.f - port_beta(x) * (x.benchmark.mean - x.f))


# The measures by name -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure: its title in a table, its formula, what is missing where it is NaN, what it needs."""

    title: str
    value: Callable[[Sample], np.ndarray]
    no_answer: str = ""
    least: int = 2  # rows
    against: bool = False  # a benchmark
    path: bool = False  # the drawdown of every period
    per_year: bool = False  # says little of less than a year
    unit: str = "fraction"  # or number, periods


STILL = "returns: they do not vary, so there is no risk to divide by. Leave out cash or a constant column."
NO_LOSS = "returns: none falls below rf, so there is no downside risk to divide by. Give a longer history."
NO_SHORTFALL = (
    "returns: none falls below the minimum return, so there is no shortfall to divide by. Give a longer history."
)
NO_FALL = "returns: wealth never falls below its peak, so there is no drawdown to divide by. Give a longer history."
SAME = "returns: they differ from the benchmark's by a constant at most, so there is no active risk to divide by."
STILL_BENCHMARK = "benchmark: its returns do not vary, so nothing can be measured against them. Give a market index."

MEASURES = {
    "total_return": Measure("total return", total_return),
    "ann_return": Measure("annual return", ann_return, per_year=True),
    "mean_return": Measure("mean return", mean_return, per_year=True),
    "ann_vol": Measure("volatility", ann_vol, per_year=True),
    "downside_vol": Measure("downside volatility", downside_vol, per_year=True),
    "max_drawdown": Measure("max drawdown", max_drawdown, path=True),
    "underwater_periods": Measure("underwater periods", underwater_periods, path=True, unit="periods"),
    "sharpe": Measure("Sharpe ratio", sharpe, STILL, per_year=True, unit="number"),
    "sortino": Measure("Sortino ratio", sortino, NO_LOSS, per_year=True, unit="number"),
    "calmar": Measure("Calmar ratio", calmar, NO_FALL, path=True, per_year=True, unit="number"),
    "hist_var": Measure("VaR 95%", hist_var),
    "hist_cvar": Measure("CVaR 95%", hist_cvar),
    "omega": Measure("omega", omega, NO_SHORTFALL, unit="number"),
    "ulcer": Measure("ulcer index", ulcer, path=True),
    "win_rate": Measure("win rate", win_rate),
    "skew": Measure("skewness", skew, STILL, least=3, unit="number"),
    "kurt": Measure("excess kurtosis", kurt, STILL, least=4, unit="number"),
    "excess_return": Measure("excess return", excess_return, against=True, per_year=True),
    "tracking_error": Measure("tracking error", tracking_error, against=True, per_year=True),
    "info_ratio": Measure("information ratio", info_ratio, SAME, against=True, per_year=True, unit="number"),
    "port_beta": Measure("beta", port_beta, STILL_BENCHMARK, against=True, unit="number"),
    "jensen_alpha": Measure("Jensen's alpha", jensen_alpha, STILL_BENCHMARK, against=True, per_year=True),
}


def compares(name) -> bool:
    """Is this a measure that needs a benchmark?"""
    measure = MEASURES.get(name.strip().casefold()) if isinstance(name, str) else None
    return measure is None or measure.against


def evaluate(name: str, x: Sample) -> np.ndarray:
    """A measure of every series."""
    measure = MEASURES[name]
    if measure.against and x.b is None:
        raise InputError(f"benchmark: missing; {name} compares with one. Give the benchmark's returns, one column.")
    if measure.least > x.T:
        raise _too_few(name, x)
    return _values([measure], x)[0]


def _too_few(name: str, x: Sample) -> NotAvailableError:
    least = MEASURES[name].least
    return NotAvailableError(f"returns: {x.T} rows; {name} needs at least {least}. Give a longer history.")


def _values(measures: list[Measure], x: Sample) -> list[np.ndarray]:
    """Of every series; a block of many after the other, but for paths, which walk through time all series at once."""
    with np.errstate(all="ignore"):
        if x.r.ndim > 2 or len(x.r) <= SERIES:
            return [measure.value(x) for measure in measures]
        blocks = [[None if m.path else m.value(part) for m in measures] for part in x.parts()]
        columns = zip(measures, zip(*blocks, strict=True), strict=True)
        return [m.value(x) if m.path else np.concatenate(column) for m, column in columns]


def reason(name: str, value: float) -> AllocError:
    """Why a measure that is not finite has no answer."""
    if value != value and MEASURES[name].no_answer:
        return DivisionError(MEASURES[name].no_answer)
    return NumberError(
        f"returns: the {name} exceeds the largest number a computer holds. Give returns as fractions (0.05 for 5%), "
        "and the periods per year that belong to them."
    )


def rows(names: list[str], x: Sample) -> list[tuple]:
    """A row of a table for each measure: its title, then of every series a number or the error that stands for it."""
    known = [name for name in names if MEASURES[name].least <= x.T]
    found = dict(zip(known, _values([MEASURES[name] for name in known], x), strict=True))
    return [
        (MEASURES[name].title, *(_cells(name, found[name]) if name in found else [_too_few(name, x)] * len(x.r)))
        for name in names
    ]


def _cells(name: str, values: np.ndarray) -> list:
    if np.isfinite(values).all():
        return values.tolist()
    return [value if np.isfinite(value) else reason(name, value) for value in values.tolist()]


def record_drawdown(r: np.ndarray) -> None:
    """The rows between which the deepest drawdown of one series lies, for EXPLAIN."""
    depth = drawdowns(r)
    trough = int(depth.argmin())
    if depth[trough] < 0.0:
        peaks = np.flatnonzero(depth[:trough] >= 0.0)
        later = np.flatnonzero(depth[trough:] >= -ROUNDING)
        record("peak", Label("time", int(peaks[-1])) if peaks.size else "the starting value")
        record("trough", Label("time", trough))
        record("recovered", Label("time", trough + int(later[0])) if later.size else "not yet")


def rolling(name: str, returns: np.ndarray, window: int, P: float, rf: float, benchmark, years=None) -> np.ndarray:
    """A measure of each of the T − w + 1 windows of each column, in blocks of windows that stay in the cache."""
    series = np.ascontiguousarray(returns.T)
    windows = np.lib.stride_tricks.sliding_window_view(series, window, axis=-1)  # (n, T − w + 1, w), nothing copied
    against = None if benchmark is None else np.lib.stride_tricks.sliding_window_view(benchmark, window)
    step = max(1, BLOCK // (len(series) * window))
    parts = []
    for t in range(0, windows.shape[1], step):
        b = None if against is None else against[t : t + step]
        span = None if years is None else years[t : t + step]
        parts.append(evaluate(name, Sample(windows[:, t : t + step], P, rf, b, years=span)))
    return np.concatenate(parts, axis=-1).T


def rows_by_state(states: list) -> list[tuple[object, list[int]]]:
    """Each state with its rows, in order of first appearance; names compare after NFKC, trimming and case folding."""
    found: dict[str, tuple[object, list[int]]] = {}
    for t, state in enumerate(states):
        whole = isinstance(state, float) and state.is_integer()
        key = unicodedata.normalize("NFKC", str(int(state) if whole else state)).strip().casefold()
        found.setdefault(key, (state.strip() if isinstance(state, str) else state, []))[1].append(t)
    return list(found.values())
