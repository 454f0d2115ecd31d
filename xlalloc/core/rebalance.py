"""Back to the target weights: drift, trades, calendar, costs, whole lots, the adviser's plan."""

import calendar
import datetime as dt
from dataclasses import replace
from typing import Annotated

import numpy as np

from xlalloc import data
from xlalloc.catalogue import Table, worksheet_function
from xlalloc.core import orders, review
from xlalloc.core.checks import label_pairs, per_asset, rising, together
from xlalloc.errors import DivisionError, InputError, Label, NotAvailableError, NumberError
from xlalloc.explanation import record, recording
from xlalloc.quantities import (
    MUCH,
    Amount,
    CashFlow,
    Commission,
    ExitFee,
    Flag,
    Lots,
    MinCommission,
    NumberOrArray,
    Prices1,
    Quantity,
    SellTax,
    Spread,
    TableResult,
    Target,
    Threshold,
    Trades,
    Values,
    number,
    option,
)

A = "assets"
Rule = Annotated[
    str,
    option(
        "How far to trade once triggered: to the target, to the edge of the band, or only place the cash flow",
        "target",
        "edge",
        "cash",
    ),
]
Band = Annotated[
    str,
    option("absolute: the threshold itself on either side; relative: that share of the target", "absolute", "relative"),
]
LastDate = Annotated[dt.date, Quantity("date", "Date of the last rebalancing")]
Today = Annotated[dt.date, Quantity("date", "Date of today")]
TradeDate = Annotated[dt.date, Quantity("date", "Date of the sale")]
Frequency = Annotated[str, option("How often to review", "weekly", "monthly", "quarterly", "semiannual", "annual")]
DaysHeld = Annotated[
    NumberOrArray,
    Quantity("vector", "Days since the units were bought, one or several", "days", (A,), low=0, scalar=True),
]
FeeDays = Annotated[
    np.ndarray,
    Quantity("vector", "Days under which each fee applies, rising, such as 7, 30, 180", "days", ("days",), above=0),
]
Fees = Annotated[
    np.ndarray,
    Quantity(
        "vector",
        "Fee of each step; one more than days is the fee after the last step, else 0",
        "fraction of the sale",
        ("fees",),
        low=0,
        high=1,
        told=MUCH,
    ),
]
FundKind = Annotated[
    str,
    option(
        "Kind of fund, for the floor where no schedule is given; index_fund and bond_fund as held by individuals",
        "fund",
        "index_fund",
        "bond_fund",
        "etf",
        "money_fund",
    ),
]
FeeRates = Annotated[NumberOrArray, Quantity("vector", "Redemption fee", "fraction of the sale", (A,))]
FeeRate = Annotated[float, number("Rate", "fraction of the sale")]
_RETURN = Quantity(
    "vector",
    "Return of the portfolio, one or one per review period",
    "fraction",
    ("periods",),
    low=-1,
    unit_to=10,
    told=0.5,
    scalar=True,
)
Achieved = Annotated[NumberOrArray, _RETURN]
Hurdle = Annotated[NumberOrArray, replace(_RETURN, help="Return to compare it with, such as its benchmark's")]

MONTHS = {"monthly": 1, "quarterly": 3, "semiannual": 6, "annual": 12}
FEES = data.rows("fees")  # dates, rates and their sources
_FLOOR = [row for row in FEES if row["item"] == "Redemption fee floor"]
REDEMPTION_DAYS = np.array([row["under_days"] for row in _FLOOR])
REDEMPTION_FLOOR = np.array([row["rate"] for row in _FLOOR])
# how many of the steps each kind bears
STEPS_OF_FLOOR = {"fund": len(_FLOOR), "index_fund": 1, "bond_fund": 1, "etf": 0, "money_fund": 0}
STAMP_DUTY = sorted(  # the newest first
    ((dt.date.fromisoformat(row["from_date"]), row["rate"]) for row in FEES if row["item"] == "Stamp duty"),
    reverse=True,
)


# Drift and trades --------------------------------------------------------------------------------------------


