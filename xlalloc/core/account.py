"""How an account itself has done, with money paid in and taken out: its returns, its money-weighted rate, its gain."""

import datetime as dt
from math import expm1, log
from typing import Annotated

import numpy as np

from xlalloc.catalogue import Table, worksheet_function
from xlalloc.core.money_weighted import rates
from xlalloc.errors import AllocError, InputError, Label, NotAvailableError, NumberError
from xlalloc.explanation import record
from xlalloc.quantities import Balances, Dates, Flows, Number, Quantity, TableResult, number, option

DAY = np.dtype("datetime64[D]")
YEAR = 365.0  # days, as XIRR counts
LARGEST = 700.0  # of a logarithm: e to it is a number
TOLD = log(1e6)  # of a logarithm: beyond it a rate is told in words
STARTS = "start"  # the flow of a row came at the date of the row before

Timing = Annotated[
    str,
    option("When a row's flow came: end: on the date of its row; start: on the date of the row before", "end", "start"),
]
AccountReturns = Annotated[
    np.ndarray,
    Quantity(
        "rows", "Return of each period, dated as the balances", "fraction per period", ("time",), nan="", head="Account"
    ),
]
FirstBalance = Annotated[float, number("Value at the start", "money")]
LastBalance = Annotated[float, number("Value at the end", "money")]
FlowAmounts = Annotated[np.ndarray, Quantity("vector", "Money paid in (+) or taken out (-)", "money", ("flows",))]
FlowDates = Annotated[np.ndarray, Quantity("dates", "Date of each flow", axes=("flows",))]
StartDate = Annotated[dt.date, Quantity("date", "Date of the value at the start")]
EndDate = Annotated[dt.date, Quantity("date", "Date of the value at the end")]


@worksheet_function(
    "=ACCOUNT_RETURNS({100000;112000;118500;96000},{0;10000;0;-25000})", [[0.02], [0.0580357], [0.021097]]
)
def account_returns(balances: Balances, flows: Flows, timing: Timing = "end") -> AccountReturns:
    """Time-weighted returns of an account, period by period, without the effect of money paid in and taken out.

    Formula: end: (V_t − F_t)/V_{t−1} − 1; start: V_t/(V_{t−1} + F_t) − 1

    V_t is the value at the end of row t, the flow of that row included; F_t is paid in (+) or taken out (−). The flow
    of the first row is part of its value and is ignored. end: the flow came on the date of its row. start: it came on
    the date of the row before and was there for the whole period. Balances and flows with dates of their own are put
    together by date, and a date without a flow has none.

    A blank balance is spanned: that row's return is blank, and the next one reaches back to the last value. Rows before
    the first balance are left out. TOTAL_RETURN, MAX_DRAWDOWN, KPI_TABLE of the result are the account's own.

    Errors: #N/A where money came or went on a date whose balance is blank; #NUM! where the value a return starts from
    is not positive, or a return is below −100%.

    Peers: none.

    Source: CFA Institute, GIPS Standards (2020), 2.A (time-weighted returns); Bacon (2008), Practical Portfolio
    Performance Measurement and Attribution, ch. 2.
    """
    known = _known(balances)
    rows, on = _moves(balances, flows, timing)
    words = "on a date whose balance is blank. Give the balance of that day; MWR needs the first and the last alone."
    _stop_at(np.isnan(balances[on]), rows, flows, words)
    first, start, end = int(known[0]), known[:-1], known[1:]
    _record_first(flows[first])
    if timing == STARTS:  # the flow of the row after a balance came on its date
        base, value = balances[start] + flows[start + 1], balances[end]
    else:
        base, value = balances[start], balances[end] - flows[end]
    if (bad := np.flatnonzero(base <= 0.0)).size:
        t = int(start[bad[0]])
        raise NumberError(
            f"balances: {{}}: a return cannot start from {base[bad[0]]:,.10g}; the value must be above 0. End the "
            "range where the account is empty, and begin again where money comes in.",
            Label("time", t),
        )
    if (bad := np.flatnonzero(value < 0.0)).size:
        t = int(end[bad[0]])
        raise NumberError(
            f"balances: {{}}: the value without the flow would be {value[bad[0]]:,.10g}, a loss of more than "
            "everything. Check the sign of the flow: + is paid in.",
            Label("time", t),
        )
    returns = np.full(len(balances) - 1 - first, np.nan)
    returns[end - first - 1] = value / base - 1.0
    if missing := len(returns) - len(end):
        record("blank balances spanned", missing)
    return returns


