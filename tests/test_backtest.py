"""Backtests: a slow exact second implementation, bt on real prices, invariants of costs, bands and time, nonsense."""

import datetime as dt
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from reference import market, tables

import xlalloc
from xlalloc.cells import call
from xlalloc.core import orders
from xlalloc.core.orders import Costs
from xlalloc.dates import to_serial
from xlalloc.errors import AllocError
from xlalloc.explanation import recorded

COLUMNS = ("date", "value", "turnover", "cost")


def columns(table):
    assert table.header == COLUMNS
    return tuple(np.array(table.column(name)) for name in COLUMNS[1:])


# A slow, obvious second implementation in exact fractions --------------------------------------------------------


def slow_left(held, cash, target, commission, tax):
    """L with L + Σ commission·|tL − v| + tax·(v − tL)⁺ = Σv + cash, from the sign of each trade."""
    total = sum(held) + cash
    left = total
    while True:
        bought = [t * left >= v for t, v in zip(target, held, strict=True)]
        slope, constant = Fraction(1), Fraction(0)
        for t, v, buys in zip(target, held, bought, strict=True):
            rate = commission if buys else -(commission + tax)
            slope, constant = slope + rate * t, constant - rate * v
        new = (total - constant) / slope
        if new == left:
            trades = [t * left - v for t, v in zip(target, held, strict=True)]
            cost = sum(commission * abs(x) + (tax * -x if x < 0 else 0) for x in trades)
            assert left + cost == total
            return left
        left = new


