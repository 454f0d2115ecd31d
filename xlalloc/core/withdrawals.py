"""Spending from wealth once a year, by rule, on simulated paths. All amounts are in today's money."""

from collections.abc import Iterator

import numpy as np

RULES = ("constant", "percent", "guardrails")
SHORT = 1e-9  # of a withdrawal: less than this short of it is rounding
UPPER, LOWER, CHANGE = 1.2, 0.8, 0.1  # Guyton & Klinger: guardrails around the first rate, and the change at each
LAST_CUT = 15  # years before the end, from which on spending is not cut


def paid(
    wealth: float, spending: float, growth: Iterator[np.ndarray], years: int, inflation: float, rule: str
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Year by year, of each path: has all been paid in full, wealth at the end, what was paid at the start.

    ``growth`` is nominal, that of every path in each of the years; all is computed while it is in the cache.
    """
    now, due, fell = np.asarray(wealth), np.asarray(spending), np.asarray(False)
    lasting = np.asarray(True)
    for t, returns in enumerate(growth):
        with np.errstate(over="ignore", invalid="ignore"):
            if rule == "percent":
                due = now * (spending / wealth)
            elif rule == "guardrails" and t:
                due = _guarded(due, now, spending / wealth, fell, years - t, inflation)
            lasting = lasting & (now >= due * (1.0 - SHORT))
            spent = np.minimum(due, now)
            if rule == "guardrails":
                fell = returns < 1.0
            returns /= 1.0 + inflation
            returns *= now - spent
        now = returns
        yield np.broadcast_to(lasting, now.shape), now, np.broadcast_to(spent, now.shape)


def _guarded(due, wealth, first: float, fell: np.ndarray, remaining: int, inflation: float) -> np.ndarray:
    """The rules of Guyton & Klinger (2006) in their order: inflation, capital preservation, prosperity."""
    fair = wealth * first  # the first share of it
    if inflation:  # not raised, so less in real terms
        due = due * (1.0 - inflation / (1.0 + inflation) * (fell & (due > fair)))
    steps = (due < LOWER * fair).view(np.int8)  # products with 0 and 1: np.where takes three times as long
    if remaining > LAST_CUT:
        steps = steps - (due > UPPER * fair).view(np.int8)
    factor = CHANGE * steps
    factor += 1.0
    factor *= due
    return factor


def annuity_due(growth: Iterator[np.ndarray], inflation: float) -> np.ndarray:
    """Of each path: what 1 a year in real terms, from today on, costs: Σ 1/G_k, G_k the real growth after k years."""
    cost, discount = np.asarray(1.0), np.asarray(1.0)
    years = list(growth)
    with np.errstate(over="ignore", divide="ignore"):
        for year in years[:-1]:
            discount = discount * ((1.0 + inflation) / year)
            cost = cost + discount
    return np.broadcast_to(cost, years[-1].shape)
