"""Backtests of rebalancing rules: decided at one close, traded at the next, costs paid, nothing known in advance."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, get_args

import numpy as np

from xlalloc.catalogue import Table, worksheet_function
from xlalloc.core import kpi, orders
from xlalloc.core.checks import annualisation, elapsed, rising, risk_budgets
from xlalloc.core.covariance_scores import AHEAD, relative, score
from xlalloc.core.covariances import estimate
from xlalloc.core.estimation import CovMethod
from xlalloc.core.rebalance import MONTHS, Frequency
from xlalloc.core.risk_budgeting import risk_budgeting
from xlalloc.dates import periods_per_year
from xlalloc.errors import InputError, Label, NotAvailableError, NumberError
from xlalloc.explanation import record
from xlalloc.quantities import (
    Budgets,
    Commission,
    Dates,
    Parameter,
    Periods,
    Prices,
    Quantity,
    Rate,
    Returns,
    SellTax,
    TableResult,
    Target,
    Threshold,
    TimeTable,
    Window,
    number,
    option,
)

BLOCK = 128  # rows looked at together for the first beyond its band
HEADER = ("date", "value", "turnover", "cost")

Methods = Annotated[list[str], Quantity("texts", "Methods of COV_MATRIX to be compared", axes=("methods",))]
FitWindow = Annotated[int, number("Rows that each estimate is made from", "rows", low=2, whole=True)]
Step = Annotated[int, number("Rows from one estimate to the next", "rows", low=2, whole=True)]
COV_METHOD = get_args(CovMethod)[1]
Trigger = Annotated[
    str,
    option(
        "When to trade: calendar and deviation together, the calendar alone, the deviation alone, or never again",
        "hybrid",
        "calendar",
        "threshold",
        "none",
    ),
]


@worksheet_function(
    '=BACKTEST({100,50;110,50;150,50;150,60},{0.5;0.5},"threshold","quarterly",0.05,0.001)',
    [[*HEADER], [1, 0.999001, 1, 0.000999], [2, 1.048951, 0, 0], [3, 1.248751, 0, 0], [4, 1.348501, 0.055556, 0.00015]],
)
def backtest(
    prices: Prices,
    target: Target,
    trigger: Trigger = "hybrid",
    frequency: Frequency = "quarterly",
    threshold: Threshold = 0.05,
    commission: Commission = 0.0,
    sell_tax: SellTax = 0.0,
    *,
    dates: Dates | None = None,
) -> TimeTable:
    """Growth of 1 under a rebalancing rule: date, value, turnover and cost of each row.

    Formula: V_t = Σ unitsᵢ p_{i,t}; turnover ½ Σ |Δwᵢ|; cost Σ (c + tax of sales)·|xᵢ|

    Bought at the first close. What is decided with the prices up to one close is traded at the next close, on that
    day's values, to the target. calendar: on the first row of each new week (from Monday), month, quarter, half-year or
    year. threshold: whenever a weight deviates from its target by more than the threshold, strictly, with 1e-9 for
    rounding. hybrid: both on the same row. none: never after the purchase.

    Costs (commission of every trade, sell_tax of every sale, the first purchase included) are paid out of the
    portfolio: what is left of it is all invested, so value falls by exactly the cost and cash is never negative.
    Turnover is half the sum of the changes in weight, 1 for the purchase. Prices include dividends. The calendar needs
    dates.

    Errors: #VALUE! where the calendar has no dates to go by; #NUM! where selling costs all that it brings, or values
    grow too large to compute.

    Peers: bt.Backtest; skfolio.model_selection.WalkForward (with cross_val_predict).

    Source: Jaconetti, Kinniry & Zilbering (2010), Best Practices for Portfolio Rebalancing; the source article on asset
    allocation (混合策略: 每季度检查, 但仅当偏离超过5%时才执行).
    """
    return _fixed(prices, target, trigger, frequency, threshold, commission, sell_tax, dates).table()


@worksheet_function(
    '=INDEX(BACKTEST_KPI({100,50;110,50;150,50;150,60},{0.5;0.5},"threshold","quarterly",0.05,0.001),2,2)', [[0.348501]]
)
def backtest_kpi(
    prices: Prices,
    target: Target,
    trigger: Trigger = "hybrid",
    frequency: Frequency = "quarterly",
    threshold: Threshold = 0.05,
    commission: Commission = 0.0,
    sell_tax: SellTax = 0.0,
    rf: Rate = 0.0,
    *,
    dates: Dates | None = None,
) -> TableResult:
    """KPIs of a backtest: the measures of KPI_TABLE for the growth of 1 that BACKTEST returns.

    Formula: KPI_TABLE of V_t/V_{t−1} − 1, V_0 = 1

    The returns run from the 1 invested before the first purchase, so that its cost counts, to the last row. Periods per
    year follow from the dates, else 252.

    Errors: #VALUE! where the calendar has no dates to go by.

    Peers: bt.run (its stats); ffn.core.PerformanceStats.

    Source: BACKTEST and KPI_TABLE.
    """
    growth = _fixed(prices, target, trigger, frequency, threshold, commission, sell_tax, dates)
    P = annualisation(None if dates is None else periods_per_year(dates, "prices"))
    x = kpi.Sample(growth.returns()[None, :], P, rf, years=None if dates is None else elapsed(dates[1:], P))
    rows = kpi.rows([name for name, m in kpi.MEASURES.items() if not m.against], x)
    return Table(("measure", "portfolio"), rows)


@worksheet_function(
    '=RP_BACKTEST({"2024-01-31",100,100;"2024-02-29",110,101;"2024-03-31",99,99;"2024-04-30",108,103;'
    '"2024-05-31",120,102;"2024-06-30",111,105},3)',
    [[*HEADER], [45443, 1, 1, 0], [45473, 1.007438, 0.023552, 0]],
)
def rp_backtest(
    prices: Prices,
    window: Window = 252,
    frequency: Frequency = "monthly",
    budgets: Budgets | None = None,
    commission: Commission = 0.0,
    method: CovMethod = "sample",
    parameter: Parameter | None = None,
    *,
    dates: Dates | None = None,
) -> TimeTable:
    """Growth of 1 at risk-parity weights that are estimated again from the latest prices at each review.

    Formula: BACKTEST with target_t = RP_WEIGHTS(COV_MATRIX(r_{t−w+1}, …, r_t))

    As BACKTEST with trigger "calendar", the target being RP_WEIGHTS of the covariance of the last ``window`` returns up
    to the close of the decision, estimated by ``method`` with its ``parameter`` as in COV_MATRIX: "ewma_shrunk" follows
    a change of the market sooner than "sample". The first decision falls on the first row with that many returns before
    it, the purchase and the first row of the table on the row after. The same prices from that row on in BACKTEST with
    fixed weights are the comparison. EXPLAIN returns the latest weights.

    Errors: #N/A where there are fewer than window + 2 rows; #NUM! where the price of an asset does not move within a
    window; #VALUE! where there are no dates, or a parameter is given to a method that takes none.

    Peers: bt.algos.WeighERC (with bt.Backtest); skfolio.model_selection.WalkForward (with RiskBudgeting).

    Source: Maillard, Roncalli & Teiletche (2010), The Properties of Equally Weighted Risk Contribution Portfolios,
    sec. 4 (backtests); the source article on risk parity (历史回测表现).
    """
    if len(prices) < window + 2:
        raise NotAvailableError(
            f"prices: {len(prices)} complete rows; a window of {window} returns and a purchase after it need "
            f"{window + 2}. Give more rows or a shorter window."
        )
    shares = risk_budgets(budgets, prices.shape[1])
    returns = prices[1:] / prices[:-1] - 1.0
    due = _due(dates, frequency)
    decisions = [window, *due[due > window].tolist()]

    def weights(t: int) -> np.ndarray:
        try:
            cov = estimate(returns[t - window : t], method, parameter)
            return risk_budgeting(cov, shares, checked=True).weights
        except (NumberError, NotAvailableError) as error:
            words = error.template.removeprefix("cov: ").removeprefix("returns: ")
            raise type(error)(f"prices: up to {{}}: {words}", Label("time", t), *error.labels) from None

    def next_trade(row: int, units: np.ndarray):
        t = next((t for t in decisions if t >= row), len(prices))
        return (t + 1, weights(t)) if t + 1 < len(prices) else None

    start = (window + 1, weights(window))
    return _growth(prices, start, next_trade, orders.Costs(commission)).table()


METHODS = ("sample", "ledoit_wolf", "ewma_shrunk")
SCORES = (
    "method", "minimum-variance volatility", "against the first", "standard error", "risk-parity volatility",
    "against the first (risk parity)", "standard error (risk parity)", "share error", "volatility error",
    "turnover (minimum variance)", "turnover (risk parity)",
)  # fmt: skip


@worksheet_function(
    "=COV_SCORE({0.02,-0.01;-0.01,0.02;0.03,0.01;-0.02,0.01;0.01,-0.02;0.02,0.01;-0.03,0.02;0.01,0.01;0.02,-0.01;"
    "-0.01,-0.02;0.03,0.02;-0.02,0.01;0.01,-0.01;0.02,0.03;-0.01,0.01;0.02,-0.02},"
    '{"sample";"ewma"},4,2,12)',
    [
        [*SCORES],
        ["sample", 0.045536, 0, 0, 0.043561, 0, 0, 0.33004, 0.6801, 0.05059, 0.02615],
        ["ewma", 0.045536, 0.0, 0.000791, 0.043596, 0.000806, 0.000275, 0.33414, 0.73241, 0.05309, 0.02749],
    ],
)
def cov_score(
    returns: Returns,
    methods: Methods | None = None,
    window: FitWindow = 504,
    step: Step = 21,
    periods: Periods | None = None,
) -> TableResult:
    """Which covariance estimate forecast best on these returns: portfolios of each refit, measured on what followed.

    Formula: at t = w, w+s, …: Σ_t = COV_MATRIX(r_{t−w+1}, …, r_t); measured on r_{t+1}, …, r_{t+s}

    One row per method of COV_MATRIX, with its default parameter; sample, ledoit_wolf and ewma_shrunk if left out. Every
    ``step`` rows the long-only minimum-variance portfolio and the risk-parity portfolio are set from the last
    ``window`` rows and held for the next ``step``; no row is used before it is over. Out of sample, over all full
    steps:

    volatility of each portfolio, per year; against the first: its excess over that of the first method, relative (−0.02
    is 2% less), and the standard error of it, from 1,000 draws of blocks of three steps (RandomState(1)): a difference
    below two standard errors says nothing. Share error: root mean square of n·share − 1, the shares of risk of the
    risk-parity portfolio realised over the next three steps; 0 would be equal risk. Volatility error: mean of
    |ln(realised/forecast)| of its volatility over a step. Turnover: mean one-way change of the weights at a refit.

    Errors: #N/A where there are fewer rows than the window and two blocks of three steps after it; #VALUE! where a
    method is not known; #NUM! where an asset does not move within a window.

    Peers: skfolio.model_selection.WalkForward (with cross_val_predict).

    Source: Engle & Colacito (2006), Testing and Valuing Dynamic Correlations for Asset Allocation (volatility of the
    minimum-variance portfolio as the test); Politis & Romano (1992) for blocks; measured in the chapter on risk parity
    of the handbook.
    """
    methods = [COV_METHOD.array("methods", name) for name in methods or METHODS]
    least = window + 2 * AHEAD * step
    if len(returns) < least:
        raise NotAvailableError(
            f"returns: {len(returns)} complete rows; a window of {window} and two blocks of {AHEAD} steps of {step} "
            f"after it need {least}. Give more rows, or a shorter window or step."
        )
    P = annualisation(periods)
    found = [score(returns, method, window, step, P) for method in methods]
    record("refits", (len(returns) - window) // step)
    table = Table(SCORES)
    for method, s in zip(methods, found, strict=True):
        cells: list = [method]
        for own, first in ((s.lowest, found[0].lowest), (s.parity, found[0].parity)):
            cells += [float(own.std(ddof=1) * P**0.5), *relative(own, first, step)]
        table.rows.append((*cells, s.share_error, s.vol_error, s.lowest_turnover, s.parity_turnover))
    return table


# Rules ------------------------------------------------------------------------------------------------------------


def _fixed(prices, target, trigger, frequency, threshold, commission, sell_tax, dates) -> "Growth":
    """The growth of 1 with constant target weights."""
    target = target / target.sum()
    if trigger in ("hybrid", "calendar"):
        rows = _due(dates, frequency)
    else:
        rows = np.arange(len(prices) if trigger == "threshold" else 0)
    width = np.full(len(target), -1.0 if trigger == "calendar" else threshold)  # the calendar alone: every weight

    def next_trade(row: int, units: np.ndarray):
        t = _first_beyond(prices, units, target, width, rows[np.searchsorted(rows, row) :])
        return None if t is None or t + 1 == len(prices) else (t + 1, target)

    return _growth(prices, (0, target), next_trade, orders.Costs(commission, sell_tax))


def _first_beyond(prices, units, target, width, rows: np.ndarray) -> int | None:
    """The first of the rows at whose close a weight lies beyond its band."""
    for k in range(0, len(rows), BLOCK):
        some = rows[k : k + BLOCK]
        values = prices[some] * units
        off = np.abs(values / values.sum(axis=1, keepdims=True) - target) > width + orders.TRIGGER
        if (beyond := off.any(axis=1)).any():
            return int(some[beyond.argmax()])
    return None


def _due(dates, frequency: str) -> np.ndarray:
    """The rows that are the first of a new calendar period."""
    if dates is None:
        raise InputError(
            "prices: they have no dates, and the calendar needs them. Put a date column before the prices, or choose "
            'the trigger "threshold" or "none" (BACKTEST).'
        )
    rising(dates, "dates", "dates must rise. Sort the rows by date.")
    if frequency == "weekly":
        number = (dates.astype("datetime64[D]").astype(int) + 3) // 7  # weeks from Monday: 1970-01-01 was a Thursday
    else:
        number = dates.astype("datetime64[M]").astype(int) // MONTHS[frequency]  # months since January 1970
    return np.flatnonzero(np.diff(number)) + 1


# The growth of a portfolio ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Growth:
    """Value after trading and costs, turnover and cost of each row from ``first`` on; it starts with 1 in cash."""

    first: int
    value: np.ndarray
    turnover: np.ndarray
    cost: np.ndarray

    def returns(self) -> np.ndarray:
        """Return per period, the cost of the first purchase in the first one."""
        before = np.concatenate([[1.0], self.value[1:-1]])
        return self.value[1:] / before - 1.0

    def table(self) -> Table:
        rows = np.column_stack([self.value, self.turnover, self.cost]).tolist()
        return Table(HEADER, [(Label("time", t), *cells) for t, cells in enumerate(rows, self.first)])


def _growth(prices: np.ndarray, start: tuple, next_trade: Callable, costs: orders.Costs) -> Growth:
    """Trade to the weights of ``start``, then whenever and whereto ``next_trade(row, units)`` says."""
    with np.errstate(over="ignore", invalid="ignore"):  # looked for at the end
        growth, trades, weights = _followed(prices, start, next_trade, costs)
    if not (np.isfinite(growth.value) & (growth.value > 0.0)).all():
        raise NumberError(
            "prices: the value grows or shrinks beyond the largest number a computer holds. Check the prices."
        )
    record("trades after the purchase", trades)
    record("costs, of 1 invested", float(growth.cost.sum()))
    record("latest weights", [[Label("assets", i), float(w)] for i, w in enumerate(weights)])
    return growth


def _followed(prices, start, next_trade, costs) -> tuple[Growth, int, np.ndarray]:
    """The growth, the number of trades after the first purchase, the last weights traded to."""
    first, weights = start
    value, turnover, cost = np.empty(len(prices)), np.zeros(len(prices)), np.zeros(len(prices))
    row, cash, held, trades = first, 1.0, np.zeros(prices.shape[1]), 0
    while True:
        worth = cash + float(held.sum())
        turnover[row] = 0.5 * (cash + np.abs(weights - held / worth).sum())
        value[row], cost[row] = orders.after_costs(held, cash, weights, costs)
        units, cash = weights * value[row] / prices[row], 0.0
        trade = next_trade(row, units)
        end = len(prices) if trade is None else trade[0] + 1
        value[row + 1 : end] = prices[row + 1 : end].dot(units)
        if trade is None:
            return Growth(first, value[first:], turnover[first:], cost[first:]), trades, weights
        (row, weights), trades = trade, trades + 1
        held = units * prices[row]
