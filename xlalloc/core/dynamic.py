"""Allocation that moves with the market: volatility targets, market states, drawdown stops, leverage."""

from dataclasses import replace
from typing import Annotated, get_args

import numpy as np

from xlalloc.catalogue import worksheet_function
from xlalloc.core import kpi
from xlalloc.core.checks import annualisation, distinct, position_of, together, where_defined
from xlalloc.errors import InputError, Label, NotAvailableError, NumberError
from xlalloc.explanation import record
from xlalloc.quantities import (
    MOST_WEIGHT,
    MaxLeverage,
    Number,
    PanelResult,
    Periods,
    PerYear,
    PositiveVol,
    Prices,
    Quantity,
    Returns,
    TargetVol,
    Volatility,
    Window,
    number,
)

TIE = 1e-9  # a drawdown this close to its limit has not exceeded it
FLAT = 1e-12  # a price this close to its average, relative, is not above it
USUAL_LEVERAGE = 2.0

# Risk budgets of stocks, long bonds, gold, oil, inflation bonds by state (条件风险平价 in the article on risk parity).
BUDGETS_BY_STATE = {
    "high": (0.15, 0.35, 0.20, 0.15, 0.15),
    "low": (0.25, 0.25, 0.20, 0.15, 0.15),
    "normal": (0.25, 0.25, 0.20, 0.15, 0.15),
}

StockShare = Annotated[float, number("Weight of the risky assets", "fraction", low=0, high=1)]
BaseShare = Annotated[
    float, number("Weight of the risky assets at the target volatility", "fraction", low=0, unit_to=MOST_WEIGHT)
]
LowestShare = Annotated[float, number("Minimum weight of the risky assets", "fraction", low=0, unit_to=MOST_WEIGHT)]
HighestShare = Annotated[float, number("Maximum weight of the risky assets", "fraction", low=0, unit_to=MOST_WEIGHT)]
CurrentVol = Annotated[float, number("Volatility of the market now", "per year", above=0, unit_to=10)]
HighVol = Annotated[float, number("Volatility above which the weight is cut", "per year", low=0, unit_to=3)]
LowVol = Annotated[float, number("Volatility below which the weight is raised", "per year", low=0, unit_to=3)]
Change = Annotated[float, number("Share of the weight by which it is cut or raised", "fraction", low=0, high=1)]
HighStd = Annotated[float, number("Standard deviation above which the state is high", "per period", low=0, unit_to=1)]
LowStd = Annotated[
    float,
    number(
        "Standard deviation below which the state is low; if left out, low is all that is not high",
        "per period",
        low=0,
        unit_to=1,
    ),
]
State = Annotated[str, Quantity("text", "State of the market: high, low or normal, or a name in states")]
StateList = Annotated[list[str], Quantity("names", "Name of the state of each row of budgets", axes=("states",))]
BudgetTable = Annotated[
    np.ndarray,
    Quantity(
        "matrix",
        "Risk budgets, one row per state in the order of states, assets across",
        "fraction",
        ("states", "assets"),
        low=0,
    ),
]
Levels = Annotated[
    np.ndarray, replace(get_args(Prices)[1], help="Prices, or wealth, of the unprotected portfolio, time down")
]
DrawdownStopLimit = Annotated[
    float, number("Drawdown beyond which exposure is cut, 0.1 for 10%", "fraction", above=0, high=1)
]
ReducedShare = Annotated[float, number("Exposure after the cut", "fraction", low=0, high=1)]
Recover = Annotated[
    float, number("Share of the limit that must be regained before exposure is restored", "fraction", low=0, high=1)
]
Unlevered = Annotated[float, number("Expected return per year of the portfolio without leverage", unit_to=1)]
Leverage = Annotated[float, number("Leverage: assets over equity, 1 for none", "times", low=0)]
Borrowed = Annotated[float, number("Leverage: assets over equity, 1 for none", "times", low=1)]
Financing = Annotated[float, number("Rate of interest on borrowed money", "per year", above=-1, unit_to=1)]
Maintenance = Annotated[
    float, number("Maintenance margin: minimum equity as a share of assets", "fraction", low=0, below=1)
]
States = Annotated[np.ndarray, Quantity("vector", "State of each column", axes=("assets",))]
StateBudgets = Annotated[np.ndarray, Quantity("vector", "Share of risk of each asset", "fraction", ("assets",))]