def _known(balances: np.ndarray) -> np.ndarray:
    """The rows with a balance: two at least, to measure from one to the other."""
    known = (balances == balances).nonzero()[0]
    if known.size < 2:
        raise NotAvailableError(f"balances: {known.size} values; at least two are needed, at the start and at the end.")
    return known


def _moves(balances: np.ndarray, flows: np.ndarray, timing: str) -> tuple[np.ndarray, np.ndarray]:
    """The rows with a flow and those on whose dates it came; that of the first row is part of the first balance."""
    rows = np.flatnonzero(flows)
    if rows.size and rows[0] == 0 and balances[0] == balances[0]:
        rows = rows[1:]
    return rows, np.maximum(rows - 1, 0) if timing == STARTS else rows


def _record_first(flow: float) -> None:
    if flow:
        record("flow of the first row, part of its balance", float(flow))


def _stop_at(bad: np.ndarray, rows: np.ndarray, flows: np.ndarray, words: str) -> None:
    """An error where a flow cannot be placed."""
    if bad.any():
        t = int(rows[bad][0])
        raise NotAvailableError(f"flows: {{}}: {flows[t]:+,.10g} came or went {words}", Label("time", t))


@worksheet_function(
    '=MWR({"date","value";"2024-01-01",10000;"2024-07-01","";"2025-01-01",12000},'
    '{"date","flow";"2024-01-01",0;"2024-07-01",1000;"2025-01-01",0})',
    [[0.0950442]],
)
def mwr(balances: Balances, flows: Flows, timing: Timing = "end", *, dates: Dates | None = None) -> Number:
    """Money-weighted return of an account per year: the rate at which its payments grow to what it is worth.

    Formula: V₀(1+i)^T + Σ F_t(1+i)^{T−t} = V_T, time in days/365

    Excel's XIRR of −V₀, −F_t and V_T on their dates. Only the first and the last balance count, those between may be
    blank; the flow of the first row is part of the first balance and is ignored. timing as in ACCOUNT_RETURNS. It needs
    dates beside the balances or the flows: without them there is no year.

    All rates above −100% that solve the equation are counted. Where the account, growing at the rate found, is never
    overdrawn there is only that one; else they are isolated between the turning points of the equation, and nothing is
    guessed. Where nothing came back at all it is −100%. Under a year it is still per year, as XIRR's is.

    Errors: #VALUE! where there are no dates; #N/A where money came or went before the first balance or after the last;
    #NUM! where no rate solves it, or several do.

    Peers: Excel XIRR.

    Source: CFA Institute, GIPS Standards (2020), money-weighted return; Teichroew, Robichek & Montalbano (1965), An
    Analysis of Criteria for Investment and Financing Decisions under Certainty (several rates).
    """
    if dates is None:
        raise InputError(
            "balances: there are no dates, and a rate per year needs them. Put a date column before the balances."
        )
    first, last = _ends_known(balances, flows, timing)
    amounts = _payments(balances, flows, timing, first, last)
    if balances[last] < 0.0 and not (amounts < 0.0).any():
        raise NumberError(
            f"balances: {{}}: {balances[last]:,.10g} is owed in the end and nothing came back, a loss of more than "
            "everything, which no rate gives. Check the sign of the last balance.",
            Label("time", last),
        )
    days = dates.astype(DAY, copy=False)[first : last + 1].view(np.int64)
    left = days[-1] - days
    record("days", int(left[0]))
    return _only_rate(amounts, left / YEAR)