@worksheet_function(
    "=REBAL_DRIFT({120000;80000},{0.5;0.5})",
    [
        ["asset", "value", "weight", "target", "deviation", "relative deviation"],
        ["Asset 1", 120000, 0.6, 0.5, 0.1, 0.2],
        ["Asset 2", 80000, 0.4, 0.5, -0.1, -0.2],
    ],
)
def rebal_drift(values: Values, target: Target) -> TableResult:
    """How far each holding has drifted from its target weight.

    Formula: weight vᵢ/Σv; deviation wᵢ − tᵢ; relative deviation (wᵢ − tᵢ)/tᵢ

    Positive: more is held than the target.

    Errors: #DIV/0! where the target of an asset is 0 (in the cell of its relative deviation); #NUM! where the portfolio
    is worth nothing.

    Peers: none.

    Source: Perold & Sharpe (1988), Dynamic Strategies for Asset Allocation, the constant-mix strategy.
    """
    weights = values / orders.worth(values)
    rows = []
    for i, (v, w, t) in enumerate(zip(values.tolist(), weights.tolist(), target.tolist(), strict=True)):
        none = DivisionError("target: the target of {} is 0, so it has no relative deviation.", Label(A, i))
        rows.append((Label(A, i), v, w, t, w - t, (w - t) / t if t else none))
    return Table(("asset", "value", "weight", "target", "deviation", "relative deviation"), rows)


@worksheet_function("=REBAL_TRADES({120000;80000},{0.5;0.5})", [[-20000], [20000]])
def rebal_trades(
    values: Values,
    target: Target,
    threshold: Threshold = 0.05,
    cash_flow: CashFlow = 0.0,
    rule: Rule = "target",
    band: Band = "absolute",
) -> Amount:
    """Money to buy (+) or sell (-) of each asset so that the portfolio returns to its target.

    Formula: target: xᵢ = tᵢW − vᵢ; edge: to clip(vᵢ, (tᵢ − h)W, (tᵢ + h)W); W = Σv + cash_flow

    With the gaps g = tW − v: first a deposit goes to the positive gaps in proportion, a withdrawal comes from the
    negative ones in proportion, so nothing is sold for a deposit. Only if a weight then still deviates from its target
    by more than the threshold (strictly, with 1e-9 for rounding) is anything else traded.

    target: all the way. edge: to the nearest edge of the band, the remainder pro rata to the remaining gaps of its
    sign. cash: never more than the first step. Relative bands are h·t wide on either side, so that any holding whose
    target is 0 triggers.

    The trades add up to cash_flow. Targets are scaled to sum exactly to 1.

    Errors: #NUM! where more is taken out than there is, or the portfolio is worth nothing.

    Peers: bt.algos.Rebalance; bt.algos.RunIfOutOfBounds.

    Source: Jaconetti, Kinniry & Zilbering (2010), Best Practices for Portfolio Rebalancing (thresholds, cash flows);
    Donohue & Yip (2003), Optimal Portfolio Rebalancing with Transaction Costs (trading to the edge).
    """
    return _ideal(values, target / target.sum(), threshold, cash_flow, rule, band)


def _ideal(values, target, threshold, cash_flow, rule, band="absolute") -> np.ndarray:
    width = orders.widths(target, threshold, band)
    ideal, triggered = orders.ideal_trades(values, target, cash_flow, rule, width)
    record("threshold exceeded once the cash flow is placed", "yes" if triggered else "no")
    if recording():
        _record_kept(values, target, ideal, rule if triggered else "")
    return ideal


KEPT = {
    "": "their weights are inside the band, and nothing is sold there. With threshold 0, or relative bands, they go",
    "edge": "rule edge sells down to the edge of the band. With rule target they go",
    "cash": "rule cash only places the cash flow. With rule target they go",
}


def _record_kept(values, target, ideal, why: str) -> None:
    """Holdings that nobody wants and that stay all the same."""
    rest = values + ideal
    kept = (target == 0.0) & (rest > orders.ROUNDING * values.sum())
    if kept.any():
        record("target 0 but kept", label_pairs([Label("assets", int(i)) for i in np.flatnonzero(kept)], rest[kept]))
        record("why they are kept", KEPT[why])