# Volatility ------------------------------------------------------------------------------------------------------


@worksheet_function("=REALIZED_VOL({0.01;-0.02;0.03;0},4,12)", [[0.072111]])
def realized_vol(returns: Returns, window: Window = 20, periods: Periods | None = None) -> PerYear:
    """Volatility of the latest returns, per year.

    Formula: √(Σ(r − r̄)²/(n−1)) · √P over the last n = window rows

    One number per column.

    Errors: #N/A where there are fewer rows than the window.

    Peers: quantstats.stats.rolling_volatility (its last row); Excel STDEV.S (per period).

    Source: the source article on asset allocation (波动率目标管理, 历史波动率); RiskMetrics (1996), sec. 5.2.
    """
    return kpi.ann_vol(kpi.Sample(_latest(returns, window, "returns").T, annualisation(periods)))


@worksheet_function("=VOL_TARGET(0.25,0.15)", [[0.36]])
def vol_target(
    current_vol: CurrentVol,
    target_vol: TargetVol,
    base: BaseShare = 0.6,
    lowest: LowestShare = 0.2,
    highest: HighestShare = 0.8,
) -> Number:
    """Weight of the risky assets that keeps volatility at its target.

    Formula: min(highest, max(lowest, base · σ_target/σ_now))

    Less when markets are volatile, more when they are calm. Both volatilities in the same unit.

    Errors: #VALUE! where lowest is above highest.

    Peers: bt.algos.TargetVol (without limits).

    Source: the source article on asset allocation (波动率目标管理); Moreira & Muir (2017),
    Volatility-Managed Portfolios.
    """
    _ordered("lowest", lowest, "highest", highest)
    wanted = base * (target_vol / current_vol)
    if not lowest <= wanted <= highest:
        bound = "minimum" if wanted < lowest else "maximum"
        record("limit", f"{wanted:.4g} would be needed; the {bound} weight is kept")
    return min(max(wanted, lowest), highest)


@worksheet_function("=VOL_STEP(0.6,0.25)", [[0.48]])
def vol_step(
    weight: StockShare, current_vol: Volatility, high: HighVol = 0.2, low: LowVol = 0.1, change: Change = 0.2
) -> Number:
    """Cuts the weight of stocks when volatility is high and raises it when volatility is low.

    Formula: w · (1 − change) where σ > high; w · (1 + change) where σ < low; else w

    The change is a share of the weight: 60% is cut to 48%, not to 40%. A result above 1 needs borrowed money; EXPLAIN
    says so.

    Errors: #VALUE! where low is above high.

    Peers: none.

    Source: the source article on asset allocation (波动率目标管理: 超过20%时将股票仓位降低20%, 低于10%时提高20%).
    """
    _ordered("low", low, "high", high)
    factor = 1.0 - change if current_vol > high else 1.0 + change if current_vol < low else 1.0
    if weight * factor > 1.0:
        record("warning", f"a weight of {weight * factor:.4g} is above 1 and needs borrowed money")
    return weight * factor


def _ordered(low_name: str, low: float, high_name: str, high: float) -> None:
    if low > high:
        raise InputError(f"{low_name}: {low:g} is above {high_name} ({high:g}). Give the smaller number as {low_name}.")


def _latest(panel: np.ndarray, window: int, name: str) -> np.ndarray:
    """The last rows of a panel."""
    if len(panel) < window:
        raise NotAvailableError(
            f"{name}: {len(panel)} complete rows, but window is {window}. Give more rows or a shorter window."
        )
    return panel[-window:]


# States ----------------------------------------------------------------------------------------------------------