def is_new_period(before, day, frequency):
    if frequency == "weekly":
        return before.isocalendar()[:2] != day.isocalendar()[:2]
    months = {"monthly": 1, "quarterly": 3, "semiannual": 6, "annual": 12}[frequency]
    return (before.year, (before.month - 1) // months) != (day.year, (day.month - 1) // months)


def slow_backtest(prices, target, trigger, frequency, threshold, commission, tax, days):
    """Day by day. Also how close the trigger was to going the other way."""
    margin, rows, units, decided = Fraction(1), [], None, True
    for t, price in enumerate(prices):
        held = [u * p for u, p in zip(units, price, strict=True)] if units else [Fraction(0)] * len(price)
        worth, cost, turnover = sum(held) if units else Fraction(1), Fraction(0), Fraction(0)
        if decided:
            left = slow_left(held, 0 if units else worth, target, commission, tax)
            changes = [abs(w - v / worth) for w, v in zip(target, held, strict=True)]
            turnover = sum(changes) / 2 if units else Fraction(1)
            cost, worth = worth - left, left
            units = [w * left / p for w, p in zip(target, price, strict=True)]
            held = [u * p for u, p in zip(units, price, strict=True)]
        rows.append((worth, turnover, cost))
        off = max(abs(v / worth - w) for v, w in zip(held, target, strict=True)) - threshold - Fraction(1, 10**9)
        due = t > 0 and is_new_period(days[t - 1], days[t], frequency)
        decided = {"none": False, "calendar": due, "threshold": off > 0, "hybrid": due and off > 0}[trigger]
        margin = min(margin, abs(off))
    return [list(map(float, column)) for column in zip(*rows, strict=True)], margin


@st.composite
def histories(draw, most=40):
    n, T = draw(st.integers(1, 4)), draw(st.integers(2, most))
    random = np.random.default_rng(draw(st.integers(0, 10**6)))
    moves = random.integers(-300, 320, (T, n)).cumsum(axis=0)
    prices = np.maximum(5000 + moves, 50)
    shares = draw(st.lists(st.integers(0, 5), min_size=n, max_size=n))
    assume(sum(shares) > 0)
    start, gap = draw(st.dates(dt.date(1999, 1, 1), dt.date(2030, 1, 1))), draw(st.sampled_from([1, 3, 7, 20, 45]))
    days = [start + dt.timedelta(days=int(k)) for k in np.cumsum(random.integers(1, gap + 1, T))]
    return prices, [Fraction(s, sum(shares)) for s in shares], days


triggers = st.sampled_from(["hybrid", "calendar", "threshold", "none"])
frequencies = st.sampled_from(["weekly", "monthly", "quarterly", "semiannual", "annual"])
thresholds = st.sampled_from(["0", "0.01", "0.05", "0.2"])
rates = st.sampled_from(["0", "0.0003", "0.01", "0.3"])


@given(histories(), triggers, frequencies, thresholds, rates, rates)
def test_the_course_equals_the_definition_in_exact_fractions(history, trigger, frequency, threshold, commission, tax):
    prices, target, days = history
    exact = [Fraction(x) for x in (threshold, commission, tax)]
    rows = [[Fraction(int(p)) for p in row] for row in prices]
    slow, margin = slow_backtest(rows, target, trigger, frequency, *exact, days)
    assume(margin > 1e-11 or trigger in ("calendar", "none"))
    weights = [float(t) for t in target]
    table = xlalloc.backtest(prices, weights, trigger, frequency, *map(float, exact), dates=days)
    for column, expected in zip(columns(table), slow, strict=True):
        np.testing.assert_allclose(column, expected, rtol=1e-9, atol=1e-13)


# Invariants ------------------------------------------------------------------------------------------------------

amounts = st.lists(st.integers(0, 10**6), min_size=1, max_size=6)


@given(amounts, st.integers(0, 10**6), st.data(), rates, rates)
def test_costs_are_paid_to_the_cent_and_no_debt_is_left(held, cash, data, commission, tax):
    shares = np.array(data.draw(st.lists(st.integers(0, 9), min_size=len(held), max_size=len(held))), float)
    held = np.array(held, float)
    assume(shares.sum() > 0 and held.sum() + cash > 0)
    weights, costs, total = shares / shares.sum(), Costs(float(commission), float(tax)), held.sum() + cash
    left, cost = orders.after_costs(held, cash, weights, costs)
    trades = left * weights - held
    assert 0 < left <= total
    assert cash - trades.sum() - costs.of(trades).sum() == pytest.approx(
        0, abs=1e-12 * total
    )  # cash after: none, no debt
    assert left + cost == pytest.approx(total, rel=1e-12) and cost == pytest.approx(costs.of(trades).sum(), abs=1e-12)
    if not (held - weights * total).any() and not cash:
        assert cost == 0


@given(histories(), triggers, frequencies, thresholds, rates, rates)
def test_costs_take_exactly_their_share_of_the_course_without_costs(history, trigger, frequency, threshold, c, tax):
    """Weights, and so the trading days, do not depend on costs: value = value without costs · Π value/(value + cost)."""
    prices, target, days = history
    rule = [float(t) for t in target], trigger, frequency, float(threshold)
    free, turnover, none = columns(xlalloc.backtest(prices, *rule, dates=days))
    value, same_turnover, cost = columns(xlalloc.backtest(prices, *rule, float(c), float(tax), dates=days))
    assert (none == 0).all() and same_turnover == pytest.approx(turnover, abs=1e-12)
    np.testing.assert_allclose(value, free * np.cumprod(value / (value + cost)), rtol=1e-11)
    assert cost[0] == pytest.approx(1 - value[0]) and value[0] == pytest.approx(1 / (1 + float(c)))
    assert ((cost > 0) <= (turnover > 0)).all() and (value > 0).all()


@given(histories(), st.sampled_from(["threshold", "hybrid"]), frequencies, thresholds)
def test_nothing_is_traded_inside_the_band(history, trigger, frequency, threshold):
    prices, target, days = history
    weights = np.array([float(t) for t in target])
    value, turnover, _ = columns(xlalloc.backtest(prices, weights, trigger, frequency, float(threshold), dates=days))
    units = weights * value[0] / prices[0]
    for row in range(1, len(prices)):
        before = units * prices[row - 1]
        off = np.abs(before / before.sum() - weights).max()
        due = row > 1 and is_new_period(days[row - 2], days[row - 1], frequency)
        if turnover[row] > 0:
            assert off > float(threshold) and (due or trigger == "threshold")
            units = weights * value[row] / prices[row]
        else:
            assert off <= float(threshold) + 2e-9 or not (due or trigger == "threshold")
            assert value[row] == pytest.approx(units @ prices[row])


@given(histories(), triggers, frequencies, thresholds, rates, st.integers(0, 39), st.integers(0, 10**6))
def test_what_comes_later_changes_nothing_before(history, trigger, frequency, threshold, commission, row, seed):
    prices, target, days = history
    row = row % len(prices)
    other = prices.copy()
    other[row + 1 :] = np.random.default_rng(seed).integers(1, 9999, other[row + 1 :].shape)
    rule = [float(t) for t in target], trigger, frequency, float(threshold), float(commission)
    one, two = (columns(xlalloc.backtest(p, *rule, dates=days)) for p in (prices, other))
    for a, b in zip(one, two, strict=True):
        assert a[: row + 1] == pytest.approx(b[: row + 1], rel=1e-12)  # sums of rows round by how many there are


def test_prices_of_the_decision_day_alone_do_not_trade():
    """Far outside the band at one close, back inside at the next: decided, and traded at the next on its values."""
    prices = [[100, 100], [200, 100], [100, 100], [100, 100]]
    _, turnover, cost = columns(xlalloc.backtest(prices, [0.5, 0.5], "threshold", threshold=0.05, commission=0.01))
    assert turnover.tolist() == [1, 0, 0, 0] and cost[1:].tolist() == [0, 0, 0]  # back at the target: nothing to trade
    prices[2] = [150, 100]
    value, turnover, _ = columns(xlalloc.backtest(prices, [0.5, 0.5], "threshold"))
    assert turnover == pytest.approx([1, 0, 0.1, 0]) and value == pytest.approx([1, 1.5, 1.25, 1.25 * (1 / 3 + 0.5)])
    prices[1:] = [[200, 100], [200, 100], [200, 100]]
    assert columns(xlalloc.backtest(prices[:2], [0.5, 0.5], "threshold"))[1].tolist() == [1, 0]  # no close after it


def test_buy_and_hold_is_the_mean_of_the_prices():
    prices = 100 * np.cumprod(1 + np.random.default_rng(2).normal(0, 0.02, (50, 3)), axis=0)
    value, turnover, _ = columns(xlalloc.backtest(prices, [0.2, 0.3, 0.5], "none"))
    assert value == pytest.approx((prices / prices[0]) @ [0.2, 0.3, 0.5], rel=1e-12)
    assert turnover.tolist() == [1] + [0] * 49


def test_own_costs_of_each_asset():
    prices = [[100, 100], [200, 100], [200, 100]]
    value, _, cost = columns(xlalloc.backtest(prices, [0.5, 0.5], "threshold", "annual", 0.05, [0.001, 0], [0, 0.9]))
    assert value[0] == pytest.approx(1 / (1 + 0.5 * 0.001)) and cost[0] == pytest.approx(0.0005 / 1.0005)
    sold = value[1] * (2 / 3) - value[2] / 2  # of the first asset, 0.1%; the second is bought free of charge
    assert cost[2] == pytest.approx(0.001 * sold) and value[2] == pytest.approx(value[1] - cost[2])


# Against bt ------------------------------------------------------------------------------------------------------

NAMES = ("AAPL", "BAC", "JNJ", "KO", "XOM")
RULES = {
    "none": ("none",),
    "weekly": ("calendar", "weekly"),
    "monthly": ("calendar", "monthly"),
    "quarterly": ("calendar", "quarterly"),
    "annual": ("calendar", "annual"),
    "threshold_03": ("threshold", "quarterly", 0.03),
    "hybrid_quarterly_05": (),
    "hybrid_monthly_03": ("hybrid", "monthly", 0.03),
}


@pytest.fixture(scope="module")
def stocks():
    try:
        panel = market.daily_prices()
    except market.DataMissingError as missing:
        pytest.skip(str(missing))
    chosen = [panel.names.index(name) for name in NAMES]
    return pd.DataFrame(panel.values[:, chosen], pd.DatetimeIndex(panel.dates), list(NAMES))


def of_days(table, prices):
    days = [day.isoformat() for day in table.column("date")]
    return dict(zip(days, table.column("value"), strict=True))


@pytest.mark.parametrize("case", RULES)
def test_the_course_is_that_of_bt(stocks, case):
    found = of_days(xlalloc.backtest(stocks, [0.2] * 5, *RULES[case]), stocks)
    for day, value in tables.values("backtest.csv", case).items():
        assert found[day] == pytest.approx(value, abs=1e-9)


def test_risk_parity_is_that_of_bt_with_the_weights_of_another_solver(stocks):
    found = of_days(xlalloc.rp_backtest(stocks), stocks)
    reference = tables.values("backtest.csv", "rp_monthly_252")
    assert min(found) == min(reference) and max(found) == max(reference)
    for day, value in reference.items():
        assert found[day] == pytest.approx(value, abs=1e-9)


def test_every_case_of_the_reference_is_used():
    assert set(tables.cases("backtest.csv")) == {*RULES, "rp_monthly_252"}


# KPIs ------------------------------------------------------------------------------------------------------------

WALK = 100 * np.cumprod(1 + np.random.default_rng(5).normal([0.0004, 0.0001], [0.012, 0.003], (300, 2)), axis=0)
DAYS = np.busday_offset("2024-01-01", np.arange(300))  # weekdays


def test_kpis_are_those_of_the_course():
    rule = [0.6, 0.4], "hybrid", "monthly", 0.01, 0.002, 0.001
    value, _, cost = columns(xlalloc.backtest(WALK, *rule, dates=DAYS))
    assert (cost > 0).sum() > 1
    returns = np.append(value[1] / 1, value[2:] / value[1:-1]) - 1  # from the 1 invested, before the first cost
    kpis = xlalloc.backtest_kpi(WALK, *rule, 0.02, dates=DAYS)
    expected = xlalloc.kpi_table(returns, None, 0.02, 252, dates=DAYS[1:])
    assert kpis.header == ("measure", "portfolio")
    assert kpis.column("measure") == expected.column("measure")
    assert [row[1] for row in kpis.rows] == pytest.approx([row[1] for row in expected.rows], rel=1e-9)
    assert kpis.rows[0][1] == pytest.approx(value[-1] - 1)


def test_kpis_take_the_periods_from_the_dates():
    monthly = np.arange("2001-01", "2026-01", dtype="datetime64[M]").astype("datetime64[D]")
    kpis = dict(xlalloc.backtest_kpi(WALK, [0.6, 0.4], dates=monthly).rows)
    value, _, _ = columns(xlalloc.backtest(WALK, [0.6, 0.4], dates=monthly))
    assert kpis["annual return"] == pytest.approx(value[-1] ** (12 / 299) - 1)
    with recorded() as facts:
        xlalloc.backtest_kpi(WALK, [0.6, 0.4], "none")
    assert "252, assumed" in facts["periods per year"]


def test_a_kpi_without_an_answer_leaves_the_others():
    cells = call("BACKTEST_KPI", [[[100, 100], [101, 101], [102, 102]], [0.5, 0.5], "none"])
    found = dict(cells)
    assert found["measure"] == "portfolio" and found["total return"] == pytest.approx(0.02)
    assert found["Calmar ratio"] == "#DIV/0!" and found["excess kurtosis"] == "#N/A"


# Risk parity -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "parameter"), [("sample", None), ("ewma_shrunk", 20), ("window", 30)])
def test_risk_parity_by_hand(method, parameter):
    """Estimated at the first close of each month, held from the next close on."""
    window = 40
    table = xlalloc.rp_backtest(WALK, 40, commission=0.001, method=method, parameter=parameter, dates=DAYS)
    returns = xlalloc.returns(WALK)
    months = DAYS.astype("datetime64[M]")
    first, units, value, rows = window + 1, None, 1.0, []
    for t in range(first, len(WALK)):
        value = value if units is None else float(units @ WALK[t])
        decided = t - 1 == window or months[t - 1] != months[t - 2]
        if decided:
            weights = xlalloc.rp_weights(xlalloc.cov_matrix(returns[t - 1 - window : t - 1], method, 252, parameter))
            held = np.zeros(2) if units is None else units * WALK[t]
            total = value
            for _ in range(60):  # what is left after 0.1% of all trades
                value = total - 0.001 * np.abs(weights * value - held).sum()
            units = weights * value / WALK[t]
        rows.append(value)
    assert table.column("date") == DAYS[first:].tolist()
    assert table.column("value") == pytest.approx(rows, rel=1e-9)


def test_risk_parity_knows_nothing_of_later_prices():
    whole = columns(xlalloc.rp_backtest(WALK, 60, dates=DAYS))
    for row in (100, 150, 222):
        other = WALK.copy()
        other[row + 1 :] *= np.random.default_rng(row).uniform(0.5, 2, other[row + 1 :].shape)
        changed = columns(xlalloc.rp_backtest(other, 60, dates=DAYS))
        for a, b in zip(whole, changed, strict=True):
            assert a[: row - 60] == pytest.approx(b[: row - 60], rel=1e-12)
        assert changed[0][-1] != whole[0][-1]


def test_budgets_and_frequency_reach_the_weights():
    with recorded() as facts:
        xlalloc.rp_backtest(WALK, 60, "quarterly", [0.9, 0.1], dates=DAYS)
    ((_, stocks), (_, bonds)) = facts["latest weights"]
    with recorded() as equal:
        xlalloc.rp_backtest(WALK, 60, "quarterly", dates=DAYS)
    assert stocks + bonds == pytest.approx(1) and stocks > equal["latest weights"][0][1]
    assert facts["trades after the purchase"] == 4  # first rows of April, July, October 2024, January 2025
    weekly = columns(xlalloc.rp_backtest(WALK, 60, "weekly", dates=DAYS))[1]
    assert (weekly > 0).sum() > 30


def test_a_price_that_stands_still_is_named_with_its_row():
    prices = WALK.copy()
    prices[150:250, 1] = prices[150, 1]
    rows = [["date", "股票", "停牌"], *([str(day), *p] for day, p in zip(DAYS, prices.tolist(), strict=True))]
    error = call("RP_BACKTEST", [rows, 40])[0][0]
    assert error == "#NUM!" and "停牌" in error.reason and "2024-" in error.reason and "variance" in error.reason


def test_a_price_that_only_earns_interest_has_no_risk_to_share():
    """Its returns differ by rounding alone: an error as from RP_WEIGHTS of COV_MATRIX, not all the money in it."""
    prices = WALK.copy()
    prices[:, 1] = 100 * 1.0001 ** np.arange(300)
    with pytest.raises(AllocError, match="Asset 2 has no variance"):
        xlalloc.rp_weights(xlalloc.cov_matrix(xlalloc.returns(prices)[:60]))
    with pytest.raises(AllocError, match="Asset 2 has no variance"):
        xlalloc.rp_backtest(prices, 60, dates=DAYS)


# Cells, dates, holes ---------------------------------------------------------------------------------------------


def sheet(prices, days, names=("stocks", "bonds")):
    return [["date", *names], *([day, *row] for day, row in zip(days, prices, strict=True))]


MONTHLY = [dt.date(2025, month, 28) for month in range(1, 13)]
SOME = (100 + np.random.default_rng(9).normal(0, 8, (12, 2)).cumsum(axis=0)).tolist()


def test_dates_come_back_and_weights_are_matched_by_name():
    cells = call("BACKTEST", [sheet(SOME, MONTHLY), [["bonds", 0.4], ["stocks", 0.6]], "calendar"])
    assert cells[0] == list(COLUMNS) and [row[0] for row in cells[1:]] == [to_serial(day) for day in MONTHLY]
    value, turnover, _ = columns(xlalloc.backtest(SOME, [0.6, 0.4], "calendar", dates=MONTHLY))
    assert [row[1] for row in cells[1:]] == pytest.approx(value.tolist())
    assert np.flatnonzero(turnover).tolist() == [0, 4, 7, 10]  # decided in April, July, October, traded a row later


def test_descending_dates_are_computed_in_time_order_and_turned_back():
    ascending = call("BACKTEST", [sheet(SOME, MONTHLY), [0.6, 0.4]])
    descending = call("BACKTEST", [sheet(SOME[::-1], MONTHLY[::-1]), [0.6, 0.4]])
    assert descending == [ascending[0], *ascending[:0:-1]]


def test_rows_with_a_hole_are_left_out_with_their_dates():
    holed = [list(row) for row in SOME]
    holed[3][1] = None
    kept = [k for k in range(12) if k != 3]
    without = call("BACKTEST", [sheet([SOME[k] for k in kept], [MONTHLY[k] for k in kept]), [0.6, 0.4], "calendar"])
    assert call("BACKTEST", [sheet(holed, MONTHLY), [0.6, 0.4], "calendar"]) == without
    frame = pd.DataFrame(holed, pd.DatetimeIndex(MONTHLY), dtype=float)
    table = xlalloc.backtest(frame, [0.6, 0.4], "calendar")
    assert table.column("value") == [row[1] for row in without[1:]]
    listed = xlalloc.backtest(np.array(holed, float), [0.6, 0.4], "calendar", dates=[str(day) for day in MONTHLY])
    assert listed.rows == table.rows


def test_one_asset_without_dates():
    cells = call("BACKTEST", [[[100], [110], [99]], [1], "none"])
    assert cells[1:] == [[1, 1, 1, 0], [2, pytest.approx(1.1), 0, 0], [3, pytest.approx(0.99), 0, 0]]
    assert xlalloc.backtest([100, 110, 99], [1], "none").column("value") == pytest.approx([1, 1.1, 0.99])


def test_explain_counts_trades_and_costs():
    rows = dict(call("EXPLAIN", ["BACKTEST", sheet(SOME, MONTHLY), [0.6, 0.4], "calendar", "quarterly", 0, 0.01])[1:])
    cost = columns(xlalloc.backtest(SOME, [0.6, 0.4], "calendar", commission=0.01, dates=MONTHLY))[2]
    assert rows["trades after the purchase"] == 3 and rows["costs, of 1 invested"] == pytest.approx(cost.sum())


# Nonsense --------------------------------------------------------------------------------------------------------

P = [[100, 50], [110, 50], [99, 52], [105, 51]]
W = [0.6, 0.4]
FOUR = MONTHLY[:4]


@pytest.mark.parametrize(
    ("run", "code", "words"),
    [
        (lambda: xlalloc.backtest(P, W), "#VALUE!", "no dates"),
        (lambda: xlalloc.backtest(P, W, "calendar"), "#VALUE!", "date column"),
        (lambda: xlalloc.backtest_kpi(P, W), "#VALUE!", "no dates"),
        (lambda: xlalloc.rp_backtest(P, 2), "#VALUE!", "no dates"),
        (lambda: xlalloc.backtest(P, W, "sometimes"), "#VALUE!", "hybrid, calendar, threshold, none"),
        (lambda: xlalloc.backtest(P, W, "calendar", "daily", dates=FOUR), "#VALUE!", "frequency"),
        (lambda: xlalloc.backtest(P, [0.6, 0.3], "none"), "#VALUE!", "target"),
        (lambda: xlalloc.backtest(P, [1.4, -0.4], "none"), "#NUM!", "target"),
        (lambda: xlalloc.backtest(P, [1], "none"), "#VALUE!", "target"),
        (lambda: xlalloc.backtest([[100, 50], [0, 50]], W, "none"), "#VALUE!", "prices"),
        (lambda: xlalloc.backtest([[100, 50], [-1, 50]], W, "none"), "#VALUE!", "prices"),
        (lambda: xlalloc.backtest([*P, [100, 50], [0, 50]], W, "none"), "#NUM!", "prices"),
        (lambda: xlalloc.backtest(P[:1], W, "none"), "#N/A", "prices"),
        (lambda: xlalloc.backtest([[100, np.nan], [np.nan, 2], [3, 4]], W, "none"), "#N/A", "prices"),
        (lambda: xlalloc.backtest([[1e-300, 1], [1e300, 1]], W, "none"), "#NUM!", "prices"),
        (lambda: xlalloc.backtest([1e300, 1e-300, 1], [1], "none"), "#NUM!", "prices"),
        (lambda: xlalloc.backtest_kpi([1e300, 1e-300, 1e-300], [1], "none"), "#NUM!", "prices"),
        (lambda: xlalloc.backtest(P, W, "threshold", "monthly", -0.1), "#NUM!", "threshold"),
        (lambda: xlalloc.backtest(P, W, "threshold", "monthly", 5), "#NUM!", "threshold"),
        (lambda: xlalloc.backtest(P, W, "none", "monthly", 0.05, -0.01), "#NUM!", "commission"),
        (lambda: xlalloc.backtest(P, W, "none", "monthly", 0.05, 0, 1.5), "#VALUE!", "sell_tax: 1.5 is 150%"),
        (lambda: xlalloc.backtest(P, W, "threshold", "monthly", 0, 0.5, 0.5), "#NUM!", "commission"),
        (lambda: xlalloc.backtest(P, W, dates=FOUR[:3]), "#VALUE!", "dates"),
        (lambda: xlalloc.backtest(P, W, dates=[FOUR[1], FOUR[0], *FOUR[2:]]), "#VALUE!", "2025-01-28 is out of order"),
        (lambda: xlalloc.backtest(P, W, dates=[*FOUR[:3], FOUR[2]]), "#VALUE!", "2025-03-28 appears twice"),
        (lambda: xlalloc.backtest(P, W, dates=["today", "a", "b", "c"]), "#VALUE!", "dates"),
        (lambda: xlalloc.backtest_kpi(P, W, "none", rf=-1), "#NUM!", "rf"),
        (lambda: xlalloc.rp_backtest(P, 3, dates=FOUR), "#N/A", "window"),
        (lambda: xlalloc.rp_backtest(P, 1, dates=FOUR), "#NUM!", "window"),
        (lambda: xlalloc.rp_backtest(P, 2, "yearly", dates=FOUR), "#VALUE!", "frequency"),
        (lambda: xlalloc.rp_backtest(P, 2, "monthly", [1, -1], dates=FOUR), "#NUM!", "budgets"),
        (lambda: xlalloc.rp_backtest(P, 2, "monthly", [0, 0], dates=FOUR), "#NUM!", "budgets"),
        (lambda: xlalloc.rp_backtest(P, 2, "monthly", None, 2, dates=FOUR), "#VALUE!", "commission"),
        (lambda: xlalloc.rp_backtest([[1, 5], [1, 6], [1, 5], [1, 7]], 2, dates=FOUR), "#NUM!", "Asset 1"),
    ],
)
def test_nonsense_is_refused_by_name(run, code, words):
    with pytest.raises(AllocError) as caught:
        run()
    assert caught.value.code == code and words in str(caught.value)