def _ends_known(balances: np.ndarray, flows: np.ndarray, timing: str) -> tuple[int, int]:
    """The rows of the first and of the last balance, with no flow outside them."""
    known = _known(balances)
    first, last = int(known[0]), int(known[-1])
    _record_first(flows[first])
    if outside := len(balances) - 1 - last + first:
        rows, on = _moves(balances, flows, timing)
        words = "before the first balance or after the last. Give a balance at the start and at the end."
        _stop_at((on < first) | (on > last), rows, flows, words)
        record("rows without a balance at the ends, left out", outside)
    return first, last


def _payments(balances, flows, timing: str, first: int, last: int) -> np.ndarray:
    """What was put in (+) and came back (−) on the date of each row, the account being sold at the end."""
    if timing == STARTS:
        amounts = np.append(flows[first + 1 : last + 1], 0.0)
        amounts[0] += balances[first]
    else:
        amounts = flows[first : last + 1].copy()
        amounts[0] = balances[first]
    amounts[-1] -= balances[last]
    return amounts


def _in_percent(s: float) -> str:
    """A rate as a reader wants it: one that is near a loss of everything, or beyond any sense, in words."""
    return "just above -100%" if s < -TOLD else "above 100,000,000%" if s > TOLD else f"{expm1(s):.4%}"


def _only_rate(amounts: np.ndarray, years: np.ndarray) -> float:
    """The one rate, or the reason why there is none to name."""
    logs, touching = rates(amounts, years)
    if len(logs) == 1 and not touching:
        if logs[0] > LARGEST:
            raise NumberError("balances: the rate per year is too large to compute. Check the dates and the units.")
        record("rates that solve it", 1)
        return expm1(logs[0])
    if not logs:
        if (amounts > 0.0).any() and not (amounts < 0.0).any():
            record("rates that solve it", "none: nothing came back, which is a loss of everything")
            return -1.0
        raise NumberError(
            "flows: no rate solves these payments: what came back is all that there is, or less than nothing was left. "
            "Check the signs: + is paid in, - is taken out."
        )
    shown = ", ".join(map(_in_percent, logs))
    if touching:
        raise NumberError(
            f"flows: the payments only just have a rate, near {shown}: within rounding there are two or none. Use "
            "ACCOUNT_RETURNS, which has one answer."
        )
    raise NumberError(
        f"flows: {len(logs)} rates solve these payments ({shown}), so none is the return. Money was owed in between; "
        "use ACCOUNT_RETURNS, which has one answer."
    )


@worksheet_function(
    '=DIETZ(1000000,1120000,{100000;-50000},{"2024-01-11";"2024-01-21"},"2023-12-31","2024-01-31")', [[0.0667692]]
)
def dietz(
    first_value: FirstBalance,
    last_value: LastBalance,
    flows: FlowAmounts,
    flow_dates: FlowDates,
    start_date: StartDate,
    end_date: EndDate,
) -> Number:
    """Modified Dietz return of an account between two dates: the gain over the mean money at work, not per year.

    Formula: (V₁ − V₀ − ΣF)/(V₀ + Σ wF), w = (CD − D)/CD

    CD is the number of days from start_date to end_date, D that from start_date to the flow, which comes at the end of
    its day. It needs no balance on the day of a flow, and is near the money-weighted return where flows are small.

    Errors: #VALUE! where a flow is not after start_date and up to end_date, or end_date is not after start_date; #NUM!
    where the mean money at work is not positive.

    Peers: none.

    Source: CFA Institute, GIPS Standards (2020), Modified Dietz; Bacon (2008), Practical Portfolio Performance
    Measurement and Attribution, ch. 2.
    """
    start, end = np.datetime64(start_date, "D"), np.datetime64(end_date, "D")
    days = int((end - start).astype(int))
    if days <= 0:
        raise InputError(
            f"end_date: {end_date} is not after start_date {start_date}. Give the later of the two as end_date."
        )
    for date in flow_dates:
        if not start < date <= end:
            raise InputError(
                f"flow_dates: {date} is not between {start_date} and {end_date} (a flow on start_date belongs to "
                "first_value). Leave the flow out, or move the dates."
            )
    weights = (end - flow_dates).astype(int) / days
    at_work = first_value + float(weights.dot(flows))
    if not at_work > 0.0:
        raise NumberError(
            f"flows: the mean money at work is {at_work:,.10g}; it must be above 0. Take a shorter time, or use MWR."
        )
    record("gain", last_value - first_value - float(flows.sum()))
    record("mean money at work", at_work)
    record("days", days)
    return (last_value - first_value - float(flows.sum())) / at_work


