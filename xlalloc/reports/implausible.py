"""Prices that can hardly be right, listed with asset, date and value: they are used as they are, and said."""

from itertools import pairwise

import numpy as np

from xlalloc.plausible import DOWN, UP
from xlalloc.reports.account import Account
from xlalloc.reports.market import Market
from xlalloc.reports.problems import Location, Problems

ROWS_MISSING = 3  # dates of the others in a row, within an asset's own history, on which it has no price
LISTED = 3  # of one asset, of one account
LATER = 45  # days by which an account may be ahead of the prices


def look_at(market: Market, problems: Problems) -> None:
    """Every asset's moves and holes, in the list and for the notes of the clients who hold it."""
    for asset in market.assets:
        column = market.panel[:, market.assets.index(asset)]
        filled = np.flatnonzero(~np.isnan(column))
        if len(filled) > 1:
            found = Problems()
            _moves(market, asset, column[filled], filled, found)
            _holes(market, asset, filled, found)
            problems.extend(found.items)
            if found.items:
                market.doubts[asset] = found.items


def account_doubts(account: Account, worth: float, market: Market) -> list[tuple[str, dict[str, str]]]:
    """Of an account's own history: a value that moves beyond all prices, days to come, another worth than is held."""
    known = [(d, v, f) for d, v, f in zip(account.dates, account.values, account.flows, strict=True) if v and v == v]
    if not known:
        return []
    found = []
    for (_, before, _), (day, value, flow) in pairwise(known):
        if before + flow > 0 and not DOWN <= value / (before + flow) <= UP and value - flow > 0:
            words = {"date": f"{day}", "before": f"{before:,.2f}", "after": f"{value:,.2f}", "flow": f"{flow:+,.2f}"}
            found.append(("account_jump", words))
    last, value, _ = known[-1]
    if market.as_of and not market.is_old(last):
        if (last - market.as_of).days > LATER:
            found.append(("account_later", {"date": f"{last}", "as_of": f"{market.as_of}"}))
        elif not DOWN <= value / worth <= UP:
            found.append(("account_differs", {"date": f"{last}", "value": f"{value:,.2f}", "worth": f"{worth:,.2f}"}))
    return found[:LISTED]


def _moves(market: Market, asset: str, prices: np.ndarray, rows: np.ndarray, problems: Problems) -> None:
    with np.errstate(over="ignore"):
        ratio = prices[1:] / prices[:-1]
    wrong = np.flatnonzero((ratio > UP) | (ratio < DOWN))
    for k in wrong[:LISTED].tolist():
        location = Location("prices", None, asset, f"{prices[k + 1]:.6g}")
        words = {"asset": asset, "before": f"{prices[k]:.6g}", "after": f"{prices[k + 1]:.6g}"}
        words["date"] = f"{market.dates[rows[k + 1]]}"
        problems.note("", "price_jump", "done.used", location, **words)
    if len(wrong) > LISTED:
        problems.note("", "more_like_it", "done.used", Location("prices", None, asset), count=f"{len(wrong) - LISTED}")


def _holes(market: Market, asset: str, rows: np.ndarray, problems: Problems) -> None:
    missing = np.diff(rows) - 1
    for k in np.flatnonzero(missing > ROWS_MISSING)[:LISTED].tolist():
        words = {"asset": asset, "count": f"{missing[k]}"}
        words |= {"first": f"{market.dates[rows[k]]}", "last": f"{market.dates[rows[k + 1]]}"}
        problems.note("", "price_hole", "done.bridged", Location("prices", None, asset), **words)
    days = np.array([market.dates[row].toordinal() for row in rows])
    gaps = np.diff(days)
    long = np.flatnonzero((gaps > 15) & (gaps > 3 * np.median(gaps)) & (missing <= ROWS_MISSING))
    for k in long[:LISTED].tolist():
        words = {"asset": asset, "count": f"{gaps[k]}"}
        words |= {"first": f"{market.dates[rows[k]]}", "last": f"{market.dates[rows[k + 1]]}"}
        problems.note("", "price_gap", "done.bridged", Location("prices", None, asset), **words)