@worksheet_function("=MARKET_STATE({0.03,0.001;-0.03,0.002;0.04,-0.001;-0.02,0},4)", [["high"], ["low"]])
def market_state(
    returns: Returns, window: Window = 20, high_std: HighStd = 0.02, low_std: LowStd | None = None
) -> States:
    """Whether each market is volatile (high), calm (low) or in between (normal) by its latest volatility.

    Formula: high where s > high_std, low where s < low_std, else normal; s = √(Σ(r − r̄)²/(n−1)) over the window

    The standard deviation is per period, not per year. Without ``low_std`` all that is not high is low. A column of
    zeros carries no data.

    Errors: #N/A where there are fewer rows than the window, or a column holds nothing but zeros; #VALUE! where low_std
    is above high_std.

    Peers: none.

    Source: the source article on risk parity (条件风险平价, 基于波动率的状态识别).
    """
    if low_std is not None:
        _ordered("low_std", low_std, "high_std", high_std)
    latest = _latest(returns, window, "returns")
    stds = latest.std(axis=0, ddof=1)
    empty = np.logical_not(latest.any(axis=0))
    where_defined(
        stds,
        empty,
        NotAvailableError(
            f"returns: the last {window} rows are all zero, so there is no state. Check that the prices are there."
        ),
    )
    states = ["high" if s > high_std else "low" if low_std is None or s < low_std else "normal" for s in stds]
    return _states(states, empty, f"returns, {{}}: the last {window} rows are all zero, so there is no state.")


@worksheet_function("=TREND_STATE({100,50;102,49;104,48;103,47},3)", [["down"], ["down"]])
def trend_state(prices: Prices, window: Window = 200) -> States:
    """Whether each price is above (up) or not above (down) its moving average.

    Formula: up where p_T > (1/n) Σ p_t over the last n = window prices, else down

    The last price is one of the window.

    Errors: #N/A where there are fewer rows than the window.

    Peers: bt.algos.SelectWhere (with a moving average); Excel AVERAGE (of the window).

    Source: Faber (2007), A Quantitative Approach to Tactical Asset Allocation; the source article on asset allocation
    (趋势市场).
    """
    latest = _latest(prices, window, "prices")
    up = latest[-1] > latest.mean(axis=0) * (1.0 + FLAT)
    return _states(["up" if u else "down" for u in up], np.zeros(len(up), dtype=bool), "")


def _states(states: list[str], empty: np.ndarray, words: str):
    """One word per column, an error in the columns without an answer; a single column gives the word itself."""
    if len(states) == 1:
        return states[0]
    answer = np.array(states, dtype=object)
    for i in np.flatnonzero(empty):
        answer[i] = NotAvailableError(words, Label("assets", int(i)))
    return answer


@worksheet_function('=STATE_BUDGETS("high")', [[0.15], [0.35], [0.2], [0.15], [0.15]])
def state_budgets(state: State, states: StateList | None = None, budgets: BudgetTable | None = None) -> StateBudgets:
    """Risk budgets for the state the market is in, to be given to RP_WEIGHTS.

    Formula: the row of budgets whose name is state

    The row of ``budgets`` whose name in ``states`` is ``state`` (upper and lower case alike); rows and names stand in
    the same order. Default for stocks, long bonds, gold, oil, inflation-linked bonds: high 15/35/20/15/15%, low and
    normal 25/25/20/15/15%.

    Errors: #VALUE! where the state is not known or appears twice, or only one of states and budgets is given.

    Peers: Excel XLOOKUP.

    Source: the source article on risk parity (条件风险平价).
    """
    together("A table of your own needs both states and budgets.", states=states, budgets=budgets)
    if states is None or budgets is None:
        states, budgets = list(BUDGETS_BY_STATE), np.array(list(BUDGETS_BY_STATE.values()))
    names, code = distinct(states)
    if len(names) < len(states):
        twice = names[np.bincount(code).argmax()]
        raise InputError(f"states: {twice} appears twice; every state needs one row of budgets.")
    row = position_of(state, names)
    if row is None:
        raise InputError(f"state: {state} is not known. Known: {', '.join(states)}.")
    return budgets[row].copy()


# Drawdown stop ---------------------------------------------------------------------------------------------------