@worksheet_function(
    '=ACCOUNT_GAIN({"date","value";"2024-01-01",10000;"2024-07-01",11300;"2025-01-01",12000},'
    '{"date","flow";"2024-01-01",0;"2024-07-01",1000;"2025-01-01",0})',
    [
        ["measure", "result"],
        ["first value", 10000],
        ["paid in", 1000],
        ["taken out", 0],
        ["gain", 1000],
        ["last value", 12000],
        ["time-weighted return, whole time", 0.0938053],
        ["money-weighted return, per year", 0.0950442],
        ["time-weighted return, per year", 0.0935374],
    ],
)
def account_gain(
    balances: Balances, flows: Flows, timing: Timing = "end", *, dates: Dates | None = None
) -> TableResult:
    """From the first value of an account to its last: paid in, taken out, gained, and both kinds of return.

    Formula: gain = V_T − V₀ − ΣF

    The flow of the first row is part of the first value. The time-weighted return is that of ACCOUNT_RETURNS,
    compounded: what money left alone would have earned. The money-weighted return is MWR: what the money that was
    there earned. The last row is the time-weighted return on the clock of MWR, days/365, so that the two can be
    compared: where money came before a fall the money-weighted one is lower. The two per year need dates.

    Errors: #N/A where money came or went before the first balance or after the last, or on a date whose balance is
    blank (in the cells of the time-weighted return); #VALUE! where there are no dates (in the cells per year); #NUM!
    where a return has no answer (in its cell).

    Peers: none.

    Source: CFA Institute, GIPS Standards (2020), time- and money-weighted returns.
    """
    first, last = _ends_known(balances, flows, timing)
    start, end = float(balances[first]), float(balances[last])
    moved = flows[first + 1 : last + 1]
    paid_in, taken_out = float(moved[moved > 0.0].sum()), float(np.abs(moved[moved < 0.0]).sum())
    whole = _or_error(lambda: float(np.nanprod(account_returns(balances, flows, timing) + 1.0)) - 1.0)
    money_weighted = _or_error(lambda: mwr(balances, flows, timing, dates=dates))
    return Table(
        ("measure", "result"),
        [
            ("first value", start),
            ("paid in", paid_in),
            ("taken out", taken_out),
            ("gain", end - start - paid_in + taken_out),
            ("last value", end),
            ("time-weighted return, whole time", whole),
            ("money-weighted return, per year", money_weighted),
            ("time-weighted return, per year", _or_error(lambda: _per_year(whole, dates, first, last))),
        ],
    )


def _or_error(compute) -> float | AllocError:
    """A cell of the table: the number, or the error that stands for it."""
    try:
        return compute()
    except AllocError as error:
        return error


def _per_year(whole: float | AllocError, dates, first: int, last: int) -> float:
    """(1 + R)^(365/days) − 1."""
    if isinstance(whole, AllocError):
        raise whole
    if dates is None:
        raise InputError(
            "balances: there are no dates, and a return per year needs them. Put a date column before them."
        )
    days = int((dates[last] - dates[first]).astype("timedelta64[D]").astype(int))
    with np.errstate(over="ignore"):
        rate = float(np.expm1(np.log1p(whole) * YEAR / days)) if whole > -1.0 else -1.0
    if not np.isfinite(rate):
        raise NumberError("balances: the return per year is too large to compute. Check the dates and the units.")
    return rate
