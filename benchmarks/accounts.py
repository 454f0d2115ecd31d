"""Accounts and spending: money-weighted returns by the thousand, withdrawals on ten thousand paths."""

from functools import partial

import numpy as np

import xlalloc as xa
from benchmarks.table import Section
from benchmarks.timing import side_by_side
from xlalloc.core import simulation
from xlalloc.core.account import _only_rate

NUMPY, BRENT = "numpy alone", "scipy's brentq"


def section(
    accounts: int = 1000, flows: int = 120, paths: int = 10_000, years: int = 30, seconds: float = 3.0
) -> Section:
    """MWR of many accounts, WITHDRAWAL_SIM and SAFE_WITHDRAWAL, beside the numpy work that cannot be avoided."""
    found = Section(
        "Accounts and spending",
        ["xlalloc", "its kernel", NUMPY, BRENT],
        "MWR is called once for each account, with dates and the proof that there is one rate only; numpy alone is one "
        "evaluation of the values of all of them at their rates. For withdrawals it is the drawing of the random "
        "numbers, which the functions repeat here in every call.",
    )
    payments, years_left, dates, balances, money = drawn(accounts, flows)
    rates = np.array([xa.mwr(b, f, dates=dates) for b, f in zip(balances, money, strict=True)])

    def one_by_one():
        for b, f in zip(balances, money, strict=True):
            xa.mwr(b, f, dates=dates)

    def kernel():
        for p in payments:
            _only_rate(p, years_left)

    evaluate = partial(values, payments, rates, years_left)
    candidates = {
        "xlalloc": one_by_one,
        "its kernel": kernel,
        NUMPY: evaluate,
        BRENT: partial(by_brent, payments, years_left),
    }
    times = side_by_side(candidates, seconds)
    worst = float(np.abs(evaluate()).max() / np.abs(payments).max())
    found.add(
        f"MWR, {accounts:,} accounts × {flows} flows",
        times,
        {"xlalloc": f"{worst:.0e}"},
        f"30 numpy: {times['xlalloc'] / times[NUMPY]:.1f}",
    )
    draws = partial(_drawn, paths, years)
    for title, call in {
        "WITHDRAWAL_SIM": partial(xa.withdrawal_sim, 1e6, 4e4, years, 0.06, 0.12, 0.02, "constant", paths),
        "WITHDRAWAL_SIM, guardrails": partial(
            xa.withdrawal_sim, 1e6, 4e4, years, 0.06, 0.12, 0.02, "guardrails", paths
        ),
        "SAFE_WITHDRAWAL": partial(xa.safe_withdrawal, years, 0.06, 0.12, 0.9, 0.02, paths),
    }.items():
        times = side_by_side({"xlalloc": partial(_afresh, call), NUMPY: draws}, seconds)
        goal = f"3 draws: {times['xlalloc'] / times[NUMPY]:.2f}"
        found.add(f"{title}, {paths:,} × {years} years", times, goal=goal)
    return found


def drawn(accounts: int, flows: int):
    """Payments, years to the end, dates, balances and flows of accounts that money comes into and goes out of."""
    rng = np.random.default_rng(11)
    days = np.concatenate([[0], np.cumsum(rng.integers(28, 32, flows))])
    money = rng.normal(500, 3000, (accounts, flows + 1)).round(2)
    money[:, 0] = 0.0
    balances = np.full((accounts, flows + 1), np.nan)
    balances[:, 0] = 100_000.0
    balances[:, -1] = (100_000.0 + money.sum(axis=1)) * rng.uniform(0.7, 1.8, accounts)
    payments = money.copy()
    payments[:, 0] += balances[:, 0]
    payments[:, -1] -= balances[:, -1]
    return payments, (days[-1] - days) / 365.0, np.datetime64("2014-01-31") + days, balances, money


def values(payments, rates, years_left) -> np.ndarray:
    return (payments * (1.0 + rates[:, None]) ** years_left).sum(axis=1)


def by_brent(payments, years_left) -> None:
    """As a careful user would: one bracketed root each, and no proof that it is the only one."""
    from scipy.optimize import brentq

    for p in payments:
        brentq(lambda i, p=p: float((p * (1.0 + i) ** years_left).sum()), -0.99, 10.0, xtol=1e-14)


def _drawn(paths: int, years: int) -> None:
    np.random.RandomState(1).standard_normal((paths, years))


def _afresh(call) -> None:
    simulation._drawn.cache_clear()
    call()
