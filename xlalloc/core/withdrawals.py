"""Spending from wealth once a year, by rule, on simulated paths. All amounts are in today's money."""

import numpy as np

RULES = ("constant", "percent", "guardrails")
SHORT = 1e-9  # of a withdrawal: less than this short of it is rounding
UPPER, LOWER, CHANGE = 1.2, 0.8, 0.1  # Guyton & Klinger: guardrails around the first rate, and the change at each
LAST_CUT = 15  # years before the end, from which on spending is not cut


def paid(
    wealth: float, spending: float, growth: np.ndarray, inflation: float, rule: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each year (down) and path (across): has all been paid in full, wealth at the end, what was paid at the start.

    ``growth`` is nominal, years down, paths across; it is used up.
    """
    years, paths = growth.shape
    fell = growth < 1.0 if rule == "guardrails" else np.empty(0)
    worth = np.divide(growth, 1.0 + inflation, out=growth)  # at first real growth, year by year wealth
    now, due = np.full(paths, wealth), np.full(paths, spending)
    lasting = np.ones(paths, dtype=bool)
    lasted, spent = np.empty(growth.shape, bool), np.empty(growth.shape)
    with np.errstate(over="ignore", invalid="ignore"):
        for t in range(years):
            if rule == "percent":
                np.multiply(now, spending / wealth, out=due)
            elif rule == "guardrails" and t:
                due = _guarded(due, now, spending / wealth, fell[t - 1], years - t, inflation)
            np.logical_and(lasting, now >= due * (1.0 - SHORT), out=lasting)
            lasted[t] = lasting
            np.minimum(due, now, out=spent[t])
            worth[t] *= now - spent[t]
            now = worth[t]
    return lasted, worth, spent


def _guarded(due, wealth, first: float, fell: np.ndarray, remaining: int, inflation: float) -> np.ndarray:
    """The rules of Guyton & Klinger (2006) in their order: inflation, capital preservation, prosperity."""
    fair = wealth * first  # the first share of it
    if inflation:
        kept = fell & (due > fair)  # not raised, so less in real terms
        due = due * (1.0 - kept * (inflation / (1.0 + inflation)))
    change = CHANGE * (due < LOWER * fair)
    if remaining > LAST_CUT:
        change -= CHANGE * (due > UPPER * fair)
    return due * (1.0 + change)


def annuity_due(growth: np.ndarray, inflation: float) -> np.ndarray:
    """Of each path: what 1 a year in real terms, from today on, costs: Σ 1/G_k, G_k the real growth after k years."""
    cost, discount = np.ones(growth.shape[1]), np.ones(growth.shape[1])
    with np.errstate(over="ignore", divide="ignore"):
        for year in growth[:-1]:
            discount *= (1.0 + inflation) / year
            cost += discount
    return cost