@worksheet_function("=DRAWDOWN_STOP({100;95;88;92;96;101},0.1)", [[1], [1], [0.5], [0.5], [1], [1]])
def drawdown_stop(
    levels: Levels, limit: DrawdownStopLimit, reduced: ReducedShare = 0.5, recover: Recover = 0.5
) -> PanelResult:
    """Exposure under a drawdown stop, one number per row, in force from the next period on.

    Formula: d_t = 1 − level_t/max level; exposure reduced once d > limit, 1 again once d ≤ (1 − recover)·limit

    The drawdown is that of the unprotected path, its peak never reset; in between the exposure stays as it was. Row t
    is known at the close of t: multiply it with the return from t to t+1, never with the one before.

    Errors: none beyond its arguments'.

    Peers: none.

    Source: the source article on risk parity (设置最大回撤止损); Grossman & Zhou (1993), Controlling Drawdowns.
    """
    drawdown = 1.0 - levels / np.maximum.accumulate(levels, axis=0)
    cut, restored = drawdown > limit + TIE, drawdown <= (1.0 - recover) * limit + TIE
    exposure = np.ones_like(levels)
    now = exposure[0].copy()
    for t in range(len(levels)):
        now = np.where(cut[t], reduced, np.where(restored[t], 1.0, now))
        exposure[t] = now
    if not cut.any():
        record("stop", f"never reached; the deepest drawdown is {drawdown.max():.4g}")
    return exposure


# Leverage --------------------------------------------------------------------------------------------------------


@worksheet_function("=LEVERAGE_FOR(0.065,0.1)", [[1.5384615]])
def leverage_for(vol: PositiveVol, target_vol: TargetVol, max_leverage: MaxLeverage = 2.0) -> Number:
    """Leverage that lifts a portfolio's volatility to a target, up to a limit.

    Formula: L = min(σ_target/σ, max_leverage)

    Assets over equity. Below 1 part of the money stays in cash. Moderate is 1.5 to 2 times; a limit above it EXPLAIN
    points out.

    Errors: none beyond its arguments'.

    Peers: bt.algos.TargetVol (of a whole portfolio).

    Source: the source article on risk parity (适度杠杆: 使用1.5-2倍杠杆); Asness, Frazzini & Pedersen (2012), Leverage
    Aversion and Risk Parity.
    """
    wanted = target_vol / vol
    if wanted > max_leverage:
        record("limit", f"{wanted:.4g} times would be needed; max_leverage {max_leverage:g} is kept")
    if max_leverage > USUAL_LEVERAGE:
        record("warning", f"a limit of {max_leverage:g} is above the usual {USUAL_LEVERAGE:g}")
    return min(wanted, max_leverage)


@worksheet_function("=LEVERED_RETURN(0.068,1.5,0.03)", [[0.087]])
def levered_return(mu: Unlevered, leverage: Leverage, financing: Financing) -> Number:
    """Expected return of a portfolio held with leverage, after interest.

    Formula: Lμ − (L−1)f

    Per year; below 1 the money left in cash earns the same rate f.

    Errors: none beyond its arguments'.

    Peers: none.

    Source: Sharpe (1964), Capital Asset Prices; the source article on risk parity (杠杆的使用, 融资成本).
    """
    return leverage * mu - (leverage - 1.0) * financing


@worksheet_function("=MARGIN_CALL(2,0.3)", [[0.2857143]])
def margin_call(leverage: Borrowed, maintenance: Maintenance) -> Number:
    """Fall of the assets that brings a margin call.

    Formula: 1 − (L−1)/(L(1−m))

    With assets L on equity 1 the debt is L − 1. The lender calls when equity over assets is down to m. Without
    debt (L = 1) it is 1: never.

    Errors: #NUM! where the leverage is in call already.

    Peers: none.

    Source: Hull (2018), Options, Futures and Other Derivatives, margin accounts; the source article on risk parity
    (追加保证金).
    """
    fall = 1.0 - (leverage - 1.0) / (leverage * (1.0 - maintenance))
    if fall < -1e-12:
        raise NumberError(
            f"leverage: at {leverage:g} times, equity is {1.0 / leverage:.4g} of the assets, already below the "
            f"maintenance of {maintenance:g}. Leverage up to {1.0 / maintenance:.4g} is possible."
        )
    return max(fall, 0.0)