@worksheet_function('=REBAL_DUE("2026-01-31","2026-02-28","monthly")', [[True]])
def rebal_due(
    last_date: LastDate,
    today: Today,
    frequency: Frequency,
    values: Values | None = None,
    target: Target | None = None,
    threshold: Threshold = 0.05,
) -> Flag:
    """TRUE where a review is due by the calendar and, with values and target, the drift exceeds the threshold too.

    Formula: today ≥ last_date + one period, and max |wᵢ − tᵢ| > threshold

    Weekly: at least 7 days after last_date. Else at least 1, 3, 6 or 12 months after it, counted safely at the end of
    months: a month after 31 January is the last day of February. With values and target both tests must hold (hybrid):
    some weight deviates from its target by more than the threshold.

    Errors: #NUM! where today is before last_date; #VALUE! where only one of values and target is given.

    Peers: bt.algos.RunMonthly; bt.algos.RunQuarterly; bt.algos.RunIfOutOfBounds; Excel EDATE (the date).

    Source: Jaconetti, Kinniry & Zilbering (2010), Best Practices for Portfolio Rebalancing, "time-and-threshold".
    """
    if today < last_date:
        raise NumberError(f"today: {today} is before last_date {last_date}. Give the later of the two dates as today.")
    together("Give both values and target, or neither for the calendar alone.", values=values, target=target)
    due = _has_passed(last_date, today, frequency)
    if values is None or target is None:
        return due
    orders.worth(values)
    target = target / target.sum()
    drifted = bool(orders.beyond(values, target, orders.widths(target, threshold)).any())
    record("due by the calendar", "yes" if due else "no")
    record("threshold exceeded", "yes" if drifted else "no")
    return due and drifted


def _has_passed(last: dt.date, today: dt.date, frequency: str) -> bool:
    if frequency == "weekly":
        return (today - last).days >= 7
    months = 12 * (today.year - last.year) + today.month - last.month
    month_end = calendar.monthrange(today.year, today.month)[1]
    complete = months if today.day >= min(last.day, month_end) else months - 1
    return complete >= MONTHS[frequency]


# Costs -------------------------------------------------------------------------------------------------------


@worksheet_function("=REBAL_COST({-20000;20000},0.0003,{0.0005;0},5)", [[16], [6]])
def rebal_cost(
    trades: Trades,
    commission: Commission = 0.0,
    sell_tax: SellTax = 0.0,
    min_commission: MinCommission = 0.0,
    exit_fee: ExitFee = 0.0,
    spread: Spread = 0.0,
) -> Amount:
    """Cost of each trade in money.

    Formula: max(c·|x|, c_min) + ½·spread·|x| + (tax + exit fee)·|x| of a sale

    x is the trade; where it is 0 there is no cost. Every rate is one number or one per asset.

    Errors: none beyond its arguments'.

    Peers: bt.backtest.Backtest (its commissions).

    Source: Kissell & Glantz (2003), Optimal Trading Strategies, ch. 1 (commissions, taxes, half the spread).
    """
    return orders.Costs(commission, sell_tax, min_commission, exit_fee, spread).of(trades)


@worksheet_function("=REDEMPTION_FEE({6;7;30;180})", [[0.015], [0.01], [0.005], [0]])
def redemption_fee(
    days_held: DaysHeld, days: FeeDays | None = None, fees: Fees | None = None, kind: FundKind = "fund"
) -> FeeRates:
    """Redemption fee of a fund by the number of days its units were held.

    Formula: the fee of the first step k with days_held < daysₖ; after the last step 0, or the fee given

    A step schedule: the first fee applies under the first number of days, the second under the second, and so on; after
    the last, 0 or the one fee more that was given. Left out, it is the floor of China's rule in force from 2026-01-01:
    1.5% under 7 days, 1% under 30, 0.5% under 180, then 0.

    Exempt from that floor are exchange-traded funds, money market funds and funds of interbank certificates of deposit;
    index and bond funds of individuals after 7 days; bond funds of institutions after 30. kind says which it is: etf
    and money_fund bear none, index_fund and bond_fund 1.5% under 7 days (bond funds of institutions: give 7 and 30 in
    days). A fund's own schedule wins, whatever its kind: give it in days and fees.

    Errors: #VALUE! where only one of days and fees is given, their numbers do not fit, or the days do not rise.

    Peers: Excel LOOKUP (on the schedule).

    Source: China Securities Regulatory Commission (2025), rules on the selling expenses of public securities funds
    (公开募集证券投资基金销售费用管理规定), in force from 2026-01-01.
    """
    together("Give both days and fees, or neither for the floor of the rule of 2026.", days=days, fees=fees)
    if days is None or fees is None:
        days, fees = (steps[: STEPS_OF_FLOOR[kind]] for steps in (REDEMPTION_DAYS, REDEMPTION_FLOOR))
        floor = [f"{fee:.1%} under {day:g} days" for day, fee in zip(days, fees, strict=True)]
        record("schedule", f"floor of China's rule of 2026-01-01 for {kind}: {', '.join([*floor, 'then 0'])}")
    if len(fees) - len(days) not in (0, 1):
        raise InputError(
            f"fees: {len(fees)} given for {len(days)} days. Give one fee for each number of days; "
            "one more is the fee after the last."
        )
    rising(days, "days", "they must rise, such as 7, 30, 180.")
    steps = fees if len(fees) > len(days) else np.append(fees, 0.0)
    rates = steps[np.searchsorted(days, days_held, side="right")]
    return float(rates) if np.ndim(days_held) == 0 else rates


