"""Wealth along blocks of months drawn from a history (Politis & Romano 1992), and a history by calendar months."""

from collections.abc import Iterator

import numpy as np

from xlalloc.errors import InputError, Label, NotAvailableError
from xlalloc.explanation import record

AT_ONCE = 2_000_000  # starts of blocks drawn at a time
NEAR = 7  # days by which the first or the last row of a whole month may miss its end


def monthly(returns: np.ndarray, dates) -> np.ndarray:
    """Returns per calendar month: rows of a month compounded, months that are not whole left out."""
    if dates is None:
        record("rows", f"{len(returns)}, taken as months (no dates)")
        return returns
    number = dates.astype("datetime64[M]").astype(int)
    steps = np.diff(number)
    if np.median(steps) > 1.0:
        raise InputError(
            "returns: their rows are further apart than a month. Give monthly returns, or finer ones with their dates."
        )
    months, first = np.unique(number, return_index=True)
    if len(months) == len(number):  # one row per month: it spans the months since the row before
        whole = np.append(True, steps == 1)
        by_month = returns
    else:
        by_month = np.multiply.reduceat(returns + 1.0, first, axis=0) - 1.0
        whole = _whole(dates, months, first)
    if not whole.all():
        record("months left out", [Label("time", int(first[k])) for k in np.flatnonzero(~whole)])
    record("months of history", int(whole.sum()))
    if not whole.any():
        raise NotAvailableError("returns: they hold no whole calendar month. Give a longer history.")
    return by_month[whole]


def _whole(dates: np.ndarray, months: np.ndarray, first: np.ndarray) -> np.ndarray:
    """Which months have all their days: the first begins and the last ends with the calendar, none follows a gap."""
    days = dates.astype("datetime64[D]").astype(int)
    begin = months.astype("datetime64[M]").astype("datetime64[D]").astype(int)
    end = (months + 1).astype("datetime64[M]").astype("datetime64[D]").astype(int) - 1
    gap = int(np.median(np.diff(days)))
    before = np.append(days[0] - gap, days[first[1:] - 1])  # where the first return of each month starts
    last = np.append(days[first[1:] - 1], days[-1])
    return (begin - 1 - before <= NEAR) & (before - begin < NEAR) & (end - last <= NEAR)


def wealth_by_year(x, wealth: float, saved: float, years: int, block: int, paths: int, seed: int) -> np.ndarray:
    """Wealth after each year, one column per path: W ← max(W (1 + x_t) + saved, 0), t along circular blocks of x.

    Within a block that starts at month s wealth is A_s W + B_s saved, so that what is drawn, the starts, decides alone.
    Where money is taken out, only the last month of a year has to be looked at: wealth below 0 never comes back.
    """
    pieces = list(_pieces(x, years, block))
    out = np.empty((years, paths))
    count = -(-12 * years // block)
    stream = np.random.RandomState(seed)
    step = max(AT_ONCE // count, 1)
    for k in range(0, paths, step):
        starts = np.ascontiguousarray(stream.randint(0, len(x), (min(step, paths - k), count)).T)
        now = np.full(starts.shape[1], wealth)
        for i, A, B, year in pieces:
            now *= A.take(starts[i])
            if saved:
                now += (saved * B).take(starts[i])
            if year is not None:
                if saved < 0.0:
                    np.maximum(now, 0.0, out=now)
                out[year, k : k + step] = now
    return out


def _pieces(x: np.ndarray, years: int, block: int) -> Iterator[tuple]:
    """The months from one end of a block or year to the next: which block, A and B by its start, the year that ends."""
    ends = sorted({*range(12, 12 * years + 1, 12), *range(block, 12 * years, block)})
    grown: dict[tuple[int, int], tuple] = {}
    begin = 0
    for end in ends:
        i, offset, length = begin // block, begin % block, end - begin
        if (offset, length) not in grown:
            A, B = np.ones(len(x)), np.zeros(len(x))
            for j in range(offset, offset + length):
                growth = 1.0 + np.roll(x, -(j % len(x)))
                A, B = A * growth, B * growth + 1.0
            grown[offset, length] = A, B
        yield i, *grown[offset, length], end // 12 - 1 if end % 12 == 0 else None
        begin = end
