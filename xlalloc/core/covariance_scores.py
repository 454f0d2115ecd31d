"""How well a covariance estimator forecast: portfolios of each refit, measured on the rows that follow."""

from dataclasses import dataclass

import numpy as np

from xlalloc.core.covariances import estimate
from xlalloc.core.limits import Limits
from xlalloc.core.risk_budgeting import risk_budgeting
from xlalloc.errors import Label, NumberError

AHEAD = 3  # steps over which shares of risk are realised, and of one block of the bootstrap
DRAWS = 1000


@dataclass(frozen=True, slots=True)
class Score:
    """What one estimator came to: series of the two portfolios' returns, errors of the forecasts, turnover."""

    lowest: np.ndarray  # returns of the minimum-variance portfolio, one a row out of sample
    parity: np.ndarray  # of the risk-parity portfolio
    share_error: float
    vol_error: float
    lowest_turnover: float
    parity_turnover: float


def score(returns: np.ndarray, method: str, window: int, step: int, P: float, parameter=None) -> Score:
    """Refits on the last ``window`` rows every ``step`` rows; what is measured begins after the rows of the fit."""
    T, n = returns.shape
    refits = range(window, T - step + 1, step)
    limits, budgets = Limits.given(n, 0.0, 1.0), np.full(n, 1.0 / n)
    lowest, parity, shares, vols, weights = [], [], [], [], []
    for t in refits:
        try:
            cov = estimate(returns[t - window : t], method, parameter, P)
            w = limits.cleaned(limits.frontier(-np.sqrt(cov.diagonal()), cov).min_variance())
            x = risk_budgeting(cov, budgets, checked=True).weights
        except NumberError as error:
            words = error.template.removeprefix("cov: ").removeprefix("returns: ")
            raise type(error)(f"returns: {method}, up to {{}}: {words}", Label("time", t - 1), *error.labels) from None
        after = returns[t : t + step]
        lowest.append(after.dot(w))
        parity.append(after.dot(x))
        weights.append((w, x))
        realised = parity[-1].std(ddof=1) * P**0.5
        if realised > 0.0:
            vols.append(abs(np.log(realised / np.sqrt(x.dot(cov).dot(x)))))
        if t + AHEAD * step <= T:
            longer = returns[t : t + AHEAD * step]
            longer = longer - longer.mean(axis=0)
            parts = x * longer.dot(x).dot(longer)
            shares.append(n * parts / parts.sum() - 1.0)
    by_portfolio = np.array(weights).transpose(1, 0, 2)
    turnover = 0.5 * np.abs(np.diff(by_portfolio, axis=1)).sum(axis=2).mean(axis=1)
    return Score(
        np.concatenate(lowest),
        np.concatenate(parity),
        float(np.sqrt(np.square(shares).mean())),
        float(np.mean(vols)),
        *turnover.tolist(),
    )


def relative(own: np.ndarray, first: np.ndarray, step: int) -> tuple[float, float]:
    """By how much the volatility of one series exceeds the other's, relative, and the standard error of that.

    The rows are cut into blocks of AHEAD steps (the last one shorter); as many are drawn with replacement, DRAWS times.
    """
    length = AHEAD * step
    cuts = np.arange(0, len(own), length)
    count = np.diff(np.append(cuts, len(own)))
    sums = [np.add.reduceat(series**k, cuts) for series in (own, first) for k in (1, 2)]

    def difference(chosen):
        T, a, aa, b, bb = (part[chosen].sum(axis=-1) for part in (count, *sums))
        return np.sqrt((aa - a * a / T) / (bb - b * b / T)) - 1.0

    drawn = np.random.RandomState(1).randint(0, len(cuts), (DRAWS, len(cuts)))
    return float(difference(np.arange(len(cuts)))), float(difference(drawn).std(ddof=1))