@worksheet_function('=STAMP_DUTY("2023-08-28")', [[0.0005]])
def stamp_duty(trade_date: TradeDate) -> FeeRate:
    """Stamp duty on the sale of A-shares on a date, as a share of the sale.

    Formula: 0.1% from 2008-09-19, 0.05% from 2023-08-28

    Paid by the seller alone. It falls on stocks; sales of funds, ETFs and bonds bear none. Before the first date the
    duty fell on purchases too, at rates that are not in the table.

    Errors: #N/A where the date is before 2008-09-19.

    Peers: none.

    Source: State Council decision in force 2008-09-19; Ministry of Finance and State Taxation Administration (2023),
    announcement no. 39.
    """
    for start, rate in STAMP_DUTY:
        if trade_date >= start:
            record("in force since", start.isoformat())
            return rate
    raise NotAvailableError(
        f"trade_date: {trade_date} is before 2008-09-19, where the table starts (the duty then fell on buyers too). "
        "Give a later date, or enter the rate of that time yourself."
    )


# Orders ------------------------------------------------------------------------------------------------------


@worksheet_function("=ROUND_LOTS({-20000;20000},{3.9;101.5},{100;10})", [[-19890], [19285]])
def round_lots(trades: Trades, price: Prices1, lot: Lots = 100.0) -> Amount:
    """Money of each trade, rounded towards zero to whole lots.

    Formula: sign(x) · lot · price · ⌊|x| / (lot · price)⌋

    A lot of 0 leaves the trade as it is (funds by amount).

    Errors: none beyond its arguments'.

    Peers: Excel TRUNC; pypfopt.DiscreteAllocation (whole units of a whole portfolio).

    Source: the trading rules of the Shanghai and Shenzhen exchanges, lots of 100 shares or fund units.
    """
    n = len(trades)
    return orders.whole_lots(trades, per_asset(lot, n) * price)


PLAN = ("asset", "value", "weight", "target", "deviation", "trade", "units", "cost", "weight after")


@worksheet_function(
    "=REBAL_PLAN({120000;80000},{0.5;0.5},0.05,0,{3.9;101.5},{100;10},0.0003,{0.0005;0},5)",
    [
        list(PLAN),
        ["Asset 1", 120000, 0.6, 0.5, 0.1, -19500, -5000, 15.6, 0.50255],
        ["Asset 2", 80000, 0.4, 0.5, -0.1, 19285, 190, 5.7855, 0.49648],
        ["Cash", 0, 0, 0, 0, 193.6145, "", 0, 0.00097],
        ["Total", 200000, 1, 1, "", -21.3855, "", 21.3855, 1],
    ],
)
def rebal_plan(
    values: Values,
    target: Target,
    threshold: Threshold = 0.05,
    cash_flow: CashFlow = 0.0,
    price: Prices1 | None = None,
    lot: Lots = 0.0,
    commission: Commission = 0.0,
    sell_tax: SellTax = 0.0,
    min_commission: MinCommission = 0.0,
    exit_fee: ExitFee = 0.0,
    rule: Rule = "target",
    band: Band = "absolute",
) -> TableResult:
    """The orders that bring a portfolio back to its target, in whole lots and paid for: the adviser's table.

    Formula: the trades of REBAL_TRADES in whole lots, with cash ≥ 0: Σ trades + Σ costs + cash = cash_flow

    The trades of REBAL_TRADES made executable. Sales come first, rounded down to lots. Where they do not pay for a
    withdrawal more is sold, furthest above target first, the last of it in the lots that leave the portfolio closest to
    its target. Purchases are rounded down; while cash is negative the one furthest above target loses a lot, and one
    that fits again is restored. Then all that was sold without need is given back, the most expensive lot first: no
    sale could be a lot smaller. A full exit (target 0) stays one, and sells odd lots too. A sale that costs more than
    it brings is left out where cash is short.

    Without lots costs are taken so that the target is met by what is left after them, as in BACKTEST; where only the
    cash flow is placed, or the edge of the band is traded to, they come off the purchases or out of further sales.

    Weight and deviation are today's, before the cash flow. The Cash row holds the money left over; cash that is one of
    the holdings is an asset like any other. In the Total row trade + cost = cash_flow. Units need prices, and lots need
    units: without price they stay blank and lot must be 0.

    Errors: #NUM! where the holdings cannot pay a withdrawal after costs; #VALUE! where there are lots without prices.

    Peers: pypfopt.DiscreteAllocation (purchases only); bt.algos.Rebalance (with integer positions).

    Source: Jaconetti, Kinniry & Zilbering (2010), Best Practices for Portfolio Rebalancing (thresholds, cash flows).
    """
    if price is None and np.any(np.asarray(lot) > 0.0):
        raise InputError("price: missing. A lot is a number of units; give the price of one unit, or set lot to 0.")
    n = len(values)
    lots = per_asset(lot, n)
    costs = orders.Costs(commission, sell_tax, min_commission, exit_fee)
    weights_wanted = target / target.sum()
    ideal = _ideal(values, weights_wanted, threshold, cash_flow, rule, band)
    lot_value = np.zeros(n) if price is None else lots * price
    trades, cash = orders.affordable(ideal, values, weights_wanted, cash_flow, lot_value, costs)
    units = [None] * n if price is None else orders.units_traded(trades, values, price, lots).tolist()
    cost = costs.of(trades)
    record("cash left", cash)
    record("costs", float(cost.sum()))
    return Table(PLAN, orders.plan_rows(values, target, trades, units, cost, cash, cash_flow))


# Review ------------------------------------------------------------------------------------------------------


@worksheet_function(
    "=REBAL_CHECKLIST({120000;80000},{0.5;0.5},0.05,{0.04;0.05;0.01},0.045)",
    [
        ["question", "answer", "figure", "where", "action"],
        ["Does a weight deviate from its target by more than the threshold?", "yes", 0.1, "Asset 1",
         "Rebalance: REBAL_PLAN returns the orders."],
        ["Has the client's tolerance for risk changed?", "ask the client", "", "",
         "If so, choose the target weights again."],
        ["Have the goal or the time horizon changed?", "ask the client", "", "",
         "If so, choose the target weights again."],
        ["Has the economic environment changed fundamentally?", "adviser's judgement", "", "",
         "If so, review the assumptions on return, risk and correlation."],
        ["Has the portfolio stayed below its benchmark persistently?", "in part", -0.01167, "2 of 3 periods",
         "Watch it; review the holdings if it goes on."],
    ],
)  # fmt: skip
def rebal_checklist(
    values: Values,
    target: Target,
    threshold: Threshold = 0.05,
    achieved: Achieved | None = None,
    hurdle: Hurdle | None = None,
) -> TableResult:
    """The periodic review: five questions, answered where the numbers can answer them, with what follows from each.

    Formula: max |wᵢ − tᵢ| > threshold; mean(achieved − hurdle)

    The first question gives the largest deviation (weight − target) and its asset; it is "yes" beyond the threshold,
    strictly. The last compares achieved with hurdle, period by period, and gives the mean difference: "yes" where
    every period given was below, "in part" where some were. The others are for the client and the adviser.

    Errors: #VALUE! where only one of achieved and hurdle is given, or they have not the same periods; #NUM! where the
    portfolio is worth nothing.

    Peers: none.

    Source: the review checklist (再平衡触发检查清单) of the article on asset allocation the library follows.
    """
    return review.checklist(values, target, threshold, achieved, hurdle)
